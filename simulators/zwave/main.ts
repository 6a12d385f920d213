import { parseArgs } from 'node:util';
import { type Started, commonFlags, commonOptions, runSimulator } from '../shared/command.ts';
import { summary } from './control.ts';
import { waitingList } from './control-joining.ts';
import { readKeysFile } from './keys.ts';
import * as presets from './presets.ts';

const usage = `usage: node simulators/zwave/main.ts --port N --control-port N
  [--keys FILE] [--locks FILE|PRESET] [--seed N] [--delay-ms N] [--state FILE] [--exit-with-parent]`;

const start = async (): Promise<Started> => {
  const { values } = parseArgs({ options: { ...commonFlags, keys: { type: 'string' } } });
  const options = {
    ...commonOptions(values, presets),
    ...(values.keys === undefined ? {} : { keys: readKeysFile(values.keys) }),
  };
  // zwave-js takes its time to load: what is wrong with the flags is said at once.
  const { startNetwork } = await import('./network.ts');
  const network = await startNetwork(options);
  const ready = {
    serial: network.serialUrl,
    control: network.controlUrl,
    locks: [...network.places.values()].map(summary),
    waiting: waitingList(network.neighbourhood),
  };
  return { network, ready, exitWithParent: values['exit-with-parent'] };
};

await runSimulator('zwave', usage, start);
