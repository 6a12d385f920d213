import { describe, expect, test } from 'vitest';
import {
  attempt,
  capabilities,
  codeId,
  emptySlot,
  lockId,
  lockState,
  minuteMs,
  now,
  pin,
  standing,
} from '../../test/support/lock-states.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { newAccessCode } from '../core/access-code.ts';
import { foreignOverMs } from '../core/foreign-changes.ts';
import { LockAddress, RadioId } from '../core/ids.ts';
import type { AccessCode, Device, LockState, SlotBelief } from '../core/model.ts';
import type { Change } from '../ports/changes.ts';
import { settle } from './settle.ts';
import type { SettleAt } from './settle.ts';

const hourMs = 60 * minuteMs;
const leadMs = 30_000;
const device: Device = {
  ...{ deviceId: lockId, radio: RadioId('bench'), address: LockAddress('bench:1'), identities: [] },
  ...{ name: '', manufacturer: undefined, model: undefined, capabilities: capabilities(), createdAt: 0 },
  ...{ online: true, locked: undefined, battery: undefined },
};
const codeOf = (changes: Partial<AccessCode> = {}): AccessCode =>
  newAccessCode({
    ...{ accessCodeId: codeId(1), deviceId: lockId, pin: pin('1234'), at: now - hourMs },
    ...changes,
  });
const id = codeId(1);
const own = standing(1, id, '1234');
const early = { startsAt: now + hourMs, endsAt: now + 2 * hourMs };
const past = { startsAt: now - 2 * hourMs, endsAt: now - hourMs };

interface Outcome {
  /** As it is recorded then; undefined: nothing was written of it, or it was deleted. */
  readonly put: AccessCode | undefined;
  readonly deleted: boolean;
  readonly state: LockState;
  readonly storedStates: number;
  readonly events: readonly string[];
  readonly notes: readonly (string | undefined)[];
  readonly changes: readonly Change[];
  readonly nextAt: number | undefined;
  readonly lock: Device | undefined;
}
const settled = (
  code: AccessCode,
  slots: readonly SlotBelief[] = [own],
  at: Partial<SettleAt> & { readonly lock?: Partial<Device>; readonly state?: Partial<LockState> } = {},
): Outcome => {
  const { lock = {}, state: more = {}, ...when } = at;
  const seen = { events: [] as string[], notes: [] as (string | undefined)[], states: 0, deleted: false };
  let put: AccessCode | undefined;
  let recorded: Device | undefined;
  const present = { ...device, ...lock };
  const parts = {
    ...{ random: new SeededRandom(1), leadMs },
    store: {
      accessCodes: () => [code],
      awakeCodes: () => ({ codes: [code], nextStart: undefined }),
      putAccessCode: (one: AccessCode) => void (put = one),
      deleteAccessCode: () => void (seen.deleted = true),
      device: () => present,
      putDevice: (one: Device) => void (recorded = one),
      putLockState: () => void (seen.states += 1),
      appendEvent: (event: { readonly eventType: string }) => seen.events.push(event.eventType),
      journal: (entry: { readonly kind: string; readonly accessCodeId?: string | undefined }) => {
        expect(entry).toMatchObject({ deviceId: lockId, at: when.now ?? now });
        seen.notes.push(entry.kind, entry.accessCodeId);
      },
    },
  };
  const before = lockState(slots, more);
  const { state, changes, nextAt } = settle(parts, present, before, {
    ...{ usable: [1, 2], radioLost: false, now, ...when },
  });
  const { events, notes, states, deleted } = seen;
  return { put, deleted, state, storedStates: states, events, notes, changes, nextAt, lock: recorded };
};
const changed = [{ kind: 'access_code', id }, { kind: 'bridge' }];
const standingCode = codeOf({ status: 'set', setAt: now - minuteMs });

