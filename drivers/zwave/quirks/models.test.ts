import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Capabilities } from '../../../src/core/model.ts';
import type { Hint, LockDriver, ReadOutcome, WriteOutcome } from '../../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../../test/support/driver-host.ts';
import { giveKeys, hinted, never, openZwave, pinOf, zwaveLock } from '../../../test/support/zwave-driver.ts';
import { startZwaveSim } from '../../../test/support/zwave-sim.ts';
import type { ZwaveSim } from '../../../test/support/zwave-sim.ts';
import { quirks } from './index.ts';

/** Each row of the table beside the simulated lock of its model: preset `models`, in the order of the rows. */
const cleanup = new AsyncDisposableStack();
let sim: ZwaveSim;
let driver: LockDriver;
let hints: Hint[];

/** Some 2,500 slots are read at the interviews. */
const interviewsMs = 240_000;
/** A free slot on every model. */
const slot = 10;

const nodeOf = (model: string): number => {
  const index = quirks.findIndex(({ name }) => name === model);
  expect(index, model).toBeGreaterThanOrEqual(0);
  return index + 2;
};
const read = (node: number, at: number): Promise<ReadOutcome> => driver.readSlot(zwaveLock(node), at, never);
const write = (node: number, at: number, digits: string): Promise<WriteOutcome> =>
  driver.writeSlot(zwaveLock(node), at, pinOf(digits), never);
const clear = (node: number, at: number): Promise<WriteOutcome> =>
  driver.clearSlot(zwaveLock(node), at, never);
const capabilities = async (node: number): Promise<Capabilities> => {
  const told = await driver.capabilities(zwaveLock(node), never);
  if (told === undefined) throw new Error(`no capabilities of node ${node}`);
  return told;
};

beforeAll(async () => {
  sim = cleanup.use(await startZwaveSim({ locks: 'models' }));
  const { host } = cleanup.use(await temporaryHost());
  await giveKeys(host);
  const open = await openZwave(sim.serial, host);
  driver = cleanup.use(open.driver);
  hints = open.hints;
  await vi.waitFor(
    async () => {
      for (const { name } of quirks)
        expect(await driver.capabilities(zwaveLock(nodeOf(name)), never), name).toBeDefined();
    },
    { timeout: interviewsMs, interval: 250 },
  );
}, interviewsMs + 20_000);

afterAll(() => cleanup.disposeAsync());

const from4to8 = [4, 5, 6, 7, 8];
const from4to10 = [4, 5, 6, 7, 8, 9, 10];
const schlage = { last: 30, codeLengths: [4], oneCodeLength: true, readBack: 'masked', programming: true };
const yale = { last: 250, codeLengths: from4to8, readBack: 'full', programming: true, duplicateCheck: true };
const kwikset = { last: 30, codeLengths: from4to8, readBack: 'full', programming: false };

interface Expected {
  readonly last: number;
  readonly codeLengths: readonly number[];
  readonly readBack: string;
  readonly programming: boolean;
  readonly oneCodeLength?: boolean;
  readonly duplicateCheck?: boolean;
  readonly readBackDelayMs?: number;
  readonly schedules?: number;
  readonly clock?: boolean;
}

const timed = { schedules: 1, clock: true };

const models: readonly (readonly [string, Expected])[] = [
  ['schlage-be469', schlage],
  ['schlage-be469zp', { ...schlage, readBackDelayMs: 5_000 }],
  ['schlage-be468', schlage],
  ['schlage-be468zp', schlage],
  ['schlage-jbe109', schlage],
  ['yale-assure-zw2', { ...yale, ...timed }],
  ['yale-assure-zw3', { ...yale, ...timed }],
  ['yale-nf612-zw2', yale],
  ['yale-yrl-zw2', { ...yale, ...timed }],
  ['yale-yrm276', { ...yale, ...timed }],
  ['yale-real-living', { last: 250, codeLengths: from4to8, readBack: 'full', programming: false }],
  ['yale-keyless', { last: 20, codeLengths: from4to10, readBack: 'full', programming: false, clock: true }],
  ['kwikset-888', { ...kwikset, clock: true }],
  ['kwikset-914', { ...kwikset, clock: true }],
  ['kwikset-916', { ...kwikset, clock: true }],
  ['weiser-smartcode', { ...kwikset, clock: true }],
  ['kwikset-hc620', { last: 250, codeLengths: from4to8, readBack: 'full', programming: true }],
  ['danalock-v3', { last: 20, codeLengths: from4to10, readBack: 'full', programming: true, ...timed }],
  [
    'idlock-150',
    { last: 25, codeLengths: from4to10, readBack: 'full', programming: true, duplicateCheck: true },
  ],
  ['idlock-101', { last: 25, codeLengths: from4to10, readBack: 'full', programming: true }],
  ['philia-pds100', { last: 20, codeLengths: from4to10, readBack: 'full', programming: true }],
  ['ultraloq-ubolt-pro', { last: 49, codeLengths: from4to8, readBack: 'none', programming: false }],
  ['samsung-shp', { last: 30, codeLengths: from4to10, readBack: 'full', programming: true }],
];

