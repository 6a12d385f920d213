import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House } from '../../test/support/house.ts';
import type { Answer, AnswerError } from './answer.ts';

// Every rule of schemas.ts: what breaks it is refused as `invalid_input`, names the parameter, changes nothing.

let house: House;
let codeId: string;
beforeAll(async () => {
  house = new House();
  await house.settle();
  codeId = await house.create('4711');
  await house.settle();
});
afterAll(async () => {
  await house[Symbol.asyncDispose]();
});

const refused = (answer: Answer): AnswerError => {
  if (answer.ok) throw new Error(`not refused: ${JSON.stringify(answer.body)}`);
  return answer.error;
};
/** Everything that a request could have changed. */
const world = (): string =>
  JSON.stringify([
    house.store.accessCodes(),
    house.store.lastSeq(),
    [...house.state().slots],
    house.store.devices(),
  ]);

const long = (n: number): string => 'x'.repeat(n);
const notText = [7, null, true, {}, []];
const notUuid = [...notText, '', 'front', `${long(35)}g`, '00000000-0000-0000-0000-00000000000'];
const notCode = [
  ...notText,
  1234,
  42,
  '',
  '123',
  '1234567890123',
  '12a4',
  ' 1234',
  '1234\n',
  '-123',
  '１２３４',
];
const notLabelPin = [...notText, 4711, '', '4711', '047110', '0471a', '04711\n'];
const notName = [7, true, {}, [], '', '   ', long(101), 'a\nb', 'a\u0000b', '\u007f'];
const notFlag = ['true', 1, null];
const notNumber = ['7', null, 1.5, true];
const later = [true, 1, 'x', {}];
const laterTime = ['2026-11-22T10:00:00Z', 0, true];

const base = (): Record<string, Record<string, unknown>> => ({
  'access_codes/create': { device_id: house.deviceId, code: '2580' },
  'access_codes/get': { access_code_id: codeId },
  'access_codes/list': {},
  'access_codes/update': { access_code_id: codeId },
  'access_codes/delete': { access_code_id: codeId },
  'access_codes/unmanaged/list': {},
  'access_codes/unmanaged/get': { access_code_id: codeId },
  'devices/list': {},
  'devices/get': { device_id: house.deviceId },
  'locks/lock_door': { device_id: house.deviceId },
  'locks/unlock_door': { device_id: house.deviceId },
  'lockstep/status': {},
  'lockstep/doctor': {},
  'lockstep/slots': { device_id: house.deviceId },
  'lockstep/history': { device_id: house.deviceId },
  'lockstep/events': {},
  'lockstep/audit': { device_id: house.deviceId },
  'lockstep/repair': { device_id: house.deviceId },
  'lockstep/certify': { device_id: house.deviceId },
  'lockstep/certify/get': { certify_id: codeId },
  'lockstep/pairing/start': { radio: 'simulated' },
  'lockstep/pairing/get': { pairing_id: codeId },
  'lockstep/pairing/pin': { pairing_id: codeId, pin: '04711' },
  'lockstep/pairing/abort': { pairing_id: codeId },
  'lockstep/devices/remove': { device_id: house.deviceId },
  'lockstep/devices/replace': { old_device_id: house.deviceId, new_device_id: codeId },
});

const listRules = {
  device_id: notUuid,
  access_code_ids: ['x', [7], ['front'], {}, Array.from({ length: 1_001 }, () => long(36))],
  search: [7, '', long(101)],
  limit: [...notNumber, 0, -1, 55_001],
};
const getRules = { access_code_id: notUuid, device_id: notUuid, code: notCode };
const deviceRules = { device_id: notUuid };

