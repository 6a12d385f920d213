import { Bare } from './bare.ts';
import { Bridge, foundHousehold, zwaveRadio } from './bridge.ts';
import { Network } from './network.ts';
import { rest, say } from './progress.ts';
import type { Scale } from './scale.ts';
import { median, ratio, short, slope } from './stats.ts';
import type { Row, Section } from './table.ts';
import type { Workplace } from './workplace.ts';

/** Everything of a start is over by then. */
const settleMs = 5_000;

/** What restarts of both sides gave, with so many locks. */
interface Figures {
  readonly locks: number;
  readonly ready: number[];
  readonly residentMb: number[];
  readonly bareReady: number[];
  readonly bareResidentMb: number[];
}

const measureFleet = async (
  place: Workplace,
  scale: Scale,
  keysFile: string,
  locks: number,
): Promise<Figures> => {
  const network = await Network.start(locks);
  const { serial } = network.sim;
  const household = await foundHousehold(place, zwaveRadio(serial, keysFile));
  const cacheDir = place.folder('bare');
  say(`${locks} locks: interviews and adoption`);
  const first = await Bridge.start(place, household);
  await first.adopted(locks);
  await first.stop();
  await (await Bare.start(place, serial, cacheDir, keysFile)).stop();
  const figures: Figures = { locks, ready: [], residentMb: [], bareReady: [], bareResidentMb: [] };
  for (let turn = 0; turn < scale.fleetRestarts; turn += 1) {
    say(`${locks} locks: restart ${turn + 1} of ${scale.fleetRestarts}`);
    const bridge = await Bridge.start(place, household);
    figures.ready.push(await bridge.ready(locks));
    await rest(settleMs);
    figures.residentMb.push(bridge.residentMb);
    await bridge.stop();
    const bare = await Bare.start(place, serial, cacheDir, keysFile);
    figures.bareReady.push(bare.readyMs);
    await rest(settleMs);
    figures.bareResidentMb.push(bare.residentMb);
    await bare.stop();
  }
  await network.stop();
  return figures;
};

const named = (locks: number): string => (locks === 1 ? '1 lock' : `${locks} locks`);

/** Restart from the cache to ready, and resident memory, by the number of locks, against zwave-js alone. */
export const measureFleets = async (place: Workplace, scale: Scale, keysFile: string): Promise<Section[]> => {
  const fleets: Figures[] = [];
  for (const locks of scale.fleets) fleets.push(await measureFleet(place, scale, keysFile, locks));
  const perLock = (part: (one: Figures) => readonly number[]): number =>
    slope(fleets.map((one) => [one.locks, median(part(one))]));
  const [ours, bare] = [perLock((one) => one.residentMb), perLock((one) => one.bareResidentMb)];
  const memory: Row[] = fleets.map(({ locks, residentMb, bareResidentMb }) => ({
    what: named(locks),
    lockstep: residentMb,
    bare: bareResidentMb,
    verdict: ratio(residentMb, bareResidentMb),
  }));
  return [
    {
      title: 'Restart from the cache to ready, all locks online, ms',
      rows: fleets.map(({ locks, ready, bareReady }) => ({
        what: named(locks),
        lockstep: ready,
        bare: bareReady,
        verdict: ratio(ready, bareReady),
      })),
    },
    {
      title: `Resident memory by number of locks, idle ${settleMs / 1_000} s after a restart, MB`,
      rows: [...memory, { what: 'for each further lock (slope)', lockstep: short(ours), bare: short(bare) }],
    },
  ];
};
