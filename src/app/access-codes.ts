import type { z } from 'zod';
import { lengthsText } from '../core/code-lengths.ts';
import { newAccessCode } from '../core/access-code.ts';
import { AccessCodeId } from '../core/ids.ts';
import type { AccessCode, Device } from '../core/model.ts';
import { Pin } from '../core/pin.ts';
import { candidateSlots, slotOwnedBy } from '../core/slots.ts';
import { forgetAttempts, unmanagedHolder, wantRemoved } from '../core/wishes.ts';
import type { AnswerBody } from './answer.ts';
import type { AppParts } from './parts.ts';
import { codeById, codeEventOf, deviceById, presentDevice, workspaceOf } from './parts.ts';
import { generatePin } from './pins.ts';
import { invalid, notFound, Refusal } from './problems.ts';
import type { schemas } from './schemas.ts';
import { accessCodeView } from './views.ts';

type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;

const view = (parts: AppParts, code: AccessCode): AnswerBody =>
  accessCodeView(code, parts.store.lockState(code.deviceId), workspaceOf(parts));

/**
 * Makes a managed access code. It is durable when this returns; the lock gets it afterwards.
 * @throws Refusal where a rule is broken; nothing has changed then
 */
export const create = (parts: AppParts, params: Params<'create'>): AnswerBody => {
  const { store, random, clock, reconciler, changes } = parts;
  const device = presentDevice(parts, params.device_id);
  if (params.attempt_for_offline_device === false && !device.online)
    throw invalid('attempt_for_offline_device', 'the lock is offline at the moment', 'device_offline');
  requireRoom(parts, device);
  const pin =
    params.code === undefined
      ? generated(parts, device, params.preferred_code_length)
      : given(parts, device, params.code, undefined);
  const now = clock.now();
  const code = newAccessCode({
    accessCodeId: AccessCodeId(random.uuid()),
    deviceId: device.deviceId,
    name: params.name ?? null,
    pin,
    at: now,
  });
  store.putAccessCode(code);
  store.journal({
    at: now,
    deviceId: device.deviceId,
    accessCodeId: code.accessCodeId,
    slot: undefined,
    kind: 'created',
    detail: {},
  });
  store.appendEvent(codeEventOf(parts, 'access_code.created', code));
  afterCommit(() => {
    changes.emit({ kind: 'access_code', id: code.accessCodeId });
    changes.emit({ kind: 'bridge' });
    changes.emit({ kind: 'events' });
    reconciler.kick(device.deviceId);
  });
  return { access_code: view(parts, code) };
};

/** Emitting before the transaction has ended would show what may yet be rolled back. */
const afterCommit = (announce: () => void): void => {
  queueMicrotask(announce);
};

const requireCapabilities = (device: Device): NonNullable<Device['capabilities']> => {
  if (device.capabilities === undefined)
    throw new Refusal({
      type: 'device_not_ready',
      message:
        'What this lock can do is not known yet: its interview is not complete. Try again in a minute.',
      status: 400,
    });
  return device.capabilities;
};

/** A lock whose slots can't be read would have a stranger's code overwritten without a word (DESIGN §1.4). */
const blindLock = ({ address }: Device): string =>
  `This lock's slots can't be read, so that a code of somebody else could be overwritten. Keep some slots free of other codes and name them in the config, for example: devices: { mylock: { address: "${address}", slots: "1-10" } }. Then restart the bridge.`;

/** What doesn't fit is refused here, not at the door. */
const requireRoom = ({ store, reconciler }: AppParts, device: Device): void => {
  const { readBack } = requireCapabilities(device);
  const state = store.lockState(device.deviceId);
  const waiting = store
    .accessCodes({ deviceId: device.deviceId })
    .filter((one) => one.deletingSince === undefined && slotOwnedBy(state, one.accessCodeId) === undefined);
  const room = candidateSlots(state, reconciler.usableSlots(device)).length - waiting.length;
  if (room > 0) return;
  if (readBack === 'none' && reconciler.usableSlots(device).length === 0)
    throw new Refusal({
      type: 'no_space_for_access_code_on_device',
      message: blindLock(device),
      status: 400,
    });
  throw new Refusal({
    type: 'no_space_for_access_code_on_device',
    message: 'Every slot that may be used on this lock is taken. Delete an access code first.',
    status: 400,
  });
};

/** A PIN that the lock can hold and that nothing else on it holds. */
const given = (parts: AppParts, device: Device, digits: string, except: AccessCodeId | undefined): Pin => {
  const { codeLengths } = requireCapabilities(device);
  if (!codeLengths.includes(digits.length))
    throw invalid(
      'code',
      `this lock takes ${lengthsText(codeLengths)} digits, not ${digits.length}`,
      'code_constraints_violated',
    );
  const pin = Pin.parse(digits);
  if (pin === undefined) throw invalid('code', 'must be 4 to 12 digits');
  const holder = conflict(parts, device, pin, except);
  if (holder !== undefined)
    throw new Refusal({
      type: 'duplicate_access_code',
      message: 'code: another access code on this lock has this PIN already.',
      status: 409,
      data: holder,
    });
  return pin;
};

/** Who has this PIN on this lock. One on its way off doesn't count: the new one waits until it is gone. */
const conflict = (
  { store }: AppParts,
  device: Device,
  pin: Pin,
  except: AccessCodeId | undefined,
): AnswerBody | undefined => {
  const others = store
    .accessCodes({ deviceId: device.deviceId })
    .filter((one) => one.accessCodeId !== except);
  const managed = others.find(
    (one) => one.deletingSince === undefined && (one.pin.equals(pin) || pin.equals(one.previousPin)),
  );
  if (managed !== undefined) return { managed_access_code_id: managed.accessCodeId };
  const holder = unmanagedHolder(store.lockState(device.deviceId), pin);
  return holder === undefined ? undefined : { unmanaged_access_code_id: holder.unmanagedId ?? null };
};