const rules: Record<string, Record<string, readonly unknown[]>> = {
  'access_codes/create': {
    device_id: notUuid,
    code: notCode,
    name: notName,
    preferred_code_length: notNumber,
    attempt_for_offline_device: notFlag,
    prefer_native_scheduling: notFlag,
    starts_at: laterTime,
    ends_at: laterTime,
    allow_external_modification: later,
    is_external_modification_allowed: later,
    use_backup_access_code_pool: later,
    is_offline_access_code: later,
    use_offline_access_code: later,
    is_one_time_use: later,
    common_code_key: later,
    max_time_rounding: later,
    sync: later,
  },
  'access_codes/get': getRules,
  'access_codes/list': listRules,
  'access_codes/update': {
    access_code_id: notUuid,
    device_id: notUuid,
    name: notName,
    code: notCode,
    type: ['time_bound', null, 1],
    attempt_for_offline_device: notFlag,
    starts_at: laterTime,
    ends_at: laterTime,
    allow_external_modification: later,
    is_external_modification_allowed: later,
    is_managed: [false, null, 'x'],
    sync: later,
  },
  'access_codes/delete': { access_code_id: notUuid, device_id: notUuid, sync: later },
  'access_codes/unmanaged/list': listRules,
  'access_codes/unmanaged/get': getRules,
  'devices/list': {
    device_ids: ['x', [7], ['front'], {}],
    search: [7, '', long(101)],
    limit: [...notNumber, 0, -1, 501],
  },
  'devices/get': { device_id: notUuid, name: [7, '', null] },
  'locks/lock_door': { ...deviceRules, sync: notFlag },
  'locks/unlock_door': { ...deviceRules, sync: notFlag },
  'lockstep/status': {},
  'lockstep/doctor': {},
  'lockstep/slots': deviceRules,
  'lockstep/history': {
    device_id: notUuid,
    access_code_id: notUuid,
    limit: [...notNumber, 0, 1_001],
  },
  'lockstep/events': { after: [...notNumber, -1], limit: [...notNumber, 0, 1_001] },
  'lockstep/audit': deviceRules,
  'lockstep/repair': {
    device_id: notUuid,
    slot: [...notNumber, 0, -1, 77],
    restore: notFlag,
  },
  'lockstep/certify': { device_id: notUuid, quick: notFlag },
  'lockstep/certify/get': { certify_id: notUuid },
  'lockstep/pairing/start': {
    radio: [...notText, '', 'Z-Wave!', long(33)],
    qr_code: [...notText, '', long(1_025)],
    dsk_pin: notLabelPin,
  },
  'lockstep/pairing/get': { pairing_id: notUuid },
  'lockstep/pairing/pin': { pairing_id: notUuid, pin: notLabelPin },
  'lockstep/pairing/abort': { pairing_id: notUuid },
  'lockstep/devices/remove': {
    device_id: notUuid,
    gone: notFlag,
    keep_codes: notFlag,
    forget_codes: notFlag,
  },
  'lockstep/devices/replace': { old_device_id: notUuid, new_device_id: notUuid },
};

test('every route there is has its rules here', () => {
  expect(Object.keys(rules).sort()).toEqual(house.app.routes.map(({ name }) => name).toSorted());
  expect(Object.keys(base()).sort()).toEqual(house.app.routes.map(({ name }) => name).toSorted());
});

