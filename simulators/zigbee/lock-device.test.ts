import { describe, expect, test } from 'vitest';
import type { ApsFrame } from './air.ts';
import { lockBench } from './testing/lock-bench.ts';
import { clusterId } from './zcl-cluster.ts';

const { doorLock, basic, power, alarms, pollControl, time, identify } = clusterId;
const set = '01 90 05 0300 01 00 04 31323334';

describe('what a lock is', () => {
  test('one endpoint with the servers that it has, and what it is a client of', () => {
    using bench = lockBench({ endpoint: 11, clock: {}, poll_control: true });
    expect(bench.unit.device.endpoints).toEqual([
      {
        endpoint: 11,
        profile: 0x0104,
        deviceId: 0x000a,
        deviceVersion: 0,
        inputClusters: [basic, identify, doorLock, power, alarms, pollControl],
        outputClusters: [time, 0x0019],
      },
    ]);
  });

  test('on mains it has no battery, and listens always', async () => {
    using bench = lockBench({ power: 'mains', alarms: false });
    const { device, person } = bench.unit;
    expect(device.endpoints[0]?.inputClusters).toEqual([basic, identify, doorLock]);
    expect([device.mains, device.listensAlways]).toEqual([true, true]);
    expect(await person.battery(50)).toEqual({ accepted: false, reason: 'mains' });
    expect(await bench.ask('00 90 00 0700', { cluster: basic })).toBe('189001' + '0700' + '0030' + '01');
  });

  test('a Weiser tells of its battery on another endpoint, which comes first and has no lock', async () => {
    using bench = lockBench({ endpoint: 2, power_endpoint: 196 });
    expect(bench.unit.device.endpoints.map(({ endpoint }) => endpoint)).toEqual([196, 2]);
    expect(bench.unit.device.endpoints.map((each) => each.inputClusters.includes(power))).toEqual([
      true,
      false,
    ]);
    expect(await bench.ask('00 90 00 2100', { cluster: power, endpoint: 196 })).toBe(
      '189001' + '2100' + '0020' + 'ae',
    );
    bench.tell(set, { endpoint: 196 });
    await bench.idle();
    expect(bench.unit.lock.occupied()).toEqual([]);
    bench.bind(power);
    await bench.ask('00 91 06 00 2100 20 0000 100e 01', { cluster: power, endpoint: 196 });
    await bench.unit.person.battery(10);
    await bench.unasked(power);
    expect(bench.sent.at(-1)?.sourceEndpoint).toBe(196);
  });

  test('tells its battery in half percents, by voltage, or both', async () => {
    const told = async (battery_tells: 'percentage' | 'voltage' | 'both'): Promise<string> => {
      using bench = lockBench({ battery_tells });
      return await bench.ask('00 90 00 2000 2100', { cluster: power });
    };
    expect(await told('percentage')).toBe('189001' + '200086' + '21000020ae');
    expect(await told('voltage')).toBe('189001' + '2000002039' + '210086');
    expect(await told('both')).toBe('189001' + '2000002039' + '21000020ae');
  });

  test('tells how many users and digits it has, or something else', async () => {
    using bench = lockBench({
      slots: 250,
      code_length_told: { min: 4, max: 10 },
      behaviour: { bogus_user_count: 0 },
    });
    expect(await bench.ask('00 90 00 1200 1700 1800')).toBe(
      '189001' + '1200002100 00'.replace(' ', '') + '170000200a' + '1800002004',
    );
    bench.unit.lock.change({ bogus_user_count: false });
    expect(await bench.ask('00 91 00 1200')).toBe('189101' + '12000021fa00');
  });
});

