import { isDisplaced } from '../core/ids.ts';
import type { Unreachable } from '../core/lifecycle.ts';
import type { Device } from '../core/model.ts';

/** What keeps the bridge from a lock; undefined: nothing does. */
export const outOfReach = (
  device: Device,
  radioLost: boolean,
  isStranded = false,
): Unreachable | undefined => {
  if (isDisplaced(device.address)) return 'lockstep_lock_displaced';
  if (isStranded) return 'account_disconnected';
  if (radioLost) return 'hub_disconnected';
  return device.online ? undefined : 'device_disconnected';
};
