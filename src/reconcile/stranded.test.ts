import { expect, test } from 'vitest';
import { CodeLife, hour } from '../../test/support/code-life.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { TestBed, aCode, aDevice } from '../store/testing/test-bed.ts';
import { settleIdle } from './stranded.ts';

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

test('a guest whose lock was removed is told of once, and nobody else’s', () => {
  using bed = new TestBed();
  const store = bed.open();
  const now = 1_800_000_000_000;
  const timeFrame = { startsAt: now + hour, endsAt: now + 2 * hour };
  const removed = aDevice(1, { removedAt: now - hour });
  const [mine, other] = [aCode(1, { timeFrame }), aCode(2, { timeFrame, deviceId: aDevice(2).deviceId })];
  store.putDevice(removed);
  store.putDevice(aDevice(2));
  for (const code of [mine, other]) store.putAccessCode(code);
  const report = {
    distrust: undefined,
    since: now - hour,
    wall: now,
    floor: now,
    synchronised: true,
  } as const;
  const clockTrust = {
    isTrusted: true,
    report: () => ({ ...report, by: 'system' as const }),
    trust: () => 'trusted' as const,
    remember: () => undefined,
    onChange: () => () => undefined,
  };
  const parts = {
    store,
    random: new SeededRandom(1),
    leadMs: 30_000,
    arrivalNoticeMs: 12 * hour,
    clockTrust,
  };
  const once = settleIdle(parts, removed, [], now);
  const reasonOf = ({ accessCodeId }: typeof mine): string | undefined =>
    store.accessCode(accessCodeId)?.arrivalRisk?.reason;
  expect([reasonOf(mine), reasonOf(other)]).toEqual(['device_removed', undefined]);
  expect(once.changes).toContainEqual({ kind: 'events' });
  expect(settleIdle(parts, removed, [], now).changes).not.toContainEqual({ kind: 'events' });
});
