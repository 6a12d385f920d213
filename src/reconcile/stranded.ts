import type { Device, Instant } from '../core/model.ts';
import type { Store } from '../ports/store.ts';
import { settle } from './settle.ts';
import type { Settled, SettleParts } from './settle.ts';

/**
 * Of a lock whose radio is none of the config's drivers: nothing can be done there, but time goes on, and what was known
 * of its access codes isn't known any more.
 */
export const settleStranded = (
  parts: Omit<SettleParts, 'store'> & { readonly store: Store },
  device: Device,
  usable: readonly number[],
  now: Instant,
): Settled =>
  parts.store.transaction(() =>
    settle(parts, device, parts.store.lockState(device.deviceId), {
      usable,
      radioLost: true,
      isStranded: true,
      now,
    }),
  );
