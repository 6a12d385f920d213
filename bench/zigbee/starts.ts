import { Bridge } from '../bridge.ts';
import { rest, say } from '../progress.ts';
import type { Scale } from '../scale.ts';
import { median, ratio } from '../stats.ts';
import type { Samples } from '../stats.ts';
import type { Section } from '../table.ts';
import { Alone } from './alone.ts';
import { namesOf, startPeer } from './setting.ts';
import type { Setting } from './setting.ts';

/** Everything of a start is over by then. */
const settleMs = 5_000;

interface Figures {
  readonly ready: number[];
  readonly residentMb: number[];
}
const none = (): Figures => ({ ready: [], residentMb: [] });

/** Of the medians: how many times the library alone, and whether the peer takes more. */
const compared = (ours: Samples, bare: Samples, peer: Samples): string =>
  `${ratio(ours, bare)}, < z2m: ${median(ours) < median(peer) ? 'met' : 'MISSED'}`;

/** Start to ready and what is resident when idle, all three with the same locks, in turn. */
export const measureStarts = async (setting: Setting, scale: Scale): Promise<Section[]> => {
  const { place, network, stick, household, dirs, peer } = setting;
  const [ours, bare, theirs] = [none(), none(), none()];
  for (let turn = 0; turn < scale.zigbeeStarts; turn += 1) {
    say(`zigbee: start ${turn + 1} of ${scale.zigbeeStarts}`);
    const alone = await Alone.start(place, 'zigbee-herdsman alone', stick, dirs.bare);
    bare.ready.push(alone.readyMs);
    await rest(settleMs);
    bare.residentMb.push(alone.residentMb);
    await alone.stop();
    const bridge = await Bridge.start(place, household);
    ours.ready.push(await bridge.ready(network.locks.length));
    await rest(settleMs);
    ours.residentMb.push(bridge.residentMb);
    await bridge.stop();
    if (peer === undefined) continue;
    const other = await startPeer(setting, peer);
    theirs.ready.push(other.readyMs);
    await rest(settleMs);
    theirs.residentMb.push(other.residentMb);
    await other.stop();
  }
  const row = (what: string, part: (one: Figures) => number[]) => ({
    what,
    lockstep: part(ours),
    bare: part(bare),
    peer: part(theirs),
    verdict:
      peer === undefined ? ratio(part(ours), part(bare)) : compared(part(ours), part(bare), part(theirs)),
  });
  return [
    {
      title: `Zigbee: start of the process to ready, ms (${network.locks.length} locks, n=${scale.zigbeeStarts})`,
      ...namesOf(setting),
      rows: [row('takes commands', (one) => one.ready)],
    },
    {
      title: `Zigbee: resident memory, idle ${settleMs / 1_000} s after ready, MB`,
      ...namesOf(setting),
      rows: [row('after a restart', (one) => one.residentMb)],
    },
  ];
};