describe('the record of an access code', () => {
  test('is left as it is where nothing has changed', () => {
    expect(settled(standingCode)).toMatchObject({
      ...{ put: undefined, deleted: false, storedStates: 0, events: [], notes: [], changes: [] },
    });
  });

  test.each<[string, Partial<AccessCode>]>([
    ['status', { status: 'setting' }],
    ['change at the lock that is not allowed', { externalChange: 'modified' }],
    ['old PIN', { previousPin: pin('5678') }],
    ['old time frame', { timeFrameBefore: { from: undefined, at: now } }],
    ['old name', { nameBefore: { from: 'Bob', at: now } }],
    ['error', { errors: [{ code: 'any', message: '', created_at: now, extra: {} }] }],
    ['warning', { warnings: [{ code: 'any', message: '', created_at: now, extra: {} }] }],
  ])('is written anew without the %s that is over', (_what, changes) => {
    const { put, changes: told } = settled({ ...standingCode, ...changes });
    expect(put).toEqual(changes.status === undefined ? standingCode : { ...standingCode, setAt: now });
    expect(told.slice(0, 2)).toEqual(changed);
  });

  test('says since when it has been set, until it is off the lock again', () => {
    const unset = codeOf({ status: 'unset', timeFrame: early, setAt: now - minuteMs });
    expect(settled(unset, [emptySlot(1)]).put).toMatchObject({ status: 'unset', setAt: undefined });
    expect(settled(codeOf(), [emptySlot(1)]).put).toMatchObject({ status: 'setting', setAt: undefined });
    const unknown = codeOf({ status: 'unknown', setAt: now - minuteMs });
    expect(settled(unknown).put).toMatchObject({ status: 'set', setAt: now - minuteMs });
    const late = settled(codeOf({ status: 'set', setAt: now - minuteMs }), [emptySlot(1)]).put;
    expect(late, 'nobody has told of its going').toMatchObject({ status: 'setting', setAt: now - minuteMs });
  });

  test('keeps what it was before for as long as the lock may hold that', () => {
    const before = { from: undefined, at: now };
    const moved = codeOf({ timeFrame: early, timeFrameBefore: before, previousPin: pin('5678') });
    const leaving = settled({ ...moved, status: 'set' }).put;
    expect(leaving).toMatchObject({
      status: 'removing',
      timeFrameBefore: before,
      previousPin: moved.previousPin,
    });
    const off = settled({ ...moved, status: 'removing' }, [{ ...emptySlot(1), owner: id }]).put;
    expect([off?.status, off?.timeFrameBefore, off?.previousPin]).toEqual(['unset', undefined, undefined]);
    const kept = { timeFrameBefore: before };
    expect(settled({ ...standingCode, ...kept, deletingSince: now }).put).toMatchObject(kept);
    const loadingOf = () => ({ window: undefined, isAhead: true, beginsAt: now - hourMs });
    const loading = { ...emptySlot(1), owner: id, mayBeScheduled: true };
    expect(settled({ ...moved, ...kept }, [loading], { loadingOf }).put).toMatchObject({
      status: 'unset',
      ...kept,
    });
    const missing = settled({ ...codeOf(), previousPin: pin('5678'), status: 'set' }, [emptySlot(1)]).put;
    expect(missing).toMatchObject({ status: 'setting', previousPin: pin('5678') });
  });

  test('keeps its old name until the lock has the new one', () => {
    const nameBefore = { from: 'Bob', at: now };
    const named: AccessCode = { ...standingCode, status: 'setting', name: 'Anna', nameBefore };
    const lock = { capabilities: capabilities({ names: { maxLength: 9 } }) };
    const kept = (slot: SlotBelief): unknown => settled(named, [slot], { lock }).put?.nameBefore;
    expect(kept({ ...own, writtenName: 'Anna' })).toBeUndefined();
    expect(kept({ ...own, writtenName: 'Bob' })).toEqual(nameBefore);
    expect(kept({ ...own, writtenName: 'Anna', confirmed: false })).toEqual(nameBefore);
    expect(settled({ ...named, status: 'set' }, [emptySlot(1)], { lock }).put).toMatchObject({
      nameBefore: undefined,
    });
    const nameless = settled(named, [{ ...own, confirmed: false }]).put;
    expect(nameless, 'it has no names').toMatchObject({ nameBefore: undefined });
  });

  test('is written anew where a wish is from the future, or a schedule binds it no more', () => {
    expect(settled({ ...standingCode, wishedAt: now + 1 }).put).toEqual({ ...standingCode, wishedAt: now });
    const timeFrame = { startsAt: now - hourMs, endsAt: now + hourMs };
    const scheduled = { ...standingCode, timeFrame, isScheduledOnDevice: true };
    const loadingOf = () => ({ window: undefined, isAhead: false, beginsAt: now - hourMs });
    expect(settled(scheduled, [own], { loadingOf }).put).toEqual({
      ...scheduled,
      isScheduledOnDevice: false,
    });
    expect(settled(scheduled).put, 'nothing is known of that').toBeUndefined();
    // Until then the time frame that it was bound to may be the lock's.
    const moved = { ...scheduled, timeFrameBefore: { from: undefined, at: now }, status: 'setting' as const };
    expect(settled(moved, [own], { loadingOf }).put?.timeFrameBefore).toEqual(moved.timeFrameBefore);
    expect(
      settled({ ...moved, isScheduledOnDevice: false }, [own], { loadingOf }).put?.timeFrameBefore,
    ).toBeUndefined();
    expect(settled(moved).put?.timeFrameBefore).toBeUndefined();
  });

  test('keeps what somebody has done at the lock, and may, until the code is back as it was', () => {
    const left = (externalChange: 'removed' | 'modified', slot = own): unknown =>
      settled({ ...standingCode, status: 'setting', externalChangesAllowed: true, externalChange }, [slot])
        .put?.externalChange;
    expect([left('removed'), left('modified')]).toEqual([undefined, 'modified']);
    expect(left('removed', { ...emptySlot(1), owner: id })).toBe('removed');
  });

  test('says that nobody knows the time where it waits for that', () => {
    const timeFrame = { startsAt: now - hourMs, endsAt: now + hourMs };
    const due = settled(codeOf({ timeFrame }), [emptySlot(1)], { isTimeUnknown: true });
    expect(due.put?.errors.map((one) => one.code)).toContain('lockstep_clock_untrusted');
  });

  test('is not touched while somebody tries the code out', () => {
    expect(settled(codeOf(), [own], { busy: new Set([id]) }).put).toBeUndefined();
    expect(settled(codeOf(), [own], { busy: new Set([codeId(2)]) }).put).toBeDefined();
  });
});

