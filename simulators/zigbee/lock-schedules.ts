import { sleep } from '../shared/sleep.ts';
import type { LockVoice } from './lock-voice.ts';
import type { ScheduleBook, ScheduleChange, ScheduleKind } from './schedule-book.ts';
import { type ByteReader, ByteWriter } from './zcl-bytes.ts';
import { type ClusterCommand, type Reply, reply } from './zcl-cluster.ts';
import { zclStatus } from './zcl-frame.ts';

/** Commands of the Door Lock cluster about schedules, and their answers (ZCL §7.3). */
export const scheduleCommand = {
  setWeekDay: 0x0b,
  getWeekDay: 0x0c,
  clearWeekDay: 0x0d,
  setYearDay: 0x0e,
  getYearDay: 0x0f,
  clearYearDay: 0x10,
  setHoliday: 0x11,
  getHoliday: 0x12,
  clearHoliday: 0x13,
} as const;

const pass = 0;
const fail = 1;

/** Which schedule of whom. */
interface Place {
  readonly id: number;
  readonly slot: number;
}
const placeOf = (reader: ByteReader): Place => ({ id: reader.u8(), slot: reader.u16() });

const names: Readonly<Record<ScheduleKind, string>> = { year_day: 'schedule', week_day: 'week_day_schedule' };

/** Asks the lock's manners, stores by `store`, and tells what came of it. */
const set = async (
  voice: LockVoice,
  command: number,
  kind: ScheduleKind,
  { id, slot }: Place,
  store: (book: ScheduleBook, userHasCode: boolean) => ScheduleChange,
): Promise<Reply> => {
  const { lock } = voice;
  const book = lock.schedules;
  const name = names[kind];
  await voice.tell(`${name}_received`, { slot });
  await sleep(lock.manners.delayMs('schedule'));
  const takes = book?.has(kind, id) === true && lock.hasSlot(slot) && !lock.manners.take('refuse');
  const change = takes ? store(book, lock.slot(slot) !== undefined) : 'refused';
  if (change === 'stored') {
    if (book?.traits.setting_binds === true && lock.slot(slot) !== undefined)
      lock.amend(slot, { type: kind });
    lock.changed();
  }
  await voice.tell(change === 'stored' ? `${name}_set` : `${name}_${change}`, { slot });
  return reply(command, Buffer.of(change === 'refused' ? fail : pass));
};

/** The answer to a get: without the fields of a schedule that there isn't (ZCL, Get Week Day Schedule Response). */
const told = async (
  voice: LockVoice,
  command: number,
  kind: ScheduleKind,
  { id, slot }: Place,
  fields: Buffer | undefined,
): Promise<Reply> => {
  await sleep(voice.lock.manners.delayMs('read'));
  await voice.tell(`${names[kind]}_read`, { slot });
  const exists = voice.lock.schedules?.has(kind, id) === true && voice.lock.hasSlot(slot);
  const answer = new ByteWriter().u8(id).u16(slot);
  if (!exists) return reply(command, answer.u8(zclStatus.invalidField).done());
  if (fields === undefined) return reply(command, answer.u8(zclStatus.notFound).done());
  return reply(command, answer.u8(zclStatus.success).raw(fields).done());
};

const clear = async (
  voice: LockVoice,
  command: number,
  kind: ScheduleKind,
  { id, slot }: Place,
): Promise<Reply> => {
  const { lock } = voice;
  const book = lock.schedules;
  const name = names[kind];
  await voice.tell(`${name}_erase_received`, { slot });
  await sleep(lock.manners.delayMs('schedule'));
  if (book?.has(kind, id) !== true || !lock.hasSlot(slot) || lock.manners.take('refuse')) {
    await voice.tell(`${name}_refused`, { slot });
    return reply(command, Buffer.of(fail));
  }
  const wasLast = book.clear(kind, slot, id);
  if (wasLast && book.traits.erase_restores_full_access) lock.retype(slot, 'unrestricted');
  lock.changed();
  await voice.tell(`${name}_erased`, { slot });
  return reply(command, Buffer.of(pass));
};

