import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lockBench } from './testing/lock-bench.ts';
import { clusterId } from './zcl-cluster.ts';

const basic = { cluster: clusterId.basic };
const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

describe('Read Attributes', () => {
  test('gives status, type and value of each, and a mere status for what is not there', async () => {
    using bench = lockBench();
    // LockState (enum8, 1 locked), 0x0013 (uint16), 0x0999.
    expect(await bench.ask('00 90 00 0000 1300 9909')).toBe(
      '189001' + '0000' + '00' + '30' + '01' + '1300' + '00' + '21' + '0000' + '990986',
    );
  });

  test('gives character strings with their length', async () => {
    using bench = lockBench({ manufacturer: 'Ab', model: 'YRD226 TSDB' });
    expect(await bench.ask('00 91 00 0400 0500', basic)).toBe(
      '189101' + '0400' + '0042' + '02' + ascii('Ab') + '0500' + '0042' + '0b' + ascii('YRD226 TSDB'),
    );
  });

  test("reaches what is the maker's own only with the maker's code, and keeps the code in its answer", async () => {
    using bench = lockBench({
      manufacturer_code: 0x1337,
      vendor_attributes: [{ id: 0x4000, type: 0x20, value: 5, manufacturer_specific: true }],
    });
    expect(await bench.ask('00 92 00 0040')).toBe('189201' + '0040' + '86');
    expect(await bench.ask('04 3713 93 00 0040')).toBe('1c371393' + '01' + '0040' + '0020' + '05');
  });

  test('leaves to another request what has no room in the frame', async () => {
    using bench = lockBench();
    const all = Array.from({ length: 24 }, () => '0000').join('');
    const answer = await bench.ask(`00 94 00 ${all}`);
    expect(answer).toContain('0000' + '89');
    expect(answer.length / 2).toBeLessThan(110);
  });
});

describe('Write Attributes', () => {
  test('is answered by one success, and what was written is read back and kept', async () => {
    using bench = lockBench();
    expect(await bench.ask('00 90 02 2400 20 01')).toBe('189004' + '00');
    expect(await bench.ask('00 91 00 2400')).toBe('189101' + '2400' + '0020' + '01');
    expect(bench.kept.at(-1)?.attributes).toEqual({ '257/36': 1 });
  });

  test('names each that failed: read only, not there, another type, a value that it does not take', async () => {
    using bench = lockBench();
    expect(await bench.ask('00 90 02 0000 30 02 9909 20 00 2400 21 0100 2500 30 09')).toBe(
      '189004' + '880000' + '869909' + '8d2400' + '872500',
    );
  });

  test('undivided writes all or nothing', async () => {
    using bench = lockBench();
    expect(await bench.ask('00 90 03 2400 20 00 0000 30 02')).toBe('189004' + '880000');
    expect(await bench.ask('00 91 00 2400')).toBe('189101' + '2400' + '0020' + '02');
  });

  test('without a response is done in silence', async () => {
    using bench = lockBench();
    bench.tell('10 90 05 2400 20 00');
    await bench.idle();
    expect(bench.sent).toHaveLength(0);
    expect(await bench.ask('00 91 00 2400')).toBe('189101' + '2400' + '0020' + '00');
  });
});