describe('an access code whose time is over', () => {
  const over = codeOf({ status: 'set', timeFrame: past, setAt: past.startsAt, wishedAt: past.startsAt });

  test('is to be removed since then, or since it was shortened so', () => {
    const { put, notes } = settled(over);
    expect([put?.status, put?.deletingSince, notes]).toEqual(['removing', past.endsAt, ['expired', id]]);
    expect(settled({ ...over, wishedAt: now - minuteMs }).put?.deletingSince).toBe(now - minuteMs);
    const deleted = settled({ ...over, deletingSince: past.startsAt });
    expect([deleted.put?.deletingSince, deleted.notes]).toEqual([past.startsAt, []]);
    expect(settled({ ...over, deletingSince: now + hourMs }).put?.deletingSince, 'a clock was ahead').toBe(
      now,
    );
  });

  test('ends once its slot is empty, and its slot is anybody’s', () => {
    const gone = { ...emptySlot(1), owner: id, landed: 'yes' as const };
    const end = settled({ ...over, deletingSince: past.endsAt }, [gone]);
    expect(end).toMatchObject({
      put: undefined,
      deleted: true,
      storedStates: 1,
      changes: expect.arrayContaining(changed) as unknown,
    });
    expect(end.events).toEqual(['access_code.removed_from_device', 'access_code.deleted']);
    expect(end.changes).toContainEqual({ kind: 'events' });
    expect(end.notes).toEqual(['ended', id]);
    expect(end.state.slots.get(1)?.owner).toBeUndefined();
  });

  test('is told to have left the lock only where it was told, or seen, to be on it', () => {
    const told = (landed: SlotBelief['landed'], setAt: number | undefined, slots?: SlotBelief[]): string[] =>
      settled(
        { ...over, deletingSince: past.endsAt, setAt },
        slots ?? [{ ...emptySlot(1), owner: id, landed }],
      ).events.map((type) => type.replace('access_code.', ''));
    expect(told('no', undefined)).toEqual(['deleted']);
    expect(told('no', now - hourMs)).toEqual(['removed_from_device', 'deleted']);
    expect(told('yes', undefined)).toEqual(['removed_from_device', 'deleted']);
    expect(told('no', now - hourMs, [emptySlot(1)])).toEqual(['deleted']);
  });
});

