import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec, Traits } from '../../drivers/simulated/lock.ts';
import { DeviceId } from '../../src/core/ids.ts';
import { Crash, field, House, lockSpec } from '../support/house.ts';

// Trials of schedules on locks that are told with each write whether a code is enabled and bound to its schedule.

let house: House;
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const spec = (traits: Traits, changes: Partial<LockSpec> = {}): LockSpec =>
  lockSpec({ traits, ...changes }, { yearDaySchedules: 1, codeManners: true, slots: { first: 1, last: 4 } });
const build = async (traits: Traits, changes: Partial<LockSpec> = {}): Promise<House> => {
  house = new House([spec(traits, changes)]);
  house.lock.slots.set(1, '9999');
  await house.settle();
  return house;
};
const begin = async (): Promise<string> => {
  const answer = await house.call('lockstep/certify', { device_id: house.deviceId, quick: true });
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  return field(answer.body['certification'], 'certify_id');
};
interface View {
  readonly state: string;
  readonly error: unknown;
  readonly row: { readonly found: { readonly schedules: object } } | null;
  readonly steps: readonly { readonly name: string; readonly state: string }[];
}
const look = async (certify_id: string): Promise<View> => {
  const answer = await house.call('lockstep/certify/get', { certify_id });
  if (!answer.ok) throw new Error(answer.error.type);
  return answer.body['certification'] as unknown as View;
};
/** What opens the door at any hour, but for the code that was there before. */
const opensTheDoor = (of = house): number[] => of.lock.roundTheClock.filter((slot) => slot !== 1);
const onlyTheirs = (of: House, when: string): void => {
  expect([...of.lock.slots], when).toEqual([[1, '9999']]);
  expect([...of.lock.schedules], when).toEqual([]);
  expect(of.store.accessCodes(), when).toEqual([]);
  expect(of.store.intents(DeviceId(of.deviceId)), when).toEqual([]);
  expect(
    [...of.state().slots.values()].filter((one) => one.owner !== undefined),
    when,
  ).toEqual([]);
};

const orders = [
  ['kept', { without_code: 'kept', when_code_came: 'kept', order: 'schedule_first' }],
  [
    'need_code',
    { without_code: 'refused', with_code: 'kept', code_disabled_first: 'kept', order: 'code_disabled_first' },
  ],
  [
    'dropped_by_first_code',
    {
      without_code: 'kept',
      when_code_came: 'dropped',
      code_disabled_first: 'kept',
      order: 'code_disabled_first',
    },
  ],
  [
    'dropped_by_code',
    { without_code: 'kept', when_code_came: 'dropped', code_disabled_first: 'dropped', order: null },
  ],
  [
    'not_stored',
    { without_code: 'not_kept', with_code: 'not_kept', code_disabled_first: 'not_kept', order: null },
  ],
  [
    'dropped_by_enabling',
    { without_code: 'kept', when_code_came: 'dropped', code_disabled_first: 'dropped', order: null },
  ],
] as const;

describe('certify finds out in which order a schedule binds its code (FIELD-BUGS 29)', () => {
  for (const masks of [false, true])
    test.each(orders)(`%s${masks ? ', on a lock that masks' : ''}`, async (schedules, expected) => {
      await build({ schedules }, { masks });
      const id = await begin();
      await house.settle(5 * minute);
      const view = await look(id);
      expect(view.error).toBeNull();
      expect(view.row?.found.schedules).toMatchObject(expected);
      const device = house.store.device(DeviceId(house.deviceId));
      expect(device?.capabilities?.scheduleOrder).toBe(expected.order ?? undefined);
      onlyTheirs(house, schedules);
      expect(house.state().seenToLie).toBe(false);
    });

  test.each(['dropped_by_code', 'dropped_by_enabling'] as const)(
    'that the order it was taken to have does not hold: %s',
    async (schedules) => {
      const claims = {
        yearDaySchedules: 1,
        codeManners: true,
        scheduleOrder: 'code_disabled_first',
      } as const;
      house = new House([lockSpec({ traits: { schedules } }, claims)]);
      await house.settle();
      const id = await begin();
      await house.settle(5 * minute);
      expect((await look(id)).row?.found.schedules).toMatchObject({ order: null });
      expect(house.store.device(DeviceId(house.deviceId))?.capabilities?.scheduleOrder).toBeUndefined();
    },
  );

  test('that a lock enables what it is told to disable, and then uses neither order', async () => {
    await build({ schedules: 'need_code', alwaysEnables: true });
    const id = await begin();
    await house.settle(5 * minute);
    expect((await look(id)).row?.found.schedules).toMatchObject({
      without_code: 'refused',
      code_disabled_first: 'not_disabled',
      order: null,
    });
    onlyTheirs(house, 'at the end');
  });
});

const running = async (id: string): Promise<string | undefined> =>
  (await look(id)).steps.find((step) => step.state === 'running')?.name;

test.each<[string, Traits]>([
  ['kept', { schedules: 'kept' }],
  ['kept, and whatever is written is enabled', { schedules: 'kept', alwaysEnables: true }],
  ['need_code', { schedules: 'need_code' }],
  ['dropped_by_first_code', { schedules: 'dropped_by_first_code' }],
  ['not_stored', { schedules: 'not_stored' }],
])(
  'while schedules are tried out, nothing of the trial opens the door round the clock: %s (FIELD-BUGS 29)',
  async (_, traits) => {
    await build(traits);
    const id = await begin();
    let looks = 0;
    for (let ms = 0; ms < 60_000 && (await look(id)).state === 'running'; ms += 10) {
      await house.clock.advance(10);
      if ((await running(id)) !== 'schedule_order') continue;
      looks += 1;
      expect(opensTheDoor(), `after ${ms} ms`).toEqual([]);
    }
    expect(looks).toBeGreaterThan(10);
  },
);

test.each([
  ['need_code', false],
  ['dropped_by_code', true],
] as const)(
  'killed between any two of its steps it leaves nothing: %s, masked: %s (FIELD-BUGS 32)',
  async (schedules, masks) => {
    {
      let moments = 0;
      {
        await using whole = await build({ schedules }, { masks });
        whole.onMoment = () => {
          moments += 1;
        };
        await begin();
        await whole.settle();
      }
      expect(moments).toBeGreaterThan(20);
      for (let kill = 0; kill < moments; kill += 1) {
        await using killed = await build({ schedules }, { masks });
        let left = kill;
        killed.onMoment = () => {
          left -= 1;
          if (left < 0) throw new Crash();
        };
        await begin();
        await killed.settle(30_000);
        killed.onMoment = () => undefined;
        await killed.restart();
        await killed.settle(30 * minute);
        onlyTheirs(killed, `killed at moment ${kill}`);
      }
    }
    house = new House();
  },
  180_000,
);

test('a lock that is off the air half-way keeps no code that opens the door, and is cleared when it is back', async () => {
  for (let more = 0; more < 300; more += 20) {
    await using away = await build({ schedules: 'need_code' });
    const id = await begin();
    while ((await running(id)) !== 'schedule_order') await away.clock.advance(5);
    await away.clock.advance(more);
    away.lock.faults.offline = true;
    await away.settle(5 * minute);
    if ((await look(id)).error !== null) expect(opensTheDoor(away), `${more} ms`).toEqual([]);
    away.lock.faults.offline = false;
    away.driver.emit({ kind: 'reachable', address: away.lock.spec.address });
    await away.settle(10 * minute);
    onlyTheirs(away, `${more} ms`);
  }
  house = new House();
});
