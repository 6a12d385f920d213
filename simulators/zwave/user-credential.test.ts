import { UserCredentialOperationType, UserCredentialType, UserCredentialUserType } from '@zwave-js/cc';
import { Bytes } from '@zwave-js/shared';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { SetCredentialResult, SetUserResult, type ZWaveNode } from 'zwave-js';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import type { Place } from './person.ts';
import { preset } from './presets.ts';
import { defaultBehaviour } from './spec.ts';
import { type Hub, listen, startHub } from './testing/hub.ts';
import type { UserStore } from './user-store.ts';

const pin = UserCredentialType.PINCode;
let network: SimulatedNetwork;
let hub: Hub;
const place = (node: number): Place => network.places.get(node)!;
const store = (node = 2): UserStore => place(node).lock.users!;
const api = (node = 2): NonNullable<ZWaveNode['accessControl']> => hub.node(node).accessControl!;
const eventually = (condition: () => void): Promise<void> => vi.waitFor(condition, { timeout: 30_000 });
const types = (): string[] => network.log.since(0).map(({ type }) => type);

beforeAll(async () => {
  network = await startNetwork({ locks: preset('kinds')!.filter(({ node }) => node <= 3) });
  hub = await startHub(network.serialUrl);
});
afterAll(async () => {
  await hub.stop();
  await network.stop();
});
beforeEach(() => {
  for (const { frames } of network.places.values()) frames.reset();
});
afterEach(async () => {
  for (const { lock } of network.places.values())
    lock.change({ ...defaultBehaviour, ...lock.spec.behaviour });
  for (const [id] of store().users()) if (id > 1) await api().deleteUser(id);
});

test('the interview finds users, names, PINs and limits, and changes nothing (FIELD-BUGS 22)', () => {
  expect(api().getUserCapabilitiesCached()).toMatchObject({ maxUsers: 20, maxUserNameLength: 32 });
  expect(api().getCredentialCapabilitiesCached().supportedCredentialTypes.get(pin)).toMatchObject({
    numberOfCredentialSlots: 30,
    minCredentialLength: 4,
    maxCredentialLength: 8,
  });
  expect(api().getCredentialCapabilitiesCached().supportsAdminCode).toBe(false);
  expect(api().getUsersCached()).toMatchObject([{ userId: 1, userName: 'Ada', active: true }]);
  expect(api().getCredentialCached(pin, 1)).toMatchObject({ userId: 1, data: '258013' });
  expect(place(2).lock.counters).toMatchObject({ sets_received: 0, clears_received: 0, all_cleared: 0 });
});

test('a user with name and PIN is two commands with a report each, and opens the door', async () => {
  expect(await api().addUser(5, { userName: 'Grace' }, { type: pin, slot: 9, data: '4711' })).toEqual({
    user: SetUserResult.OK,
    credential: SetCredentialResult.OK,
  });
  expect(place(2).frames.snapshot().application).toEqual({ to_lock: 2, from_lock: 2, total: 4 });
  expect(store().user(5)).toEqual({ name: 'Grace', active: true, type: 'general', by: 'radio' });
  expect(store().credential(9)).toEqual({ user: 5, code: '4711', by: 'radio' });
  expect(place(2).lock.slot(5)).toEqual({ status: 'enabled', code: '4711' });
  expect(await api().getUser(5)).toMatchObject({ userId: 5, userName: 'Grace' });
  const heard = listen(hub.node(2));
  expect(await place(2).person.keypad({ action: 'enter', code: '4711' })).toEqual({
    accepted: true,
    slot: 5,
  });
  await eventually(() => {
    expect(heard).toEqual([{ event: 6, userId: 5 }]);
  });
});

test('a name is cut to what fits, and a user without one is called by its number', async () => {
  await api(3).addUser(6, { userName: 'x'.repeat(11) });
  expect(store(3).user(6)?.name).toBe('x'.repeat(10));
  await api().addUser(7, {});
  expect(store().user(7)?.name).toBe('User-7');
});

test('an inactive user keeps the PIN, which does not open', async () => {
  await api().addUser(5, { active: false }, { type: pin, slot: 5, data: '5555' });
  expect(place(2).lock.slot(5)).toEqual({ status: 'disabled', code: '5555' });
  expect(await place(2).person.keypad({ action: 'enter', code: '5555' })).toMatchObject({ accepted: false });
  expect(await api().setUser(5, { active: true })).toBe(SetUserResult.OK);
  const heard = listen(hub.node(2));
  expect(await place(2).person.keypad({ action: 'enter', code: '5555' })).toMatchObject({ accepted: true });
  await eventually(() => {
    expect(heard).toHaveLength(1);
  });
});