describe('an access code whose time is to come', () => {
  const moved = codeOf({ status: 'removing', timeFrame: early, setAt: now - hourMs });

  test('gives its slot up once it is off the lock', () => {
    const off = settled(moved, [{ ...emptySlot(1), owner: id, landed: 'yes' }]);
    expect([off.put?.status, off.notes, off.state.slots.get(1)?.owner]).toEqual([
      ...['unset', ['taken_off', id], undefined],
    ]);
    expect(off.events).toEqual(['access_code.removed_from_device']);
    expect(off.changes).toContainEqual({ kind: 'slots', id: lockId });
    const never = settled({ ...moved, setAt: undefined }, [{ ...emptySlot(1), owner: id }]);
    expect(never.events).toEqual([]);
  });

  test('is looked at again when that begins, and what failed before doesn’t count then', () => {
    const unset = codeOf({ status: 'unset', timeFrame: early });
    const attempts = { attempts: new Map([[id, attempt(id)]]) };
    const waiting = settled(unset, [emptySlot(1)], { state: attempts });
    expect([waiting.nextAt, waiting.state.attempts.size]).toEqual([early.startsAt - leadMs, 1]);
    const begun = settled(unset, [emptySlot(1)], { state: attempts, now: early.startsAt - leadMs });
    expect([begun.put?.status, begun.state.attempts.size, begun.storedStates]).toEqual(['setting', 0, 1]);
    const trying = { ...unset, status: 'setting' as const };
    const later = settled(trying, [emptySlot(1)], { state: attempts, now: early.startsAt });
    expect(later.state.attempts.size).toBe(1);
  });
});

describe('a lock to which others write', () => {
  const writes = { count: 2, firstAt: now - hourMs, lastAt: now };
  const lock = { foreignChanges: writes };

  test('says so on its codes, until nobody has for a week', () => {
    const { put, nextAt } = settled(standingCode, [own], { lock });
    expect(put?.warnings.map((one) => one.code)).toEqual(['third_party_integration_detected']);
    expect(nextAt).toBe(now + foreignOverMs + 1);
    const end = settled(standingCode, [own], { lock, now: now + foreignOverMs + 1 });
    expect(end.lock).toEqual({ ...device, foreignChanges: undefined });
    expect(end.events).toEqual(['device.third_party_integration_no_longer_detected']);
    expect(end.changes).toEqual([{ kind: 'device', id: lockId }, { kind: 'events' }]);
    expect(settled(standingCode, [own], { lock, now: now + foreignOverMs }).lock).toBeUndefined();
  });

  test('says so too where its backup pool is empty', () => {
    const timed = { ...standingCode, timeFrame: { startsAt: now - hourMs, endsAt: now + hourMs } };
    const errorsOf = (kind: 'empty' | 'partial'): (string | undefined)[] | undefined =>
      settled(timed, [own], { lock: { poolLack: { kind, since: now } } }).put?.errors.map((one) => one.code);
    expect([errorsOf('empty'), errorsOf('partial')]).toEqual([['empty_backup_access_code_pool'], undefined]);
  });
});

test('hours ahead it is told that a code may not come, and kept', () => {
  const arrivals = {
    ...{ noticeMs: 3 * hourMs, untrustedSince: undefined, trustedSince: now - 9 * hourMs },
    radio: { isReady: false, since: now - hourMs },
  };
  const unset = codeOf({ status: 'unset', timeFrame: early });
  const risky = settled(unset, [emptySlot(1)], { arrivals });
  expect(risky.put?.arrivalRisk).toMatchObject({ reason: 'hub_disconnected' });
  expect(risky.events).toEqual(['lockstep.arrival_at_risk']);
  const known = { ...unset, arrivalRisk: { reason: 'hub_disconnected', since: now - hourMs } };
  expect(settled(known, [emptySlot(1)], { arrivals }).events).toEqual([]);
  expect(settled(known, [emptySlot(1)]).put, 'nobody asked').toBeUndefined();
  const soon = { ...arrivals, radio: { isReady: false, since: now } };
  expect(settled(unset, [emptySlot(1)], { arrivals: soon }).nextAt).toBe(now + 10 * minuteMs);
});