describe('reporting', () => {
  const lockState = '0000 30 0000 2c01';

  test('is configured for a reportable attribute, and can be read', async () => {
    using bench = lockBench();
    expect(await bench.ask(`00 90 06 00 ${lockState}`)).toBe('189007' + '00');
    // Discrete types have no reportable change.
    expect(await bench.ask('00 91 08 00 0000')).toBe(
      '189109' + '00' + '00' + '0000' + '30' + '0000' + '2c01',
    );
    expect(bench.kept.at(-1)?.reporting).toEqual([{ cluster: 0x0101, attribute: 0, min: 0, max: 300 }]);
  });

  test("is refused for each that can't be reported, with the reason", async () => {
    using bench = lockBench();
    expect(
      await bench.ask('00 90 06 00 1200 21 0000 2c01 0000 00 9909 20 0000 2c01 00 00 0000 20 0000 2c01 00'),
    ).toBe('189007' + '8c001200' + '86009909' + '8d000000');
    expect(await bench.ask('00 91 08 00 0000')).toBe('189109' + '8b' + '00' + '0000');
    // The shortest interval may not be above the longest.
    expect(await bench.ask('00 92 06 00 0000 30 0b00 0a00')).toBe('189207' + '87000000');
  });

  test('tells of a change to whom the cluster is bound, and to nobody else', async () => {
    using bench = lockBench();
    await bench.ask(`00 90 06 00 ${lockState}`);
    await bench.unit.person.bolt({ locked: false, how: 'manual' });
    expect(bench.untaken()).toEqual([]);
    bench.bind(clusterId.doorLock);
    await bench.unit.person.bolt({ locked: true, how: 'manual' });
    expect(await bench.unasked()).toMatch(/^18..0a00003001$/);
  });

  test('ends where 0xffff is the longest interval', async () => {
    using bench = lockBench({ event_masks: 0 });
    bench.bind(clusterId.doorLock);
    await bench.ask(`00 90 06 00 ${lockState}`);
    expect(await bench.ask('00 91 06 00 0000 30 0000 ffff')).toBe('189107' + '00');
    await bench.unit.person.bolt({ locked: false, how: 'manual' });
    await bench.idle();
    expect(bench.untaken()).toEqual([]);
  });

  test("says nothing of an attribute whose reporting isn't configured", async () => {
    using bench = lockBench({ event_masks: 0 });
    bench.bind(clusterId.doorLock);
    await bench.unit.person.bolt({ locked: false, how: 'manual' });
    expect(bench.untaken()).toEqual([]);
  });

  test('of the battery counts in half percent, or whole where the lock does so', async () => {
    for (const [battery_in_percent, told] of [
      [false, '1e'],
      [true, '0f'],
    ] as const) {
      using bench = lockBench({ battery_in_percent });
      bench.bind(clusterId.power);
      await bench.ask('00 90 06 00 2100 20 0000 100e 01', { cluster: clusterId.power });
      expect(await bench.unit.person.battery(15)).toEqual({ accepted: true });
      expect(await bench.unasked(clusterId.power)).toMatch(new RegExp(`^18..0a210020${told}$`));
    }
  });

  describe('in time', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test('waits until the shortest interval is over, then tells the newest', async () => {
      using bench = lockBench({ event_masks: 0 });
      bench.bind(clusterId.doorLock);
      await bench.ask('00 90 06 00 0000 30 0a00 2c01');
      await bench.unit.person.bolt({ locked: false, how: 'manual' });
      expect(await bench.unasked()).toMatch(/0a00003002$/);
      await bench.unit.person.bolt({ locked: true, how: 'manual' });
      await vi.advanceTimersByTimeAsync(9_900);
      expect(bench.untaken()).toEqual([]);
      await vi.advanceTimersByTimeAsync(200);
      expect(bench.untaken()).toEqual([expect.stringMatching(/0a00003001$/)]);
    });

    test('comes again when the longest interval is over', async () => {
      using bench = lockBench({ event_masks: 0 });
      bench.bind(clusterId.doorLock);
      await bench.ask('00 90 06 00 0000 30 0000 3c00');
      await vi.advanceTimersByTimeAsync(59_000);
      expect(bench.untaken()).toEqual([]);
      await vi.advanceTimersByTimeAsync(62_000);
      const report: unknown = expect.stringMatching(/0a00003001$/);
      expect(bench.untaken()).toEqual([report, report]);
    });
  });
});

describe('discovery', () => {
  test('lists attributes from an id on, and says whether that is all', async () => {
    using bench = lockBench();
    expect(await bench.ask('00 90 0c 0000 02')).toBe('18900d' + '00' + '000030' + '010030');
    expect(await bench.ask('00 91 0c 4700 05')).toBe('18910d' + '01' + '470019');
  });

  test('lists the commands that the lock takes', async () => {
    using bench = lockBench({ missing_commands: [0x02, 0x03, 0x08, 0x09, 0x14, 0x15] });
    expect(await bench.ask('00 90 11 00 ff')).toBe('189012' + '01' + '0001' + '0506070a');
  });
});

describe('Default Response', () => {
  test('comes with 0x81 for a command of the cluster that the lock does not know, such as those for cards', async () => {
    using bench = lockBench();
    expect(await bench.ask('01 90 17 0100')).toBe('18900b' + '17' + '81');
  });

  test('comes also where the sender wants none, if something went wrong', async () => {
    using bench = lockBench();
    expect(await bench.ask('11 90 19')).toBe('18900b' + '19' + '81');
  });

  test('comes with 0x82 for an unknown general command, 0x83 and 0x84 for those of a maker', async () => {
    using bench = lockBench();
    expect(await bench.ask('00 90 0e 0000')).toBe('18900b' + '0e' + '82');
    expect(await bench.ask('05 5710 91 00')).toBe('1c5710910b' + '00' + '83');
    expect(await bench.ask('04 5710 92 0e')).toBe('1c5710920b' + '0e' + '84');
  });

  test('comes with 0x80 for a command that is cut short, which changes nothing', async () => {
    using bench = lockBench({ codes: { 1: '1234' } });
    expect(await bench.ask('01 90 05 0100 01 00 06 3132')).toBe('18900b' + '05' + '80');
    expect(bench.unit.lock.slot(1)?.code).toBe('1234');
    expect(bench.happened()).toEqual([]);
  });

  test("comes with 0xc3 for a cluster that isn't there", async () => {
    using bench = lockBench();
    expect(await bench.ask('01 90 00', { cluster: 0x0006 })).toBe('18900b' + '00' + 'c3');
  });

  test('confirms a command without an answer of its own, unless that is unwanted', async () => {
    using bench = lockBench();
    expect(await bench.ask('01 90 00 0a00', { cluster: clusterId.identify })).toBe('18900b' + '00' + '00');
    bench.tell('11 91 00 0a00', { cluster: clusterId.identify });
    await bench.idle();
    expect(bench.sent).toHaveLength(1);
  });

  test('is itself never answered, nor is a frame for another endpoint, nor what is no ZCL frame', async () => {
    using bench = lockBench();
    bench.tell('10 90 0b 20 00');
    bench.tell('01 91 06 0100', { endpoint: 3 });
    bench.tell('03 92 06 0100');
    await bench.idle();
    expect(bench.sent).toEqual([]);
  });
});
