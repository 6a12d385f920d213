import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { simKeys } from '../test/support/zwave-sim.ts';
import { measureAdoption } from './adoption.ts';
import { Bare } from './bare.ts';
import { Bridge, foundHousehold, zwaveRadio } from './bridge.ts';
import { measureCycles } from './cycles.ts';
import { measureFleets } from './fleets.ts';
import { measureFrames } from './frames.ts';
import { measureLatency } from './latency.ts';
import { Network } from './network.ts';
import { say } from './progress.ts';
import { full, quick } from './scale.ts';
import type { Scale } from './scale.ts';
import { measureStarts } from './starts.ts';
import { measureSeam } from './seam/measure.ts';
import { short } from './stats.ts';
import { table } from './table.ts';
import type { Section } from './table.ts';
import { measureTime } from './time/measure.ts';
import { Workplace } from './workplace.ts';
import { measureZigbee } from './zigbee/side-by-side.ts';

const parts = [
  'starts',
  'fleets',
  'adoption',
  'latency',
  'frames',
  'cycles',
  'zigbee',
  'seam',
  'time',
] as const;
/** Those that share a network of equal locks. */
const onEqual: readonly string[] = ['latency', 'frames', 'cycles'];
const usage = `usage: npm run bench -- [--quick] [--json FILE] [--only ${parts.join(',')}]`;

const readArguments = (): { scale: Scale; jsonFile: string | undefined; wanted: readonly string[] } => {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        only: { type: 'string', default: parts.join(',') },
      },
    });
    const wanted = values.only.split(',');
    const unknown = wanted.find((one) => !parts.some((part) => part === one));
    if (unknown !== undefined) throw new Error(`--only: found "${unknown}"`);
    return { scale: values.quick ? quick : full, jsonFile: values.json, wanted };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : ''}\n${usage}\n`);
    process.exit(2);
  }
};

/** The measurements on equal locks: both sides meet the network once before anything counts. */
const onEqualLocks = async (
  place: Workplace,
  scale: Scale,
  keysFile: string,
  wanted: readonly string[],
): Promise<Section[]> => {
  const network = await Network.start('equal');
  const { serial } = network.sim;
  const household = await foundHousehold(place, zwaveRadio(serial, keysFile));
  const cacheDir = place.folder('bare');
  say('interviews and adoption');
  const bridge = await Bridge.start(place, household);
  await bridge.adopted(network.nodes.length);
  await bridge.stop();
  await (await Bare.start(place, serial, cacheDir, keysFile)).stop();
  const setting = { place, network, household, cacheDir, keysFile };
  const sections: Section[] = [];
  if (wanted.includes('latency')) sections.push(...(await measureLatency(setting, scale)));
  if (wanted.includes('frames')) sections.push(await measureFrames(setting, scale));
  if (wanted.includes('cycles')) sections.push(await measureCycles(place, network, household, scale));
  await network.stop();
  return sections;
};

const run = async (): Promise<void> => {
  const { scale, jsonFile, wanted } = readArguments();
  const place = new Workplace();
  const keysFile = join(place.dir, 'keys.json');
  writeFileSync(keysFile, JSON.stringify(simKeys), { mode: 0o600 });
  say('compiling');
  place.build();
  const sections: Section[] = [];
  if (wanted.includes('starts')) sections.push(...(await measureStarts(place, scale, keysFile)));
  if (wanted.includes('fleets')) sections.push(...(await measureFleets(place, scale, keysFile)));
  if (wanted.includes('adoption')) sections.push(await measureAdoption(place, keysFile));
  if (wanted.some((one) => onEqual.includes(one)))
    sections.push(...(await onEqualLocks(place, scale, keysFile, wanted)));
  if (wanted.includes('zigbee')) sections.push(...(await measureZigbee(place, scale)));
  if (wanted.includes('seam')) sections.push(...(await measureSeam(place, scale)));
  if (wanted.includes('time')) sections.push(...(await measureTime(scale)));
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${(totalmem() / 1e9).toFixed(0)} GB`;
  const about = { at: new Date().toISOString(), node: process.versions.node, machine, load: loadavg() };
  process.stdout.write(
    `\nNode ${about.node}, ${machine}, load ${about.load.map(short).join(' ')}: read medians and ratios.\n\n${table(sections)}`,
  );
  if (jsonFile !== undefined)
    writeFileSync(jsonFile, `${JSON.stringify({ ...about, scale, sections }, undefined, 2)}\n`);
};

try {
  await run();
  process.exit(0);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