const yearDayCommands = (voice: LockVoice): [number, ClusterCommand][] => {
  const { setYearDay, getYearDay, clearYearDay } = scheduleCommand;
  const { lock } = voice;
  return [
    [
      setYearDay,
      (reader) => {
        const place = placeOf(reader);
        const schedule = { start: reader.u32(), end: reader.u32() };
        return set(voice, setYearDay, 'year_day', place, (book, userHasCode) =>
          book.setYearDay(place.slot, place.id, schedule, {
            userHasCode,
            localMs: lock.clock?.local() ?? 0,
          }),
        );
      },
    ],
    [
      getYearDay,
      (reader) => {
        const place = placeOf(reader);
        const held = lock.schedules?.yearDay(place.slot, place.id);
        const fields = held && new ByteWriter().u32(held.start).u32(held.end).done();
        return told(voice, getYearDay, 'year_day', place, fields);
      },
    ],
    [clearYearDay, (reader) => clear(voice, clearYearDay, 'year_day', placeOf(reader))],
  ];
};

const weekDayCommands = (voice: LockVoice): [number, ClusterCommand][] => {
  const { setWeekDay, getWeekDay, clearWeekDay } = scheduleCommand;
  return [
    [
      setWeekDay,
      (reader) => {
        const place = placeOf(reader);
        const schedule = {
          days: reader.u8(),
          start_hour: reader.u8(),
          start_minute: reader.u8(),
          end_hour: reader.u8(),
          end_minute: reader.u8(),
        };
        return set(voice, setWeekDay, 'week_day', place, (book, userHasCode) =>
          book.setWeekDay(place.slot, place.id, schedule, userHasCode),
        );
      },
    ],
    [
      getWeekDay,
      (reader) => {
        const place = placeOf(reader);
        const held = voice.lock.schedules?.weekDay(place.slot, place.id);
        const fields =
          held && Buffer.of(held.days, held.start_hour, held.start_minute, held.end_hour, held.end_minute);
        return told(voice, getWeekDay, 'week_day', place, fields);
      },
    ],
    [clearWeekDay, (reader) => clear(voice, clearWeekDay, 'week_day', placeOf(reader))],
  ];
};

const holidayCommands = (voice: LockVoice): [number, ClusterCommand][] => {
  const { setHoliday, getHoliday, clearHoliday } = scheduleCommand;
  const { lock } = voice;
  const has = (id: number): boolean => lock.schedules?.has('holidays', id) === true;
  return [
    [
      setHoliday,
      (reader) => {
        const id = reader.u8();
        const schedule = { start: reader.u32(), end: reader.u32(), mode: reader.u8() };
        const change = has(id) ? lock.schedules?.setHoliday(id, schedule) : 'refused';
        lock.changed();
        return reply(setHoliday, Buffer.of(change === 'stored' ? pass : fail));
      },
    ],
    [
      getHoliday,
      (reader) => {
        const id = reader.u8();
        const held = lock.schedules?.holiday(id);
        const answer = new ByteWriter().u8(id);
        if (!has(id)) return reply(getHoliday, answer.u8(zclStatus.invalidField).done());
        if (held === undefined) return reply(getHoliday, answer.u8(zclStatus.notFound).done());
        answer.u8(zclStatus.success).u32(held.start).u32(held.end).u8(held.mode);
        return reply(getHoliday, answer.done());
      },
    ],
    [
      clearHoliday,
      (reader) => {
        const id = reader.u8();
        if (has(id)) lock.schedules?.clearHoliday(id);
        lock.changed();
        return reply(clearHoliday, Buffer.of(has(id) ? pass : fail));
      },
    ],
  ];
};

/** Those of the kinds that the lock has; it takes no others. */
export const scheduleCommands = (voice: LockVoice): [number, ClusterCommand][] => {
  const traits = voice.lock.schedules?.traits;
  if (traits === undefined) return [];
  return [
    ...(traits.year_day > 0 ? yearDayCommands(voice) : []),
    ...(traits.week_day > 0 ? weekDayCommands(voice) : []),
    ...(traits.holidays > 0 ? holidayCommands(voice) : []),
  ];
};
