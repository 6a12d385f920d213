import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import type { AnswerError } from '../answer.ts';
import { isList, isRecord } from '../json.ts';
import { iso } from '../objects/common.ts';

let house: House;
let front: string;
let back: string;
let code: string;
let between: number;

beforeAll(async () => {
  house = new House([lockSpec(), lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' })]);
  await house.settle();
  front = house.deviceIdOf(house.lock);
  back = house.deviceIdOf(house.locks[1] ?? house.lock);
  code = await house.create('482913');
  await house.settle();
  between = house.clock.now();
  await house.settle();
  await house.create('739164', house.locks[1]);
  await house.settle();
});
afterAll(async () => {
  await house[Symbol.asyncDispose]();
});

const refused = async (route: string, params: object): Promise<AnswerError> => {
  const answer = await house.call(route, params);
  if (answer.ok) throw new Error('not refused');
  return answer.error;
};
/** `<lock> <type>` of each. */
const listed = async (params: object): Promise<string[]> => {
  const answer = await house.call('events/list', params);
  if (!answer.ok) throw new Error(answer.error.message);
  const { events } = answer.body;
  if (!isList(events)) throw new Error('no list');
  return events.map((event) => {
    const { device_id, event_type } = isRecord(event) ? event : {};
    const type = typeof event_type === 'string' ? event_type : '';
    return `${device_id === front ? 'front' : 'back'} ${type}`;
  });
};
const latest = async (params: object): Promise<unknown> => {
  const answer = await house.call('events/get', params);
  if (!answer.ok) throw new Error(answer.error.message);
  const { event } = answer.body;
  return isRecord(event) ? [event['device_id'], event['event_type']] : undefined;
};

const created = 'access_code.created';
const set = 'access_code.set_on_device';

test('events are listed by lock, access code and type, the oldest first', async () => {
  const all = [`front ${created}`, `front ${set}`, `back ${created}`, `back ${set}`];
  expect(await listed({ event_types: [created, set] })).toEqual(all);
  expect(await listed({ event_types: [created, set], device_ids: [front, back] })).toEqual(all);
  expect(await listed({ event_type: set, device_id: back })).toEqual([`back ${set}`]);
  expect(await listed({ access_code_id: code })).toEqual(all.slice(0, 2));
  expect(await listed({ access_code_ids: [code.toUpperCase()], event_type: set })).toEqual([`front ${set}`]);
  expect(await listed({ access_code_id: code, device_id: back })).toEqual([]);
  expect(await listed({ event_type: set, event_types: [created] })).toEqual([]);
  expect(await listed({ device_ids: [] })).toEqual([]);
  const [first] = house.store.events(0, 1);
  expect(await listed({ event_ids: [first?.eventId] })).toHaveLength(1);
});

test('since and between leave out their ends', async () => {
  const codes = { event_types: [created, set] };
  expect(await listed({ ...codes, since: iso(between) })).toEqual([`back ${created}`, `back ${set}`]);
  const [event] = house.store.findEvents({
    eventTypes: [set],
    order: 'newest_first',
    offset: 0,
    limit: 1,
  });
  const at = event?.occurredAt ?? 0;
  expect(await listed({ ...codes, since: iso(at) })).toEqual([]);
  expect(await listed({ ...codes, since: iso(at - 1) })).toEqual([`back ${set}`]);
  expect(await listed({ ...codes, between: [iso(between), iso(at)] })).toEqual([`back ${created}`]);
  expect(await listed({ ...codes, between: [iso(0), iso(between)] })).toEqual([
    `front ${created}`,
    `front ${set}`,
  ]);
});

test('pages are told by limit and unstable_offset', async () => {
  const codes = { event_types: [created, set] };
  expect(await listed({ ...codes, limit: 2 })).toEqual([`front ${created}`, `front ${set}`]);
  expect(await listed({ ...codes, limit: 2, unstable_offset: 3 })).toEqual([`back ${set}`]);
});

test('what nothing here has to do with matches nothing; the account matches all that is of a lock', async () => {
  const own = { connected_account_id: house.store.connectedAccountId.toUpperCase() };
  expect(await listed({ ...own, event_type: set })).toHaveLength(2);
  const all = house.store.lastSeq();
  expect(await listed(own)).toHaveLength(all);
  house.store.appendEvent({
    eventId: house.random.uuid(),
    eventType: 'lockstep.events_dropped',
    occurredAt: house.clock.now(),
    deviceId: undefined,
    accessCodeId: undefined,
    payload: { from_seq: 1, to_seq: 1 },
    pin: undefined,
  });
  expect(await listed(own)).toHaveLength(all);
  expect(await listed({ since: iso(0) })).toHaveLength(all + 1);
  const other = '00000000-0000-4000-8000-000000000001';
  for (const params of [
    { connected_account_id: other },
    { customer_key: 'anna' },
    { acs_user_id: other },
    { space_ids: [other] },
    { access_grant_id: other, device_id: front },
  ])
    expect(await listed(params)).toEqual([]);
});

test('a list of everything is not asked for by mistake', async () => {
  expect((await refused('events/list', {})).message).toBe('give at least one parameter, such as since');
  const both = { since: iso(between), between: [iso(0), iso(between)] };
  expect((await refused('events/list', both)).message).toBe('since and between exclude each other');
});

test('one event is shown by its id, or as the latest of a lock, of a type, or of both', async () => {
  const [first] = house.store.events(0, 1);
  expect(await latest({ event_id: first?.eventId })).toEqual([first?.deviceId, first?.eventType]);
  expect(await latest({ event_type: set })).toEqual([back, set]);
  expect(await latest({ device_id: front })).toEqual([front, set]);
  expect(await latest({ device_id: front.toUpperCase(), event_type: created })).toEqual([front, created]);
  for (const params of [
    { event_id: '00000000-0000-4000-8000-000000000001' },
    { event_id: first?.eventId, event_type: 'lock.unlocked' },
    { event_type: 'lock.unlocked' },
  ])
    expect(await refused('events/get', params)).toMatchObject({ type: 'event_not_found', status: 404 });
  expect((await refused('events/get', {})).message).toContain('give event_id');
});

test('an event shows the metadata of its lock', async () => {
  const given = await house.call('devices/update', { device_id: back, custom_metadata: { floor: '2' } });
  expect(given.ok).toBe(true);
  const answer = await house.call('events/get', { device_id: back, event_type: set });
  if (!answer.ok) throw new Error(answer.error.message);
  expect(answer.body['event']).toMatchObject({
    device_custom_metadata: { floor: '2' },
    connected_account_id: house.store.connectedAccountId,
  });
});
