import { z } from 'zod';
import { codesOf, control, readsOf, settled, told, truthOf } from './zigbee-steps.ts';
import type { Character, SlotTold, Stage, Told, Truth } from './zigbee-steps.ts';

const listSchema = z.object({ locks: z.array(z.looseObject({ id: z.string() })) });
const waitingSchema = z.array(z.looseObject({ id: z.string() }));

const interviewLimitMs = 60_000;
const permitSeconds = 254;
const readLimitMs = 2_000;
const asksMost = 3;

/** Locks that are in the network already leave it: zigbee2mqtt knows only what has joined while it was there. */
export const allWait = async (stage: Stage): Promise<void> => {
  const { locks } = listSchema.parse(await control(stage, '/locks'));
  for (const { id } of locks) await control(stage, `/locks/${id}/leave`, {});
};

/** Somebody presses the buttons of the waiting locks, one after the other; some join by themselves. */
export const pairing = async (stage: Stage): Promise<Truth[]> => {
  const { client, check } = stage;
  const waiting = async (): Promise<string[]> =>
    waitingSchema.parse(await control(stage, '/waiting')).map(({ id }) => id);
  const all = await waiting();
  await client.request('permit_join', { time: permitSeconds });
  const locks: Truth[] = [];
  for (const id of all) {
    if ((await waiting()).includes(id)) await control(stage, `/waiting/${id}/pair`, {});
    const truth = await settled(stage, id, () => true);
    const device = await client.interviewed(truth.ieee, interviewLimitMs);
    const model = device.definition?.model ?? 'unknown';
    const known = stage.characters[id]?.unknown !== true;
    check(`${truth.name}: ${device.model_id ?? '?'} is ${model} to it, known`, device.supported, known);
    locks.push(truth);
  }
  await client.request('permit_join', { time: 0 });
  check('nobody waits any more', await waiting(), []);
  return locks;
};

/** A code goes in, is read back, and goes out again. */
export const codeInAndOut = async (stage: Stage, lock: Truth, kind: Character): Promise<void> => {
  const { client, check } = stage;
  const { id, ieee, name } = lock;
  const user = kind.user ?? 7;
  const pin = '471108'.slice(0, lock.code_length.max);
  /**
   * The lock's answer comes by itself, and other news may come before it with what was known before. A lock may tell
   * of its past for a moment: it is asked again.
   */
  const read = async (wanted: (slot: SlotTold) => boolean): Promise<SlotTold | undefined> => {
    const from = client.heard.length;
    const fits = ({ users }: Told): boolean => users?.[user] !== undefined && wanted(users[user]);
    for (let ask = 0; ask < asksMost; ask += 1) {
      await client.tell(`${ieee}/get`, { pin_code: { user } });
      const state = await told(stage, ieee, from, fits, readLimitMs);
      if (state !== undefined) return state.users?.[user];
    }
    return undefined;
  };
  const set = async (): Promise<Truth> => {
    await client.tell(`${ieee}/set`, {
      pin_code: { user, user_type: 'unrestricted', user_enabled: true, pin_code: pin },
    });
    return settled(stage, id, (truth) => codesOf(truth)[user] === pin);
  };
  let held = await set();
  if (kind.lies === true && codesOf(held)[user] !== pin) held = await set();
  check(`${name}: after a set it holds`, codesOf(held)[user], pin);
  if (kind.withholds === true) {
    const shown = await read(({ status }) => status === 'enabled');
    check(`${name}: withholds the PIN`, shown !== undefined && shown.pin_code !== pin, true);
    await client.tell(`${ieee}/set`, { write: { cluster: 'closuresDoorLock', payload: { sendPinOta: 1 } } });
  }
  if (kind.silent === true) {
    const before = await readsOf(stage, id);
    check(`${name}: a read tells`, await read(() => true), undefined);
    check(`${name}: though it was asked`, (await readsOf(stage, id)) > before, true);
  } else {
    const shown = await read(
      ({ status, pin_code }) => status === 'enabled' && (kind.masks || pin_code === pin),
    );
    check(`${name}: the slot reads`, shown?.status, 'enabled');
    check(`${name}: the PIN reads`, shown?.pin_code === pin, kind.masks !== true);
  }
  await client.tell(`${ieee}/set`, { pin_code: { user, pin_code: null } });
  const cleared = await settled(stage, id, (truth) => codesOf(truth)[user] === undefined);
  check(`${name}: after a clear it holds`, codesOf(cleared)[user], undefined);
  if (kind.silent !== true) {
    const shown = await read(({ status }) => status === 'available');
    check(`${name}: the slot reads`, shown?.status, 'available');
  }
};

/** Somebody stands at the door. */
export const atTheKeypad = async (stage: Stage, { id, ieee, name }: Truth): Promise<void> => {
  const { client, check } = stage;
  const [user, pin] = [8, '802511'];
  const act = async (
    what: string,
    body: object,
    action: string,
    from = client.heard.length,
  ): Promise<void> => {
    await control(stage, `/locks/${id}/keypad`, body);
    const state = await told(stage, ieee, from, (one) => one.action === action);
    const found = state && [state.action, state.action_user, state.action_source_name];
    check(`${name}: ${what}`, found, [action, user, 'keypad']);
  };
  await act('a person adds a code', { action: 'add', slot: user, code: pin }, 'pin_code_added');
  const unlocking = client.heard.length;
  await control(stage, `/locks/${id}/bolt`, { locked: false, how: 'manual' });
  const opened = await told(stage, ieee, unlocking, (one) => one.state === 'UNLOCK');
  check(`${name}: the bolt by hand`, opened?.state, 'UNLOCK');
  await client.tell(`${ieee}/set`, { state: 'LOCK' });
  check(`${name}: the bolt is out`, (await settled(stage, id, ({ locked }) => locked)).locked, true);
  const from = client.heard.length;
  await act('who opens the door', { action: 'enter', code: pin }, 'unlock', from);
  check(`${name}: the bolt is in`, (await truthOf(stage, id)).locked, false);
  const state = await told(stage, ieee, from, (one) => one.state === 'UNLOCK');
  check(`${name}: and it is reported`, state?.state, 'UNLOCK');
  await act('the code is deleted', { action: 'delete', slot: user }, 'pin_code_deleted');
  const before = client.heard.length;
  await control(stage, `/locks/${id}/battery`, { level: 41 });
  const battery = await told(stage, ieee, before, (one) => one.battery === 41);
  check(`${name}: its battery is reported`, battery?.battery, 41);
};

/** It gets another network address, is found again, and is sent away in the end. */
export const backAndAway = async (stage: Stage, { id, ieee, name }: Truth): Promise<void> => {
  const { client, check } = stage;
  await control(stage, `/locks/${id}/rejoin`, {});
  await client.tell(`${ieee}/set`, { state: 'LOCK' });
  const locked = await settled(stage, id, (truth) => truth.locked);
  check(`${name}: obeys under another network address`, locked.locked, true);
  await client.request('device/remove', { id: ieee });
  const waiting = waitingSchema.parse(await control(stage, '/waiting'));
  check(
    `${name}: is out of the network after its removal`,
    waiting.some((one) => one.id === id),
    true,
  );
};