test('every row of the table has its simulated lock, and is expected here', () => {
  expect(models.map(([name]) => name)).toEqual(quirks.map(({ name }) => name));
});

describe.each(models)('%s', (model, expected) => {
  test('is recognised by its numbers, and its claims are put right', async () => {
    const node = nodeOf(model);
    const row = quirks[node - 2]!;
    expect(driver.inspect?.(zwaveLock(node))).toMatchObject({
      product: row.products[0],
      quirk: { name: model, source: row.source },
      weakSecurity: (await sim.lock(node)).security === 's0',
    });
    const told = await capabilities(node);
    expect({
      last: told.slots.last,
      codeLengths: told.codeLengths,
      readBack: told.readBack,
      programming: told.reportsProgramming,
      ...(told.oneCodeLength === undefined ? {} : { oneCodeLength: told.oneCodeLength }),
      ...(told.duplicateCheck === undefined ? {} : { duplicateCheck: told.duplicateCheck }),
      ...(told.readBackDelayMs === undefined ? {} : { readBackDelayMs: told.readBackDelayMs }),
      ...(told.yearDaySchedules === undefined ? {} : { schedules: told.yearDaySchedules }),
      ...(told.clock === undefined ? {} : { clock: told.clock.set && told.clock.read }),
    }).toEqual(expected);
    // What a source doesn't say is left to certify.
    expect(told.scheduleOrder).toBeUndefined();
  });

  test('takes a code, reads it back as the row says, and lets it go', async () => {
    const node = nodeOf(model);
    const before = await sim.codes(node);
    expect(await write(node, slot, '8631')).toEqual({ kind: 'accepted' });
    expect((await sim.codes(node))[slot]).toBe('8631');
    await vi.waitFor(
      async () => {
        const outcome = await read(node, slot);
        expect(outcome).toEqual(
          expected.readBack === 'none'
            ? { kind: 'failed', why: 'timeout' }
            : {
                kind: 'read',
                reading: {
                  kind: 'occupied',
                  pin: expected.readBack === 'full' ? pinOf('8631') : 'masked',
                  enabled: true,
                },
              },
        );
      },
      { timeout: (expected.readBackDelayMs ?? 0) + 1_500, interval: 100 },
    );
    expect(await clear(node, slot)).toEqual({ kind: 'accepted' });
    expect(await sim.codes(node)).toEqual(before);
  });

  test('is never sent a code of another length, nor one for a slot that is not ours', async () => {
    const node = nodeOf(model);
    const tooLong = '1'.repeat(Math.max(...expected.codeLengths) + 1);
    await sim.resetFrames();
    expect(await write(node, slot, tooLong)).toEqual({ kind: 'refused', why: 'format', certain: true });
    for (const beyond of [0, expected.last + 1])
      expect(await write(node, beyond, '8631')).toMatchObject({ kind: 'refused', why: 'unsupported' });
    expect(await read(node, expected.last + 1)).toEqual({ kind: 'failed', why: 'timeout' });
    expect((await sim.frames())[node]?.application.to_lock).toBe(0);
  });
});

