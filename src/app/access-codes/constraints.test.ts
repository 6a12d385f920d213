import { afterEach, expect, test } from 'vitest';
import { body, digitsOf, objectOf, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import type { Answer } from '../answer.ts';
import { codeConstraintsOf, codeLengthsOf } from './constraints.ts';

let house: House;
const build = async (codeLengths: readonly number[], names?: { maxLength: number }): Promise<void> => {
  house = new House([lockSpec({}, { codeLengths, ...(names ? { names } : {}) })]);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const report = (params: object): Promise<Answer> =>
  house.call('access_codes/report_device_constraints', { device_id: house.deviceId, ...params });
const create = (params: object): Promise<Answer> =>
  house.call('access_codes/create', { device_id: house.deviceId, ...params });
const generated = async (params: object = {}): Promise<number> =>
  digitsOf(objectOf(await create(params), 'access_code')).length;

test('reported lengths narrow what the lock takes, for given and generated PINs', async () => {
  await build([4, 5, 6, 7, 8]);
  expect(await generated()).toBe(4);
  expect(body(await report({ supported_code_lengths: [8, 6, 6, 20] }))).toEqual({});
  expect(codeLengthsOf(house.store.devices()[0]!)).toEqual([6, 8]);
  expect(refused(await create({ code: '13579' }))).toMatchObject({
    type: 'code_constraints_violated',
    message: 'code: this lock takes 6 or 8 digits, not 5',
  });
  expect(await generated()).toBe(6);
  expect(await generated({ preferred_code_length: 8 })).toBe(8);
  expect(await generated({ preferred_code_length: 5 }), 'not supported: the shortest').toBe(6);
});

test('the shortest and longest length say the same as all between them, and the last report counts', async () => {
  await build([4, 5, 6, 7, 8]);
  await report({ supported_code_lengths: [4] });
  expect(body(await report({ min_code_length: 7, max_code_length: 12 }))).toEqual({});
  expect(codeLengthsOf(house.store.devices()[0]!)).toEqual([7, 8]);
  expect(await generated()).toBe(7);
});

test('reports that contradict themselves or leave nothing are refused, and keep what was', async () => {
  await build([4, 6]);
  await report({ supported_code_lengths: [6] });
  const before = house.store.devices();
  for (const [params, parameter, type] of [
    [{}, 'supported_code_lengths', 'invalid_input'],
    [{ min_code_length: 4 }, 'max_code_length', 'invalid_input'],
    [{ max_code_length: 4 }, 'min_code_length', 'invalid_input'],
    [{ min_code_length: 7, max_code_length: 6 }, 'max_code_length', 'invalid_input'],
    [{ supported_code_lengths: [4], min_code_length: 4 }, 'supported_code_lengths', 'invalid_input'],
    [
      { supported_code_lengths: [4], min_code_length: 4, max_code_length: 6 },
      'supported_code_lengths',
      'invalid_input',
    ],
    [{ supported_code_lengths: [5, 7] }, 'supported_code_lengths', 'code_constraints_violated'],
    [{ min_code_length: 7, max_code_length: 20 }, 'min_code_length', 'code_constraints_violated'],
  ] as const) {
    const error = refused(await report(params));
    expect(error).toMatchObject({ type, status: 400 });
    expect(error.validationErrors).toHaveProperty([parameter, '_errors', 0]);
  }
  expect(house.store.devices()).toEqual(before);
});

test('a lock that does not tell its lengths takes the reported ones, else any', async () => {
  await build([]);
  expect(await generated()).toBe(6);
  expect(await generated({ preferred_code_length: 9 })).toBe(9);
  expect((await create({ code: '13579' })).ok).toBe(true);
  await report({ supported_code_lengths: [5, 12] });
  expect(await generated()).toBe(5);
  expect(refused(await create({ code: '135790' })).type).toBe('code_constraints_violated');
});

test('a lock that takes other lengths than were reported is believed', async () => {
  await build([4, 6]);
  await report({ supported_code_lengths: [6] });
  const device = house.store.devices()[0]!;
  const changed = { ...device, capabilities: { ...device.capabilities!, codeLengths: [4, 5] } };
  expect(codeLengthsOf(changed)).toEqual([4, 5]);
});

test('the constraints of a device are what its access codes are judged by', async () => {
  await build([4, 6], { maxLength: 12 });
  await report({ supported_code_lengths: [6] });
  const device = house.store.devices()[0]!;
  expect(codeConstraintsOf(device, [1, 2, 3])).toEqual({
    supported_code_lengths: [6],
    max_active_codes_supported: 3,
    code_constraints: [{ constraint_type: 'name_length', max_length: 12 }],
  });
  expect(codeConstraintsOf({ ...device, capabilities: undefined }, [])).toEqual({});
});

test('of a lock that nobody knows, or whose interview is not complete, nothing is kept', async () => {
  await build([4]);
  const nobody = '00000000-0000-4000-8000-000000000404';
  expect(refused(await report({ device_id: nobody, supported_code_lengths: [4] })).status).toBe(404);
  const device = house.store.devices()[0]!;
  house.store.putDevice({ ...device, capabilities: undefined });
  expect(refused(await report({ supported_code_lengths: [4] })).type).toBe('device_not_ready');
});
