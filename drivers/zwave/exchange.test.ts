import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, pinOf, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';

/** The preset's locks: supervised v2 with checksum; unsupervised v1 that masks; v2 that lies; v1 with "0000". */
const [front, garage, back, cellar] = [2, 3, 4, 5] as const;

const cleanup = new AsyncDisposableStack();
let sim: ZwaveSim;
let driver: LockDriver;
let hints: Hint[];
let found: Record<number, Record<number, string>>;

const empty = { kind: 'read', reading: { kind: 'empty' } };
const occupied = (digits: string): object => ({
  kind: 'read',
  reading: { kind: 'occupied', pin: pinOf(digits), enabled: true },
});
const masked = { kind: 'read', reading: { kind: 'occupied', pin: 'masked', enabled: true } };
const read = (node: number, slot: number): Promise<object> => driver.readSlot(zwaveLock(node), slot, never);
const write = (node: number, slot: number, digits: string): Promise<object> =>
  driver.writeSlot(zwaveLock(node), slot, pinOf(digits), never);
const clear = (node: number, slot: number): Promise<object> => driver.clearSlot(zwaveLock(node), slot, never);

beforeAll(async () => {
  sim = cleanup.use(await startZwaveNetwork());
  found = {
    [front]: await sim.codes(front),
    [garage]: await sim.codes(garage),
    [cellar]: await sim.codes(cellar),
  };
  const { host } = cleanup.use(await temporaryHost());
  const open = await readyZwave(sim, host, [front, garage, back, cellar]);
  driver = cleanup.use(open.driver);
  hints = open.hints;
});

afterAll(() => cleanup.disposeAsync());

/** Every test leaves the locks as the interview found them. */
afterEach(async () => {
  for (const node of [front, garage, back, cellar]) {
    await sim.behaviour(node, { offline: false, lose_reports: false, refuse: false, answer_hold: false });
  }
  await sim.behaviour(back, { lie: false });
});

describe('after the interview', () => {
  test('every code that people had put in still stands in its lock (FIELD-BUGS 22)', async () => {
    for (const [node, codes] of Object.entries(found)) expect(await sim.codes(Number(node))).toEqual(codes);
    expect(Object.values(found).flatMap((codes) => Object.keys(codes)).length).toBeGreaterThanOrEqual(3);
  });

  test('each lock is listed with what it is', () => {
    expect(driver.state).toBe('ready');
    expect(driver.locks().map(({ address }) => address)).toEqual([2, 3, 4, 5].map(zwaveLock));
    expect(driver.locks()[0]).toEqual({
      address: 'zwave:2',
      radio: 'zwave',
      identities: ['zwave:7e570001:2'],
      name: 'Lock 2',
      manufacturer: undefined,
      model: undefined,
      online: true,
      battery: 0.87,
      locked: true,
    });
    expect(driver.locks()[1]?.battery).toBeUndefined();
  });

  test('capabilities say what the lock itself told', async () => {
    expect(await driver.capabilities(zwaveLock(front), never)).toEqual({
      slots: { first: 1, last: 30 },
      reservedSlots: [],
      codeLengths: [4, 5, 6, 7, 8, 9, 10],
      readBack: 'full',
      checksum: true,
      reportsProgramming: true,
      reportsUse: true,
      power: 'battery',
      remoteLock: true,
    });
    expect(await driver.capabilities(zwaveLock(garage), never)).toMatchObject({
      slots: { first: 1, last: 10 },
      readBack: 'masked',
      checksum: false,
      reportsProgramming: false,
      power: 'mains',
    });
    expect(await driver.capabilities(zwaveLock(99), never)).toBeUndefined();
  });
});

