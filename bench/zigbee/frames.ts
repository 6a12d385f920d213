import { Bridge } from '../bridge.ts';
import { nextPin } from '../latency.ts';
import { clockMs, rest, say } from '../progress.ts';
import type { Section } from '../table.ts';
import { Alone } from './alone.ts';
import type { BenchLock } from './network.ts';
import { namesOf, startPeer } from './setting.ts';
import type { Setting } from './setting.ts';

const sets = 10;
/** Time for a frame that shouldn't come any more. */
const afterglowMs = 1_500;

/** Frames on the air of the commands and of the looks afterwards, for each set. */
const counted = async (setting: Setting, act: (lock: BenchLock, slot: number) => Promise<void>) => {
  const [lock] = setting.network.locks;
  if (lock === undefined) throw new Error('no locks');
  await rest(afterglowMs);
  await setting.network.resetFrames();
  for (let slot = 1; slot <= sets; slot += 1) await act(lock, slot);
  await rest(afterglowMs);
  return ((await setting.network.frames()) / sets).toFixed(1);
};

const byBridge = async (setting: Setting): Promise<string> => {
  const { place, household, network } = setting;
  const bridge = await Bridge.start(place, household);
  await bridge.ready(network.locks.length);
  const codes: string[] = [];
  const frames = await counted(setting, async ({ ieee }, slot) => {
    codes.push(await bridge.create(`zigbee:${ieee}`, nextPin()).id);
    if (slot < sets) return;
    await Promise.all(codes.map((code) => bridge.told('access_code.set_on_device', code)));
  });
  for (const code of codes) await bridge.delete(code);
  await Promise.all(codes.map((code) => bridge.told('access_code.deleted', code)));
  await bridge.stop();
  return frames;
};

const byBare = async (setting: Setting): Promise<string> => {
  const { place, stick, dirs } = setting;
  const alone = await Alone.start(place, 'zigbee-herdsman alone', stick, dirs.bare);
  const frames = await counted(setting, async ({ ieee }, slot) => {
    await alone.change({ kind: 'set', lock: ieee, slot, pin: nextPin() });
    await alone.change({ kind: 'read', lock: ieee, slot });
  });
  for (const { ieee } of setting.network.locks.slice(0, 1))
    for (let slot = 1; slot <= sets; slot += 1) await alone.change({ kind: 'clear', lock: ieee, slot });
  await alone.stop();
  return frames;
};

const byPeer = async (setting: Setting): Promise<string> => {
  if (setting.peer === undefined) return '';
  const { network } = setting;
  const other = await startPeer(setting, setting.peer);
  const frames = await counted(setting, async (lock, user) => {
    const sentMs = clockMs();
    const pin_code = { user, user_type: 'unrestricted', user_enabled: true, pin_code: nextPin() };
    await other.client.tell(`${lock.ieee}/set`, { pin_code });
    await network.next(lock, 'set_applied', sentMs);
    await other.client.tell(`${lock.ieee}/get`, { pin_code: { user } });
    await network.next(lock, 'read', sentMs);
  });
  const [lock] = network.locks;
  for (let user = 1; lock !== undefined && user <= sets; user += 1) {
    const sentMs = clockMs();
    await other.client.tell(`${lock.ieee}/set`, { pin_code: { user, pin_code: null } });
    await network.next(lock, 'clear_applied', sentMs);
  }
  await other.stop();
  return frames;
};

/** Frames on the air for a set and its proof; whoever doesn't prove by itself is told to read the slot back. */
export const measureFrames = async (setting: Setting): Promise<Section> => {
  say('zigbee: frames');
  const [bare, theirs, lockstep] = [await byBare(setting), await byPeer(setting), await byBridge(setting)];
  return {
    title: `Zigbee: frames on the air for a set that is read back, mean of ${sets}`,
    ...namesOf(setting),
    rows: [{ what: 'set and proof', lockstep, bare, peer: theirs }],
  };
};
