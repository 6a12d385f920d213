import type { Zones } from '../../../ports/zones.ts';
import { givenTime } from '../given-time.ts';
import { deviceName, match, namedDevice } from '../resolve.ts';
import type { Device } from '../shapes.ts';
import type { Place, Problem } from './nodes.ts';
import type { FileCode, FileLock, Placed } from './parse.ts';

/** A lock of the file, found among those there are, with what is sent for it. */
export interface ResolvedLock {
  readonly device: Device;
  readonly file: FileLock;
  readonly wanted: { readonly device_id: string; readonly access_codes: readonly object[] };
}

export type Resolved =
  | { readonly ok: true; readonly locks: readonly ResolvedLock[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface Surroundings {
  readonly devices: readonly Device[];
  readonly zones: Zones;
  /** For a lock that doesn't tell its own. */
  readonly timeZone: string;
}

export const zoneOf = (device: Device, otherwise: string): string => device.location?.time_zone ?? otherwise;

/** Finds the file's locks, and reads its times in their zones; or says all that can't be. */
export const resolveFile = (locks: readonly FileLock[], around: Surroundings): Resolved => {
  const problems: Problem[] = [];
  const found: ResolvedLock[] = [];
  for (const file of locks) {
    const device = deviceOf(file, around.devices, problems);
    if (device === undefined) continue;
    const twin = found.find((one) => one.device.device_id === device.device_id);
    if (twin !== undefined) {
      problems.push({
        place: file.place,
        message: `this is the lock of line ${twin.file.place.line} again (${deviceName(device)}): write all of its codes there`,
      });
      continue;
    }
    const access_codes = file.codes.map((code) => wantedOf(code, device, around, problems));
    found.push({ device, file, wanted: { device_id: device.device_id, access_codes } });
  }
  return problems.length === 0 ? { ok: true, locks: found } : { ok: false, problems };
};

const deviceOf = (
  { lock, place }: FileLock,
  devices: readonly Device[],
  problems: Problem[],
): Device | undefined => {
  const result = match(lock, devices.map(namedDevice));
  if (result.kind === 'one') return result.item.device;
  const names = (result.kind === 'many' ? result.items.map(({ device }) => device) : devices)
    .slice(0, 20)
    .map((device) => `${deviceName(device)} (${device.device_id.slice(0, 8)})`);
  const called = `"${lock.slice(0, 80)}"`;
  problems.push({
    place,
    message:
      result.kind === 'many'
        ? `${called} could be any of these locks: ${names.join(', ')}`
        : `no lock is called ${called}; there are: ${names.join(', ') || 'none'}`,
  });
  return undefined;
};

const wantedOf = (
  code: FileCode,
  device: Device,
  { zones, timeZone }: Surroundings,
  problems: Problem[],
): object => {
  const zone = zoneOf(device, timeZone);
  const time = (key: string, given: Placed<string> | undefined): string | undefined => {
    if (given === undefined) return undefined;
    const read = givenTime(given.value, zone, zones);
    if (read.ok) return new Date(read.at).toISOString();
    problems.push({ place: given.place, message: `${key}: ${given.value} ${read.message}` });
    return undefined;
  };
  // What is undefined isn't sent.
  return {
    access_code_id: code.id?.value,
    name: code.name?.value,
    code: code.code?.value,
    starts_at: time('starts', code.starts),
    ends_at: time('ends', code.ends),
    common_code_key: code.sharedKey?.value,
    is_external_modification_allowed: code.allowExternalChanges?.value,
    is_one_time_use: code.oneTime?.value,
  };
};

/** The parameters of the routes, as the file calls them. */
const fields: Readonly<Record<string, readonly [Exclude<keyof FileCode, 'place'>, string]>> = {
  access_code_id: ['id', 'id'],
  name: ['name', 'name'],
  code: ['code', 'code'],
  starts_at: ['starts', 'starts'],
  ends_at: ['ends', 'ends'],
  common_code_key: ['sharedKey', 'shared_key'],
  is_external_modification_allowed: ['allowExternalChanges', 'allow_external_changes'],
  is_one_time_use: ['oneTime', 'one_time'],
};

/** The daemon's refusal of an entry in the file's words, and where that entry stands. */
export const refusedAt = (code: FileCode, message: string): { place: Place; message: string } => {
  const [, parameter, rest] = /^(\w+): (.*)$/s.exec(message) ?? [];
  const [field, key] = fields[parameter ?? ''] ?? [];
  const inWords = Object.entries(fields).reduce(
    (text, [name, [, word]]) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), word),
    key === undefined ? message : `${key}: ${rest ?? ''}`,
  );
  const given = field === undefined ? undefined : code[field];
  return {
    place: given?.place ?? code.place,
    message: inWords,
  };
};
