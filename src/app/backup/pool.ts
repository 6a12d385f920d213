import type { Device } from '../../core/model.ts';
import type { AppParts } from '../parts.ts';

/**
 * Has a lock keep spare codes from now on. They come by themselves, as far as there is room. Repeating it does no
 * harm. Within the request's transaction.
 */
export const startPool = (parts: AppParts, { deviceId }: Device): void => {
  const device = parts.store.device(deviceId);
  if (device === undefined || device.wishes?.backupPool === true) return;
  put(parts, { ...device, wishes: { ...device.wishes, backupPool: true } });
};

/** Ends that: no spare comes any more, and those that nobody has pulled are taken off. Repeating it does no harm. */
export const stopPool = (parts: AppParts, { deviceId }: Device): void => {
  const device = parts.store.device(deviceId);
  if (device === undefined) return;
  const { backupPool, ...wishes } = device.wishes ?? {};
  if (backupPool === undefined) return;
  put(parts, { ...device, wishes });
};

const put = ({ store, clock, changes, reconciler }: AppParts, device: Device): void => {
  store.putDevice(device);
  store.journal({
    at: clock.now(),
    deviceId: device.deviceId,
    accessCodeId: undefined,
    slot: undefined,
    kind: device.wishes?.backupPool === true ? 'pool_started' : 'pool_stopped',
    detail: {},
  });
  queueMicrotask(() => {
    changes.emit({ kind: 'device', id: device.deviceId });
    reconciler.kick(device.deviceId);
  });
};
