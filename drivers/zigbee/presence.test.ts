import { expect, test } from 'vitest';
import { Presence } from './presence.ts';
import type { Mishap } from './translate.ts';

const lock = '0x00124b0000000001';
const mishap = (why: Mishap['why']): Mishap => ({ kind: 'failed', why, mayHaveLanded: true });

test('one lost frame makes no lock offline, two in a row do, once', () => {
  const presence = new Presence();
  expect(presence.failed(lock, mishap('unreachable'))).toBe(false);
  expect(presence.isOnline(lock)).toBe(true);
  expect(presence.failed(lock, mishap('timeout'))).toBe(true);
  expect(presence.isOnline(lock)).toBe(false);
  expect(presence.offline()).toEqual([lock]);
  expect(presence.failed(lock, mishap('timeout'))).toBe(false);
});

test('anything heard from it brings it back', () => {
  const presence = new Presence();
  presence.failed(lock, mishap('asleep'));
  presence.failed(lock, mishap('asleep'));
  expect(presence.heard(lock)).toBe(true);
  expect(presence.isOnline(lock)).toBe(true);
  expect(presence.heard(lock)).toBe(false);
  presence.failed(lock, mishap('asleep'));
  expect(presence.isOnline(lock)).toBe(true);
});

test('a radio that is down, and a caller that gave up, say nothing about a lock', () => {
  const presence = new Presence();
  for (const why of ['radio_down', 'aborted', 'radio_down'] as const) presence.failed(lock, mishap(why));
  expect(presence.isOnline(lock)).toBe(true);
  expect(presence.about(lock)).toMatchObject({ undelivered: 0, unanswered: 0 });
});

test('what did not arrive is counted apart from what was not answered', () => {
  const presence = new Presence();
  presence.sent(lock);
  presence.answered(lock, 100);
  presence.answered(lock, 200);
  presence.failed(lock, mishap('unreachable'));
  presence.failed(lock, mishap('timeout'));
  expect(presence.about(lock)).toMatchObject({ sent: 1, undelivered: 1, unanswered: 1, roundTripMs: 120 });
});
