import type { ClockTrust } from '../ports/clock-trust.ts';
import type { Reconciler } from '../ports/reconciler.ts';
import type { Store } from '../ports/store.ts';

/** What time it is, and whether that is known, decides what is wanted of every lock: each is looked at when that changes. */
export const kickWithTrust = (
  { clockTrust, store }: { readonly clockTrust: ClockTrust; readonly store: Pick<Store, 'devices'> },
  reconciler: Pick<Reconciler, 'kick'>,
): (() => void) =>
  clockTrust.onChange(() => {
    for (const { deviceId } of store.devices()) reconciler.kick(deviceId);
  });
