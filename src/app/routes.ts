import type { z } from 'zod';
import * as accessCodes from './access-codes.ts';
import type { AnswerBody } from './answer.ts';
import * as bridge from './bridge.ts';
import * as certify from './certify.ts';
import { doctor } from './doctor/examine.ts';
import * as locks from './locks.ts';
import * as pairing from './pairing.ts';
import { repair } from './repair.ts';
import { replace } from './replace.ts';
import type { AppParts } from './parts.ts';
import { schemas } from './schemas.ts';

/** `read`: changes nothing. `write`: one transaction. `act`: waits for a radio. */
export type Route =
  | {
      readonly kind: 'read' | 'write';
      readonly schema: z.ZodType;
      readonly run: (parts: AppParts, params: unknown) => AnswerBody;
    }
  | {
      readonly kind: 'act';
      readonly schema: z.ZodType;
      readonly run: (parts: AppParts, params: unknown, expiresAt: number | undefined) => Promise<AnswerBody>;
    };

/** Ties a use case to its schema, so that it only ever sees parameters that the schema has passed. */
const sync = <S extends z.ZodType>(
  kind: 'read' | 'write',
  schema: S,
  run: (parts: AppParts, params: z.infer<S>) => AnswerBody,
): Route => ({
  kind,
  schema,
  run: (parts, params) => run(parts, schema.parse(params)),
});

const act = <S extends z.ZodType>(
  schema: S,
  run: (parts: AppParts, params: z.infer<S>, expiresAt: number | undefined) => Promise<AnswerBody>,
): Route => ({
  kind: 'act',
  schema,
  run: (parts, params, expiresAt) => run(parts, schema.parse(params), expiresAt),
});

/** Seam's paths without the leading slash; `lockstep/…` is ours. */
export const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['access_codes/create', sync('write', schemas.create, accessCodes.create)],
  ['access_codes/get', sync('read', schemas.get, accessCodes.get)],
  ['access_codes/list', sync('read', schemas.list, accessCodes.list)],
  ['access_codes/update', sync('write', schemas.update, accessCodes.update)],
  ['access_codes/delete', sync('write', schemas.delete, accessCodes.remove)],
  ['access_codes/unmanaged/list', sync('read', schemas.list, locks.listUnmanaged)],
  ['access_codes/unmanaged/get', sync('read', schemas.get, locks.getUnmanaged)],
  ['devices/list', sync('read', schemas.deviceList, locks.listDevices)],
  ['devices/get', sync('read', schemas.deviceGet, locks.getDevice)],
  [
    'locks/lock_door',
    act(schemas.operate, (parts, params, expiresAt) => locks.operate(parts, params, 'lock', expiresAt)),
  ],
  [
    'locks/unlock_door',
    act(schemas.operate, (parts, params, expiresAt) => locks.operate(parts, params, 'unlock', expiresAt)),
  ],
  ['lockstep/status', sync('read', schemas.nothing, bridge.status)],
  ['lockstep/doctor', sync('read', schemas.nothing, doctor)],
  ['lockstep/slots', sync('read', schemas.device, locks.slots)],
  ['lockstep/history', sync('read', schemas.history, bridge.history)],
  ['lockstep/events', sync('read', schemas.events, bridge.events)],
  ['lockstep/audit', sync('write', schemas.device, locks.audit)],
  ['lockstep/repair', sync('write', schemas.repair, repair)],
  ['lockstep/certify', sync('write', schemas.certify, certify.start)],
  ['lockstep/certify/get', sync('read', schemas.certifyGet, certify.get)],
  ['lockstep/pairing/start', act(schemas.pairingStart, pairing.start)],
  ['lockstep/pairing/pin', act(schemas.pairingPin, pairing.givePin)],
  ['lockstep/pairing/abort', act(schemas.pairing, pairing.abort)],
  ['lockstep/pairing/get', sync('read', schemas.pairing, pairing.get)],
  ['lockstep/devices/remove', act(schemas.deviceRemove, pairing.remove)],
  ['lockstep/devices/replace', sync('write', schemas.deviceReplace, replace)],
]);