test('deleting a user deletes the PINs with it, and deleting nobody succeeds', async () => {
  await api().addUser(5, {}, { type: pin, slot: 5, data: '5555' });
  expect(await api().deleteUser(5)).toBe(SetUserResult.OK);
  expect(store().user(5)).toBeUndefined();
  expect(store().credential(5)).toBeUndefined();
  expect(await api().deleteUser(5)).toBe(SetUserResult.OK);
  expect(await api().getUsers()).toMatchObject([{ userId: 1 }]);
});

test('a duplicate PIN is refused with the credential in the way, and leaves a user without one (FIELD-BUGS 8)', async () => {
  const set = await hub.node(2).commandClasses['User Credential'].setUser({
    operationType: UserCredentialOperationType.Add,
    userId: 5,
    active: true,
    userType: UserCredentialUserType.General,
  });
  expect(set?.userId).toBe(5);
  const report = await hub.node(2).commandClasses['User Credential'].setCredential({
    operationType: UserCredentialOperationType.Add,
    userId: 5,
    credentialType: pin,
    credentialSlot: 5,
    credentialData: Bytes.from('258013', 'ascii'),
  });
  expect(report).toMatchObject({ reportType: 7, userId: 1, credentialSlot: 1 });
  expect(await api().setCredential(5, pin, 5, '258013')).toBe(SetCredentialResult.Error_DuplicateCredential);
  expect(store().credentials(5)).toEqual([]);
  expect(store().user(5)).toBeDefined();
});

test.each([
  ['an occupied user', SetUserResult.Error_AddRejectedLocationOccupied, 1],
  ['a free user', SetUserResult.OK, 8],
])('adding %s says what it met', async (_, result, user) => {
  expect((await api().addUser(user, { userName: 'Eve' })).user).toBe(result);
  expect(store().user(1)?.name).toBe('Ada');
});

test('a PIN for an unknown user, in an occupied place, or changed where there is none is refused by name', async () => {
  expect(await api().setCredential(12, pin, 12, '1212')).toBe(
    SetCredentialResult.Error_WrongUserUniqueIdentifier,
  );
  await api().addUser(5, {}, { type: pin, slot: 5, data: '5555' });
  const { Add, Modify } = UserCredentialOperationType;
  const raw = (
    operationType: typeof Add | typeof Modify,
    credentialSlot: number,
  ): Promise<{ reportType: number } | undefined> =>
    hub.node(2).commandClasses['User Credential'].setCredential({
      operationType,
      userId: 5,
      credentialType: pin,
      credentialSlot,
      credentialData: Bytes.from('6666', 'ascii'),
    });
  expect((await raw(Add, 5))?.reportType).toBe(5);
  expect((await raw(Modify, 6))?.reportType).toBe(6);
  expect((await raw(Modify, 5))?.reportType).toBe(1);
  expect((await raw(Modify, 5))?.reportType).toBe(3);
  expect(store().credential(5)?.code).toBe('6666');
});

test('a PIN of a length that the lock does not take is ignored without a report (FIELD-BUGS 6)', async () => {
  await api().addUser(5, {});
  const answer = await hub.node(2).commandClasses['User Credential'].setCredential({
    operationType: UserCredentialOperationType.Add,
    userId: 5,
    credentialType: pin,
    credentialSlot: 5,
    credentialData: Bytes.from('123', 'ascii'),
  });
  expect(answer).toBeUndefined();
  expect(store().credential(5)).toBeUndefined();
});

test('refusing and full locks answer with their security rules', async () => {
  await api().addUser(5, {});
  place(2).lock.change({ refuse: 1 });
  expect(await api().setCredential(5, pin, 5, '5555')).toBe(
    SetCredentialResult.Error_ManufacturerSecurityRules,
  );
  place(2).lock.change({ full: true });
  expect(await api().setCredential(5, pin, 5, '5555')).toBe(
    SetCredentialResult.Error_ManufacturerSecurityRules,
  );
  place(2).lock.change({ full: false });
  expect(await api().setCredential(5, pin, 5, '5555')).toBe(SetCredentialResult.OK);
});

test('a lie is a report of success and nothing stored (FIELD-BUGS 17)', async () => {
  place(2).lock.change({ lie: 1 });
  expect(await api().addUser(5, {}, { type: pin, slot: 5, data: '5555' })).toMatchObject({ credential: 0 });
  expect(store().credential(5)).toBeUndefined();
  expect(types()).toContain('set_dropped');
  expect(await api().getCredential(pin, 5)).toMatchObject({ userId: 0, data: '' });
});

test('a lost report leaves the change applied and the hub without an answer (FIELD-BUGS 17)', async () => {
  await api().addUser(5, {});
  place(2).lock.change({ lose_reports: 1 });
  expect(await api().setCredential(5, pin, 5, '5555')).toBe(SetCredentialResult.Error_Unknown);
  expect(store().credential(5)?.code).toBe('5555');
});

