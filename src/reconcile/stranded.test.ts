import { expect, test } from 'vitest';
import { CodeLife, hour } from '../../test/support/code-life.ts';

test('a lock whose radio is no longer among the drivers: its codes are unknown, those that end say loudly that they may still open', async () => {
  await using life = await CodeLife.build();
  const { house } = life;
  const ongoing = await life.create({ code: '1234' });
  const ending = await life.create({ code: '5678', starts_at: life.at(0), ends_at: life.at(hour) });
  await house.settle();
  await house.restart([]);
  await house.settle();
  expect(await life.shown(ongoing)).toMatchObject({
    status: 'unknown',
    errors: [
      { error_code: 'account_disconnected', is_connected_account_error: true, is_device_error: false },
    ],
  });
  await house.settle(2 * hour);
  expect(await life.shown(ending)).toMatchObject({
    status: 'removing',
    errors: [{ error_code: 'account_disconnected' }, { error_code: 'failed_to_remove_from_device' }],
  });
  // A wish for such a lock is looked after too.
  await life.remove(ongoing);
  await house.settle(0);
  expect(await life.shown(ongoing)).toMatchObject({ status: 'removing' });
  await house.restart();
  await house.settle();
  expect(house.lock.slots.size).toBe(0);
  expect(life.told(ending).slice(-2)).toEqual(['removed_from_device', 'deleted']);
});

test('what is asked before the drivers are open does not make locks look as if nobody served them', async () => {
  await using life = await CodeLife.build();
  const { house } = life;
  const id = await life.create({ code: '1234' });
  await house.settle();
  await house.restart('not_started');
  await life.update(id, { name: 'Anna' });
  await house.settle(0);
  expect(await life.shown(id)).toMatchObject({ status: 'set', errors: [] });
});
