import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refused } from '../../test/support/answers.ts';
import { House } from '../../test/support/house.ts';
import { groupOf } from '../../test/support/parameter-rules.ts';

// What holds for parameters at large. The rules of each route stand in parameters.test.ts of its folder.

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

test('the rules of every route have a file of their own, beside its use case', () => {
  const groups = new Set(house.app.routes.map(({ name }) => groupOf(name)));
  expect(groups).toContain('access-codes');
  for (const group of groups)
    expect(existsSync(new URL(`${group}/parameters.test.ts`, import.meta.url)), group).toBe(true);
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

test('thousands of mistakes are told of fifty times, and cost no more', async () => {
  const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`k${at}`, 1]));
  for (const [route, given] of [
    ['devices/list', many],
    ['devices/update', { device_id: house.deviceId, custom_metadata: many }],
    ['devices/update', { device_id: house.deviceId, properties: many }],
  ] as const) {
    const { message, validationErrors } = refused(await house.call(route, given));
    const told = JSON.stringify(validationErrors).match(/unknown|values must be/g);
    expect([route, told?.length]).toEqual([route, 50]);
    expect(message.length).toBeLessThan(6_000);
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
  const base: Record<string, object> = {
    'access_codes/create': { device_id: house.deviceId },
    'access_codes/update': { access_code_id: codeId },
    'access_codes/get': { device_id: house.deviceId },
  };
  for (const code of [73059164, '73059164x', '7305916473059164', ['73059164']])
    for (const route of ['access_codes/create', 'access_codes/update', 'access_codes/get']) {
      const answer = await house.call(route, { ...base[route], code });
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
