import { describe, expect, it } from 'vitest';
import { systemZones as zones } from './zones.ts';

const berlin = 'Europe/Berlin';
const at = (text: string): number => Date.parse(text);

describe('a local time', () => {
  it.each([
    ['2026-12-24T15:00:00', '2026-12-24T14:00:00Z'],
    ['2026-06-24T15:00:00', '2026-06-24T13:00:00Z'],
    ['2028-02-29T00:00:00', '2028-02-28T23:00:00Z'],
  ])('%s in Berlin is %s', (local, instant) => {
    expect(zones.reading(local, berlin)).toEqual({ kind: 'once', at: at(instant) });
  });

  it('comes twice when the clock is put back', () => {
    expect(zones.reading('2026-10-25T02:30:00', berlin)).toEqual({
      kind: 'twice',
      earlier: at('2026-10-25T00:30:00Z'),
      later: at('2026-10-25T01:30:00Z'),
    });
    expect(zones.reading('2026-10-25T01:59:59', berlin)).toMatchObject({ kind: 'once' });
    expect(zones.reading('2026-10-25T03:00:00', berlin)).toMatchObject({ kind: 'once' });
  });

  it('never comes when the clock is put forward past it', () => {
    expect(zones.reading('2026-03-29T02:30:00', berlin)).toEqual({
      kind: 'never',
      earlier: at('2026-03-29T00:30:00Z'),
      later: at('2026-03-29T01:30:00Z'),
    });
    expect(zones.reading('2026-03-29T03:00:00', berlin)).toMatchObject({ kind: 'once' });
  });

  it('is half an hour apart where the clock is put back by half an hour', () => {
    const reading = zones.reading('2026-04-05T01:45:00', 'Australia/Lord_Howe');
    expect(reading).toEqual({
      kind: 'twice',
      earlier: at('2026-04-04T14:45:00Z'),
      later: at('2026-04-04T15:15:00Z'),
    });
  });

  it.each(['2026-02-30T10:00:00', '2026-13-01T10:00:00', '2026-01-01T24:30:00', '2026-12-31T23:59:60', 'x'])(
    'is none: %s',
    (local) => {
      expect(zones.reading(local, berlin)).toBeUndefined();
    },
  );
});

describe('an instant as text', () => {
  it('has the offset that the zone has then', () => {
    expect(zones.text(at('2026-12-24T14:00:00Z'), berlin)).toBe('2026-12-24T15:00:00+01:00');
    expect(zones.text(at('2026-06-24T14:00:00Z'), berlin)).toBe('2026-06-24T16:00:00+02:00');
    expect(zones.text(at('2026-06-24T14:00:00.250Z'), 'UTC')).toBe('2026-06-24T14:00:00.250+00:00');
  });

  it('names the same instant, on both sides of a change of the clock', () => {
    for (const hour of ['00', '01', '02']) {
      const instant = at(`2026-10-25T${hour}:30:00Z`);
      expect(at(zones.text(instant, berlin))).toBe(instant);
    }
  });
});
