import { Bare } from './bare.ts';
import { ageProofs, Bridge } from './bridge.ts';
import type { Household } from './bridge.ts';
import { addressOf, agedNodes, checksumNodes, instant, realistic } from './network.ts';
import type { Manners, Network } from './network.ts';
import { clockMs, rest, say } from './progress.ts';
import type { Scale } from './scale.ts';
import { median, ratio, short } from './stats.ts';
import type { Section } from './table.ts';
import type { Workplace } from './workplace.ts';

/** A network, and who may use it in turn. */
export interface Setting {
  readonly place: Workplace;
  readonly network: Network;
  readonly household: Household;
  readonly cacheDir: string;
  readonly keysFile: string;
}

interface Times {
  /** Request published → `set_applied` at the lock; the slot was proved empty. */
  readonly fresh: number[];
  /** The same where the proof had to be renewed first. */
  readonly stale: number[];
  /** Request published → answer. */
  readonly answer: number[];
  readonly bare: number[];
}

const noTimes = (): Times => ({ fresh: [], stale: [], answer: [], bare: [] });

/** Sets before the first one that counts, one at each lock: S2 agrees on its nonces, code is compiled. */
const warmUps = checksumNodes.length;
/** Between one change and the next command: nobody is busy with what came before. */
const pauseMs = 100;
/** A lock idle for five seconds sleeps: with a beam, each set must find it so. */
const sleepMs = 5_200;

/** Counts PINs up: none is used twice. */
let lastPin = 100_000;
export const nextPin = (): string => String((lastPin += 1));

/** Gives out the nodes in turn, each only after it has rested. */
class Turns {
  readonly #readyAt = new Map<number, number>();
  readonly #restMs: number;
  #next = 0;

  constructor(manners: Manners) {
    this.#restMs = manners.beam_ms > 0 ? sleepMs : pauseMs;
  }

  async take(): Promise<number> {
    const node = checksumNodes[(this.#next += 1) % checksumNodes.length] ?? checksumNodes[0];
    await this.rested(node);
    return node;
  }

  async rested(node: number): Promise<void> {
    await rest(Math.max(pauseMs, (this.#readyAt.get(node) ?? 0) - clockMs()));
  }

  done(node: number): void {
    this.#readyAt.set(node, clockMs() + this.#restMs);
  }
}

const bridgeSet = async ({ network }: Setting, bridge: Bridge, node: number, into: Times) => {
  const { sentMs, id } = bridge.create(addressOf(node), nextPin());
  const answered = id.then(() => clockMs() - sentMs);
  const { atMs } = await network.next(node, 'set_applied', sentMs);
  // What went before the set says which it was, whatever was meant.
  const looks = network.count(node, ['read', 'checksum_read'], sentMs, atMs);
  (looks > 0 ? into.stale : into.fresh).push(atMs - sentMs);
  into.answer.push(await answered);
  const code = await id;
  await bridge.told('access_code.set_on_device', code);
  await bridge.delete(code);
  await bridge.told('access_code.deleted', code);
};

const bridgeBlock = async (setting: Setting, manners: Manners, sets: number, into: Times) => {
  const { place, household, network } = setting;
  ageProofs(household);
  const bridge = await Bridge.start(place, household);
  await bridge.ready(network.nodes.length);
  await bridge.adopted(network.nodes.length);
  const turns = new Turns(manners);
  // S2 agrees on its nonces here too, and nobody looks at a slot.
  for (const node of agedNodes) {
    await bridge.lock(addressOf(node));
    turns.done(node);
  }
  const ignored = noTimes();
  for (let set = 0; set < warmUps + sets; set += 1) {
    const node = await turns.take();
    await bridgeSet(setting, bridge, node, set < warmUps ? ignored : into);
    turns.done(node);
  }
  for (const node of agedNodes) {
    await turns.rested(node);
    await bridgeSet(setting, bridge, node, into);
  }
  await bridge.stop();
};

const bareBlock = async (setting: Setting, manners: Manners, sets: number, into: Times) => {
  const { place, network, cacheDir, keysFile } = setting;
  const bare = await Bare.start(place, network.sim.serial, cacheDir, keysFile);
  const turns = new Turns(manners);
  for (let set = 0; set < warmUps + sets; set += 1) {
    const node = await turns.take();
    const [sinceMs, slot] = [clockMs(), 1];
    const calledMs = await bare.change({ kind: 'set', node, slot, pin: nextPin() });
    const { atMs } = await network.next(node, 'set_applied', sinceMs);
    if (set >= warmUps) into.bare.push(atMs - calledMs);
    await bare.change({ kind: 'clear', node, slot });
    turns.done(node);
  }
  await bare.stop();
};

/** Blocks of both in turn, who is first changing from pair to pair. */
const measure = async (
  setting: Setting,
  manners: Manners,
  plan: { readonly what: string; readonly blocks: number; readonly sets: number },
): Promise<Times> => {
  const times = noTimes();
  await setting.network.behave(manners);
  for (let block = 0; block < plan.blocks; block += 1) {
    say(`command → code, ${plan.what}: block ${block + 1} of ${plan.blocks}`);
    if (block % 2 === 0) await bridgeBlock(setting, manners, plan.sets, times);
    await bareBlock(setting, manners, plan.sets, times);
    if (block % 2 === 1) await bridgeBlock(setting, manners, plan.sets, times);
  }
  await setting.network.behave(instant);
  return times;
};

/** Command → code in the lock: MQTT request to `set_applied`, against `userCode.set` to `set_applied`. */
export const measureLatency = async (setting: Setting, scale: Scale): Promise<Section[]> => {
  const fast = await measure(setting, instant, {
    what: 'no delay',
    blocks: scale.fastBlocks,
    sets: scale.fastSets,
  });
  const slow = await measure(setting, realistic, {
    what: 'realistic delay',
    blocks: scale.slowBlocks,
    sets: scale.slowSets,
  });
  const added = (ours: readonly number[]): string => `+ ${short(median(ours) - median(fast.bare))} ms`;
  return [
    {
      title: 'Command → code in the lock, no delay at the lock, ms',
      rows: [
        {
          what: 'slot freshly proved empty',
          lockstep: fast.fresh,
          bare: fast.bare,
          verdict: added(fast.fresh),
        },
        { what: 'proof stale: one checksum first', lockstep: fast.stale, verdict: added(fast.stale) },
        { what: 'request → its answer over MQTT', lockstep: fast.answer },
      ],
    },
    {
      title: `The same, set ${realistic.delay_ms.set} ms, read ${realistic.delay_ms.read} ms, beam ${realistic.beam_ms} ms`,
      rows: [
        {
          what: 'slot freshly proved empty',
          lockstep: slow.fresh,
          bare: slow.bare,
          verdict: `${ratio(slow.fresh, slow.bare)}, ≤ 1.25`,
        },
        { what: 'proof stale', lockstep: slow.stale, verdict: ratio(slow.stale, slow.bare) },
      ],
    },
  ];
};
