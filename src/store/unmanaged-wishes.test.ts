import { expect, it } from 'vitest';
import type { UnmanagedWish } from '../core/convert.ts';
import { AccessCodeId } from '../core/ids.ts';
import { aDevice, pin, TestBed, uuid } from './testing/test-bed.ts';

const device = aDevice();
const wish = (n: number, changes: Partial<UnmanagedWish> = {}): UnmanagedWish => ({
  accessCodeId: AccessCodeId(uuid(n)),
  deviceId: device.deviceId,
  kind: 'delete',
  since: 1_000 + n,
  pin: undefined,
  externalChangesAllowed: false,
  errors: [],
  warnings: [],
  ...changes,
});

it('what was asked for unmanaged codes comes back as it was put, oldest first, after a restart too', () => {
  using bed = new TestBed();
  const store = bed.open();
  store.putDevice(device);
  const finding = { code: 'being_deleted', message: 'Going.', created_at: 7, extra: { a: 'b' } };
  const one = wish(2, { kind: 'convert', pin: pin('007007'), externalChangesAllowed: true });
  const other = wish(1, { errors: [finding], warnings: [finding] });
  for (const each of [wish(2), one, other]) store.putUnmanagedWish(each);
  store.close();
  const again = bed.open();
  expect(again.unmanagedWishes(device.deviceId)).toEqual([other, one]);
  expect(again.unmanagedWish(one.accessCodeId)).toEqual(one);
  expect(again.unmanagedWishes(aDevice(2).deviceId)).toEqual([]);
  again.deleteUnmanagedWish(one.accessCodeId);
  expect(again.unmanagedWish(one.accessCodeId)).toBeUndefined();
  again.deleteDevice(device.deviceId);
  expect(again.unmanagedWish(other.accessCodeId), 'goes with its lock').toBeUndefined();
});

it('what a lock’s backup pool lacks comes back with the lock', () => {
  using bed = new TestBed();
  const store = bed.open();
  const lacking = aDevice(1, { poolLack: { kind: 'partial', since: 42 } });
  store.putDevice(lacking);
  expect(store.device(device.deviceId)?.poolLack).toEqual({ kind: 'partial', since: 42 });
  store.putDevice({ ...lacking, poolLack: undefined });
  expect(store.device(device.deviceId)?.poolLack).toBeUndefined();
});
