import { afterAll, beforeAll, expect, test } from 'vitest';
import { body, digitsOf, idOf, listOf, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import type { Answer } from '../answer.ts';
import { isRecord } from '../json.ts';

let house: House;
let other: string;
/** In order of creation: 6 on the first lock, then 3 on the other. */
let ids: string[];
beforeAll(async () => {
  house = new House([lockSpec(), lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' })]);
  await house.settle();
  other = house.deviceIdOf(house.locks[1]!);
  ids = [];
  for (const digits of ['73059164', '1357', '2468', '3579', '4680', '5791'])
    ids.push(await house.create(digits));
  for (const digits of ['1122', '2233', '3344']) ids.push(await house.create(digits, house.locks[1]));
  await house.call('access_codes/update', { access_code_id: ids[2], name: 'Cleaner' });
});
afterAll(async () => {
  await house[Symbol.asyncDispose]();
});

const list = (params: object): Promise<Answer> => house.call('access_codes/list', params);
const found = async (params: object): Promise<number[]> =>
  listOf(await list(params), 'access_codes').map((code) => ids.indexOf(idOf(code)));
const cursorAfter = async (params: object): Promise<string> => {
  const { pagination } = body(await list(params));
  const cursor = isRecord(pagination) ? pagination['next_page_cursor'] : undefined;
  if (typeof cursor !== 'string') throw new Error('no further page');
  return cursor;
};
/** All pages, one after the other. */
const pages = async (params: object): Promise<number[][]> => {
  const shown: number[][] = [];
  let page_cursor: unknown = null;
  do {
    const answer = await list({ ...params, page_cursor });
    shown.push(listOf(answer, 'access_codes').map((code) => ids.indexOf(idOf(code))));
    const { pagination } = body(answer);
    page_cursor = isRecord(pagination) ? pagination['next_page_cursor'] : null;
  } while (page_cursor !== null);
  return shown;
};

test('without a filter all access codes are listed, in order of creation', async () => {
  expect(await found({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('filters narrow it, alone and together', async () => {
  expect(await found({ device_id: other })).toEqual([6, 7, 8]);
  expect(await found({ access_code_ids: [ids[7]!.toUpperCase(), ids[1], other] })).toEqual([1, 7]);
  expect(await found({ access_code_ids: [] })).toEqual([]);
  expect(await found({ access_code_ids: [ids[7], ids[1]], device_id: other })).toEqual([7]);
  expect(refused(await list({ device_id: ids[0] }))).toMatchObject({ type: 'device_not_found', status: 404 });
});

test('a search finds a part of the name, of the PIN or of the id', async () => {
  expect(await found({ search: 'LEAN' })).toEqual([2]);
  expect(await found({ search: '057' })).toEqual([]);
  expect(await found({ search: '0591' })).toEqual([0]);
  expect(await found({ search: ids[4]!.slice(9, 23).toUpperCase() })).toEqual([4]);
  expect(
    await found({ search: '3', device_id: other }).then((all) => all.includes(7) && all.includes(8)),
  ).toBe(true);
});

test('who does not see PINs finds none by searching for a part of it', async () => {
  const context = { caller: 'mqtt', seesCodes: false, requestId: undefined, expiresAt: undefined };
  const search = async (text: string): Promise<number[]> =>
    listOf(await house.app.call('access_codes/list', { search: text }, context), 'access_codes').map((code) =>
      ids.indexOf(idOf(code)),
    );
  expect(await search('73059164')).toEqual([]);
  expect(await search('LEAN')).toEqual([2]);
});

test('what belongs to somebody that nobody here knows is none', async () => {
  for (const filter of [
    { customer_key: 'x' },
    { user_identifier_key: 'x' },
    { access_grant_key: 'x' },
    { access_grant_id: ids[0] },
    { access_method_id: ids[0] },
  ]) {
    expect(await found(filter)).toEqual([]);
    expect(await found({ ...filter, device_id: other })).toEqual([]);
  }
});

test('pages follow each other, by each kind of filter', async () => {
  expect(await pages({ limit: 4 })).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8]]);
  expect(await pages({ limit: 3, device_id: house.deviceId })).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  expect(await pages({ limit: 2, access_code_ids: [8, 0, 3, 5].map((n) => ids[n]) })).toEqual([
    [0, 3],
    [5, 8],
  ]);
  const search = house.store
    .accessCodes()
    .map((code, n) => ({ n, hit: code.pin.reveal().includes('57') || code.accessCodeId.includes('57') }))
    .filter(({ hit }) => hit)
    .map(({ n }) => n);
  expect(search.length).toBeGreaterThan(2);
  expect((await pages({ limit: 1, search: '57' })).flat()).toEqual(search);
});

test('a cursor of another query is refused, in whatever it differs', async () => {
  const page_cursor = await cursorAfter({ limit: 2, device_id: house.deviceId });
  for (const params of [
    { limit: 2 },
    { limit: 3, device_id: house.deviceId },
    { limit: 2, device_id: other },
    { limit: 2, device_id: house.deviceId, search: '1' },
  ])
    expect(refused(await list({ ...params, page_cursor }))).toMatchObject({
      type: 'mismatched_page_parameters',
      status: 400,
    });
});

test('a page stays in its place while codes come and go', async () => {
  const page_cursor = await cursorAfter({ limit: 3 });
  const gone = ids[3]!;
  await house.call('access_codes/delete', { access_code_id: gone });
  await house.settle();
  const added = await house.create('8642');
  const answer = await list({ limit: 3, page_cursor });
  expect(listOf(answer, 'access_codes').map((code) => ids.indexOf(idOf(code)))).toEqual([4, 5, 6]);
  const all = listOf(await list({}), 'access_codes');
  expect(all.map((code) => idOf(code))).not.toContain(gone);
  expect(idOf(all.at(-1)!)).toBe(added);
  expect(digitsOf(all.at(-1)!)).toBe('8642');
});
