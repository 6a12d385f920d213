import { expect, test } from 'vitest';
import type { ApsFrame } from './air.ts';
import { commandName } from './command-names.ts';
import { FrameCount } from './frame-count.ts';

const frame = (cluster: number, ...payload: number[]): ApsFrame => ({
  profile: 0x0104,
  cluster,
  sourceEndpoint: 1,
  endpoint: 1,
  payload: Uint8Array.from(payload),
});
const setPin = frame(0x0101, 0x11, 1, 0x05);
const setPinAnswer = frame(0x0101, 0x19, 1, 0x05);

test('a set with its answer costs eight frames at a lock that sleeps, and six at one that listens', () => {
  const sleeping = new FrameCount();
  sleeping.toLock({ listensAlways: false }, setPin);
  sleeping.fromLock(setPinAnswer);
  expect(sleeping.snapshot()).toEqual({
    application: { to_lock: 1, from_lock: 1, total: 2 },
    aps_acks: 1,
    data_polls: 1,
    mac_acks: 4,
    total: 8,
    unanswered: 0,
    by_command: { set_pin_code: 1, set_pin_code_response: 1 },
  });
  const listening = new FrameCount();
  listening.toLock({ listensAlways: true }, setPin);
  listening.fromLock(setPinAnswer);
  expect(listening.snapshot()).toMatchObject({ data_polls: 0, mac_acks: 3, total: 6 });
});

test('what nobody acknowledges costs the lock nothing, and is counted by itself', () => {
  const frames = new FrameCount();
  frames.unanswered(setPin);
  expect(frames.snapshot()).toMatchObject({ total: 0, unanswered: 1, by_command: { set_pin_code: 1 } });
  frames.reset();
  expect(frames.snapshot()).toMatchObject({ unanswered: 0, by_command: {} });
});

test('frames are named by what they ask for', () => {
  expect(commandName(frame(0x0101, 0x09, 1, 0x21))).toBe('programming_event_notification');
  expect(commandName(frame(0x0101, 0x00, 1, 0x00))).toBe('read_attributes');
  expect(commandName(frame(0x0001, 0x18, 1, 0x0a))).toBe('report_attributes');
  // A manufacturer's own command of the door lock cluster isn't the one of that number.
  expect(commandName(frame(0x0101, 0x15, 0x34, 0x12, 1, 0x05))).toBe('0x0101_0x05');
  expect(commandName({ ...frame(0x0021), profile: 0 })).toBe('zdo_0x0021');
});
