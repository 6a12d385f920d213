import { parseArgs } from 'node:util';
import { type Started, commonFlags, commonOptions, readJsonFile, runSimulator } from '../shared/command.ts';
import { summary } from './control.ts';
import { networkFileSchema } from './network-file.ts';
import { startNetwork } from './network.ts';
import * as presets from './presets.ts';

const usage = `usage: node simulators/zigbee/main.ts --port N --control-port N
  [--network FILE] [--blank] [--locks FILE|PRESET] [--seed N] [--delay-ms N] [--state FILE]
  [--exit-with-parent]`;

const start = async (): Promise<Started> => {
  const { values } = parseArgs({
    options: { ...commonFlags, network: { type: 'string' }, blank: { type: 'boolean', default: false } },
  });
  const file = values.network;
  const network = await startNetwork({
    ...commonOptions(values, presets),
    ...(file === undefined ? {} : { network: readJsonFile('--network', file, networkFileSchema) }),
    blank: values.blank,
  });
  const { neighbourhood } = network;
  const [locks, waiting] = [true, false].map((member) =>
    [...neighbourhood.units.values()]
      .filter((unit) => (neighbourhood.member(unit) !== undefined) === member)
      .map(summary),
  );
  const { pan_id, extended_pan_id, channel } = network.network;
  const ready = {
    serial: network.serialUrl,
    control: network.controlUrl,
    network: { pan_id, extended_pan_id, channel },
    locks,
    waiting,
  };
  return { network, ready, exitWithParent: values['exit-with-parent'] };
};

await runSimulator('zigbee', usage, start);
