import { describe, expect, it } from 'vitest';
import type { Calibration, Capabilities, Device, Intent } from '../core/model.ts';
import { StoreError } from '../ports/errors.ts';
import type { JournalEntry } from '../ports/store.ts';
import { TestBed, aBelief, aCode, aDevice, pin, reread } from './testing/test-bed.ts';

const dayMs = 24 * 60 * 60 * 1000;

describe('devices', () => {
  const capabilities: Capabilities = {
    slots: { first: 1, last: 30 },
    reservedSlots: [30],
    codeLengths: [4, 5, 6],
    readBack: 'masked',
    checksum: true,
    reportsProgramming: false,
    power: 'battery',
    remoteLock: true,
    names: { maxLength: 10 },
    oneCodeLength: true,
    duplicateCheck: false,
    readBackDelayMs: 500,
    yearDaySchedules: 1,
    codeManners: true,
    scheduleOrder: 'code_disabled_first',
    clock: { set: true, read: false },
  };
  const calibration: Calibration = {
    at: 12,
    readBack: 'masked',
    readBackDelayMs: 2_000,
    codeLengths: [4, 6],
    duplicateCheck: true,
    scheduleOrder: 'none',
  };
  const full = aDevice(1, {
    capabilities,
    calibration,
    manufacturer: 'Acme',
    model: 'X',
    battery: 0.37,
    locked: false,
  });

  it('come back as they were put, in order of creation', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putDevice(full);
    store.putDevice(aDevice(2));
    store.putDevice({ ...full, name: 'Renamed', online: false, locked: true });
    expect(store.devices()).toEqual([{ ...full, name: 'Renamed', online: false, locked: true }, aDevice(2)]);
    expect(store.device(aDevice(2).deviceId)).toEqual(aDevice(2));
    expect(store.device(aDevice(3).deviceId)).toBeUndefined();
  });

  it('read again are as they are then: changed, and as before where the change was undone', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putDevice(full);
    const read = (): unknown => store.device(full.deviceId);
    expect(read()).toEqual(full);
    const other: Device = { ...full, online: false, battery: undefined, identities: ['simulated:new'] };
    expect(() =>
      store.transaction(() => {
        store.putDevice(other);
        expect(read()).toEqual(other);
        throw new Error('undone');
      }),
    ).toThrow('undone');
    expect(read()).toEqual(full);
    store.putDevice({ ...full, identities: ['simulated:new'] });
    expect(read()).toEqual({ ...full, identities: ['simulated:new'] });
  });

  it('are found under any of their names, the strongest first', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putDevice(aDevice(1));
    store.putDevice(aDevice(2));
    const found = (...names: string[]): string | undefined => store.deviceByIdentity(names)?.name;
    expect(found('zwave:dsk:2')).toBe('Door 2');
    expect(found('zwave:c0ffee:2')).toBe('Door 2');
    expect(found('nothing', 'zwave:c0ffee:1')).toBe('Door 1');
    expect(found('zwave:dsk:2', 'zwave:c0ffee:1')).toBe('Door 2');
    expect(found('nothing')).toBeUndefined();
    expect(found()).toBeUndefined();
  });

  it('lose a name that another device now has, and names they no longer carry', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putDevice(aDevice(1));
    store.putDevice(aDevice(2, { identities: ['zwave:dsk:2', 'zwave:c0ffee:1'] }));
    expect(store.deviceByIdentity(['zwave:c0ffee:1'])?.name).toBe('Door 2');
    expect(store.device(aDevice(1).deviceId)?.identities).toEqual(['zwave:dsk:1']);
    store.putDevice(aDevice(2, { identities: ['zwave:dsk:2'] }));
    expect(store.deviceByIdentity(['zwave:c0ffee:1'])).toBeUndefined();
  });
});

describe('a device that has left', () => {
  it('is remembered as removed while it has access codes, and comes back as it was paired again', () => {
    using bed = new TestBed();
    const store = bed.open();
    const removed = aDevice(1, { removedAt: 1_700_000_000_123 });
    store.putDevice(removed);
    expect(store.device(removed.deviceId)).toEqual(removed);
    store.putDevice(aDevice(1));
    expect(store.device(removed.deviceId)).toEqual(aDevice(1));
  });

  it('is deleted with its names, slots, attempts and intents, and only without access codes', () => {
    using bed = new TestBed();
    const store = bed.open();
    const [one, two] = [aDevice(1), aDevice(2)];
    for (const { deviceId } of [one, two]) {
      store.putDevice(deviceId === one.deviceId ? one : two);
      const before = store.lockState(deviceId);
      const slots = new Map([[3, aBelief(3, { owner: aCode().accessCodeId })]]);
      store.putLockState(before, { ...before, adopted: true, slots });
      store.addIntent({ ...anIntent, id: deviceId, deviceId });
    }
    store.putAccessCode(aCode());
    expect(() => {
      store.deleteDevice(one.deviceId);
    }).toThrow(StoreError);
    expect(store.lockState(one.deviceId).slots.size).toBe(1);
    store.deleteAccessCode(aCode().accessCodeId);
    store.deleteDevice(one.deviceId);
    expect(store.devices()).toEqual([two]);
    expect(store.deviceByIdentity(one.identities)).toBeUndefined();
    expect(store.lockState(one.deviceId)).toMatchObject({ adopted: false, slots: new Map() });
    expect(store.intents(one.deviceId)).toEqual([]);
    expect(reread(store).lockState(two.deviceId).slots.size).toBe(1);
    expect(store.intents(two.deviceId)).toHaveLength(1);
  });
});

