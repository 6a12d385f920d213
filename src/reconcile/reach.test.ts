import { expect, test } from 'vitest';
import { lockId } from '../../test/support/lock-states.ts';
import { displacedAddress, LockAddress, RadioId } from '../core/ids.ts';
import type { Device } from '../core/model.ts';
import { outOfReach } from './reach.ts';

const address = LockAddress('simulated:1');
const device: Device = {
  ...{ deviceId: lockId, radio: RadioId('simulated'), address, identities: [], name: '', createdAt: 0 },
  ...{ manufacturer: undefined, model: undefined, capabilities: undefined, locked: undefined },
  ...{ online: true, battery: undefined },
};

test('the gravest of what keeps the bridge from a lock is told', () => {
  const away = { ...device, online: false };
  expect(outOfReach(device, false)).toBeUndefined();
  expect(outOfReach(away, false)).toBe('device_disconnected');
  expect(outOfReach(away, true)).toBe('hub_disconnected');
  expect(outOfReach(away, true, true)).toBe('account_disconnected');
  expect(outOfReach({ ...away, address: displacedAddress(device.radio) }, true, true)).toBe(
    'lockstep_lock_displaced',
  );
});
