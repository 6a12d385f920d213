import type { z } from 'zod';
import { lengthsToTry, orderOf } from '../core/certify.ts';
import type { Capabilities, Device, LockState } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';
import { candidateSlots } from '../core/slots.ts';
import { isHeld } from '../core/wipe.ts';
import type { Certification, CertifyFindings } from '../ports/certification.ts';
import type { AnswerBody, AnswerValue } from './answer.ts';
import type { AppParts } from './parts.ts';
import { deviceById } from './parts.ts';
import { generatePin } from '../core/random-pin.ts';
import { Refusal } from './problems.ts';
import type { schemas } from './lockstep/schemas.ts';
import { iso, jsonValue } from './objects/common.ts';

type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;

/** More free slots than this are not looked at. */
const slotsMost = 6;

const refused = (type: string, message: string): Refusal => new Refusal({ type, message, status: 400 });

/**
 * Begins to try out, on spare slots of a lock, what it really does; `get` tells how far it is.
 * @throws Refusal where it can't begin; nothing has changed then
 */
export const start = (parts: AppParts, params: Params<'certify'>): AnswerBody => {
  const { store, reconciler, bridge } = parts;
  const device = deviceById(parts, params.device_id);
  const state = store.lockState(device.deviceId);
  const capabilities = requireReady(device, state);
  const quick = params.quick === true;
  // The lowest first, as for any new code: what a lock keeps for itself (master code, tags) mostly comes last.
  const slots = candidateSlots(state, reconciler.usableSlots(device))
    .map((belief) => belief.slot)
    .slice(0, slotsMost);
  if (slots.length === 0)
    throw refused(
      'no_space_for_access_code_on_device',
      'Trying a lock out takes a free slot, and every slot that may be used on this lock is taken.',
    );
  const pins = pinsToTry(parts, device, state, lengthsToTry(capabilities, quick));
  const begun = reconciler.certify({ device, quick, pins, slots, timeZone: bridge.timeZoneOf(device) });
  if ('refused' in begun) throw refused('certify_refused', begun.refused);
  return { certification: view(parts, begun.certification) };
};

const requireReady = (device: Device, state: LockState): Capabilities => {
  const { capabilities } = device;
  if (capabilities === undefined || !state.adopted)
    throw refused(
      'device_not_ready',
      'This lock is not known well enough yet: its slots are still being looked at. Try again later.',
    );
  if (!device.online) throw refused('device_offline', 'The lock does not answer at the moment.');
  if (state.reset === undefined && isHeld(state, capabilities))
    throw refused(
      'device_not_ready',
      'It is just being looked at whether this lock was reset. Try again later.',
    );
  if (state.reset !== undefined)
    throw refused(
      'device_reset',
      'This lock was reset, and nothing is written to it. First: lockstep repair LOCK --restore',
    );
  if (capabilities.readBack === 'none')
    throw refused('unsupported', 'This lock cannot be read: nothing could be found out.');
  return capabilities;
};

/** Random, and none that is wanted on the lock or known to stand there. */
const pinsToTry = (
  { store, random }: AppParts,
  { deviceId }: Device,
  state: LockState,
  lengths: readonly number[],
): ReadonlyMap<number, Pin> => {
  const known: Pin[] = [];
  for (const code of store.accessCodes({ deviceId })) {
    known.push(code.pin);
    if (code.previousPin !== undefined) known.push(code.previousPin);
  }
  for (const { state: slot, written } of state.slots.values()) {
    if (slot.kind === 'occupied' && slot.pin !== 'masked') known.push(slot.pin);
    if (written !== undefined) known.push(written);
  }
  const pins = new Map<number, Pin>();
  for (const length of lengths) {
    const pin = generatePin(random, length, (one) => known.some((other) => other.equals(one)));
    if (pin === undefined)
      throw refused('code_constraints_violated', `No free PIN of ${length} digits was found.`);
    pins.set(length, pin);
  }
  return pins;
};

export const get = (parts: AppParts, params: Params<'certifyGet'>): AnswerBody => {
  const certification = parts.reconciler.certification(params.certify_id.toLowerCase());
  if (certification === undefined)
    throw new Refusal({
      type: 'certification_not_found',
      message:
        'No such trial is known. A restart of the bridge ends a trial; what it had written is taken off the lock.',
      status: 404,
    });
  return { certification: view(parts, certification) };
};

const view = (parts: AppParts, one: Certification): AnswerBody => ({
  certify_id: one.certifyId,
  device_id: one.deviceId,
  state: one.state,
  started_at: iso(one.startedAt),
  ended_at: one.endedAt === undefined ? null : iso(one.endedAt),
  steps: one.steps.map((step) => ({ ...step })),
  error: one.problem === undefined ? null : { type: 'certify_failed', message: one.problem },
  row: one.state === 'done' ? rowOf(parts, one) : null,
});

/** What can be shared: make, model and findings; no PIN, no home id, no DSK, no address. */
const rowOf = ({ store, reconciler, bridge }: AppParts, one: Certification): AnswerValue => {
  const device = store.device(one.deviceId);
  const inspection = device === undefined ? undefined : reconciler.inspect(device);
  return {
    manufacturer: device?.manufacturer ?? null,
    model: device?.model ?? null,
    product: inspection?.product ?? null,
    firmware: inspection?.firmware ?? null,
    quirk: inspection?.quirk?.name ?? null,
    found: findingsView(one.findings),
    date: iso(one.endedAt ?? one.startedAt).slice(0, 10),
    lockstep: bridge.version,
  };
};

const findingsView = ({
  readBack,
  readBackDelayMs,
  duplicate,
  codeLengths,
  schedules,
  clock,
}: CertifyFindings): AnswerValue => ({
  read_back: readBack ?? null,
  read_back_delay_ms: readBackDelayMs ?? null,
  duplicate: jsonValue(duplicate) ?? null,
  code_lengths: jsonValue(codeLengths) ?? null,
  schedules:
    schedules === undefined
      ? null
      : {
          without_code: schedules.withoutCode,
          when_code_came: schedules.whenCodeCame ?? null,
          with_code: schedules.withCode ?? null,
          ...(schedules.codeDisabledFirst === undefined
            ? {}
            : { code_disabled_first: schedules.codeDisabledFirst }),
          order: orderOf(schedules) ?? null,
        },
  clock: clock === undefined ? null : { offset_s: clock.offsetMs / 1000, resolution: clock.resolution },
});
