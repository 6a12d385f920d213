import { startZigbeeSim } from '../support/zigbee-sim.ts';
import { startBroker } from './broker.ts';
import type { Broker } from './broker.ts';
import { outside, print } from './comparison.ts';
import { Scratch } from './scratch.ts';
import { allWait, atTheKeypad, backAndAway, codeInAndOut, pairing } from './zigbee-locks.ts';
import type { Character, Stage, Truth } from './zigbee-steps.ts';
import { Zigbee2mqttClient } from './zigbee2mqtt-client.ts';
import { furnish, installZigbee2mqtt } from './zigbee2mqtt-process.ts';

/**
 * Is the simulated Zigbee network honest? Somebody else's software drives it here: zigbee2mqtt with the
 * zigbee-herdsman that it brings along (another major release than ours), in a process of its own, spoken to by its
 * public MQTT API only. `npm run outside:zigbee`; needs the npm registry. What differs from what the locks themselves
 * say, or from what a real lock does, is printed, and the exit code is 1.
 */

const startLimitMs = 60_000;
const characters: Readonly<Record<string, Character>> = {
  attic: { withholds: true },
  studio: { masks: true, unknown: true },
  shed: { silent: true },
  'yale-assure': { withholds: true },
  'yale-assure-2': { withholds: true },
  'yale-assure-percent': { withholds: true },
  'yale-real-living': { withholds: true },
  'yale-irevo': { lies: true },
  // Its definitions of these have no words for the answer.
  'onesti-nimly': { silent: true },
  'onesti-easyaccess': { silent: true },
  'sihas-dlm-300z': { user: 1 },
};

const drive = async (
  scratch: Scratch,
  program: string,
  broker: Broker,
  locks: string,
  check: Stage['check'],
): Promise<Truth[]> => {
  await using sim = await startZigbeeSim({ locks });
  await using client = await Zigbee2mqttClient.connect(broker.url);
  const home = { serial: sim.serial, network: sim.network, mqttUrl: broker.url };
  await using server = scratch.start([program], furnish(scratch.folder('data'), home));
  await client.started(startLimitMs).catch((error: unknown) => {
    throw new Error(`zigbee2mqtt did not start; it said:\n${server.output()}`, { cause: error });
  });
  const stage: Stage = { client, sim, check, characters };
  await allWait(stage);
  const found = await pairing(stage);
  for (const lock of found) await codeInAndOut(stage, lock, characters[lock.id] ?? {});
  const [first] = found;
  if (locks === 'default' && first !== undefined) {
    await atTheKeypad(stage, first);
    await backAndAway(stage, first);
  }
  const errors = client.log('error', 0).map((line) => line.slice(0, 240));
  check('errors in its log', [...new Set(errors)], []);
  return found;
};

await outside(async (check) => {
  await using scratch = new Scratch();
  print('installing zigbee2mqtt into a scratch folder');
  const { program, version, herdsman } = await installZigbee2mqtt(scratch.dir);
  for (const locks of ['default', 'models']) {
    await using broker = await startBroker();
    print(`\nzigbee2mqtt ${version}, zigbee-herdsman ${herdsman}, ${broker.name}: ${locks}`);
    await drive(scratch, program, broker, locks, check);
  }
});