describe('reading and writing slots', () => {
  test('a code is written, read back and cleared, its leading zeros kept (FIELD-BUGS 18)', async () => {
    expect(await read(front, 7)).toEqual(empty);
    expect(await write(front, 7, '0042')).toEqual({ kind: 'accepted' });
    expect((await sim.codes(front))[7]).toBe('0042');
    expect(await read(front, 7)).toEqual(occupied('0042'));
    expect(await clear(front, 7)).toEqual({ kind: 'accepted' });
    expect((await sim.codes(front))[7]).toBeUndefined();
    expect(await read(front, 7)).toEqual(empty);
  });

  test('a supervised write costs two application frames, a read two', async () => {
    await sim.resetFrames();
    await write(front, 8, '7788');
    expect((await sim.frames())[front]?.application.total).toBe(2);
    await read(front, 8);
    expect((await sim.frames())[front]?.application.total).toBe(4);
    await clear(front, 8);
  });

  test('a masked code is occupied, and the mask is remembered (FIELD-BUGS 1, 4)', async () => {
    expect(await write(garage, 5, '31415')).toEqual({ kind: 'accepted' });
    expect(await read(garage, 5)).toEqual(masked);
    expect((await sim.codes(garage))[5]).toBe('31415');
    expect(await driver.capabilities(zwaveLock(garage), never)).toMatchObject({ readBack: 'masked' });
    expect(await clear(garage, 5)).toEqual({ kind: 'accepted' });
    expect(await read(garage, 5)).toEqual(empty);
  });

  test('a slot that reads "0000" is empty when its status says so (FIELD-BUGS 5)', async () => {
    expect(await read(cellar, 3)).toEqual(empty);
    expect(await read(cellar, 2)).toEqual(occupied('0420'));
  });

  test('a lie is accepted, and the read that follows tells the truth (FIELD-BUGS 17)', async () => {
    await sim.behaviour(back, { lie: 1 });
    expect(await write(back, 4, '8642')).toEqual({ kind: 'accepted' });
    expect(await read(back, 4)).toEqual(empty);
  });

  test('a duplicate is refused as one, not as certain (FIELD-BUGS 8)', async () => {
    expect(await write(front, 9, '258013')).toEqual({ kind: 'refused', why: 'duplicate', certain: false });
    expect((await sim.codes(front))[9]).toBeUndefined();
  });

  test('a bare refusal is unspecified and not certain', async () => {
    await sim.behaviour(front, { refuse: 1 });
    expect(await write(front, 9, '9753')).toEqual({ kind: 'refused', why: 'unspecified', certain: false });
  });

  test('a code that User Code CC does not allow is refused without the radio', async () => {
    await sim.resetFrames();
    expect(await write(front, 9, '123')).toEqual({ kind: 'refused', why: 'format', certain: true });
    expect((await sim.frames())[front]?.application.total).toBe(0);
  });

  test('slot 0, which would mean all slots, and slots beyond the last never reach a lock', async () => {
    const before = await sim.codes(front);
    await sim.resetFrames();
    for (const slot of [0, -1, 31, 1.5, NaN]) {
      expect(await clear(front, slot)).toEqual({ kind: 'refused', why: 'unsupported', certain: true });
      expect(await write(front, slot, '1234')).toEqual({
        kind: 'refused',
        why: 'unsupported',
        certain: true,
      });
      expect(await read(front, slot)).toEqual({ kind: 'failed', why: 'timeout' });
    }
    expect((await sim.frames())[front]?.application.total).toBe(0);
    expect(await sim.codes(front)).toEqual(before);
  });

  test('the checksum is the one that User Code CC v2 defines', async () => {
    const bytes = Object.entries(await sim.codes(front)).flatMap(([slot, code]) => [
      Number(slot) >> 8,
      Number(slot) & 255,
      1,
      ...Buffer.from(code, 'ascii'),
    ]);
    // CRC-16-CCITT, start value 0x1D0F (facts page, "Drift in one exchange").
    let crc = 0x1d0f;
    for (const byte of bytes) {
      crc ^= byte << 8;
      for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
    }
    expect(await driver.checksum(zwaveLock(front), never)).toEqual({ kind: 'checksum', value: crc });
  });
});

