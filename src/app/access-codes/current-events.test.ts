import { afterEach, expect, test } from 'vitest';
import { hour, opened } from '../../../test/support/code-life.ts';
import { field, House, lockSpec } from '../../../test/support/house.ts';
import { eventObject } from '../objects/event.ts';
import type { Vocabulary } from '../vocabulary.ts';

let house: House;
afterEach(() => house[Symbol.asyncDispose]());

const at = (fromNow: number): string => new Date(house.clock.now() + fromNow).toISOString();

/** Makes an access code, changes all of it, and deletes it. */
const live = async (vocabulary: Vocabulary): Promise<string> => {
  house = new House([lockSpec({}, { names: { maxLength: 10 } })], 1, { vocabulary });
  await house.settle();
  const made = await house.call('access_codes/create', {
    device_id: house.deviceId,
    code: '1234',
    name: 'Anna',
    starts_at: at(-1_000),
    ends_at: at(hour),
  });
  if (!made.ok) throw new Error(made.error.message);
  const id = field(made.body['access_code'], 'access_code_id');
  await house.settle();
  const changes = { name: 'Bert', code: '4321', ends_at: at(2 * hour) };
  await house.call('access_codes/update', { access_code_id: id, ...changes });
  await house.settle();
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle();
  return id;
};

const told = async (id: string, type?: string): Promise<Record<string, unknown>[]> => {
  const answer = await house.call('events/list', {
    access_code_id: id,
    ...(type === undefined ? {} : { event_type: type }),
  });
  if (!answer.ok) throw new Error(answer.error.message);
  const events = opened(answer.body['events']);
  return Array.isArray(events) ? events.map((event: unknown) => ({ ...eventObject.parse(event) })) : [];
};

test('in the vocabulary of 2026 a change is told property by property, and what it sends to the lock', async () => {
  const id = await live('current');
  expect((await told(id)).map((event) => event['event_type'])).toEqual([
    'access_code.created',
    'access_code.mutations_requested',
    'access_code.set_on_device',
    'access_code.changed',
    'access_code.name_changed',
    'access_code.code_changed',
    'access_code.time_frame_changed',
    'access_code.mutations_requested',
    'access_code.set_on_device',
    'access_code.mutations_requested',
    'access_code.removed_from_device',
    'access_code.deleted',
  ]);
  expect(await told(id, 'access_code.name_changed')).toMatchObject([
    { from: { name: 'Anna' }, to: { name: 'Bert' } },
  ]);
  expect(await told(id, 'access_code.time_frame_changed')).toMatchObject([
    { from: { starts_at: expect.any(String) as string }, to: { ends_at: expect.any(String) as string } },
  ]);
  const requested = await told(id, 'access_code.mutations_requested');
  expect(
    requested.map(({ requested_mutations: list }) =>
      Array.isArray(list) ? list.map((one: { mutation_code: string }) => one.mutation_code) : [],
    ),
  ).toEqual([['creating'], ['updating_code', 'updating_time_frame', 'updating_name'], ['deleting']]);
});

test('no PIN is in what is kept of them', async () => {
  await live('current');
  const payloads = JSON.stringify(house.store.events(0, 1_000).map((event) => event.payload));
  expect(payloads).toContain('updating_code');
  expect(payloads).not.toMatch(/"(1234|4321)"/);
});

test('in the seeds’ vocabulary there are none of these, and a filter for one finds nothing', async () => {
  const id = await live('seeds');
  expect((await told(id)).map((event) => event['event_type'])).toEqual([
    'access_code.created',
    'access_code.set_on_device',
    'access_code.changed',
    'access_code.set_on_device',
    'access_code.removed_from_device',
    'access_code.deleted',
  ]);
  expect(await told(id, 'access_code.name_changed')).toEqual([]);
});

test('errors bear the names of the vocabulary', async () => {
  for (const [vocabulary, name] of [
    ['seeds', 'code_modified_external_to_seam'],
    ['current', 'conflicting_external_modification'],
  ] as const) {
    house = new House([lockSpec()], 1, { vocabulary });
    await house.settle();
    const id = await house.create('1234');
    await house.settle(20 * 60_000);
    house.lock.faults.refuses = 1;
    house.lock.slots.set(1, '9999');
    house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
    await house.settle(2_000);
    const { errors } = await house.code(id);
    expect(errors).toContainEqual(expect.objectContaining({ error_code: name }));
    if (vocabulary === 'seeds') await house[Symbol.asyncDispose]();
  }
});