describe('what makes models special', () => {
  test("Yale's master code in slot 251 can neither be read, overwritten nor deleted", async () => {
    const node = nodeOf('yale-assure-zw2');
    const master = (await sim.codes(node))[251];
    expect(master).toBeDefined();
    await write(node, 251, '8631');
    await clear(node, 251);
    expect(await read(node, 251)).toEqual({ kind: 'failed', why: 'timeout' });
    expect((await sim.codes(node))[251]).toBe(master);
  });

  test('of an ID Lock only the PINs are ours: tags, service and master code stay untouched', async () => {
    const node = nodeOf('idlock-150');
    const before = await sim.codes(node);
    for (const other of [26, 108, 109]) {
      expect(before[other]).toBeDefined();
      await write(node, other, '8631');
      await clear(node, other);
    }
    expect(await sim.codes(node)).toEqual(before);
  });

  test('a tag among the PINs of an ID Lock 101 is occupied and masked', async () => {
    expect(await read(nodeOf('idlock-101'), 3)).toMatchObject({
      reading: { kind: 'occupied', pin: 'masked' },
    });
  });

  test('the NF-YRD612 says yes, shows the code, and drops it: its own event tells (FIELD-BUGS 7)', async () => {
    const node = nodeOf('yale-nf612-zw2');
    expect(await write(node, slot, '4711')).toEqual({ kind: 'accepted' });
    expect(await read(node, slot)).toMatchObject({ reading: { kind: 'occupied' } });
    hints.length = 0;
    await hinted(hints, { kind: 'slot', address: zwaveLock(node), slot });
    expect(await read(node, slot)).toEqual({ kind: 'read', reading: { kind: 'empty' } });
  });

  test.each([
    ['yale-yrl-zw2', 'without Supervision, by its event', 'duplicate'],
    ['yale-assure-zw3', 'by its event', 'duplicate'],
    ['schlage-be468zp', 'by a bare refusal', 'unspecified'],
  ])('%s refuses a duplicate %s (FIELD-BUGS 8)', async (model, _, why) => {
    const node = nodeOf(model);
    const [held] = Object.values(await sim.codes(node));
    expect(await write(node, slot, held ?? '')).toEqual({ kind: 'refused', why, certain: false });
    expect((await sim.codes(node))[slot]).toBeUndefined();
  });

  test("a Schlage's new code length is known at once, as is that it has wiped all codes (FIELD-BUGS 6)", async () => {
    const node = nodeOf('schlage-be469');
    hints.length = 0;
    await sim.keypad(node, { action: 'code_length', length: 6 });
    await hinted(hints, { kind: 'slot', address: zwaveLock(node), slot: undefined });
    await vi.waitFor(async () => {
      expect(await capabilities(node)).toMatchObject({ codeLengths: [6], oneCodeLength: true });
    });
    expect(await sim.codes(node)).toEqual({});
    await sim.resetFrames();
    expect(await write(node, slot, '8631')).toEqual({ kind: 'refused', why: 'format', certain: true });
    expect((await sim.frames())[node]?.application.to_lock).toBe(0);
    expect(await write(node, slot, '863186')).toEqual({ kind: 'accepted' });
    await clear(node, slot);
  });

  test.each([
    ['schlage-be468zp', 'refuses', { kind: 'refused', why: 'unspecified', certain: false }],
    ['schlage-be468', 'swallows', { kind: 'accepted' }],
  ])(
    '%s, its code length changed unheard, %s a code: then it is asked (FIELD-BUGS 6)',
    async (model, _, outcome) => {
      const node = nodeOf(model);
      await sim.behaviour(node, { lose_reports: true });
      await sim.keypad(node, { action: 'code_length', length: 5 });
      await sim.behaviour(node, { lose_reports: false });
      expect((await capabilities(node)).codeLengths).toEqual([4]);
      hints.length = 0;
      expect(await write(node, slot, '8631')).toEqual(outcome);
      await hinted(hints, { kind: 'slot', address: zwaveLock(node), slot: undefined });
      expect((await capabilities(node)).codeLengths).toEqual([5]);
      expect(await sim.codes(node)).toEqual({});
    },
  );

  test("a Samsung's new master code hints at every slot", async () => {
    const node = nodeOf('samsung-shp');
    hints.length = 0;
    await sim.keypad(node, { action: 'master_code' });
    await hinted(hints, { kind: 'slot', address: zwaveLock(node), slot: undefined, allDeleted: true });
    expect(await sim.codes(node)).toEqual({});
  });
});