describe('a frame on its way to the lock', () => {
  const deliveries = (behaviour: Parameters<typeof lockBench>[0] = {}): object => {
    using bench = lockBench(behaviour);
    return bench.unit.device.deliver();
  };

  test('arrives after a hop', () => {
    expect(deliveries()).toEqual({ status: 0, afterMs: 0 });
    expect(deliveries({ behaviour: { hop_ms: 15 } })).toEqual({ status: 0, afterMs: 15 });
  });

  test('fails as MAC no ack where it listens always, as expired where it sleeps', () => {
    const behaviour = { offline: true };
    expect(deliveries({ power: 'mains', behaviour })).toEqual({ status: 0xe9, afterMs: 100 });
    expect(deliveries({ behaviour })).toEqual({ status: 0xf0, afterMs: 7_000 });
  });

  test('fails as often as told, and may have arrived for all that', () => {
    using bench = lockBench({ behaviour: { mac_no_ack: 2, aps_no_ack: 1, no_route: 1, no_ack_ms: 5 } });
    const { device, lock } = bench.unit;
    const statuses = [1, 2, 3, 4, 5].map(() => device.deliver().status);
    expect(statuses).toEqual([0xe9, 0xe9, 0xb7, 0xcd, 0]);
    lock.change({ aps_no_ack: 1, no_ack_arrives: true });
    expect(device.deliver()).toEqual({ status: 0xb7, afterMs: 5, arrives: true });
  });

  test('waits for a sleeping lock to ask, and not at all for one that listens', () => {
    using bench = lockBench({ behaviour: { poll_interval_ms: 250 } });
    for (let i = 0; i < 50; i += 1) {
      const { status, afterMs } = bench.unit.device.deliver();
      expect(status).toBe(0);
      expect(afterMs).toBeGreaterThan(0);
      expect(afterMs).toBeLessThanOrEqual(250);
    }
    expect(deliveries({ sleepy: false, behaviour: { poll_interval_ms: 250 } })).toEqual({
      status: 0,
      afterMs: 0,
    });
  });

  test('expires where the lock asks too seldom', () => {
    expect(deliveries({ behaviour: { poll_interval_ms: 600_000, expire_ms: 0 } })).toEqual({
      status: 0xf0,
      afterMs: 0,
    });
  });
});

describe('an answer on its way back', () => {
  test('is lost as often as told, and what was asked is done all the same (FIELD-BUGS 17)', async () => {
    using bench = lockBench({ behaviour: { lose_answers: 1 } });
    bench.tell(set);
    await expect.poll(() => bench.happened()).toContain('answer_lost');
    expect(bench.unit.lock.slot(3)?.code).toBe('1234');
    expect(bench.sent).toEqual([]);
    expect(await bench.ask('01 91 07 0300')).toBe('199107' + '00');
  });

  test('of another cluster is not lost with those', async () => {
    using bench = lockBench({ behaviour: { lose_answers: true } });
    expect(await bench.ask('00 90 00 0000', { cluster: basic })).toBe('189001' + '0000' + '0020' + '03');
    expect(await bench.ask('00 91 00 0000')).toBe('189101' + '0000' + '0030' + '01');
  });

  test('is held until somebody lets it go, in order', async () => {
    using bench = lockBench({ behaviour: { answer_hold: true } });
    bench.tell(set);
    bench.tell('01 91 07 0300');
    await expect.poll(() => bench.happened().filter((type) => type === 'answer_held')).toHaveLength(2);
    expect(bench.sent).toEqual([]);
    bench.unit.lock.change({ answer_hold: false });
    await bench.unit.device.release();
    await expect.poll(() => bench.sent.map(({ payload }) => payload[2])).toEqual([5, 7]);
  });

  test('goes nowhere once the lock has left its network', async () => {
    using bench = lockBench({ behaviour: { answer_hold: true } });
    const { device, lock } = bench.unit;
    bench.tell(set);
    await expect.poll(() => bench.happened()).toContain('answer_held');
    const again: ApsFrame[] = [];
    device.joined(undefined);
    device.joined((frame) => again.push(frame));
    lock.change({ answer_hold: false });
    await device.release();
    await bench.idle();
    expect([...bench.sent, ...again]).toEqual([]);
  });

  test('comes late, after the answer to a later question', async () => {
    using bench = lockBench({ behaviour: { late_answers_ms: 40 } });
    bench.tell(set);
    await bench.idle();
    bench.unit.lock.change({ late_answers_ms: 0 });
    expect(await bench.ask('01 91 06 0300')).toBe('199106' + '0300' + '01' + '00' + '0431323334');
    expect(bench.sent).toHaveLength(1);
    await expect.poll(() => bench.sent.map(({ payload }) => payload[2])).toEqual([6, 5]);
  });

  test('does not leave a lock that is off the air meanwhile', async () => {
    using bench = lockBench({ behaviour: { delay_ms: 20 } });
    bench.tell(set);
    bench.unit.lock.change({ offline: true });
    await bench.idle();
    expect(bench.unit.lock.slot(3)?.code).toBe('1234');
    expect(bench.sent).toEqual([]);
  });

  test('waits until the one before it is done', async () => {
    using bench = lockBench({ behaviour: { delay_ms: { set: 30 } } });
    bench.tell(set);
    expect(await bench.ask('01 91 06 0300')).toBe('199106' + '0300' + '01' + '00' + '0431323334');
    expect(bench.sent.map(({ payload }) => payload[2])).toEqual([5, 6]);
  });

  test("isn't given where the change could not be kept", async () => {
    using bench = lockBench();
    bench.unit.lock.keepWith(() => {
      throw new Error('disk full');
    });
    bench.tell(set);
    await bench.idle();
    expect(bench.sent).toEqual([]);
    bench.unit.lock.keepWith(() => undefined);
    expect(await bench.ask('01 91 07 0300')).toBe('199107' + '00');
  });
});

