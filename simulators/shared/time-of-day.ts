import { z } from 'zod';

/** A time of day as `hh:mm`, 00:00 to 23:59. */
export const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'hh:mm');

/** Hour and minute of an `hh:mm`. */
export const hourAndMinute = (time: string): readonly [number, number] => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return [hour, minute];
};
