import { z } from 'zod';
import { Bridge } from '../bridge.ts';
import { nextPin } from '../latency.ts';
import { clockMs, rest, say } from '../progress.ts';
import type { Row, Section } from '../table.ts';
import { Alone } from './alone.ts';
import type { BenchLock } from './network.ts';
import { namesOf, startPeer } from './setting.ts';
import type { Setting } from './setting.ts';
import { Tally } from './tally.ts';

/** Time for a word after the lock has refused. */
const afterwordMs = 2_000;
const saidLimitMs = 20_000;

const codeSchema = z.object({ errors: z.array(z.object({ error_code: z.string() })) });

/** What the lock answers, and how it is brought to do so with a PIN. */
interface Refusal {
  readonly what: string;
  readonly begin: (setting: Setting, lock: BenchLock, pin: string) => Promise<unknown>;
  readonly end: (setting: Setting, lock: BenchLock) => Promise<unknown>;
}

/** In the upper half of the slots: nobody writes there. */
const personsSlot = 20;

const refusals: readonly Refusal[] = [
  {
    what: 'memory full (status 2)',
    begin: ({ network }, { id }) => network.control(`/locks/${id}/behaviour`, { full: true }),
    end: ({ network }, { id }) => network.control(`/locks/${id}/behaviour`, { full: false }),
  },
  {
    what: 'duplicate (status 3)',
    begin: async ({ network }, { id }, pin) => {
      // A person's code that nobody has heard of.
      await network.control(`/locks/${id}/behaviour`, { report_programming: false });
      await network.control(`/locks/${id}/keypad`, { action: 'add', slot: personsSlot, code: pin });
    },
    end: async ({ network }, { id }) => {
      await network.control(`/locks/${id}/keypad`, { action: 'delete', slot: personsSlot });
      await network.control(`/locks/${id}/behaviour`, { report_programming: true });
    },
  },
];

const lockOf = ({ network }: Setting): BenchLock => {
  const [lock] = network.locks;
  if (lock === undefined) throw new Error('no locks');
  return lock;
};

/** Everybody is refused the same thing; each with a PIN of its own. */
const refused = async (
  setting: Setting,
  act: (lock: BenchLock, pin: string) => Promise<string>,
): Promise<string[]> => {
  const lock = lockOf(setting);
  const said: string[] = [];
  for (const { begin, end } of refusals) {
    const pin = nextPin();
    await begin(setting, lock, pin);
    said.push(await act(lock, pin));
    await end(setting, lock);
  }
  return said;
};

const byBridge = async (setting: Setting): Promise<string[]> => {
  const { place, household, network } = setting;
  const bridge = await Bridge.start(place, household);
  await bridge.ready(network.locks.length);
  const tally = await Tally.start(household.mqttUrl);
  const said = await refused(setting, async (lock, pin) => {
    const { sentMs, id } = bridge.create(`zigbee:${lock.ieee}`, pin);
    const code = await id;
    const error = await tally.until(
      'an error of the access code',
      `lockstep/bench/access_codes/${code}`,
      (text) => codeSchema.parse(JSON.parse(text)).errors[0]?.error_code,
      saidLimitMs,
    );
    const afterMs = (clockMs() - sentMs).toFixed(0);
    await bridge.delete(code);
    await bridge.told('access_code.deleted', code);
    return `${error} in ${afterMs} ms`;
  });
  await tally.stop();
  await bridge.stop();
  return said;
};

const byBare = async (setting: Setting): Promise<string[]> => {
  const { place, stick, dirs } = setting;
  const alone = await Alone.start(place, 'zigbee-herdsman alone', stick, dirs.bare);
  const said = await refused(setting, async ({ ieee }, pin) => {
    return (await alone.change({ kind: 'set', lock: ieee, slot: 1, pin })).said;
  });
  await alone.stop();
  return said;
};

const byPeer = async (setting: Setting): Promise<string[]> => {
  if (setting.peer === undefined) return [];
  const other = await startPeer(setting, setting.peer);
  const said = await refused(setting, async (lock, pin) => {
    const from = other.client.heard.length;
    const sentMs = clockMs();
    const pin_code = { user: 1, user_type: 'unrestricted', user_enabled: true, pin_code: pin };
    await other.client.tell(`${lock.ieee}/set`, { pin_code });
    await setting.network.next(lock, 'refused', sentMs);
    await rest(afterwordMs);
    const topics = other.client.heard.slice(from).map(({ topic }) => topic);
    return topics.length === 0 ? 'nothing' : topics.join(', ');
  });
  await other.stop();
  return said;
};

/** What the one who asked is told where the lock refuses. */
export const measureOutcomes = async (setting: Setting): Promise<Section> => {
  say('zigbee: what is said of a refusal');
  const bare = await byBare(setting);
  const theirs = await byPeer(setting);
  const ours = await byBridge(setting);
  return {
    title: 'Zigbee: the lock refuses a code: what the one who asked for it is told',
    ...namesOf(setting),
    rows: refusals.flatMap(({ what }, index): Row[] => {
      const [error = '', afterMs = ''] = (ours[index] ?? '').split(' in ');
      return [
        { what, lockstep: `error in ${afterMs}`, bare: bare[index] ?? '', peer: theirs[index] ?? '' },
        { what: '  the error', lockstep: error },
      ];
    }),
  };
};
