import { afterEach, describe, expect, test } from 'vitest';
import { Guesthouse } from '../support/guesthouse.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let house: Guesthouse;
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

describe('a machine that starts in 1970', () => {
  test('ends what is over by the floor, adds nobody but the family, and goes on when the time comes', async () => {
    house = await Guesthouse.open();
    const { leaving, staying, coming } = await house.guests();
    house.system.synchronised = false;
    await house.reboot(0, 0);
    await house.settle(minute);
    expect(house.trust).toBe('behind_floor');
    expect(house.opening('1111', '2222', '3333', '9999')).toEqual(['1111', '2222', '9999']);
    await house.until(1, 2 * minute);
    expect(house.opening('1111', '2222'), 'over by the floor').toEqual(['2222']);
    expect(house.told(leaving)).toContain('deleted');
    expect([await house.status(staying), await house.errors(staying)]).toEqual(['set', []]);
    await house.book('8888');
    await house.until(3);
    expect(house.opening('2222', '3333', '8888', '9999'), 'only what is for always').toEqual([
      '2222',
      '8888',
      '9999',
    ]);
    expect([await house.status(coming), await house.errors(coming)]).toEqual([
      'setting',
      expect.arrayContaining(['lockstep_clock_untrusted']),
    ]);
    // NTP at last.
    house.clock.step(house.clock.truth() - house.clock.now());
    house.system.synchronised = true;
    await house.settle(2 * minute);
    expect(house.trust).toBe('trusted by system');
    expect(house.opening('2222', '3333')).toEqual(['2222', '3333']);
    expect([await house.status(coming), await house.errors(coming)]).toEqual(['set', []]);
    await house.until(24, 2 * minute);
    expect(house.opening('2222', '3333')).toEqual(['3333']);
  });

  test('after two days without power: nobody is added before the time is known, and then all is put right', async () => {
    house = await Guesthouse.open();
    const { staying, coming } = await house.guests();
    house.system.synchronised = undefined;
    await house.reboot(30 * hour, 0);
    await house.settle(10 * minute);
    expect(house.opening('1111', '2222', '3333', '9999')).toEqual(['1111', '2222', '9999']);
    house.clock.step(house.clock.truth() - house.clock.now());
    house.system.synchronised = true;
    await house.settle(minute);
    expect([house.trust, house.opening('2222')], 'one word is none').toEqual(['leapt', ['2222']]);
    await house.settle(2 * minute);
    expect(house.opening('1111', '2222', '3333', '9999')).toEqual(['9999']);
    expect(house.told(staying)).toContain('removed_from_device');
    // Its time has passed entirely meanwhile.
    expect(house.told(coming)).toEqual(expect.arrayContaining(['deleted']));
    expect(house.told(coming)).not.toContain('set_on_device');
  });
});

describe('a machine that starts in the future', () => {
  test('takes nobody off while nothing says that its clock is right', async () => {
    house = await Guesthouse.open();
    const { leaving, staying, coming } = await house.guests();
    house.system.synchronised = undefined;
    await house.reboot(0, house.at(400 * 24));
    await house.until(0, 30 * minute);
    expect(house.trust).toBe('unsynchronised');
    expect(house.opening('1111', '2222', '3333', '9999')).toEqual(['1111', '2222', '9999']);
    expect([await house.status(leaving), await house.status(staying), await house.status(coming)]).toEqual([
      'set',
      'set',
      'unset',
    ]);
    await house.until(1, 2 * minute);
    expect(house.opening('1111', '2222'), 'the floor runs on').toEqual(['2222']);
  });

  test('that is called synchronised once is not believed; nor is it later, when it is right', async () => {
    house = await Guesthouse.open();
    await house.guests();
    await house.reboot(0, house.at(400 * 24));
    await house.settle(30_000);
    expect([house.trust, house.opening('2222')]).toEqual(['leapt', ['2222']]);
    house.clock.step(-400 * day);
    house.clock.step(house.clock.truth() - house.clock.now());
    await house.until(3);
    expect(house.trust).toBe('trusted by system');
    expect(house.opening('1111', '2222', '3333', '9999')).toEqual(['2222', '3333', '9999']);
  });
});

describe('a clock that is set while the bridge runs', () => {
  test.each([undefined, false, true])(
    'a day ahead, with the system saying %s: not for a moment is it believed',
    async (says) => {
      house = await Guesthouse.open();
      const { staying } = await house.guests();
      house.system.synchronised = says;
      house.clock.step(day);
      expect(house.parts.clock.now(), 'to whoever asks first').toBeLessThan(house.at(1));
      await house.settle(30_000);
      expect([house.trust, house.opening('1111', '2222', '3333')]).toEqual(['leapt', ['1111', '2222']]);
      expect(await house.status(staying)).toBe('set');
      house.clock.step(-day);
      await house.until(3);
      expect(house.trust).toMatch(/^trusted/);
      expect(house.opening('1111', '2222', '3333')).toEqual(['2222', '3333']);
    },
  );

  test('a day ahead, and the system says so for a minute: then it is so', async () => {
    house = await Guesthouse.open();
    await house.guests();
    house.clock.step(day);
    await house.settle(3 * minute);
    expect([house.trust, house.opening('1111', '2222', '3333')]).toEqual(['trusted by system', ['3333']]);
  });

  test.each([false, true])(
    'a day back, with the system saying %s: what has ended stays so, and nobody comes',
    async (says) => {
      house = await Guesthouse.open();
      const { leaving } = await house.guests();
      await house.until(1, 2 * minute);
      house.system.synchronised = says;
      house.clock.step(-day);
      await house.until(3);
      expect(house.trust).toBe('behind_floor');
      expect(house.opening('1111', '2222', '3333')).toEqual(['2222']);
      expect(house.told(leaving).filter((one) => one === 'deleted')).toHaveLength(1);
      await house.until(24, 2 * minute);
      expect(house.opening('2222'), 'over by the floor, which ran on').toEqual([]);
    },
  );

  test('a little, as NTP does: nothing happens', async () => {
    house = await Guesthouse.open();
    await house.guests();
    for (const ms of [-90_000, 4 * minute]) {
      house.clock.step(ms);
      await house.settle(12 * minute);
      expect(house.trust).toBe('trusted by system');
    }
    expect(house.opening('1111', '2222', '3333', '9999')).toEqual(['1111', '2222', '9999']);
  });
});

