import { expect, test } from 'vitest';
import { House, lockSpec } from '../../test/support/house.ts';
import { startFeed } from './feed.ts';

test('what happens is told in words: codes by their names, also when they are gone, and those without one by what they are', async () => {
  await using house = new House([lockSpec()]);
  house.lock.slots.set(3, '4711');
  await house.settle();
  const lines: string[] = [];
  const end = startFeed(
    house.app,
    (line) => lines.push(line.trim().replace(/^\S+ +/, '')),
    house.store.lastSeq(),
  );
  const anna = await house.create('8642');
  await house.call('access_codes/update', { access_code_id: anna, name: 'Anna' });
  await house.settle(1_000);
  await house.call('access_codes/delete', { access_code_id: anna });
  await house.settle(1_000);
  const found = house.state().slots.get(3)?.unmanagedId;
  await house.call('access_codes/unmanaged/convert_to_managed', { access_code_id: found });
  await house.call('devices/update', { device_id: house.deviceId, backup_access_code_pool_enabled: true });
  await house.settle(1_000);
  end();
  expect(lines.filter((line) => line.includes('Anna'))).toContain('Front door: "Anna" stands on the lock');
  expect(lines).toContain('Front door: "Anna" ended');
  expect(lines).toContain('Front door: a code is ours from now on');
  expect(lines).toContain('Front door: a spare code stands on the lock');
  expect(lines.join('\n')).not.toMatch(/access_code\.|\d{4}/);
});
