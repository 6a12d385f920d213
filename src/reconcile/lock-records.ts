import { calibrated } from '../core/calibration.ts';
import { learnPowered } from '../core/clock-care.ts';
import { learnCodeLengths } from '../core/code-lengths.ts';
import { displacedAddress, isDisplaced } from '../core/ids.ts';
import type { DeviceId, LockAddress } from '../core/ids.ts';
import { learnHint } from '../core/learn-hint.ts';
import type { Capabilities, Device, Instant, LockDescription, LockState } from '../core/model.ts';
import { suspectWipe } from '../core/wipe.ts';
import type { Store } from '../ports/store.ts';

/** `zwave:dsk:…` → `zwave:dsk`: identities of one scheme are comparable. */
const schemeOf = (identity: string): string => identity.split(':').slice(0, 2).join(':');

/**
 * The record of the lock that is described. A node number alone says little: where both sides have an identity of
 * a stronger scheme (a DSK) and it differs, another lock has taken the place, and gets a record of its own.
 */
export const recordFor = (store: Store, description: LockDescription): Device | undefined => {
  const known = store.deviceByIdentity(description.identities);
  if (known === undefined) return undefined;
  const strong = description.identities.slice(0, -1);
  const contradicted = strong.some(
    (identity) =>
      !known.identities.includes(identity) &&
      known.identities.some((other) => schemeOf(other) === schemeOf(identity)),
  );
  return contradicted ? undefined : known;
};

const offlineSince = (known: Device | undefined, now: Instant): { readonly offlineSince: Instant } => ({
  offlineSince: known?.offlineSince ?? now,
});

/** The record of a lock that can't be reached any more. */
export const silenced = (device: Device, now: Instant): Device => ({
  ...device,
  online: false,
  ...offlineSince(device, now),
});

/** Whoever else stands at this address has left it: nothing may be sent there in its name. */
export const displaced = (store: Store, address: LockAddress, except: DeviceId, now: Instant): Device[] =>
  store
    .devices()
    .filter((one) => one.address === address && one.deviceId !== except)
    .map((one) => ({ ...silenced(one, now), address: displacedAddress(one.radio) }));

/** The record, brought up to date with what the driver tells. */
export const updated = (
  known: Device | undefined,
  description: LockDescription,
  told: Capabilities | undefined,
  fresh: { readonly deviceId: DeviceId; readonly name: string; readonly now: Instant },
): Device => {
  // Masking is learned from answers: what was seen once outlives what the lock claims (FIELD-BUGS 2).
  const masked = known?.capabilities?.readBack === 'masked' && told?.readBack === 'full';
  const claimed = masked ? { ...told, readBack: 'masked' as const } : told;
  const capabilities = claimed === undefined ? known?.capabilities : calibrated(claimed, known?.calibration);
  return {
    deviceId: fresh.deviceId,
    radio: description.radio,
    address: description.address,
    identities: [...new Set([...description.identities, ...(known?.identities ?? [])])],
    name: fresh.name,
    manufacturer: description.manufacturer ?? known?.manufacturer,
    model: description.model ?? known?.model,
    capabilities,
    ...(known?.calibration === undefined ? {} : { calibration: known.calibration }),
    ...(known?.wishes === undefined ? {} : { wishes: known.wishes }),
    ...(known?.foreignChanges === undefined ? {} : { foreignChanges: known.foreignChanges }),
    online: description.online,
    ...(description.online ? {} : offlineSince(known, fresh.now)),
    battery: description.battery ?? known?.battery,
    locked: description.locked ?? known?.locked,
    ...(known?.poolLack === undefined ? {} : { poolLack: known.poolLack }),
    autoLock: description.autoLock ?? known?.autoLock,
    createdAt: known?.createdAt ?? fresh.now,
  };
};

/**
 * What the difference between two records of a lock makes worth a look. One that has joined the network again may have
 * been reset before, as most must be to join (FIELD-BUGS 31); another code length may have wiped it (FIELD-BUGS 6).
 */
export const learnDescribed = (
  state: LockState,
  before: Device | undefined,
  after: Device,
  now: Instant,
): LockState => {
  const { capabilities } = after;
  if (before === undefined || capabilities === undefined) return state;
  const moved =
    before.address !== after.address && !isDisplaced(after.address) && after.removedAt === undefined;
  const looked = moved
    ? suspectWipe(learnHint(state, undefined, { now, capabilities }), 'codes_gone', capabilities)
    : state;
  const powered = learnPowered(looked, before, after, now);
  return learnCodeLengths(powered, before.capabilities, capabilities);
};