test('a masking lock shows who has a credential and not which (FIELD-BUGS 1, 4)', async () => {
  const report = await hub.node(3).commandClasses['User Credential'].getCredential(0, pin, 4);
  expect(report).toMatchObject({ userId: 4, credentialReadBack: false });
  expect(report?.credentialData).toBeUndefined();
  expect(store(3).credential(4)?.code).toBe('13579');
});

test('reads are late where the lock is slow to tell', async () => {
  await api().addUser(5, {});
  place(2).lock.change({ read_back_delay_ms: 400 });
  await api().setCredential(5, pin, 5, '5555');
  expect(store().credential(5)?.code).toBe('5555');
  expect(await api().getCredential(pin, 5)).toMatchObject({ userId: 0, data: '' });
  await vi.waitFor(async () => {
    expect((await api().getCredential(pin, 5))?.data).toBe('5555');
  }, 30_000);
});

test('a person at the keypad is reported as users and credentials, modified locally (FIELD-BUGS 20)', async () => {
  const told: string[] = [];
  const node = hub.node(2);
  node.on('user added', (_, { userId }) => told.push(`user ${userId} added`));
  node.on('user deleted', (_, { userId }) => told.push(`user ${userId} deleted`));
  node.on('credential added', (_, { userId, credentialSlot }) =>
    told.push(`credential ${userId}/${credentialSlot} added`),
  );
  node.on('credential modified', (_, { userId, data }) =>
    told.push(`credential ${userId} is ${String(data)}`),
  );
  const { person } = place(2);
  expect(await person.keypad({ action: 'add', code: '777777' })).toEqual({ accepted: true, slot: 2 });
  await person.keypad({ action: 'change', slot: 2, code: '888888' });
  expect(await person.keypad({ action: 'add', slot: 3, code: '888888' })).toMatchObject({
    reason: 'duplicate',
  });
  await person.keypad({ action: 'delete', slot: 2 });
  await eventually(() => {
    expect(told).toEqual([
      'user 2 added',
      'credential 2/2 added',
      'credential 2 is 888888',
      'user 2 deleted',
    ]);
  });
  place(2).lock.change({ report_programming: false });
  await person.keypad({ action: 'add', slot: 4, code: '999999' });
  expect(await api().getUser(4)).toMatchObject({ userId: 4 });
  expect(told).toHaveLength(4);
  node.removeAllListeners();
});

test('a person who deletes everybody is reported as user 0 deleted', async () => {
  await api(3).addUser(5, {}, { type: pin, slot: 5, data: '5555' });
  const deleted: number[] = [];
  hub.node(3).once('user deleted', (_, { userId }) => deleted.push(userId));
  expect(await place(3).person.keypad({ action: 'delete_all' })).toEqual({ accepted: true });
  expect(store(3).users()).toEqual([]);
  await eventually(() => {
    expect(deleted).toEqual([0]);
  });
});

test('a person makes a user without a code, and switches one off, whose code then opens nothing', async () => {
  const heard: string[] = [];
  const node = hub.node(2);
  node.on('user added', (_, { userId }) => heard.push(`added ${userId}`));
  node.on('user modified', (_, { userId }) => heard.push(`modified ${userId}`));
  const { person, lock } = place(2);
  const user = { action: 'user', slot: 7 } as const;
  expect(await person.keypad({ ...user, name: 'Bob' })).toEqual({ accepted: true, slot: 7 });
  expect(store().user(7)).toEqual({ name: 'Bob', active: true, type: 'general', by: 'local' });
  await api().setCredential(7, pin, 7, '7777');
  expect(lock.enter('7777')).toEqual({ opens: true, slot: 7 });
  await person.keypad({ ...user, active: false });
  expect(store().user(7)).toMatchObject({ name: 'Bob', active: false });
  expect(lock.enter('7777')).toMatchObject({ opens: false });
  await eventually(() => {
    expect(heard).toEqual(['added 7', 'modified 7']);
  });
  expect(await person.keypad({ ...user, slot: 21 })).toEqual({ accepted: false, reason: 'unsupported' });
  node.removeAllListeners();
});

test('all users go with one command', async () => {
  const before = place(2).lock.counters.all_cleared;
  await api().addUser(5, {}, { type: pin, slot: 5, data: '5555' });
  expect(await api().deleteAllUsers()).toBe(SetUserResult.OK);
  expect(store().users()).toEqual([]);
  expect(store().credentials()).toEqual([]);
  expect(place(2).lock.counters.all_cleared).toBe(before + 1);
  store().putUser(1, { name: 'Ada', active: true, type: 'general', by: 'local' });
  store().putCredential(1, { user: 1, code: '258013', by: 'local' });
});

test('nothing in the events has digits', () => {
  expect(JSON.stringify(network.log.since(0).map(({ t: _, ...rest }) => rest))).not.toMatch(/\d{4,}/);
});
