import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { belief as beliefOf, pin } from '../../test/support/lock-states.ts';
import { AccessCodeId } from '../core/ids.ts';
import type { Device, SlotBelief } from '../core/model.ts';
import { aDevice } from '../store/testing/test-bed.ts';
import { accessEvent, deviceEvents } from './device-events.ts';

const random = new SeededRandom(1);
const now = 1_800_000_000_000;
const told = (before: Device | undefined, after: Device): [string, object][] =>
  deviceEvents(random, now, before, after).map(({ eventType, payload }) => [eventType, payload]);

describe('the difference between two records of a lock', () => {
  test('tells of its charge: low once, on the way down, and each change of the word for it', () => {
    const at = (battery: number | undefined): Device => aDevice(1, { battery });
    const types = (from: number | undefined, to: number | undefined): string[] =>
      told(at(from), at(to)).map(([type]) => type);
    const low = 'device.low_battery';
    const changed = 'device.battery_status_changed';
    expect(types(undefined, 0.5)).toEqual([]);
    expect(types(undefined, 0.19)).toEqual([low]);
    expect(types(0.95, 0.9)).toEqual([]);
    expect(types(0.9, 0.89)).toEqual([changed]);
    expect(types(0.2, 0.19)).toEqual([low, changed]);
    expect(types(0.19, 0.1)).toEqual([]);
    expect(types(0.1, 0.09)).toEqual([changed]);
    expect(types(0.09, 1)).toEqual([changed]);
    expect(told(at(0.5), at(0.15))).toEqual([
      [low, { battery_level: 0.15, battery_source: 'lock' }],
      [changed, { battery_level: 0.15, battery_status: 'low' }],
    ]);
  });

  test('tells that it is away, why and since when, in other words where it is unmanaged', () => {
    const away = aDevice(1, { online: false, offlineSince: now - 1000 });
    const [[type, payload] = ['', {}]] = told(aDevice(), away);
    expect(type).toBe('device.disconnected');
    expect(payload).toMatchObject({
      error_code: 'device_disconnected',
      device_errors: [{ error_code: 'device_disconnected', created_at: new Date(now - 1000).toISOString() }],
      device_warnings: [],
    });
    const unmanaged = { wishes: { isManaged: false as const } };
    expect(told({ ...aDevice(), ...unmanaged }, { ...away, ...unmanaged })[0]?.[0]).toBe(
      'device.unmanaged.disconnected',
    );
    expect(told({ ...away, ...unmanaged }, { ...aDevice(), ...unmanaged })).toEqual([
      ['device.unmanaged.connected', {}],
    ]);
  });

  test('tells of another name, but not of the first one', () => {
    expect(told(aDevice(), aDevice(1, { name: 'Main entrance' }))).toEqual([
      ['device.name_changed', { device_name: 'Main entrance' }],
    ]);
    expect(told(undefined, aDevice()).map(([type]) => type)).toEqual(['device.added', 'device.connected']);
  });
});

describe('an unlocking by a code', () => {
  const by = { action: 'unlocked', method: 'keycode', slot: 3 } as const;
  const owner = AccessCodeId('00000000-0000-4000-8000-0000000000c0');
  const event = (belief: SlotBelief | undefined): ReturnType<typeof accessEvent> =>
    accessEvent(random, now, aDevice(), by, belief, 'attempt');

  test('names the code, whose it is, its PIN and the attempt that caused it', () => {
    const told = event(beliefOf(3, { state: { kind: 'occupied', pin: pin('4711'), enabled: true }, owner }));
    expect(told).toMatchObject({ accessCodeId: owner, pin: pin('4711') });
    expect(told.payload).toEqual({
      method: 'keycode',
      access_code_is_managed: true,
      action_attempt_id: 'attempt',
      x_slot: 3,
    });
  });

  test('tells a masked PIN only where it was proved to be ours', () => {
    const masked = (changes: Partial<SlotBelief>): ReturnType<typeof accessEvent> =>
      event(
        beliefOf(3, {
          state: { kind: 'occupied', pin: 'masked', enabled: true },
          owner,
          written: pin('4711'),
          confirmed: true,
          ...changes,
        }),
      );
    expect(masked({}).pin).toEqual(pin('4711'));
    expect(masked({ confirmed: false }).pin).toBeUndefined();
    expect(masked({ suspicion: 'hint' }).pin).toBeUndefined();
    expect(masked({ state: { kind: 'empty' } }).pin).toBeUndefined();
  });

  test('of a slot that nobody knows names none', () => {
    expect(event(undefined)).toMatchObject({ accessCodeId: undefined, pin: undefined });
    expect(event(undefined).payload).not.toHaveProperty('access_code_is_managed');
  });
});