describe('when answers fail to come', () => {
  test('a lost report is a timeout of a write that may have landed, and of a read (FIELD-BUGS 17)', async () => {
    await sim.behaviour(front, { lose_reports: true });
    expect(await write(front, 10, '1122')).toEqual({ kind: 'failed', why: 'timeout', mayHaveLanded: true });
    expect((await sim.codes(front))[10]).toBe('1122');
    expect(await read(front, 10)).toEqual({ kind: 'failed', why: 'timeout' });
    expect(await driver.checksum(zwaveLock(front), never)).toEqual({ kind: 'failed', why: 'timeout' });
    await sim.behaviour(front, { lose_reports: false });
    expect(await read(front, 10)).toEqual(occupied('1122'));
    await clear(front, 10);
  });

  test('an abort settles at once, although the lock still holds its answer', async () => {
    await sim.behaviour(back, { answer_hold: true, lie: false });
    const abort = new AbortController();
    const writing = driver.writeSlot(zwaveLock(back), 6, pinOf('5566'), abort.signal);
    await sim.event(({ node, type, slot }) => node === back && type === 'set_applied' && slot === 6);
    abort.abort();
    expect(await writing).toEqual({ kind: 'failed', why: 'aborted', mayHaveLanded: true });
    await sim.behaviour(back, { answer_hold: false });
    expect(await clear(back, 6)).toEqual({ kind: 'accepted' });
  });

  test('an aborted signal sends nothing', async () => {
    await sim.resetFrames();
    const aborted = AbortSignal.abort();
    expect(await driver.writeSlot(zwaveLock(front), 6, pinOf('5566'), aborted)).toEqual({
      kind: 'failed',
      why: 'aborted',
      mayHaveLanded: false,
    });
    expect(await driver.readSlot(zwaveLock(front), 6, aborted)).toEqual({ kind: 'failed', why: 'aborted' });
    expect((await sim.frames())[front]?.application.total).toBe(0);
  });

  test('a lock off the air is unreachable after one attempt, others go on, and its return is told', async () => {
    await sim.behaviour(cellar, { offline: true });
    await sim.resetFrames();
    expect(await write(cellar, 6, '4321')).toEqual({
      kind: 'failed',
      why: 'unreachable',
      mayHaveLanded: true,
    });
    expect((await sim.frames())[cellar]?.unanswered).toBe(1);
    await vi.waitFor(() => {
      expect(driver.locks().find(({ address }) => address === zwaveLock(cellar))?.online).toBe(false);
    }, 30_000);
    expect(await read(front, 1)).toEqual(occupied('258013'));
    // Dead nodes are tried all the same.
    expect(await read(cellar, 2)).toEqual({ kind: 'failed', why: 'unreachable' });
    await sim.behaviour(cellar, { offline: false });
    hints.length = 0;
    expect(await read(cellar, 2)).toEqual(occupied('0420'));
    await hinted(hints, { kind: 'reachable', address: zwaveLock(cellar) });
    expect(driver.locks().find(({ address }) => address === zwaveLock(cellar))?.online).toBe(true);
  });

  test('an address that is no lock of this radio is unreachable, nothing sent', async () => {
    expect(await read(1, 1)).toEqual({ kind: 'failed', why: 'unreachable' });
    expect(await write(99, 1, '1234')).toEqual({ kind: 'failed', why: 'unreachable', mayHaveLanded: false });
  });
});

describe('the bolt', () => {
  test.each([front, garage])('of lock %i moves, and the lock itself confirms it', async (node) => {
    for (const action of ['unlock', 'lock'] as const) {
      expect(await driver.operate(zwaveLock(node), action, never)).toEqual({ kind: 'done', confirmed: true });
      expect((await sim.lock(node)).locked).toBe(action === 'lock');
    }
  });

  test('a lost answer is no confirmation', async () => {
    await sim.behaviour(front, { lose_reports: true });
    expect(await driver.operate(zwaveLock(front), 'unlock', never)).toEqual({
      kind: 'failed',
      why: 'timeout',
    });
    await sim.behaviour(front, { lose_reports: false });
    await driver.operate(zwaveLock(front), 'lock', never);
  });
});