for (const [route, parameters] of Object.entries(rules))
  describe(route, () => {
    for (const [parameter, values] of Object.entries(parameters))
      test(`refuses a bad ${parameter} and names it`, async () => {
        const before = world();
        for (const value of values) {
          const error = refused(await house.call(route, { ...base()[route], [parameter]: value }));
          const what = `${parameter}: ${JSON.stringify(value).slice(0, 60)}`;
          expect(error, what).toMatchObject({ type: 'invalid_input', status: 400 });
          expect(error.message, what).toContain(`${parameter}: `);
          expect(error.validationErrors, what).toHaveProperty([parameter, '_errors', 0]);
        }
        expect(world()).toBe(before);
      });

    test('refuses an unknown parameter and names it', async () => {
      const before = world();
      const error = refused(await house.call(route, { ...base()[route], colour: 'red' }));
      expect(error).toMatchObject({
        type: 'invalid_input',
        status: 400,
        message: 'colour: unknown parameter',
      });
      expect(error.validationErrors).toHaveProperty(['colour', '_errors', 0]);
      expect(world()).toBe(before);
    });

    test('refuses names that would reach a prototype', async () => {
      const before = world();
      for (const key of ['__proto__', 'constructor', 'prototype']) {
        const text = `{${JSON.stringify(base()[route]).slice(1, -1)}`;
        const params: unknown = JSON.parse(`${text}${text === '{' ? '' : ','}"${key}":{"polluted":true}}`);
        const error = refused(
          await house.app.call(route, params, { caller: 'test', requestId: 'x', expiresAt: undefined }),
        );
        expect(error).toMatchObject({ type: 'invalid_input', message: `${key}: unknown parameter` });
      }
      expect('polluted' in {}).toBe(false);
      expect(world()).toBe(before);
    });

    test('refuses parameters that are no object', async () => {
      for (const params of [null, undefined, 'x', 7, true, [], [{}]]) {
        const error = refused(
          await house.app.call(route, params, { caller: 'test', requestId: undefined, expiresAt: undefined }),
        );
        expect(error).toMatchObject({ type: 'invalid_input', status: 400 });
      }
    });
  });

test('what must be given is asked for by name', async () => {
  const missing = async (route: string, params: object): Promise<string> =>
    refused(await house.call(route, params)).message;
  expect(await missing('access_codes/create', {})).toContain('device_id: ');
  expect(await missing('access_codes/update', {})).toContain('access_code_id: ');
  expect(await missing('access_codes/delete', {})).toContain('access_code_id: ');
  expect(await missing('locks/unlock_door', {})).toContain('device_id: ');
  for (const route of ['access_codes/get', 'access_codes/unmanaged/get'])
    for (const params of [{}, { code: '1234' }, { device_id: house.deviceId }])
      expect(await missing(route, params)).toBe('give access_code_id, or device_id and code together');
  expect(await missing('devices/get', {})).toBe('give device_id or name');
  expect(await missing('lockstep/history', {})).toBe('give device_id or access_code_id');
});

test('several mistakes are told together', async () => {
  const error = refused(await house.call('access_codes/create', { device_id: 'x', code: 1234, colour: 1 }));
  for (const parameter of ['device_id', 'code', 'colour']) {
    expect(error.message).toContain(`${parameter}: `);
    expect(error.validationErrors).toHaveProperty(parameter);
  }
});

test('what asks for nothing that is missing here is taken: false and null', async () => {
  const nothing = {
    starts_at: null,
    ends_at: null,
    is_one_time_use: false,
    common_code_key: null,
    sync: false,
  };
  const answer = await house.call('access_codes/create', {
    device_id: house.deviceId,
    code: '9630',
    ...nothing,
  });
  expect(answer.ok).toBe(true);
});

test('ids are found in capitals too', async () => {
  expect((await house.call('devices/get', { device_id: house.deviceId.toUpperCase() })).ok).toBe(true);
  expect((await house.call('access_codes/get', { access_code_id: codeId.toUpperCase() })).ok).toBe(true);
});

test('a refusal never repeats what was given as a code', async () => {
  for (const code of [73059164, '73059164x', '7305916473059164', ['73059164']])
    for (const route of ['access_codes/create', 'access_codes/update', 'access_codes/get']) {
      const answer = await house.call(route, { ...base()[route], code });
      expect(JSON.stringify(refused(answer))).not.toContain('73059164');
    }
});

test('a route that does not exist is 404', async () => {
  expect(refused(await house.call('access_codes/explode', {}))).toMatchObject({
    type: 'unknown_route',
    status: 404,
  });
  expect(refused(await house.call('__proto__', {}))).toMatchObject({ type: 'unknown_route', status: 404 });
});