const anIntent: Omit<Intent, 'id' | 'deviceId'> = {
  slot: 3,
  kind: 'set',
  accessCodeId: aCode().accessCodeId,
  pin: pin('0123'),
  createdAt: 1_700_000_000_000,
};

describe('intents', () => {
  it('are durable until their result is known (FIELD-BUGS 32)', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putDevice(aDevice(1));
    const base = { deviceId: aDevice(1).deviceId, accessCodeId: aCode().accessCodeId, createdAt: 5 };
    const set: Intent = { ...base, id: 'b', slot: 3, kind: 'set', pin: pin('0000') };
    const clear: Intent = { ...base, id: 'a', slot: 4, kind: 'clear', pin: undefined };
    store.addIntent(set);
    store.addIntent(clear);
    store.close();
    const again = bed.open();
    expect(again.intents(base.deviceId)).toEqual([set, clear]);
    expect(again.intents(aDevice(2).deviceId)).toEqual([]);
    again.removeIntent('b');
    expect(again.intents(base.deviceId)).toEqual([clear]);
  });
});

describe('the journal', () => {
  const entry = (n: number, changes: Partial<JournalEntry> = {}): JournalEntry => ({
    at: n,
    deviceId: aDevice(1).deviceId,
    accessCodeId: undefined,
    slot: undefined,
    kind: `kind_${n}`,
    detail: { n },
    ...changes,
  });

  it('tells the history of a lock and of a code, newest first', () => {
    using bed = new TestBed();
    const store = bed.open();
    const { accessCodeId } = aCode();
    store.journal(entry(9));
    store.journal(entry(2, { accessCodeId, slot: 4 }));
    store.journal(entry(3, { deviceId: undefined, accessCodeId }));
    const kinds = (filter: Parameters<typeof store.history>[0], limit = 10): string[] =>
      store.history(filter, limit).map(({ kind }) => kind);
    expect(kinds({})).toEqual(['kind_3', 'kind_2', 'kind_9']);
    expect(kinds({ deviceId: aDevice(1).deviceId })).toEqual(['kind_2', 'kind_9']);
    expect(kinds({ accessCodeId })).toEqual(['kind_3', 'kind_2']);
    expect(kinds({ deviceId: aDevice(1).deviceId, accessCodeId })).toEqual(['kind_2']);
    expect(kinds({}, 1)).toEqual(['kind_3']);
    expect(kinds({}, -1)).toEqual([]);
    expect(store.history({}, 2)[1]).toEqual(entry(2, { accessCodeId, slot: 4 }));
  });

  it('says [pin] where somebody put a Pin into a detail', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.journal(entry(1, { detail: { wanted: pin('86420975') } }));
    expect(store.history({}, 1)[0]?.detail).toEqual({ wanted: '[pin]' });
  });

  it('is pruned beyond its retention', () => {
    using bed = new TestBed();
    const store = bed.open();
    for (const n of [1000, 2000, 3000]) store.journal(entry(n));
    store.prune(4000, { eventsMs: 0, journalMs: 2000 });
    expect(store.history({}, 10).map(({ at }) => at)).toEqual([3000, 2000]);
  });
});

describe('remembered answers', () => {
  const remembered = { digest: 'd', answer: '{"ok":true,"code":"0042"}' };

  it('are given again for the same request on the same route', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.rememberAnswer('access_codes/create', 'r1', remembered, 5);
    store.close();
    const again = bed.open();
    expect(again.answer('access_codes/create', 'r1')).toEqual(remembered);
    expect(again.answer('access_codes/create', 'r2')).toBeUndefined();
    expect(again.answer('access_codes/update', 'r1')).toBeUndefined();
  });

  it('are kept for 24 hours, not less and not for ever', () => {
    using bed = new TestBed();
    const store = bed.open();
    const keep = { eventsMs: dayMs, journalMs: dayMs };
    store.rememberAnswer('route', 'r1', remembered, bed.time);
    store.prune(bed.time + dayMs, keep);
    expect(store.answer('route', 'r1')).toEqual(remembered);
    store.prune(bed.time + dayMs + 1, keep);
    expect(store.answer('route', 'r1')).toBeUndefined();
  });

  it('are told apart by a keyed digest that outlives a restart', () => {
    using bed = new TestBed();
    const store = bed.open();
    const digest = store.digest('body');
    expect(store.digest('other body')).not.toBe(digest);
    store.close();
    expect(bed.open().digest('body')).toBe(digest);
  });
});
