import { expect, test } from 'vitest';
import { capabilities, codeId, lockId, minuteMs, now, pin } from '../../test/support/lock-states.ts';
import { newAccessCode } from '../core/access-code.ts';
import { LockAddress, RadioId } from '../core/ids.ts';
import type { Loading } from '../core/lifecycle-input.ts';
import type { AccessCode, Capabilities, Device, Instant, LocalWindow } from '../core/model.ts';
import { clockRulesOf, loadingOf } from './loading.ts';
import type { LoadingParts } from './loading.ts';

const hourMs = 60 * minuteMs;
const minute = (hour: number): LocalWindow['start'] => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
const window: LocalWindow = { start: minute(10), stop: minute(12) };
const able = capabilities({
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: true, read: true },
});
const following: Capabilities = { ...able, clock: { set: true, read: true, dst: true } };
const [startsAt, endsAt] = [now + 10 * hourMs, now + 12 * hourMs];
const guest = newAccessCode({
  ...{ accessCodeId: codeId(1), deviceId: lockId, pin: pin('1234'), at: now },
  timeFrame: { startsAt, endsAt },
});
const device: Device = {
  ...{ deviceId: lockId, radio: RadioId('simulated'), address: LockAddress('simulated:1'), identities: [] },
  ...{ name: '', manufacturer: undefined, model: undefined, capabilities: able, createdAt: 0 },
  ...{ online: true, locked: undefined, battery: undefined },
};

interface World {
  readonly isTrusted?: boolean;
  readonly changesAt?: Instant;
  readonly isAmbiguous?: boolean;
}
const signature = 'Here/There 60';
/** In the one zone there is. */
const partsIn = ({ isTrusted = true, changesAt, isAmbiguous = false }: World): LoadingParts => {
  const mine = <T>(zone: string, found: T): T => {
    expect(zone).toBe('Here/There');
    return found;
  };
  const rules = { signature, offsetMs: hourMs, ...(changesAt === undefined ? {} : { changesAt }) };
  return {
    ...{ arrivalNoticeMs: 0, preloadMs: 10 * hourMs, leadMs: minuteMs },
    timeZoneOf: () => 'Here/There',
    clockTrust: {
      isTrusted,
      report: () => ({
        ...{
          distrust: undefined,
          since: 0,
          wall: now,
          floor: now,
          synchronised: true,
          by: 'system' as const,
        },
      }),
      trust: () => 'trusted',
      remember: () => undefined,
      onChange: () => () => undefined,
    },
    lockTime: {
      rulesAt: (_now, zone) => mine(zone, rules),
      windowIn: (_frame, zone) => mine(zone, { window, isAmbiguous }),
    },
  };
};
const look = (
  world: World = {},
  changes: Partial<AccessCode> = {},
  capable = able,
  at: Instant = now,
): Loading | undefined =>
  loadingOf(partsIn(world), { ...device, capabilities: capable }, { ...guest, ...changes }, at);

test('a code is loaded from when its time comes near, with its window on the lock’s wall clock', () => {
  const beginsAt = startsAt - 10 * hourMs;
  expect(look()).toEqual({
    ...{ window, isAmbiguous: false, isOvertaken: false, isAhead: true, beginsAt },
    clockRules: { signature, offsetMs: hourMs },
  });
  expect(look({}, {}, able, beginsAt - 1)).toEqual({ window: undefined, isAhead: false, beginsAt });
  // When it is due it is written like any other, and bound no less.
  expect(look({}, {}, able, startsAt - minuteMs)).toMatchObject({ window, isAhead: false });
  expect(look({}, { isOneTimeUse: true })).toMatchObject({ window, isAhead: false });
});

test('nothing is loaded of a code without a time frame, or onto a lock that is not able to keep one', () => {
  expect(look({}, { timeFrame: undefined })).toBeUndefined();
  expect(look({}, {}, capabilities())).toBeUndefined();
  const unknown = { ...device, capabilities: undefined };
  expect(loadingOf(partsIn({}), unknown, guest, now), 'nothing is known of it yet').toBeUndefined();
});

test('where an edge is ambiguous, or the clocks change before it ends and the lock does not follow, it is not loaded', () => {
  expect(look({ isAmbiguous: true })).toMatchObject({
    isAmbiguous: true,
    isOvertaken: false,
    isAhead: false,
  });
  expect(look({ changesAt: endsAt - 1 })).toMatchObject({ isOvertaken: true, isAhead: false });
  expect(look({ changesAt: endsAt })).toMatchObject({ isOvertaken: false, isAhead: true });
  expect(look({ changesAt: endsAt - 1 }, {}, following)).toMatchObject({ isOvertaken: false, isAhead: true });
});

test('a lock’s zone tells nothing while the time is not known, nor of a lock that was let go of', () => {
  const rules = (world: World, wishes?: Device['wishes']): unknown =>
    clockRulesOf(partsIn(world), { ...device, wishes }, now)?.signature;
  expect([rules({}), rules({}, {}), rules({}, { isManaged: false }), rules({ isTrusted: false })]).toEqual([
    ...[signature, signature, undefined, undefined],
  ]);
  expect(look({ isTrusted: false })?.clockRules).toBeUndefined();
});