describe('bindings', () => {
  const binding = {
    endpoint: 1,
    cluster: doorLock,
    destination: '0x00124b0000000001',
    destinationEndpoint: 1,
  };

  test('are kept once each, and undone', () => {
    using bench = lockBench();
    const { device } = bench.unit;
    expect([device.bind(binding), device.bind(binding)]).toEqual([true, true]);
    expect(device.bindings).toEqual([binding]);
    expect(bench.kept.at(-1)?.bindings).toEqual([binding]);
    expect([device.unbind(binding), device.unbind(binding)]).toEqual([true, false]);
    expect(device.bindings).toEqual([]);
  });

  test('have their limit', () => {
    using bench = lockBench();
    const bound = Array.from({ length: 40 }, (_, i) =>
      bench.unit.device.bind({ ...binding, destinationEndpoint: i }),
    );
    expect(bound.filter((did) => did)).toHaveLength(32);
  });

  test("and reporting are forgotten by a lock that leaves its network, codes aren't", async () => {
    using bench = lockBench({ codes: { 3: '1234' } });
    bench.bind(doorLock);
    await bench.ask('00 90 06 00 0000 30 0000 2c01');
    bench.unit.device.joined(undefined);
    expect(bench.kept.at(-1)).toMatchObject({ bindings: [], reporting: [], slots: { 3: { code: '1234' } } });
    await bench.unit.person.keypad({ action: 'add', code: '4711' });
    expect(bench.sent).toHaveLength(1);
  });

  test('codes too, where the lock wipes itself when it leaves', () => {
    using bench = lockBench({ codes: { 3: '1234' }, wipes_on_leave: true });
    bench.unit.device.joined(undefined);
    expect(bench.kept.at(-1)?.slots).toEqual({});
  });
});

describe('poll control', () => {
  const options = { cluster: pollControl };

  test('tells and sets how often the lock asks, in quarter seconds', async () => {
    using bench = lockBench({ poll_control: true, behaviour: { poll_interval_ms: 1_000 } });
    expect(await bench.ask('00 90 00 0100', options)).toBe('189001' + '0100' + '0023' + '04000000');
    expect(await bench.ask('01 91 02 02000000', options)).toBe('18910b' + '02' + '00');
    expect(bench.unit.lock.behaviour.poll_interval_ms).toBe(500);
    expect(await bench.ask('01 92 02 00000000', options)).toBe('18920b' + '02' + '87');
  });

  test('checks in with whom it is bound to', async () => {
    using bench = lockBench({ poll_control: true });
    bench.bind(pollControl);
    expect(await bench.unit.device.checkIn()).toBe(true);
    expect(await bench.unasked(pollControl)).toMatch(/^09..00$/);
    expect(await bench.ask('01 90 00 00 0000', options)).toBe('18900b' + '00' + '00');
    using without = lockBench();
    expect(await without.unit.device.checkIn()).toBe(false);
  });
});
