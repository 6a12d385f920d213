import type { z } from 'zod';
import { isDisplaced } from '../core/ids.ts';
import type { Device } from '../core/model.ts';
import type { NoSession, PairingSession } from '../ports/pairings.ts';
import type { AnswerBody } from './answer.ts';
import type { AppParts } from './parts.ts';
import { deviceById } from './parts.ts';
import { Refusal } from './problems.ts';
import type { schemas } from './lockstep/schemas.ts';
import { iso } from './objects/common.ts';

type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;

/** A session as routes answer it. `step` and `message` are those of its last step. */
const view = (session: PairingSession): AnswerBody => {
  const last = session.steps.at(-1);
  const { error } = session;
  return {
    pairing: {
      pairing_id: session.pairingId,
      kind: session.kind,
      radio: session.radio,
      state: session.state,
      step: last?.step ?? 'starting',
      message: last?.message ?? '',
      pin_needed: session.waitsForPin,
      dsk: session.dsk ?? null,
      security: session.security ?? null,
      warning: session.warning ?? null,
      device_id: session.deviceId ?? null,
      error:
        error === undefined
          ? null
          : { type: error.type, message: error.message, left_behind: error.leftBehind ?? null },
      started_at: iso(session.startedAt),
      ended_at: session.endedAt === undefined ? null : iso(session.endedAt),
      steps: session.steps.map((one) => ({ at: iso(one.at), step: one.step, message: one.message })),
    },
  };
};

const begun = (parts: AppParts, radio: string, session: PairingSession | NoSession): Promise<AnswerBody> => {
  if (session.kind === 'refused') throw whyNot(parts, radio, session);
  return Promise.resolve(view(session));
};

const whyNot = ({ reconciler }: AppParts, radio: string, session: NoSession): Refusal => {
  const status = reconciler.drivers().find((one) => one.driver === radio);
  const { pairingId } = session;
  // Configured, and not opened yet.
  const why = session.why === 'no_driver' && status !== undefined ? 'radio_down' : session.why;
  switch (why) {
    case 'no_driver': {
      const names = reconciler.drivers().map((one) => one.driver);
      const there = names.length === 0 ? 'none is' : `configured: ${names.join(', ')}`;
      const message = `radio: no ${radio} driver is configured (${there}). Add one under drivers in the config.`;
      return new Refusal({ type: 'driver_not_found', message, status: 404 });
    }
    case 'unsupported':
      return new Refusal({
        type: 'unsupported',
        message: `radio: the ${radio} driver takes no locks in or out.`,
        status: 400,
      });
    case 'radio_down':
      return new Refusal({
        type: 'hub_disconnected',
        message: `The ${radio} radio is not ready: ${status?.detail ?? 'it is starting; try again in a minute'}`,
        status: 503,
      });
    case 'busy':
      return new Refusal({
        type: 'pairing_busy',
        message: `Another lock is just being paired or removed (${pairingId ?? 'unknown'}). Wait for it, or end it with lockstep/pairing/abort.`,
        status: 409,
        data: { pairing_id: pairingId ?? null },
      });
    default:
      return why satisfies never;
  }
};

/** Begins to take a lock in. Answers at once; how it goes on is told by events and `lockstep/pairing/get`. */
export const start = (parts: AppParts, params: Params<'pairingStart'>): Promise<AnswerBody> =>
  begun(
    parts,
    params.radio,
    parts.reconciler.pairings.pair(params.radio, { qrCode: params.qr_code, dskPin: params.dsk_pin }),
  );

const sessionById = ({ reconciler }: AppParts, id: string): PairingSession => {
  const session = reconciler.pairings.get(id.toLowerCase());
  if (session !== undefined) return session;
  throw new Refusal({
    type: 'pairing_not_found',
    message: 'pairing_id: no such pairing since the bridge was started. Begin anew.',
    status: 404,
  });
};

export const get = (parts: AppParts, params: Params<'pairing'>): AnswerBody =>
  view(sessionById(parts, params.pairing_id));

