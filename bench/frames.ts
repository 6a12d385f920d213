import { Bridge } from './bridge.ts';
import type { Setting } from './latency.ts';
import { nextPin } from './latency.ts';
import { addressOf, checksumNodes, instant, plainNode, realistic } from './network.ts';
import type { Manners } from './network.ts';
import { rest, say } from './progress.ts';
import type { Scale } from './scale.ts';
import type { Row, Section } from './table.ts';

/** Time for a frame that shouldn't come any more. */
const afterglowMs = 1_000;

const burst = async (
  { network }: Setting,
  bridge: Bridge,
  job: { readonly node: number; readonly sets: number; readonly aim: number; readonly what: string },
): Promise<Row> => {
  await network.sim.resetFrames();
  const asked = Array.from({ length: job.sets }, () => bridge.create(addressOf(job.node), nextPin()).id);
  const codes = await Promise.all(asked);
  await Promise.all(codes.map((code) => bridge.told('access_code.set_on_device', code)));
  await rest(afterglowMs);
  const frames = await network.frames(job.node);
  const others = (await network.frames()) - frames;
  for (const code of codes) await bridge.delete(code);
  await Promise.all(codes.map((code) => bridge.told('access_code.deleted', code)));
  await rest(afterglowMs);
  const elsewhere = others === 0 ? '' : ` and ${others} elsewhere`;
  return {
    what: job.what,
    lockstep: `${frames} for ${job.sets} sets${elsewhere}`,
    verdict: `≤ ${job.aim}: ${frames + others <= job.aim ? 'met' : 'MISSED'}`,
  };
};

/** Application frames on the air, counted by the simulated network. */
export const measureFrames = async (setting: Setting, scale: Scale): Promise<Section> => {
  const { place, household, network } = setting;
  const bridge = await Bridge.start(place, household);
  await bridge.ready(network.nodes.length);
  await bridge.adopted(network.nodes.length);
  const [node] = checksumNodes;
  const rows: Row[] = [];
  // A set and a removal on each lock: from then on its lowest slots are freshly proved empty.
  for (const one of [node, plainNode])
    await burst(setting, bridge, { node: one, sets: 10, aim: Infinity, what: 'warm-up' });
  const pace: readonly (readonly [string, Manners])[] = [
    ['realistic delay', { ...realistic, beam_ms: 0 }],
    ['no delay', instant],
  ];
  for (const [name, manners] of pace) {
    say(`frames, ${name}`);
    await network.behave(manners);
    const sets = { withChecksum: 10, without: 5 };
    rows.push(
      await burst(setting, bridge, {
        node,
        sets: sets.withChecksum,
        aim: 2 * sets.withChecksum + 2,
        what: `checksum, ${name}`,
      }),
      await burst(setting, bridge, {
        node: plainNode,
        sets: sets.without,
        aim: 4 * sets.without,
        what: `no checksum, ${name}`,
      }),
    );
  }
  say(`frames, converged, ${scale.idleSeconds} s`);
  await network.behave(instant);
  await network.sim.resetFrames();
  await rest(scale.idleSeconds * 1_000);
  const frames = await network.frames();
  await bridge.stop();
  rows.push({
    what: 'converged',
    lockstep: `${frames} in ${scale.idleSeconds} s`,
    verdict: `0: ${frames === 0 ? 'met' : 'MISSED'}`,
  });
  return { title: 'Application frames, commands in one burst', rows };
};
