import { describe, expect, it } from 'vitest';
import { isTimeZone, nearest, parseDuration, parseHostPort, parseSlotRange } from './values.ts';

describe('notations of the config', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['72h', 259_200_000],
    ['30d', 2_592_000_000],
  ])('reads the duration %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '30', 's', '1.5h', '-3s', '3 s', '3w', '1h30m'])('refuses the duration "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    ['127.0.0.1:7080', { host: '127.0.0.1', port: 7080 }],
    ['hub.local:0', { host: 'hub.local', port: 0 }],
    ['[::1]:1883', { host: '::1', port: 1883 }],
  ])('reads %s as host and port', (text, expected) => {
    expect(parseHostPort(text)).toEqual(expected);
  });

  it.each(['7080', ':7080', '::1:7080', '127.0.0.1', 'a:65536', 'a:b', 'a b:1', '[::1]'])(
    'refuses "%s" as host and port',
    (text) => {
      expect(parseHostPort(text)).toBeUndefined();
    },
  );

  it('reads a range of slots and a single one, and refuses a range that runs backwards', () => {
    expect(parseSlotRange('1-20')).toEqual({ first: 1, last: 20 });
    expect(parseSlotRange('7')).toEqual({ first: 7, last: 7 });
    expect(parseSlotRange('20-1')).toBeUndefined();
    expect(parseSlotRange('1-')).toBeUndefined();
  });

  it('knows IANA zones and takes neither offsets nor inventions for one', () => {
    expect(['Europe/Berlin', 'UTC', 'America/Argentina/Ushuaia'].map(isTimeZone)).toEqual([true, true, true]);
    expect(['+02:00', 'Europe/Berlinn', ''].map(isTimeZone)).toEqual([false, false, false]);
  });

  it('guesses the nearest spelling, and nothing when none is near', () => {
    expect(nearest('bridgeId', ['data_dir', 'bridge_id'])).toBe('bridge_id');
    expect(nearest('lsiten', ['listen', 'socket'])).toBe('listen');
    expect(nearest('colour', ['listen', 'socket'])).toBeUndefined();
  });
});
