import { Bridge } from '../bridge.ts';
import { nextPin } from '../latency.ts';
import { clockMs, rest, say } from '../progress.ts';
import type { Scale } from '../scale.ts';
import { median, short, spread } from '../stats.ts';
import type { Samples } from '../stats.ts';
import type { Row, Section } from '../table.ts';
import { Alone } from './alone.ts';
import type { ProgramName } from './alone.ts';
import { pace } from './network.ts';
import type { BenchLock } from './network.ts';
import { namesOf, startPeer } from './setting.ts';
import type { Setting } from './setting.ts';

interface Times {
  /** Command → the lock has heard it. */
  readonly heard: number[];
  /** Command → the lock holds the code. */
  readonly held: number[];
}
const none = (): Times => ({ heard: [], held: [] });

interface OurTimes extends Times {
  /** The same where the slot had to be looked at first. */
  readonly stale: number[];
  readonly answer: number[];
  /** Request → told as set, which is after the code was read back. */
  readonly proved: number[];
}

/** Between one change and the next command: nobody is busy with what came before. */
const pauseMs = 100;
/** Sets at each lock before the first one that counts. */
const warmUps = 1;

/** The locks in turn: a warm-up at each, then so many sets that count. */
const inTurn = async (
  { network }: Setting,
  sets: number,
  change: (lock: BenchLock, counts: boolean) => Promise<void>,
): Promise<void> => {
  const before = warmUps * network.locks.length;
  for (let set = 0; set < before + sets; set += 1) {
    const lock = network.locks[set % network.locks.length];
    if (lock === undefined) throw new Error('no locks');
    await rest(pauseMs);
    await change(lock, set >= before);
  }
};

/** When the lock heard and held what was commanded at `fromMs`. */
const arrival = async ({ network }: Setting, lock: BenchLock, fromMs: number, into: Times) => {
  const heard = await network.next(lock, 'set_received', fromMs);
  const held = await network.next(lock, 'set_applied', fromMs);
  into.heard.push(heard.atMs - fromMs);
  into.held.push(held.atMs - fromMs);
  return heard;
};

/**
 * A lock's code is read back some seconds after it was set, so all codes of a block are set before the first is: the
 * one doesn't meet the other.
 */
const bridgeBlock = async (setting: Setting, sets: number, into: OurTimes): Promise<void> => {
  const { place, household, network } = setting;
  const bridge = await Bridge.start(place, household);
  await bridge.ready(network.locks.length);
  const codes: string[] = [];
  const proofs: Promise<unknown>[] = [];
  await inTurn(setting, sets, async (lock, counts) => {
    const { sentMs, id } = bridge.create(`zigbee:${lock.ieee}`, nextPin());
    const answered = id.then(() => clockMs() - sentMs);
    const times = none();
    const { atMs } = await arrival(setting, lock, sentMs, times);
    // What went before the set says which it was, whatever was meant.
    const looks = network.count(lock, 'read', sentMs, atMs);
    const code = await id;
    codes.push(code);
    const proved = bridge.told('access_code.set_on_device', code).then(() => clockMs() - sentMs);
    proofs.push(proved.then((ms) => counts && into.proved.push(ms)));
    if (!counts) return;
    into.answer.push(await answered);
    if (looks > 0) into.stale.push(...times.heard);
    else {
      into.heard.push(...times.heard);
      into.held.push(...times.held);
    }
  });
  await Promise.all(proofs);
  for (const code of codes) await bridge.delete(code);
  await Promise.all(codes.map((code) => bridge.told('access_code.deleted', code)));
  await bridge.stop();
};

const aloneBlock = async (setting: Setting, name: ProgramName, sets: number, into: Times): Promise<void> => {
  const { place, stick, dirs } = setting;
  const dir = name === 'the driver alone' ? dirs.driver : dirs.bare;
  const alone = await Alone.start(place, name, stick, dir);
  await inTurn(setting, sets, async (lock, counts) => {
    const sinceMs = clockMs();
    const [slot, times] = [1, none()];
    const { calledMs } = await alone.change({ kind: 'set', lock: lock.ieee, slot, pin: nextPin() });
    await arrival(setting, lock, sinceMs, times);
    const fromParent = calledMs - sinceMs;
    if (counts) {
      into.heard.push(...times.heard.map((ms) => ms - fromParent));
      into.held.push(...times.held.map((ms) => ms - fromParent));
    }
    await alone.change({ kind: 'clear', lock: lock.ieee, slot });
  });
  await alone.stop();
};

const peerBlock = async (setting: Setting, sets: number, into: Times): Promise<void> => {
  if (setting.peer === undefined) return;
  const other = await startPeer(setting, setting.peer);
  await inTurn(setting, sets, async (lock, counts) => {
    const pin_code = { user: 1, user_type: 'unrestricted', user_enabled: true, pin_code: nextPin() };
    const sentMs = clockMs();
    await other.client.tell(`${lock.ieee}/set`, { pin_code });
    await arrival(setting, lock, sentMs, counts ? into : none());
    const clearMs = clockMs();
    await other.client.tell(`${lock.ieee}/set`, { pin_code: { user: 1, pin_code: null } });
    await setting.network.next(lock, 'clear_applied', clearMs);
  });
  await other.stop();
};

const compared = (ours: Samples, bare: Samples): string => {
  const times = median(ours) / median(bare);
  return `× ${short(times)}, ≤ 1.1: ${times <= 1.1 ? 'met' : 'MISSED'}`;
};

const row = (
  what: string,
  lockstep: Samples,
  others: { readonly bare?: Samples; readonly peer?: Samples } = {},
): Row => ({
  what,
  lockstep: spread(lockstep),
  ...(others.bare && { bare: spread(others.bare), verdict: compared(lockstep, others.bare) }),
  ...(others.peer && { peer: spread(others.peer) }),
  detail: { lockstep, ...others },
});

/** Command → code in the lock, in blocks of each in turn. */
export const measureLatency = async (setting: Setting, scale: Scale): Promise<Section[]> => {
  const ours: OurTimes = { ...none(), stale: [], answer: [], proved: [] };
  const [driver, bare, theirs] = [none(), none(), none()];
  const sets = scale.zigbeeSets;
  const blocks = [
    () => bridgeBlock(setting, sets, ours),
    () => aloneBlock(setting, 'zigbee-herdsman alone', sets, bare),
    () => peerBlock(setting, sets, theirs),
    () => aloneBlock(setting, 'the driver alone', sets, driver),
  ];
  for (let turn = 0; turn < scale.zigbeeBlocks; turn += 1) {
    say(`zigbee: command → code, block ${turn + 1} of ${scale.zigbeeBlocks}`);
    for (const block of turn % 2 === 0 ? blocks : blocks.toReversed()) await block();
  }
  const count = `p50 / p95 ms of ${scale.zigbeeBlocks * sets}`;
  return [
    {
      title: `Zigbee: command → the lock has heard it, hop ${pace.hop_ms} ms, ${count}`,
      ...namesOf(setting),
      rows: [
        row('driver call', driver.heard, { bare: bare.heard }),
        row('MQTT request', ours.heard, { bare: bare.heard, peer: theirs.heard }),
        row(`${ours.stale.length} after a look first`, ours.stale),
      ],
    },
    {
      title: `Zigbee: command → the lock holds it (${pace.delay_ms} ms later), ${count}`,
      ...namesOf(setting),
      rows: [
        row('driver call', driver.held, { bare: bare.held }),
        row('MQTT request', ours.held, { bare: bare.held, peer: theirs.held }),
        row('request → its answer', ours.answer),
        row('request → told as set', ours.proved),
      ],
    },
  ];
};
