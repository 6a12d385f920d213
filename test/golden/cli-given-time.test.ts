import { describe, expect, it } from 'vitest';
import { systemZones } from '../../src/platform/zones.ts';
import { givenTime } from '../../src/faces/cli/given-time.ts';

const read = (text: string, zone = 'Europe/Berlin') => givenTime(text, zone, systemZones);

describe('a time that somebody wrote', () => {
  it.each([
    ['2026-12-24 15:00', '2026-12-24T14:00:00Z'],
    [' 2026-06-24T15:00:30 ', '2026-06-24T13:00:30Z'],
    ['2026-12-24 15:00 +01:00', '2026-12-24T14:00:00Z'],
    ['2026-12-24T15:00-0530', '2026-12-24T20:30:00Z'],
    ['2026-12-24T15:00+23:59', '2026-12-23T15:01:00Z'],
    ['2026-12-24T15:00z', '2026-12-24T15:00:00Z'],
    ['2026-10-25T02:30+01:00', '2026-10-25T01:30:00Z'],
    ['2026-03-29T02:30+01:00', '2026-03-29T01:30:00Z'],
  ])('%s is %s', (text, instant) => {
    expect(read(text)).toEqual({ ok: true, at: Date.parse(instant) });
  });

  it('is read in the zone of its lock', () => {
    expect(read('2026-12-24 15:00', 'America/New_York')).toEqual({
      ok: true,
      at: Date.parse('2026-12-24T20:00:00Z'),
    });
  });

  it.each([
    ['2026-10-25 02:30', 'comes twice', 'write 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00'],
    ['2026-03-29 02:30', 'never comes', 'write 2026-03-29T01:30:00+01:00 or 2026-03-29T03:30:00+02:00'],
    ['2026-02-30 10:00', 'there is no such day', ''],
    ['2026-12-24 25:00', 'no such time of day', ''],
    ['2026-12-24T10:00+24:00', 'write a date and a time', ''],
    ['2026-12-24T10:00+01:60', 'write a date and a time', ''],
    ['2026-12-24', 'write a date and a time', ''],
    ['24.12.2026 15:00', 'write a date and a time', ''],
    ['tomorrow', 'write a date and a time', ''],
    ['', 'write a date and a time', ''],
  ])('%s is refused: %s', (text, why, hint) => {
    expect(read(text)).toEqual({ ok: false, message: expect.stringContaining(why) as string });
    expect(read(text)).toMatchObject({ message: expect.stringContaining(hint) as string });
  });
});
