import * as library from '@zwave-js/cc';
import type { CommandClass } from '@zwave-js/cc';
import { expect, test } from 'vitest';
import { guardTime, ours } from './library-time.ts';

const now = Date.UTC(2027, 6, 1, 22, 30, 15);
const nodeId = 7;
const date = new Date(0);
const zone = { standardOffset: 0, dstOffset: 0, dstStart: date, dstEnd: date };

/** A Driver that has been asked to send these commands, under a bridge that knows the time or not. */
const sentBy = async (
  commands: readonly CommandClass[],
  told: number | undefined,
): Promise<CommandClass[]> => {
  const sent: CommandClass[] = [];
  const driver = {
    sendCommand: (command: CommandClass) => {
      sent.push(command);
      return Promise.resolve(undefined as never);
    },
  };
  guardTime(driver, { timeToTell: () => told, timeZoneOf: () => 'Europe/Berlin' });
  for (const command of commands) await driver.sendCommand(command);
  return sent;
};

const sets = (): CommandClass[] => [
  new library.ClockCCSet({ nodeId, weekday: library.Weekday.Monday, hour: 1, minute: 1 }),
  new library.TimeParametersCCSet({ nodeId, dateAndTime: date }),
  new library.TimeCCTimeOffsetSet({ nodeId, ...zone }),
  new library.ScheduleEntryLockCCTimeOffsetSet({ nodeId, standardOffset: 0, dstOffset: 0 }),
];
const reports = (): CommandClass[] => [
  new library.TimeCCTimeReport({ nodeId, hour: 1, minute: 1, second: 1 }),
  new library.TimeCCDateReport({ nodeId, year: 1970, month: 1, day: 1 }),
  new library.TimeCCTimeOffsetReport({ nodeId, ...zone }),
];

test.each([now, undefined])('no clock is set but by us, the time being %s', async (told) => {
  expect(await sentBy(sets(), told)).toEqual([]);
  const mine = sets().map(ours);
  expect(await sentBy(mine, told)).toEqual(mine);
});

test("answers tell the lock's own time and zone", async () => {
  expect(await sentBy(reports(), now)).toMatchObject([
    { hour: 0, minute: 30, second: 15 },
    { year: 2027, month: 7, day: 2 },
    { standardOffset: 60, dstOffset: 120, dstEndDate: new Date(Date.UTC(2027, 9, 31, 3)) },
  ]);
});

test('nothing is answered while the time is not known', async () => {
  expect(await sentBy(reports(), undefined)).toEqual([]);
});

test('all else goes its way', async () => {
  const others = [new library.TimeCCTimeGet({ nodeId }), new library.BatteryCCGet({ nodeId })];
  expect(await sentBy(others, undefined)).toEqual(others);
});

test('zwave-js knows no other commands that tell a time', () => {
  const telling = /^((Clock|Time|TimeParameters)CC\w*(Set|Report)|ScheduleEntryLockCCTime\w*Set)$/;
  expect(Object.keys(library).filter((name) => telling.test(name))).toEqual([
    // What locks report, and a hub never sends.
    'ClockCCReport',
    'ClockCCSet',
    'ScheduleEntryLockCCTimeOffsetSet',
    'TimeCCDateReport',
    'TimeCCTimeOffsetReport',
    'TimeCCTimeOffsetSet',
    'TimeCCTimeReport',
    'TimeParametersCCReport',
    'TimeParametersCCSet',
  ]);
});
