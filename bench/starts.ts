import { Bare } from './bare.ts';
import { Bridge, foundHousehold, zwaveRadio } from './bridge.ts';
import type { Household } from './bridge.ts';
import { Network } from './network.ts';
import { rest, say } from './progress.ts';
import type { Scale } from './scale.ts';
import { ratio } from './stats.ts';
import type { Section } from './table.ts';
import type { Workplace } from './workplace.ts';

/** Everything of a start is over by then. */
const settleMs = 5_000;

interface Figures {
  readonly ready: number[];
  readonly programmable: number[];
  readonly adopted: number[];
  readonly residentMb: number[];
}
const none = (): Figures => ({ ready: [], programmable: [], adopted: [], residentMb: [] });

const bridgeStart = async (place: Workplace, household: Household, locks: number, into: Figures) => {
  const bridge = await Bridge.start(place, household);
  const [ready, programmable, adopted] = await Promise.all([
    bridge.ready(locks),
    bridge.programmable(locks),
    bridge.adopted(locks),
  ]);
  into.ready.push(ready);
  into.programmable.push(programmable);
  into.adopted.push(adopted);
  await rest(settleMs);
  into.residentMb.push(bridge.residentMb);
  await bridge.stop();
};

/** Start to ready, first and from the cache, against zwave-js alone; and what is resident when idle. */
export const measureStarts = async (place: Workplace, scale: Scale, keysFile: string): Promise<Section[]> => {
  const network = await Network.start('default');
  const locks = network.nodes.length;
  const { serial } = network.sim;
  const [first, again, bareFirst, bareAgain] = [none(), none(), none(), none()];
  const bareStart = async (cacheDir: string, into: Figures): Promise<void> => {
    const bare = await Bare.start(place, serial, cacheDir, keysFile);
    into.ready.push(bare.readyMs);
    await rest(settleMs);
    into.residentMb.push(bare.residentMb);
    await bare.stop();
  };
  const founded = async (): Promise<{ household: Household; cacheDir: string }> => ({
    household: await foundHousehold(place, zwaveRadio(serial, keysFile)),
    cacheDir: place.folder('bare'),
  });
  let home = await founded();
  for (let turn = 0; turn < scale.firstStarts; turn += 1) {
    say(`first start ${turn + 1} of ${scale.firstStarts}`);
    if (turn > 0) home = await founded();
    await bridgeStart(place, home.household, locks, first);
    await bareStart(home.cacheDir, bareFirst);
  }
  for (let turn = 0; turn < scale.restarts; turn += 1) {
    say(`restart ${turn + 1} of ${scale.restarts}`);
    await bridgeStart(place, home.household, locks, again);
    await bareStart(home.cacheDir, bareAgain);
  }
  await network.stop();
  return [
    {
      title: `Start of the process to ready, ms (${locks} locks of the demo)`,
      rows: [
        {
          what: 'first: all locks online',
          lockstep: first.ready,
        },
        {
          what: 'first: interviewed, take codes',
          lockstep: first.programmable,
          bare: bareFirst.ready,
          verdict: ratio(first.programmable, bareFirst.ready),
        },
        { what: 'first: every slot looked at', lockstep: first.adopted },
        {
          what: 'restart: ready, all locks online',
          lockstep: again.ready,
          bare: bareAgain.ready,
          verdict: ratio(again.ready, bareAgain.ready),
        },
      ],
    },
    {
      title: `Resident memory, idle ${settleMs / 1_000} s after ready, MB`,
      rows: [
        {
          what: 'after a first start',
          lockstep: first.residentMb,
          bare: bareFirst.residentMb,
          verdict: ratio(first.residentMb, bareFirst.residentMb),
        },
        {
          what: 'after a restart',
          lockstep: again.residentMb,
          bare: bareAgain.residentMb,
          verdict: ratio(again.residentMb, bareAgain.residentMb),
        },
      ],
    },
  ];
};
