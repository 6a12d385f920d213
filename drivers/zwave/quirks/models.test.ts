import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Capabilities } from '../../../src/core/model.ts';
import type { Hint, LockDriver, ReadOutcome, WriteOutcome } from '../../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../../test/support/driver-host.ts';
import { giveKeys, hinted, never, openZwave, pinOf, zwaveLock } from '../../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../../test/support/zwave-network.ts';
import type { ZwaveSim } from '../../../test/support/zwave-sim.ts';
import { quirks } from './index.ts';

/** Each row of the table beside the simulated lock of its model. */
const cleanup = new AsyncDisposableStack();

interface Network {
  readonly sim: ZwaveSim;
  readonly driver: LockDriver;
  readonly hints: Hint[];
}

/**
 * What costs here is the interviews, which read slot by slot, and at most one slot of a radio at a time: so there are
 * three radios, with about as many slots each.
 */
const radios = 3;
const networks: Network[] = [];

/**
 * Claims that a row leaves as they are, or cuts back far below: fewer slots show the same. The models themselves have
 * as many as in the field.
 */
const fewerSlots: ReadonlyMap<string, number> = new Map([
  ['yale-assure-zw3', 256],
  ['yale-nf612-zw2', 30],
  ['yale-yrl-zw2', 30],
  ['yale-yrm276', 30],
  ['yale-real-living', 30],
  ['kwikset-hc620', 30],
]);

const interviewsMs = 120_000;
/** A free slot on every model. */
const slot = 10;

interface Place extends Network {
  readonly node: number;
}

const placeOf = (model: string): Place => {
  const index = quirks.findIndex(({ name }) => name === model);
  const network = networks[index % radios];
  if (index < 0 || network === undefined) throw new Error(`no ${model}`);
  return { ...network, node: index + 2 };
};
const read = ({ driver, node }: Place, at: number): Promise<ReadOutcome> =>
  driver.readSlot(zwaveLock(node), at, never);
const write = ({ driver, node }: Place, at: number, digits: string): Promise<WriteOutcome> =>
  driver.writeSlot(zwaveLock(node), at, pinOf(digits), never);
const clear = ({ driver, node }: Place, at: number): Promise<WriteOutcome> =>
  driver.clearSlot(zwaveLock(node), at, never);
const capabilities = async ({ driver, node }: Place): Promise<Capabilities> => {
  const told = await driver.capabilities(zwaveLock(node), never);
  if (told === undefined) throw new Error(`no capabilities of node ${node}`);
  return told;
};
const sentTo = async ({ sim, node }: Place): Promise<number | undefined> =>
  (await sim.frames())[node]?.application.to_lock;

const startNetwork = async (radio: number): Promise<Network> => {
  const locks = quirks.flatMap(({ name }, index) => {
    const slots = fewerSlots.get(name);
    const lock = { model: name, node: index + 2, name };
    return index % radios === radio ? [slots === undefined ? lock : { ...lock, slots }] : [];
  });
  const sim = cleanup.use(await startZwaveNetwork({ locks }));
  const { host } = cleanup.use(await temporaryHost());
  await giveKeys(host);
  const { driver, hints } = await openZwave(sim.serial, host);
  cleanup.use(driver);
  return { sim, driver, hints };
};