const generated = (parts: AppParts, device: Device, preferred: number | undefined): Pin => {
  const { codeLengths } = requireCapabilities(device);
  const length =
    preferred !== undefined && codeLengths.includes(preferred) ? preferred : Math.min(...codeLengths);
  const leaving = (pin: Pin): boolean =>
    parts.store.accessCodes({ deviceId: device.deviceId }).some((one) => one.pin.equals(pin));
  const pin = generatePin(
    parts.random,
    length,
    (one) => leaving(one) || conflict(parts, device, one, undefined) !== undefined,
  );
  if (pin === undefined)
    throw new Refusal({
      type: 'code_constraints_violated',
      message: `No free PIN of ${length} digits was found.`,
      status: 400,
    });
  return pin;
};

export const get = (parts: AppParts, params: Params<'get'>): AnswerBody => {
  if (params.access_code_id !== undefined)
    return { access_code: view(parts, codeById(parts, params.access_code_id, params.device_id)) };
  const device = deviceById(parts, params.device_id ?? '');
  const pin = Pin.parse(params.code ?? '');
  const code = parts.store.accessCodes({ deviceId: device.deviceId }).find((one) => one.pin.equals(pin));
  if (code === undefined) throw notFound('access_code', 'No managed access code on this lock has that code.');
  return { access_code: view(parts, code) };
};

export const list = (parts: AppParts, params: Params<'list'>): AnswerBody => {
  const device = params.device_id === undefined ? undefined : deviceById(parts, params.device_id);
  const ids = params.access_code_ids?.map((id) => id.toLowerCase());
  const search = params.search?.toLowerCase();
  const all = parts.store
    .accessCodes(device === undefined ? {} : { deviceId: device.deviceId })
    .filter((code) => ids === undefined || ids.includes(code.accessCodeId))
    .filter(
      (code) =>
        search === undefined ||
        (code.name?.toLowerCase().includes(search) ?? false) ||
        code.accessCodeId.startsWith(search),
    );
  const shown = all.slice(0, params.limit ?? all.length);
  return {
    access_codes: shown.map((code) => view(parts, code)),
    pagination: { has_next_page: shown.length < all.length, next_page_cursor: null, next_page_url: null },
  };
};

/** Changes name or PIN. The new PIN is on the lock when the status is `set` again. */
export const update = (parts: AppParts, params: Params<'update'>): AnswerBody => {
  const { store, clock, reconciler, changes } = parts;
  const before = codeById(parts, params.access_code_id, params.device_id);
  if (before.deletingSince !== undefined)
    throw new Refusal({
      type: 'access_code_being_removed',
      message: 'This access code is being removed.',
      status: 400,
    });
  const device = deviceById(parts, before.deviceId);
  const asked = params.code === undefined || before.pin.reveal() === params.code ? undefined : params.code;
  const pin = asked === undefined ? before.pin : given(parts, device, asked, before.accessCodeId);
  const name = params.name === undefined ? before.name : params.name;
  const changed = [...(pin.equals(before.pin) ? [] : ['code']), ...(name === before.name ? [] : ['name'])];
  if (changed.length === 0) return {};
  const now = clock.now();
  const newPin = changed.includes('code');
  const after: AccessCode = {
    ...before,
    name,
    pin,
    ...(newPin
      ? {
          wishedAt: now,
          previousPin: before.previousPin ?? before.pin,
          status: 'setting',
          errors: [],
          warnings: [],
        }
      : {}),
  };
  if (newPin) {
    const state = store.lockState(device.deviceId);
    store.putLockState(state, forgetAttempts(state, before.accessCodeId));
  }
  store.putAccessCode(after);
  store.journal({
    at: now,
    deviceId: device.deviceId,
    accessCodeId: before.accessCodeId,
    slot: undefined,
    kind: 'updated',
    detail: { changed },
  });
  // What a PIN was or is stays out of the payload.
  store.appendEvent(
    codeEventOf(parts, 'access_code.changed', after, {
      changed_properties: changed.map((property) =>
        property === 'name' ? { property, from: before.name, to: name } : { property },
      ),
    }),
  );
  afterCommit(() => {
    changes.emit({ kind: 'access_code', id: after.accessCodeId });
    changes.emit({ kind: 'slots', id: device.deviceId });
    changes.emit({ kind: 'events' });
    reconciler.kick(device.deviceId);
  });
  return {};
};

/** Asks for removal. The record stays, `removing`, until the lock is proved not to hold the code. */
export const remove = (parts: AppParts, params: Params<'delete'>): AnswerBody => {
  const { store, clock, reconciler, changes } = parts;
  const before = codeById(parts, params.access_code_id, params.device_id);
  if (before.deletingSince !== undefined) return {};
  const now = clock.now();
  const state = store.lockState(before.deviceId);
  store.putLockState(state, wantRemoved(state, before.accessCodeId));
  store.putAccessCode({ ...before, deletingSince: now, status: 'removing', errors: [], warnings: [] });
  store.journal({
    at: now,
    deviceId: before.deviceId,
    accessCodeId: before.accessCodeId,
    slot: undefined,
    kind: 'removal_requested',
    detail: {},
  });
  afterCommit(() => {
    changes.emit({ kind: 'access_code', id: before.accessCodeId });
    changes.emit({ kind: 'slots', id: before.deviceId });
    reconciler.kick(before.deviceId);
  });
  return {};
};
