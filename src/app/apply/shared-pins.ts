import { Pin } from '../../core/pin.ts';
import { membersOf } from '../access-codes/linked.ts';
import type { AppParts } from '../parts.ts';
import { invalid } from '../problems.ts';
import type { Lock, Wanted } from './lock.ts';

interface Member {
  readonly lock: Lock;
  readonly wanted: Wanted;
}

/**
 * The PIN that access codes with one `common_code_key` share; a key that isn't here gets a new one. Where it isn't
 * given, it is that of the access codes on other locks, else of those that have the key, else of the first that is there.
 * @throws Refusal where they couldn't share one
 */
export const sharedPins = (parts: AppParts, locks: readonly Lock[]): ReadonlyMap<string, Pin> => {
  const pins = new Map<string, Pin>();
  for (const [key, members] of groupsOf(locks)) {
    const pin = pinOf(parts, key, members, locks);
    if (pin !== undefined) pins.set(key, pin);
  }
  return pins;
};

const groupsOf = (locks: readonly Lock[]): ReadonlyMap<string, Member[]> => {
  const groups = new Map<string, Member[]>();
  for (const lock of locks)
    for (const wanted of lock.wanted) {
      const key = wanted.entry.common_code_key;
      if (typeof key === 'string') groups.set(key, [...(groups.get(key) ?? []), { lock, wanted }]);
    }
  return groups;
};

const pinOf = (
  parts: AppParts,
  key: string,
  members: readonly Member[],
  locks: readonly Lock[],
): Pin | undefined => {
  const named = new Set(locks.map(({ device }) => device.deviceId));
  const elsewhere = membersOf(parts, key).find(({ deviceId }) => !named.has(deviceId));
  let shared = elsewhere?.pin;
  for (const { lock, wanted } of members) {
    const { code: digits } = wanted.entry;
    if (digits === undefined) continue;
    if (shared !== undefined && shared.reveal() !== digits)
      lock.about(wanted.index, () => {
        throw invalid(
          'code',
          shared === elsewhere?.pin
            ? 'the access codes with this common_code_key on other locks have another PIN; name these locks too'
            : 'the entries with this common_code_key must all have the same PIN',
        );
      });
    shared = Pin.parse(digits);
  }
  if (shared !== undefined) return shared;
  const there = members.flatMap(({ wanted: { code } }) => (code === undefined ? [] : [code]));
  return (there.find(({ commonCodeKey }) => commonCodeKey === key) ?? there[0])?.pin;
};
