import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../src/app/answer.ts';
import { refused } from './answers.ts';
import { House } from './house.ts';

/** Which folder of src/app answers for a route: the longest of these that its name begins with. */
const groups: Readonly<Record<string, string>> = {
  'access_codes/': 'access-codes',
  'access_codes/unmanaged/': 'unmanaged',
  'access_codes/simulate/': 'simulate',
  'access_codes/pull_backup_access_code': 'backup',
  'devices/': 'devices',
  'devices/list_device_providers': 'account',
  'devices/simulate/': 'simulate',
  'locks/': 'locks',
  'locks/simulate/': 'simulate',
  'action_attempts/': 'action-attempts',
  'events/': 'events',
  'webhooks/': 'webhooks',
  'workspaces/': 'account',
  'connected_accounts/': 'account',
  'lockstep/': 'lockstep',
  'lockstep/keys/': 'keys',
  'lockstep/clock': 'clock',
  'lockstep/arrivals': 'arrivals',
  'lockstep/apply': 'apply',
  'lockstep/diff': 'apply',
  'lockstep/export': 'apply',
};

/** The folder of src/app whose parameters.test.ts has the rules of this route. */
export const groupOf = (route: string): string => {
  const prefix = Object.keys(groups)
    .filter((one) => route.startsWith(one))
    .toSorted((a, b) => b.length - a.length)[0];
  if (prefix === undefined) throw new Error(`${route}: no folder is named for it in groups`);
  return groups[prefix] ?? '';
};

const long = (n: number): string => 'x'.repeat(n);
const notText = [7, null, true, {}, []];
const notNumber = ['7', null, 1.5, true];

/** Values that a parameter of each kind refuses. */
export const bad = {
  long,
  text: notText,
  uuid: [...notText, '', 'front', `${long(35)}g`, '00000000-0000-0000-0000-00000000000'],
  code: [...notText, 1234, 42, '', '123', '1234567890123', '12a4', ' 1234', '1234\n', '-123', '１２３４'],
  /** As an access code's or a lock's name: null is none. */
  name: [7, true, {}, [], '', '   ', long(101), 'a\nb', 'a\u0000b', '\u007f'],
  flag: ['true', 1, null],
  number: notNumber,
  limit: (most: number): unknown[] => [...notNumber, 0, -1, most + 1],
  search: [7, null, '', long(101)],
  cursor: [7, true, {}, '', 'x', 'e30', 'W10', 'WzEsMl0', long(501)],
  uuids: ['x', [7], ['front'], {}, null],
  /** Anything but an instant in ISO 8601 with its offset. Null is another matter. */
  time: [
    0,
    true,
    {},
    '',
    'tomorrow',
    '2030-01-01',
    '2030-01-01T10:00:00',
    '2030-01-01 10:00:00Z',
    '2030-13-01T10:00:00Z',
    '2030-02-30T10:00:00Z',
    '2030-01-01T24:00:00Z',
    '2030-01-01T10:60:00Z',
    '2030-01-01T10:00:00+25:00',
    '2030-01-01T10:00:00Z\n',
    'Tue, 01 Jan 2030 10:00:00 GMT',
    '１030-01-01T10:00:00Z',
    '1969-12-31T23:59:59Z',
    '9999-12-31T23:59:59-01:00',
  ],
} as const;

export interface RouteRules {
  /** Good parameters, to which one bad one is added at a time. */
  readonly base: (house: House) => Readonly<Record<string, unknown>>;
  /** For each parameter, values that are refused. */
  readonly bad: Readonly<Record<string, readonly unknown[]>>;
}

export interface RuleGroup {
  /** Folder of src/app. */
  readonly group: string;
  readonly house: () => House;
  /** Called once with the house, at rest: makes what the routes need. */
  readonly prepare?: (house: House) => Promise<void>;
  readonly rules: Readonly<Record<string, RouteRules>>;
  /** What else a request could change, for tables that this helper doesn't know. */
  readonly world?: (house: House) => unknown;
}

/** Everything that a request could have changed. */
export const worldOf = (house: House): string =>
  JSON.stringify([
    house.store.accessCodes().map((code) => ({ ...code, pin: code.pin.reveal() })),
    house.store.lastSeq(),
    house.store.devices().map((device) => [device, [...house.store.lockState(device.deviceId).slots]]),
  ]);

/**
 * Defines the tests that each route of a group must pass: what breaks a rule of its schema is refused as
 * `invalid_input`, names the parameter, and changes nothing.
 */
export const testParameterRules = ({ group, house: make, prepare, rules, world }: RuleGroup): void => {
  let house: House;
  beforeAll(async () => {
    house = make();
    await house.settle();
    await prepare?.(house);
    await house.settle();
  });
  afterAll(async () => {
    await house[Symbol.asyncDispose]();
  });
  const everything = (): string => worldOf(house) + JSON.stringify(world?.(house) ?? null);
  const call = (route: string, params: unknown): Promise<Answer> =>
    house.app.call(route, params, {
      caller: 'test',
      isLocal: true,
      requestId: undefined,
      expiresAt: undefined,
    });

  test(`every route of ${group} has its rules here`, () => {
    const names = house.app.routes.map(({ name }) => name).filter((name) => groupOf(name) === group);
    expect(Object.keys(rules).sort()).toEqual(names.sort());
  });

  for (const [route, { base, bad: parameters }] of Object.entries(rules))
    describe(route, () => {
      for (const [parameter, values] of Object.entries(parameters))
        test(`refuses a bad ${parameter} and names it`, async () => {
          const before = everything();
          for (const value of values) {
            const error = refused(await call(route, { ...base(house), [parameter]: value }));
            const what = `${parameter}: ${JSON.stringify(value).slice(0, 60)}`;
            expect(error, what).toMatchObject({ type: 'invalid_input', status: 400 });
            expect(error.message, what).toContain(`${parameter}: `);
            expect(error.validationErrors, what).toHaveProperty([parameter, '_errors', 0]);
          }
          expect(everything()).toBe(before);
        });

      test('refuses what is unknown, what would reach a prototype, and what is no object', async () => {
        const before = everything();
        const error = refused(await call(route, { ...base(house), colour: 'red' }));
        expect(error).toMatchObject({ type: 'invalid_input', status: 400 });
        expect(error.message).toContain('colour: unknown parameter');
        expect(error.validationErrors).toHaveProperty(['colour', '_errors', 0]);
        const text = `{${JSON.stringify(base(house)).slice(1, -1)}`;
        for (const key of ['__proto__', 'constructor', 'prototype']) {
          const params: unknown = JSON.parse(`${text}${text === '{' ? '' : ','}"${key}":{"polluted":true}}`);
          expect(refused(await call(route, params))).toMatchObject({
            type: 'invalid_input',
            message: `${key}: unknown parameter`,
          });
        }
        expect('polluted' in {}).toBe(false);
        for (const params of [null, undefined, 'x', 7, true, [], [{}]])
          expect(refused(await call(route, params))).toMatchObject({ type: 'invalid_input', status: 400 });
        expect(everything()).toBe(before);
      });
    });
};