test('with NTP late, a new bridge takes codes on, says what they wait for, and sets them when the time is known', async () => {
  house = await Guesthouse.open({ synchronised: false });
  house.clock.step(-9 * day);
  await house.settle(2 * minute);
  expect(house.trust).toBe('unsynchronised');
  const guest = await house.book('1111', -9 * 24 - 200 * 24, 5);
  await house.settle(minute);
  expect([await house.status(guest), await house.errors(guest), house.opening('1111')]).toEqual([
    'setting',
    ['lockstep_clock_untrusted'],
    [],
  ]);
  house.clock.step(9 * day);
  house.system.synchronised = true;
  await house.settle(4 * minute);
  expect([house.trust, await house.status(guest), await house.errors(guest), house.opening('1111')]).toEqual([
    'trusted by system',
    'set',
    [],
    ['1111'],
  ]);
});

test('a network that is out for days takes no trust away', async () => {
  house = await Guesthouse.open();
  await house.guests();
  house.system.synchronised = false;
  await house.until(1, minute);
  expect(house.opening('1111')).toEqual([]);
  await house.until(3);
  expect([house.trust, house.opening('2222', '3333')]).toEqual(['trusted by system', ['2222', '3333']]);
  await house.restart();
  await house.settle(minute);
  expect([house.trust, house.opening('2222', '3333')], 'carried over a restart').toEqual([
    'trusted by carried',
    ['2222', '3333'],
  ]);
});

test('a machine that sleeps over a check-out and a check-in catches up within a minute, and is trusted still', async () => {
  house = await Guesthouse.open();
  await house.guests();
  house.system.synchronised = false;
  house.clock.suspend(8 * hour);
  await house.settle(61_000);
  expect([house.trust, house.opening('1111', '2222', '3333')]).toEqual([
    'trusted by system',
    ['2222', '3333'],
  ]);
});

test('a code written at its lead stays after a power cut, though the clock then shows a time before it', async () => {
  house = await Guesthouse.open();
  const { coming } = await house.guests();
  await house.until(2, -20_000);
  expect(house.opening('3333')).toEqual(['3333']);
  house.system.synchronised = undefined;
  await house.reboot(minute, house.at(1));
  expect(house.parts.clock.now(), 'no earlier than when it was written').toBeGreaterThanOrEqual(
    house.at(2) - 30_000,
  );
  await house.settle(minute);
  expect(house.trust, 'an hour behind what was done at a lock').toBe('behind_floor');
  await house.reboot(minute, house.at(2));
  await house.settle(10 * minute);
  expect(house.trust).toBe('unsynchronised');
  expect([house.opening('3333'), await house.status(coming)]).toEqual([['3333'], 'set']);
});

test('whatever is done at a lock, and what came of it, the bridge has stored that it is no earlier', async () => {
  house = await Guesthouse.open();
  const { staying } = await house.guests();
  await house.settle(5 * minute);
  const late: Record<string, number> = {};
  house.onMoment = (moment) => {
    late[moment] = house.clock.now() - (house.store.clockMemory()?.floor ?? 0);
  };
  await house.call('access_codes/delete', { access_code_id: staying });
  await house.settle(minute);
  expect(late).toMatchObject({ intent_committed: 0, belief_committed: 0 });
});

test('the operator’s word is taken, carried over restarts, and lowers the floor only when that is asked for', async () => {
  house = await Guesthouse.open({ synchronised: undefined });
  expect(house.trust).toBe('unsynchronised');
  expect(house.parts.clockTrust.trust(false)).toBe('trusted');
  const { coming } = await house.guests();
  await house.until(1, 2 * minute);
  await house.restart();
  await house.settle(minute);
  expect([house.trust, house.opening('1111', '2222')]).toEqual(['trusted by carried', ['2222']]);
  house.clock.step(-30 * day);
  expect(house.parts.clockTrust.trust(false)).toBe('behind_floor');
  await house.until(2, 2 * minute);
  expect(house.opening('3333')).toEqual([]);
  expect(house.parts.clockTrust.trust(true)).toBe('trusted');
  expect(house.parts.clock.now()).toBe(house.clock.now());
  await house.settle(2 * minute);
  expect(house.opening('1111', '2222', '3333', '9999'), 'those whose time is yet to come are off').toEqual([
    '9999',
  ]);
  expect(await house.status(coming)).toBe('unset');
  await house.restart();
  expect(house.parts.clock.now(), 'also below the time of the build').toBe(house.clock.now());
});
