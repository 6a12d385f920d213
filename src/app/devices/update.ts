import type { z } from 'zod';
import type { AccessCode, Device, DeviceWishes } from '../../core/model.ts';
import { isSpare } from '../../core/pool.ts';
import { afterCommit } from '../access-codes/record.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { startPool, stopPool } from '../backup/pool.ts';
import { invalid, Refusal } from '../problems.ts';
import { handOver, requireHandOver } from '../unmanaged/hand-over.ts';
import type { deviceSchemas } from './schemas.ts';
import { asked } from './show.ts';

type Params<K extends keyof typeof deviceSchemas> = z.infer<(typeof deviceSchemas)[K]>;
type Metadata = Params<'update'>['custom_metadata'];

/** Most keys of custom metadata that a lock may have. */
const mostPairs = 50;

/** Names a lock, notes what its owner wants noted, turns its backup pool on or off, or lets go of it. */
export const updateDevice = (parts: AppParts, params: Params<'update'>): AnswerBody => {
  const device = asked(parts, { device_id: params.device_id }, 'managed');
  const { backup_access_code_pool_enabled: pool } = params;
  if (params.is_managed === false && pool === true)
    throw invalid('backup_access_code_pool_enabled', 'an unmanaged lock has no backup pool');
  const name = nameOf(params);
  let wishes = withMetadata(device.wishes ?? {}, params.custom_metadata);
  if (name !== undefined) wishes = withName(wishes, name);
  if (params.is_managed === false) letGo(parts, device, named(parts, { ...device, wishes }));
  else put(parts, device, named(parts, { ...device, wishes }));
  if (pool === true) startPool(parts, device);
  if (pool === false) stopPool(parts, device);
  return {};
};

/** Leaves a lock's codes on it as unmanaged ones: all, or none where one can't be left. Spare codes are taken off. */
const letGo = (parts: AppParts, before: Device, after: Device): void => {
  const codes = parts.store
    .accessCodes({ deviceId: before.deviceId })
    .filter((code) => code.deletingSince === undefined && !isSpare(code));
  for (const code of codes)
    naming(code, () => {
      requireHandOver(parts, code);
    });
  const left: Device = { ...after, wishes: { ...after.wishes, isManaged: false } };
  put(parts, before, left, 'device.converted_to_unmanaged');
  for (const code of codes) handOver(parts, code);
  stopPool(parts, before);
};

/** A refusal because of one of several access codes says which. */
const naming = ({ accessCodeId }: AccessCode, check: () => void): void => {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal({
      ...error.error,
      message: `${error.message} This is about access code ${accessCodeId}.`,
      data: { access_code_id: accessCodeId },
    });
  }
};

/** Notes what its owner wants noted, or takes the lock back. */
export const updateUnmanagedDevice = (parts: AppParts, params: Params<'unmanagedUpdate'>): AnswerBody => {
  const device = asked(parts, { device_id: params.device_id }, 'unmanaged');
  const wishes = withMetadata(device.wishes ?? {}, params.custom_metadata);
  const { isManaged, ...managed } = wishes;
  if (params.is_managed === true && isManaged === false)
    put(parts, device, { ...device, wishes: managed }, 'device.unmanaged.converted_to_managed');
  else put(parts, device, { ...device, wishes });
  return {};
};

/** The newer parameter and the older one say the same, or only one is given. */
const nameOf = ({ name, properties }: Params<'update'>): string | null | undefined => {
  if (name !== undefined && properties?.name !== undefined && name !== properties.name)
    throw invalid('name', 'must not differ from properties.name');
  return name === undefined ? properties?.name : name;
};

const withName = (wishes: DeviceWishes, name: string | null): DeviceWishes => {
  const { name: before, ...rest } = wishes;
  if (name !== null) return { ...rest, name };
  return before === undefined ? wishes : rest;
};

/** What is given is added to what is there; null or an empty text takes a key away. */
const withMetadata = (wishes: DeviceWishes, given: Metadata): DeviceWishes => {
  if (given === undefined) return wishes;
  const pairs = new Map(Object.entries(wishes.customMetadata ?? {}));
  for (const [key, value] of Object.entries(given))
    if (value === null || value === '') pairs.delete(key);
    else pairs.set(key, value);
  if (pairs.size > mostPairs)
    throw invalid('custom_metadata', `a lock keeps at most ${mostPairs} keys, with those that it has`);
  return { ...wishes, customMetadata: Object.fromEntries(pairs) };
};

/** With the name that callers have given it, else the one of the config or its driver. */
const named = ({ reconciler }: AppParts, device: Device): Device => ({
  ...device,
  name: device.wishes?.name ?? reconciler.givenName(device),
});

const put = (parts: AppParts, before: Device, after: Device, event?: string): void => {
  const { store, clock, changes, reconciler } = parts;
  store.putDevice(after);
  const changed = (['name', 'customMetadata', 'isManaged'] as const).filter(
    (key) => JSON.stringify(before.wishes?.[key]) !== JSON.stringify(after.wishes?.[key]),
  );
  if (changed.length > 0)
    store.journal({
      at: clock.now(),
      deviceId: after.deviceId,
      accessCodeId: undefined,
      slot: undefined,
      kind: 'device_updated',
      detail: { changed },
    });
  if (before.name !== after.name) tell(parts, after, 'device.name_changed', { device_name: after.name });
  if (event !== undefined) tell(parts, after, event, {});
  afterCommit(() => {
    changes.emit({ kind: 'device', id: after.deviceId });
    changes.emit({ kind: 'events' });
    reconciler.kick(after.deviceId);
  });
};

const tell = (
  { store, clock, random }: AppParts,
  { deviceId }: Device,
  eventType: string,
  payload: Readonly<Record<string, string>>,
): void => {
  store.appendEvent({
    eventId: random.uuid(),
    eventType,
    occurredAt: clock.now(),
    deviceId,
    accessCodeId: undefined,
    payload,
    pin: undefined,
  });
};
