import type { z } from 'zod';
import type { Device } from '../../core/model.ts';
import { workspaceOf } from '../parts.ts';
import type { AppParts } from '../parts.ts';
import type { deviceSchemas } from './schemas.ts';
import { isOfKind } from './show.ts';
import type { Kind } from './show.ts';
import { flagsOf } from './view.ts';

type Narrowing = Partial<
  z.infer<typeof deviceSchemas.list> &
    z.infer<typeof deviceSchemas.unmanagedList> &
    z.infer<typeof deviceSchemas.lockList>
>;
type Test = (device: Device) => boolean;

/** Fewer characters would find half of all ids. */
const prefixMin = 4;

/** The locks that a list asks for, in order of their coming. */
export const chosen = (parts: AppParts, params: Narrowing, kind: Kind): readonly Device[] => {
  if (isForeign(params)) return [];
  const tests = [...ofTheBridge(parts, params), ...ofTheLock(params), ...flagTests(parts, params)];
  return parts.store
    .devices()
    .filter((device) => isOfKind(device, kind) && tests.every((test) => test(device)))
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
};

/** Ascends with the time of a lock's coming, and is no other lock's. */
export const orderOf = ({ createdAt, deviceId }: Device): string =>
  `${String(createdAt).padStart(15, '0')} ${deviceId}`;

/** It asks for somebody's or something's locks that this bridge doesn't know. */
const isForeign = (params: Narrowing): boolean =>
  [
    params.connect_webview_id,
    params.customer_key,
    params.space_id,
    params.unstable_location_id ?? undefined,
    params.user_identifier_key,
  ].some((one) => one !== undefined);

/** All locks are of one connected account and one type. */
const ofTheBridge = (parts: AppParts, params: Narrowing): Test[] => {
  const { connectedAccountId } = workspaceOf(parts);
  const { deviceType } = parts.bridge;
  const { connected_account_id: account, connected_account_ids: accounts } = params;
  const { device_type: type, device_types: types } = params;
  const holds =
    (account === undefined || account.toLowerCase() === connectedAccountId) &&
    (accounts === undefined || accounts.some((one) => one.toLowerCase() === connectedAccountId)) &&
    (type === undefined || type === deviceType) &&
    (types === undefined || types.includes(deviceType));
  const search = params.search?.toLowerCase();
  const found: Test[] =
    search === undefined ? [] : [(device) => search === connectedAccountId || isFoundBy(device, search)];
  return [() => holds, ...found];
};

const isFoundBy = ({ name, deviceId, wishes }: Device, search: string): boolean =>
  name.toLowerCase().includes(search) ||
  (search.length >= prefixMin && deviceId.startsWith(search)) ||
  Object.values(wishes?.customMetadata ?? {}).some(
    (value) => typeof value === 'string' && value.toLowerCase().includes(search),
  );

const ofTheLock = (params: Narrowing): Test[] => {
  const ids = params.device_ids?.map((id) => id.toLowerCase());
  const { created_before: before, manufacturer } = params;
  return [
    ({ deviceId }) => ids === undefined || ids.includes(deviceId),
    ({ createdAt }) => before === undefined || createdAt < before,
    (device) =>
      manufacturer === undefined || device.manufacturer?.toLowerCase() === manufacturer.toLowerCase(),
    ({ wishes }) => hasMetadata(wishes?.customMetadata ?? {}, params.custom_metadata_has ?? {}),
  ];
};

/** As Seam: null asks for a key that isn't there, an empty text for nothing. */
export const hasMetadata = (
  held: Readonly<Record<string, string | boolean>>,
  asked: Readonly<Record<string, string | boolean | null>>,
): boolean =>
  Object.entries(asked).every(
    ([key, value]) => value === '' || (value === null ? !Object.hasOwn(held, key) : held[key] === value),
  );

const flagTests = (parts: AppParts, params: Narrowing): Test[] => {
  const has = (device: Device, flag: string): boolean =>
    flagsOf(device, parts.simulation?.isSimulated(device) ?? false)[flag] === true;
  const { include_if: included = [], exclude_if: excluded = [] } = params;
  return [
    (device) => included.every((flag) => has(device, flag)),
    (device) => !excluded.some((flag) => has(device, flag)),
  ];
};