/** The label's five digits, for a session that waits for them. */
export const givePin = (parts: AppParts, params: Params<'pairingPin'>): Promise<AnswerBody> => {
  const { pairingId } = sessionById(parts, params.pairing_id);
  if (!parts.reconciler.pairings.givePin(pairingId, params.pin))
    throw new Refusal({
      type: 'pin_not_needed',
      message: 'This pairing does not wait for a PIN at the moment.',
      status: 409,
    });
  return Promise.resolve(view(sessionById(parts, pairingId)));
};

/** Asks the session to end. It is over when its state says so: what has joined is released first. */
export const abort = (parts: AppParts, params: Params<'pairing'>): Promise<AnswerBody> => {
  const { pairingId } = sessionById(parts, params.pairing_id);
  parts.reconciler.pairings.abort(pairingId);
  return Promise.resolve(view(sessionById(parts, pairingId)));
};

const codesText = (count: number): string => (count === 1 ? '1 access code' : `${count} access codes`);

/** What doesn't hold for a removal is refused before the radio listens for anything. */
const requireRemovable = (device: Device, codes: number, params: Params<'deviceRemove'>): void => {
  if (codes > 0 && params.keep_codes !== true && params.forget_codes !== true)
    throw new Refusal({
      type: 'device_has_access_codes',
      message: `This lock has ${codesText(codes)}. Give keep_codes (they wait here for another lock, see lockstep/devices/replace) or forget_codes (they go with it). Either way the lock itself goes on holding their PINs: delete them first if it will open a door again.`,
      status: 409,
      data: { access_codes: codes },
    });
  if (device.removedAt !== undefined && params.forget_codes !== true)
    throw new Refusal({
      type: 'device_removed',
      message: `This lock was removed from the network already; it is listed for the sake of ${codesText(codes)}. Move them with lockstep/devices/replace, delete them, or give forget_codes.`,
      status: 409,
    });
  if (device.removedAt === undefined && !device.online && params.gone !== true)
    throw new Refusal({
      type: 'device_disconnected',
      message:
        'The lock does not answer, so it cannot be unpaired. Bring it back into reach of the radio and use its keypad once, so that it is heard; or, if it is gone for good, strike it off with gone (on the command line: --gone).',
      status: 409,
    });
};

/** What a pairing left behind is no lock of ours: there is nothing to be refused for. */
const removeLeftBehind = (parts: AppParts, address: string, how: 'exclude' | 'gone'): Promise<AnswerBody> => {
  const { pairings } = parts.reconciler;
  const all = pairings.leftBehind();
  const one = all.find((each) => each.address === address);
  if (one !== undefined) return begun(parts, one.radio, pairings.removeLeftBehind(one, how));
  const there = all.length === 0 ? 'none is known' : all.map((each) => each.address).join(', ');
  throw new Refusal({
    type: 'device_not_found',
    message: `address: ${address} is neither a lock known here nor a device that a pairing left behind (of those: ${there}).`,
    status: 404,
  });
};

/** Else its address is no place in a network, and not its own. */
const isThere = ({ removedAt, address }: Device): boolean => removedAt === undefined && !isDisplaced(address);

/** Begins to take a lock out of its network: a session like `start`'s. */
export const remove = (parts: AppParts, params: Params<'deviceRemove'>): Promise<AnswerBody> => {
  const { device_id: id, address } = params;
  const how = params.gone === true ? 'gone' : 'exclude';
  const device =
    id === undefined
      ? parts.store.devices().find((one) => one.address === address && isThere(one))
      : deviceById(parts, id);
  if (device === undefined) return removeLeftBehind(parts, address ?? '', how);
  const codes = parts.store.accessCodes({ deviceId: device.deviceId }).length;
  requireRemovable(device, codes, params);
  const policy = params.forget_codes === true ? 'forget' : 'keep';
  return begun(parts, device.radio, parts.reconciler.pairings.remove(device.deviceId, how, policy));
};
