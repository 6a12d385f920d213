import * as bridge from '../bridge.ts';
import * as certify from '../certify.ts';
import { doctor } from '../doctor/examine.ts';
import * as pairing from '../pairing.ts';
import { repair } from '../repair.ts';
import { replace } from '../replace.ts';
import { followed as followedEvents } from '../events/schemas.ts';
import { follow as followEvents } from '../events/use-cases.ts';
import { act, read, write } from '../route.ts';
import type { Route } from '../route.ts';
import { schemas } from './schemas.ts';
import * as locks from './slots.ts';

/** What Seam doesn't have. */
export const lockstepRoutes: readonly Route[] = [
  read(
    'lockstep/status',
    {
      summary: 'How the bridge, its radios and its codes are.',
      schema: schemas.nothing,
      answers: ['bridge'],
    },
    bridge.status,
  ),
  read(
    'lockstep/doctor',
    { summary: 'What is wrong, and what to do about it.', schema: schemas.nothing, answers: ['doctor'] },
    doctor,
  ),
  read(
    'lockstep/slots',
    { summary: "A lock's slots, on what evidence.", schema: schemas.device, answers: ['slots'] },
    locks.slots,
  ),
  read(
    'lockstep/history',
    { summary: 'What was done to a lock or code.', schema: schemas.history, answers: ['history'] },
    bridge.history,
  ),
  read(
    'lockstep/events',
    { summary: 'What happened, by number.', schema: followedEvents, answers: ['events'] },
    followEvents,
  ),
  write(
    'lockstep/audit',
    { summary: 'Looks whether a lock holds what it should.', schema: schemas.device, answers: ['audit'] },
    locks.audit,
  ),
  write(
    'lockstep/repair',
    { summary: 'Tries again now what failed.', schema: schemas.repair, answers: ['repair'] },
    repair,
  ),
  write(
    'lockstep/certify',
    { summary: 'Tries out what a lock really does.', schema: schemas.certify, answers: ['certification'] },
    certify.start,
  ),
  read(
    'lockstep/certify/get',
    { summary: 'How far a trial is.', schema: schemas.certifyGet, answers: ['certification'] },
    certify.get,
  ),
  act(
    'lockstep/pairing/start',
    { summary: 'Takes a new lock in.', schema: schemas.pairingStart, answers: ['pairing'] },
    pairing.start,
  ),
  act(
    'lockstep/pairing/pin',
    {
      summary: "Gives a pairing the PIN of the lock's label.",
      schema: schemas.pairingPin,
      answers: ['pairing'],
    },
    pairing.givePin,
  ),
  act(
    'lockstep/pairing/abort',
    { summary: 'Ends a pairing.', schema: schemas.pairing, answers: ['pairing'] },
    pairing.abort,
  ),
  read(
    'lockstep/pairing/get',
    { summary: 'How far a pairing is.', schema: schemas.pairing, answers: ['pairing'] },
    pairing.get,
  ),
  act(
    'lockstep/devices/remove',
    { summary: 'Takes a lock out of the network.', schema: schemas.deviceRemove, answers: ['pairing'] },
    pairing.remove,
  ),
  write(
    'lockstep/devices/replace',
    {
      summary: "Moves a lock's access codes to its successor.",
      schema: schemas.deviceReplace,
      answers: ['replacement'],
    },
    replace,
  ),
];
