import { afterEach, describe, expect, test } from 'vitest';
import { body, digitsOf, listOf, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import type { LockSpec } from '../../../drivers/simulated/lock.ts';
import { LockAddress } from '../../core/ids.ts';
import type { Answer, AnswerValue } from '../answer.ts';
import { isList, isRecord } from '../json.ts';

type Body = Readonly<Record<string, AnswerValue>>;

const backDoor = lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' });
let house: House;
const build = async (specs: readonly LockSpec[] = [lockSpec(), backDoor]): Promise<void> => {
  house = new House(specs);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const front = (): string => house.deviceId;
const back = (): string => house.deviceIdOf(house.locks[1]!);
const at = (hours: number): string => new Date(house.clock.now() + hours * 3_600_000).toISOString();
const devices = (codes: object[], others?: object[]): object => ({
  devices: [
    { device_id: front(), access_codes: codes },
    ...(others === undefined ? [] : [{ device_id: back(), access_codes: others }]),
  ],
});
const apply = (codes: object[], others?: object[]): Promise<Answer> =>
  house.call('lockstep/apply', devices(codes, others));
const diff = (codes: object[], others?: object[]): Promise<Answer> =>
  house.call('lockstep/diff', devices(codes, others));
const locksIn = (answer: Answer): Body[] => {
  const [told] = Object.values(body(answer));
  const list = isRecord(told) ? told['devices'] : undefined;
  if (!isList(list)) throw new Error('no devices in this answer');
  return list.filter(isRecord);
};
const textOf = (value: AnswerValue | undefined): string => (typeof value === 'string' ? value : 'null');
/** `create Anna` and the like. */
const changesIn = (answer: Answer): string[] =>
  locksIn(answer).flatMap(({ changes }) => {
    if (!isList(changes)) throw new Error('no changes in this answer');
    return changes.filter(isRecord).map(({ change, name }) => `${textOf(change)} ${textOf(name)}`);
  });
const digestOf = (answer: Answer): string => {
  const told = body(answer)['diff'];
  return isRecord(told) ? textOf(told['digest']) : '';
};
const codes = async (deviceId = front()): Promise<Body[]> =>
  listOf(await house.call('access_codes/list', { device_id: deviceId }), 'access_codes');
const named = async (name: string, deviceId?: string): Promise<Body> => {
  const code = (await codes(deviceId)).find((one) => one['name'] === name);
  if (code === undefined) throw new Error(`no code ${name}`);
  return code;
};
const pins = (lock = house.lock): string[] => [...lock.slots.values()].sort();

describe('apply', () => {
  test('makes, changes and removes until the locks hold the whole wanted set, and nothing else of ours', async () => {
    await build();
    house.lock.slots.set(9, '8642');
    await house.call('lockstep/audit', { device_id: front() });
    await house.settle();
    body(
      await apply(
        [
          { name: 'Anna', code: '0471' },
          { name: 'Ben', code: '1357' },
        ],
        [{ name: 'Anna', code: '0471' }],
      ),
    );
    await house.settle();
    expect(pins()).toEqual(['0471', '1357', '8642']);
    const answer = await apply([
      { name: 'Anna', code: '0815' },
      { name: 'Cleo', code: '1357' },
      { name: 'Dan', code: '2468' },
    ]);
    expect(changesIn(answer)).toEqual(['update Anna', 'update Ben', 'create Dan']);
    await house.settle();
    expect(pins()).toEqual(['0815', '1357', '2468', '8642']);
    expect(pins(house.locks[1])).toEqual(['0471']);
    expect(changesIn(await apply([]))).toEqual(['delete Anna', 'delete Cleo', 'delete Dan']);
    await house.settle();
    expect(pins()).toEqual(['8642']);
    expect(await codes()).toEqual([]);
  });

  test('chooses a PIN where none is given, once, and keeps it', async () => {
    await build();
    body(await apply([{ name: 'Anna' }]));
    const pin = digitsOf(await named('Anna'));
    expect(changesIn(await apply([{ name: 'Anna' }, { name: 'Ben' }]))).toEqual(['create Ben']);
    expect(digitsOf(await named('Anna'))).toBe(pin);
    expect(digitsOf(await named('Ben'))).not.toBe(pin);
  });

  test('is atomic: one bad entry, and nothing of the others is done', async () => {
    await build();
    body(await apply([{ name: 'Anna', code: '0471' }]));
    await house.settle();
    const [before, events] = [await codes(), house.store.lastSeq()];
    const wrong: [object[], string][] = [
      [
        [
          { name: 'Ben', code: '1357' },
          { name: 'Cleo', code: '1357' },
        ],
        'duplicate_access_code',
      ],
      [
        [
          { name: 'Ben', code: '1357' },
          { name: 'Cleo', code: '123456789' },
        ],
        'code_constraints_violated',
      ],
      [
        [
          { name: 'Ben', code: '1357' },
          { name: 'Cleo', starts_at: at(1) },
        ],
        'invalid_input',
      ],
      [
        [
          { name: 'Ben', code: '1357' },
          { name: 'Cleo', starts_at: at(2), ends_at: at(1) },
        ],
        'invalid_input',
      ],
      [
        [
          { name: 'Ben', code: '1357' },
          { name: 'Cleo', is_one_time_use: true },
        ],
        'unsupported',
      ],
      [
        [
          { name: 'Anna', code: '1357' },
          { name: 'Cleo', code: '0471' },
        ],
        'duplicate_access_code',
      ],
      [Array.from({ length: 11 }, (_, n) => ({ name: `Guest ${n}` })), 'no_space_for_access_code_on_device'],
    ];
    for (const [entries, type] of wrong) {
      const error = refused(await apply(entries));
      expect(error).toMatchObject({ type, data: { device_id: front(), entry: entries.length - 1 } });
      expect(refused(await diff(entries)).message, 'diff says so too').toBe(error.message);
    }
    expect(refused(await apply([], [{ name: 'X', code: '123456789' }])).data).toMatchObject({
      device_id: back(),
    });
    expect(await codes()).toEqual(before);
    expect(house.store.lastSeq()).toBe(events);
    expect(pins()).toEqual(['0471']);
  });

  test('gives the places and PINs of what goes to what comes, also on a full lock', async () => {
    await build([lockSpec({}, { slots: { first: 1, last: 2 } })]);
    body(
      await apply([
        { name: 'Anna', code: '0471' },
        { name: 'Ben', code: '1357' },
      ]),
    );
    await house.settle();
    body(
      await apply([
        { name: 'Cleo', code: '2468' },
        { name: 'Dan', code: '9753' },
      ]),
    );
    await house.settle(5 * 60_000);
    expect(pins()).toEqual(['2468', '9753']);
    for (const code of await codes()) expect(code).toMatchObject({ status: 'set', errors: [] });
    const types = house.events();
    expect(types.filter((type) => type === 'access_code.removed_from_device')).toHaveLength(2);
    expect(types).not.toContain('access_code.failed_to_set_on_device');
    body(await apply([{ name: 'Eve', code: '2468' }]));
    await house.settle(5 * 60_000);
    expect(pins()).toEqual(['2468']);
    expect(await named('Eve')).toMatchObject({ status: 'set' });
  });

  test('compared with a digest, refuses what has changed since, and does the rest once', async () => {
    await build();
    const wanted = [{ name: 'Anna', code: '0471' }];
    const seen = digestOf(await diff(wanted));
    expect(digestOf(await diff([])), 'what is there, not what is wanted').toBe(seen);
    await house.create('1357');
    const stale = await house.call('lockstep/apply', { ...devices(wanted), expect: seen });
    expect(refused(stale)).toMatchObject({ type: 'changed_meanwhile', status: 409 });
    const fresh = { ...devices(wanted), expect: digestOf(await diff(wanted)) };
    expect(changesIn(await house.call('lockstep/apply', fresh))).toEqual(['delete null', 'create Anna']);
    expect(refused(await house.call('lockstep/apply', fresh)).type).toBe('changed_meanwhile');
    expect(await codes()).toHaveLength(2);
  });

  test('refuses locks that are unknown or unmanaged, and names them', async () => {
    await build();
    const unknown = '11111111-2222-4333-8444-555555555555';
    const answer = await house.call('lockstep/apply', {
      devices: [{ device_id: unknown, access_codes: [] }],
    });
    expect(refused(answer)).toMatchObject({ type: 'device_not_found', data: { device_id: unknown } });
    await house.call('devices/update', { device_id: front(), is_managed: false });
    expect(refused(await apply([]))).toMatchObject({
      type: 'device_unmanaged',
      data: { device_id: front() },
    });
  });
});

describe('times', () => {
  test('are set, changed and taken away as the entry says', async () => {
    await build();
    const times = { starts_at: at(1), ends_at: at(3) };
    body(await apply([{ name: 'Anna', code: '0471', ...times }]));
    expect(await named('Anna')).toMatchObject({ ...times, status: 'unset' });
    const later = at(5);
    expect(changesIn(await apply([{ name: 'Anna', ...times, ends_at: later }]))).toEqual(['update Anna']);
    expect(await named('Anna')).toMatchObject({ starts_at: times.starts_at, ends_at: later });
    body(await apply([{ name: 'Anna' }]));
    expect(await named('Anna')).toMatchObject({ type: 'ongoing' });
    await house.settle();
    expect(pins()).toEqual(['0471']);
  });

  test('that are over want nothing: no code is made, one that is there goes, and that is no error', async () => {
    await build();
    const entry = { name: 'Anna', code: '0471', starts_at: at(-1), ends_at: at(1) };
    body(await apply([entry]));
    await house.settle();
    expect(pins()).toEqual(['0471']);
    expect(changesIn(await apply([{ ...entry, ends_at: at(-0.5) }]))).toEqual(['delete Anna']);
    await house.settle();
    expect(pins()).toEqual([]);
    const again = await apply([{ ...entry, ends_at: at(-0.5) }]);
    expect(locksIn(again)).toMatchObject([{ changes: [], unchanged: 0, over: [0] }]);
  });
});

describe('access codes are known again', () => {
  test('by id, so that a name can change; by PIN where only the name has', async () => {
    await build();
    body(
      await apply([
        { name: 'Anna', code: '0471' },
        { name: 'Ben', code: '1357' },
      ]),
    );
    const [anna, ben] = [await named('Anna'), await named('Ben')];
    const id = anna['access_code_id'];
    body(
      await apply([
        { access_code_id: id, name: 'Anna M.' },
        { name: 'Benjamin', code: '1357' },
      ]),
    );
    expect((await named('Anna M.'))['access_code_id']).toBe(id);
    expect((await named('Benjamin'))['access_code_id']).toBe(ben['access_code_id']);
    expect(await codes()).toHaveLength(2);
  });

  test('and where several could be meant, none is chosen', async () => {
    await build();
    for (const code of ['0471', '1357'])
      body(await house.call('access_codes/create', { device_id: front(), name: 'Anna', code }));
    const ids = (await codes()).map((code) => code['access_code_id']);
    expect(refused(await apply([{ name: 'Anna' }])).message).toMatch(/^name: is borne by 2 access codes/);
    expect(changesIn(await diff([{ name: 'Anna', code: '1357' }])), 'its PIN tells').toEqual(['delete Anna']);
    expect(refused(await apply([{ name: 'Anna' }, { name: 'Anna' }])).message).toMatch(/^name: stands twice/);
    const twice = [
      { access_code_id: ids[0], name: 'A' },
      { access_code_id: ids[0], name: 'B' },
    ];
    expect(refused(await apply(twice)).message).toMatch(/^access_code_id: is that of another entry/);
    expect(changesIn(await diff(ids.map((id) => ({ access_code_id: id, name: 'Anna' }))))).toEqual([]);
    const elsewhere = await apply([], [{ access_code_id: ids[0], name: 'Anna' }]);
    expect(refused(elsewhere).message).toMatch(
      /^access_code_id: is that of no managed access code of this lock/,
    );
  });
});

describe('a shared PIN', () => {
  const key = { common_code_key: 'cleaners' };

  test('is chosen once for all locks, and kept when one more comes', async () => {
    await build();
    body(await apply([{ name: 'Cleo', ...key }], []));
    const pin = digitsOf(await named('Cleo'));
    body(await apply([{ name: 'Cleo', ...key }], [{ name: 'Cleaner', ...key }]));
    expect(digitsOf(await named('Cleaner', back()))).toBe(pin);
    expect(await named('Cleaner', back())).toMatchObject(key);
    body(await apply([{ name: 'Cleo', code: '0471', ...key }], [{ name: 'Cleaner', ...key }]));
    expect(digitsOf(await named('Cleaner', back()))).toBe('0471');
    const isNew = { name: 'New on both', common_code_key: 'gardeners' };
    body(await apply([{ name: 'Cleo', ...key }, isNew], [{ name: 'Cleaner', ...key }, isNew]));
    expect(digitsOf(await named('New on both'))).toBe(digitsOf(await named('New on both', back())));
    body(await house.call('access_codes/update_multiple', { ...key, name: 'Both' }));
    expect([await named('Both'), await named('Both', back())]).toHaveLength(2);
  });

  test('is refused where the entries, or other locks, have another', async () => {
    await build();
    const unequal = await apply([{ name: 'A', code: '0471', ...key }], [{ name: 'B', code: '1357', ...key }]);
    expect(refused(unequal)).toMatchObject({ type: 'invalid_input', data: { device_id: back(), entry: 0 } });
    body(await apply([{ name: 'A', code: '0471', ...key }], [{ name: 'B', ...key }]));
    expect(refused(await apply([{ name: 'A', code: '1357', ...key }])).message).toContain('other locks');
    expect(digitsOf(await named('A'))).toBe('0471');
  });
});

test('codes of the backup pool are neither shown nor removed', async () => {
  await build();
  body(await house.call('devices/update', { device_id: front(), backup_access_code_pool_enabled: true }));
  await house.settle(5 * 60_000);
  expect(house.lock.slots.size).toBe(3);
  expect(locksIn(await apply([]))).toMatchObject([{ changes: [], unchanged: 0 }]);
  await house.settle();
  expect(house.lock.slots.size).toBe(3);
});

test('what somebody did at the lock by permission is no difference, as long as the wish is the same', async () => {
  await build();
  const wanted = [{ name: 'Anna', code: '0471', is_external_modification_allowed: true }, { name: 'Ben' }];
  body(await apply(wanted));
  await house.settle(20 * 60_000);
  const [slot] = [...house.lock.slots].find(([, digits]) => digits === '0471') ?? [0];
  house.lock.slots.delete(slot);
  await house.call('lockstep/audit', { device_id: front() });
  await house.settle(20 * 60_000);
  expect(house.store.accessCodes()[0]?.externalChange).toBe('removed');
  expect(changesIn(await apply(wanted))).toEqual([]);
  await house.settle(20 * 60_000);
  expect(pins()).toHaveLength(1);
});

test('an answer tells what changes from what to what, with PINs closed', async () => {
  await build();
  body(await apply([{ name: 'Anna', code: '0471' }]));
  const answer = await diff([
    { name: 'Anna', code: '1357', is_external_modification_allowed: true },
    { name: 'Ben' },
  ]);
  const [lock] = locksIn(answer);
  expect(lock).toMatchObject({
    device_id: front(),
    unchanged: 0,
    changes: [
      {
        change: 'update',
        entry: 0,
        name: 'Anna',
        from: { is_external_modification_allowed: false },
        to: { is_external_modification_allowed: true },
      },
      { change: 'create', entry: 1, access_code_id: null, name: 'Ben', from: null, to: { name: 'Ben' } },
    ],
  });
  expect(JSON.stringify(lock)).not.toMatch(/0471|1357/);
  expect(JSON.stringify(lock).split('[pin]')).toHaveLength(3);
});