beforeAll(async () => {
  networks.push(...(await Promise.all(Array.from({ length: radios }, (_, radio) => startNetwork(radio)))));
  await vi.waitFor(
    async () => {
      for (const { name } of quirks) {
        const { driver, node } = placeOf(name);
        expect(await driver.capabilities(zwaveLock(node), never), name).toBeDefined();
      }
    },
    { timeout: interviewsMs, interval: 100 },
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
  /** Week-day or daily repeating schedules, besides. */
  readonly repeating?: true;
  readonly clock?: boolean;
}

const timed = { schedules: 1, repeating: true, clock: true } as const;

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
  [
    'yale-keyless',
    { last: 20, codeLengths: from4to10, readBack: 'full', programming: false, repeating: true, clock: true },
  ],
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

const lastOf = (model: string, { last }: Expected): number => Math.min(last, fewerSlots.get(model) ?? last);

test('every row of the table has its simulated lock, and is expected here', () => {
  expect(models.map(([name]) => name)).toEqual(quirks.map(({ name }) => name));
});

describe('recognised by its numbers, and its claims put right:', () => {
  test.concurrent.each(models)('%s', async (model, expected) => {
    const place = placeOf(model);
    const { sim, driver, node } = place;
    const row = quirks[node - 2]!;
    expect(driver.inspect?.(zwaveLock(node))).toMatchObject({
      product: row.products[0],
      quirk: { name: model, source: row.source },
      weakSecurity: (await sim.lock(node)).security === 's0',
    });
    const told = await capabilities(place);
    expect({
      last: told.slots.last,
      codeLengths: told.codeLengths,
      readBack: told.readBack,
      programming: told.reportsProgramming,
      ...(told.oneCodeLength === undefined ? {} : { oneCodeLength: told.oneCodeLength }),
      ...(told.duplicateCheck === undefined ? {} : { duplicateCheck: told.duplicateCheck }),
      ...(told.readBackDelayMs === undefined ? {} : { readBackDelayMs: told.readBackDelayMs }),
      ...(told.yearDaySchedules === undefined ? {} : { schedules: told.yearDaySchedules }),
      ...(told.repeatingSchedules === undefined ? {} : { repeating: true }),
      ...(told.clock === undefined ? {} : { clock: told.clock.set && told.clock.read }),
    }).toEqual({ ...expected, last: lastOf(model, expected) });
    if (fewerSlots.has(model)) expect(row.corrects.lastSlot).toBe(expected.last);
    // What a source doesn't say is left to certify.
    expect(told.scheduleOrder).toBeUndefined();
  });
});

describe('takes a code, reads it back as the row says, and lets it go:', () => {
  test.concurrent.each(models)('%s', async (model, expected) => {
    const place = placeOf(model);
    const { sim, node } = place;
    const before = await sim.codes(node);
    expect(await write(place, slot, '8631')).toEqual({ kind: 'accepted' });
    expect((await sim.codes(node))[slot]).toBe('8631');
    await vi.waitFor(
      async () => {
        const outcome = await read(place, slot);
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
    expect(await clear(place, slot)).toEqual({ kind: 'accepted' });
    expect(await sim.codes(node)).toEqual(before);
  });
});

describe('never sent a code of another length, nor one for a slot that is not ours:', () => {
  test.concurrent.each(models)('%s', async (model, expected) => {
    const place = placeOf(model);
    const last = lastOf(model, expected);
    const tooLong = '1'.repeat(Math.max(...expected.codeLengths) + 1);
    const before = await sentTo(place);
    expect(await write(place, slot, tooLong)).toEqual({ kind: 'refused', why: 'format', certain: true });
    for (const beyond of [0, last + 1])
      expect(await write(place, beyond, '8631')).toMatchObject({ kind: 'refused', why: 'unsupported' });
    expect(await read(place, last + 1)).toEqual({ kind: 'failed', why: 'timeout' });
    expect(await sentTo(place)).toBe(before);
  });
});

describe('what makes models special', () => {
  test("Yale's master code in slot 251 can neither be read, overwritten nor deleted", async () => {
    const place = placeOf('yale-assure-zw2');
    const { sim, node } = place;
    const master = (await sim.codes(node))[251];
    expect(master).toBeDefined();
    await write(place, 251, '8631');
    await clear(place, 251);
    expect(await read(place, 251)).toEqual({ kind: 'failed', why: 'timeout' });
    expect((await sim.codes(node))[251]).toBe(master);
  });

  test('of an ID Lock only the PINs are ours: tags, service and master code stay untouched', async () => {
    const place = placeOf('idlock-150');
    const { sim, node } = place;
    const before = await sim.codes(node);
    for (const other of [26, 108, 109]) {
      expect(before[other]).toBeDefined();
      await write(place, other, '8631');
      await clear(place, other);
    }
    expect(await sim.codes(node)).toEqual(before);
  });

  test('a tag among the PINs of an ID Lock 101 is occupied and masked', async () => {
    expect(await read(placeOf('idlock-101'), 3)).toMatchObject({
      reading: { kind: 'occupied', pin: 'masked' },
    });
  });

  test('the NF-YRD612 says yes, shows the code, and drops it: its own event tells (FIELD-BUGS 7)', async () => {
    const place = placeOf('yale-nf612-zw2');
    const { hints, node } = place;
    expect(await write(place, slot, '4711')).toEqual({ kind: 'accepted' });
    expect(await read(place, slot)).toMatchObject({ reading: { kind: 'occupied' } });
    hints.length = 0;
    await hinted(hints, { kind: 'slot', address: zwaveLock(node), slot });
    expect(await read(place, slot)).toEqual({ kind: 'read', reading: { kind: 'empty' } });
  });

  test.each([
    ['yale-yrl-zw2', 'without Supervision, by its event', 'duplicate'],
    ['yale-assure-zw3', 'by its event', 'duplicate'],
    ['schlage-be468zp', 'by a bare refusal', 'unspecified'],
  ])('%s refuses a duplicate %s (FIELD-BUGS 8)', async (model, _, why) => {
    const place = placeOf(model);
    const { sim, node } = place;
    const [held] = Object.values(await sim.codes(node));
    expect(await write(place, slot, held ?? '')).toEqual({ kind: 'refused', why, certain: false });
    expect((await sim.codes(node))[slot]).toBeUndefined();
  });

  test("a Schlage's new code length is known at once, as is that it has wiped all codes (FIELD-BUGS 6)", async () => {
    const place = placeOf('schlage-be469');
    const { sim, hints, node } = place;
    hints.length = 0;
    await sim.keypad(node, { action: 'code_length', length: 6 });
    await hinted(hints, { kind: 'slot', address: zwaveLock(node), slot: undefined });
    await vi.waitFor(async () => {
      expect(await capabilities(place)).toMatchObject({ codeLengths: [6], oneCodeLength: true });
    }, 30_000);
    expect(await sim.codes(node)).toEqual({});
    await sim.resetFrames();
    expect(await write(place, slot, '8631')).toEqual({ kind: 'refused', why: 'format', certain: true });
    expect(await sentTo(place)).toBe(0);
    expect(await write(place, slot, '863186')).toEqual({ kind: 'accepted' });
    await clear(place, slot);
  });

  test.each([
    ['schlage-be468zp', 'refuses', { kind: 'refused', why: 'unspecified', certain: false }],
    ['schlage-be468', 'swallows', { kind: 'accepted' }],
  ])(
    '%s, its code length changed unheard, %s a code: then it is asked (FIELD-BUGS 6)',
    async (model, _, outcome) => {
      const place = placeOf(model);
      const { sim, hints, node } = place;
      await sim.behaviour(node, { lose_reports: true });
      await sim.keypad(node, { action: 'code_length', length: 5 });
      await sim.behaviour(node, { lose_reports: false });
      expect((await capabilities(place)).codeLengths).toEqual([4]);
      hints.length = 0;
      expect(await write(place, slot, '8631')).toEqual(outcome);
      await hinted(hints, { kind: 'slot', address: zwaveLock(node), slot: undefined });
      expect((await capabilities(place)).codeLengths).toEqual([5]);
      expect(await sim.codes(node)).toEqual({});
    },
  );

  test("a Samsung's new master code hints at every slot", async () => {
    const place = placeOf('samsung-shp');
    const { sim, hints, node } = place;
    hints.length = 0;
    await sim.keypad(node, { action: 'master_code' });
    await hinted(hints, { kind: 'slot', address: zwaveLock(node), slot: undefined, allDeleted: true });
    expect(await sim.codes(node)).toEqual({});
  });
});
