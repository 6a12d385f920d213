import { earliest } from '../core/earliest.ts';
import type { Device } from '../core/model.ts';
import { keepPool } from './backup-pool.ts';
import type { PoolParts } from './backup-pool.ts';
import { outOfReach } from './reach.ts';
import { settle } from './settle.ts';
import type { SettleAt, Settled } from './settle.ts';
import { settleUnmanagedWishes } from './unmanaged-wishes.ts';

/**
 * Brings all records of a lock up to what is believed of it and to the time: what was asked for unmanaged codes, its
 * backup pool, its access codes (a new spare has its status at once). Must run inside the transaction that stored the
 * belief.
 */
export const settleLock = (parts: PoolParts, told: Device, at: SettleAt): Settled => {
  const { store } = parts;
  const { deviceId } = told;
  // As it is recorded now: what the belief taught may have been written into it.
  const device = store.device(deviceId) ?? told;
  const unreachable = outOfReach(device, at.radioLost);
  const wishes = settleUnmanagedWishes(parts, device, { ...at, unreachable });
  const pool = keepPool(parts, store.device(deviceId) ?? device, at);
  const settled = settle(parts, pool.device, store.lockState(deviceId), at);
  return {
    ...settled,
    changes: [...wishes.changes, ...pool.changes, ...settled.changes],
    nextAt: earliest(earliest(wishes.nextAt, pool.nextAt), settled.nextAt),
  };
};
