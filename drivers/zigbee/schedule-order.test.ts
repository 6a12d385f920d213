import { describe, expect, test } from 'vitest';
import { Zcl } from 'zigbee-herdsman';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { clearSchedule, readSchedule, setSchedule } from './schedules.ts';
import type { ExchangeContext, Target } from './sending.ts';
import { commands, lockAttributes } from './zcl.ts';

const user = 4;
const { attributes } = Zcl.Clusters.closuresDoorLock;
const nameOf = (id: number): string =>
  Object.values(attributes).find((attribute) => attribute.ID === id)?.name ?? '';
const verbs: ReadonlyMap<number, string> = new Map([
  [commands.setYearDaySchedule, 'set'],
  [commands.getYearDaySchedule, 'read'],
  [commands.clearYearDaySchedule, 'erase'],
]);
const failure = { cmdId: 0, statusCode: Zcl.Status.FAILURE };
const notFound = { cmdId: 0, statusCode: Zcl.Status.NOT_FOUND };

/** A lock with so many year-day schedules for each user, at the level of its commands. */
class Scheduler {
  readonly sent: string[] = [];
  /** What it answers in place of yes to these: `erase 2`. */
  readonly objects = new Map<string, unknown>();
  readonly target: Target;

  constructor(count: number) {
    const told = { [nameOf(lockAttributes.pinUsers)]: 10, [nameOf(lockAttributes.yearDaySchedules)]: count };
    const endpoint = {
      inputClusters: [0x0101],
      outputClusters: [],
      clusters: { closuresDoorLock: { attributes: told } },
      command: (_cluster: number, command: number, fields: Readonly<Record<string, number>>) => {
        expect(fields['userid']).toBe(user);
        const frame = `${verbs.get(command) ?? ''} ${fields['scheduleid'] ?? ''}`;
        this.sent.push(frame);
        const objection = this.objects.get(frame);
        return objection instanceof Error
          ? Promise.reject(objection)
          : Promise.resolve(objection ?? { status: 0 });
      },
    };
    const device = { endpoints: [endpoint], meta: { lockstep: { asked: true } }, ieeeAddr: '0x01' };
    this.target = { device, endpoint, corrects: {} } as never;
  }
}

const context: ExchangeContext = {
  clock: new VirtualClock(),
  signal: new AbortController().signal,
  onSend: () => undefined,
  onAnswer: () => undefined,
  onError: () => ({ kind: 'failed', why: 'unreachable', mayHaveLanded: true }),
};
const window = {
  start: { year: 2027, month: 7, day: 1, hour: 15, minute: 0 },
  stop: { year: 2027, month: 7, day: 4, hour: 11, minute: 0 },
};
const set = (lock: Scheduler): Promise<unknown> => setSchedule(lock.target, user, window, context);
const clear = (lock: Scheduler): Promise<unknown> => clearSchedule(lock.target, user, context);
const accepted = { kind: 'accepted' };
const unreachable = { kind: 'failed', why: 'unreachable', mayHaveLanded: true };

describe('a schedule that is set', () => {
  test("comes first, then all the user's others go, once", async () => {
    const lock = new Scheduler(3);
    expect(await set(lock)).toEqual(accepted);
    expect(lock.sent.splice(0)).toEqual(['set 0', 'erase 2', 'erase 1']);
    expect(await set(lock)).toEqual(accepted);
    expect(lock.sent).toEqual(['set 0']);
    const single = new Scheduler(1);
    await set(single);
    expect(single.sent).toEqual(['set 0']);
    const boastful = new Scheduler(200);
    await set(boastful);
    expect(boastful.sent).toHaveLength(16);
  });

  test('is no success while one of the others may be left: they are tried again', async () => {
    const lock = new Scheduler(3);
    lock.objects.set('erase 1', new Error('no answer'));
    for (let n = 0; n < 2; n += 1) expect(await set(lock)).toEqual(unreachable);
    expect(lock.sent.splice(0)).toEqual(['set 0', 'erase 2', 'erase 1', 'set 0', 'erase 2', 'erase 1']);
    lock.objects.clear();
    expect(await set(lock)).toEqual(accepted);
    expect(lock.sent).toHaveLength(3);
  });

  test.each([
    ['refused', failure, { kind: 'refused', why: 'unspecified', certain: false }],
    // Only of a PIN would it mean "memory full".
    ['refused by 2', { status: 2 }, { kind: 'refused', why: 'unspecified', certain: false }],
    ['lost', new Error('no answer'), unreachable],
  ])('and is %s leaves the others as they are', async (_how, answer, outcome) => {
    const lock = new Scheduler(3);
    lock.objects.set('set 0', answer);
    expect(await set(lock)).toEqual(outcome);
    expect(lock.sent).toEqual(['set 0']);
  });

  test('and cannot be said is not sent', async () => {
    const lock = new Scheduler(3);
    const backwards = { start: window.stop, stop: window.start };
    const refused = { kind: 'refused', why: 'format', certain: true };
    expect(await setSchedule(lock.target, user, backwards, context)).toEqual(refused);
    expect(lock.sent).toEqual([]);
  });
});

describe('schedules that are erased', () => {
  test('all go, ours at last', async () => {
    const lock = new Scheduler(3);
    for (let n = 0; n < 2; n += 1) {
      expect(await clear(lock)).toEqual(accepted);
      expect(lock.sent.splice(0)).toEqual(['erase 2', 'erase 1', 'erase 0']);
    }
  });

  test('and are not there are gone, whatever the lock calls that', async () => {
    const lock = new Scheduler(2);
    lock.objects.set('erase 1', failure).set('read 1', notFound);
    expect(await clear(lock)).toEqual(accepted);
    expect(lock.sent).toEqual(['erase 1', 'read 1', 'erase 0']);
  });

  test.each([
    [
      'still there',
      { userid: user, scheduleid: 1, status: 0, zigbeelocalstarttime: 0, zigbeelocalendtime: 60 },
    ],
    ['not told of', failure],
    ['not heard of', new Error('no answer')],
  ])('and are refused to go, and %s, are not gone', async (_how, left) => {
    const lock = new Scheduler(2);
    lock.objects.set('erase 1', failure).set('read 1', left);
    expect(await clear(lock)).toEqual({ kind: 'refused', why: 'unspecified', certain: false });
    expect(lock.sent).toEqual(['erase 1', 'read 1']);
  });

  test('and give no answer are not asked about', async () => {
    const lock = new Scheduler(2);
    lock.objects.set('erase 1', new Error('no answer'));
    expect(await clear(lock)).toEqual(unreachable);
    expect(lock.sent).toEqual(['erase 1']);
  });
});

test('a read that failed is no answer', async () => {
  const lock = new Scheduler(1);
  lock.objects.set('read 0', new Error('no answer'));
  const failed = { kind: 'failed', why: 'unreachable' };
  expect(await readSchedule(lock.target, user, context)).toEqual(failed);
});
