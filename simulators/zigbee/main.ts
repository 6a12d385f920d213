import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { summary } from './control.ts';
import { NetworkFileError, readNetworkFile } from './network-file.ts';
import { type NetworkOptions, PortInUseError, startNetwork } from './network.ts';
import { lockFileSchema, preset, presetNames } from './presets.ts';
import type { LockSpec } from './spec.ts';

const usage = `usage: node simulators/zigbee/main.ts --port N --control-port N
  [--network FILE] [--blank] [--locks FILE|PRESET] [--seed N] [--delay-ms N] [--state FILE]
  [--exit-with-parent]`;

class UsageError extends Error {}

const integer = (flag: string, text: string | undefined, max: number): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new UsageError(`${flag}: found "${text}"; allowed is a whole number from 0 to ${max}`);
};

const locksFrom = (source: string): LockSpec[] => {
  const named = preset(source);
  if (named !== undefined) return named;
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(source, 'utf8'));
  } catch {
    throw new UsageError(`--locks: found "${source}"; allowed is a readable JSON file, or ${presetNames}`);
  }
  const parsed = lockFileSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${source} (--locks): ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
};

const readArguments = (): { options: NetworkOptions; exitWithParent: boolean } => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'control-port': { type: 'string' },
      network: { type: 'string' },
      blank: { type: 'boolean', default: false },
      locks: { type: 'string' },
      seed: { type: 'string' },
      'delay-ms': { type: 'string' },
      state: { type: 'string' },
      'exit-with-parent': { type: 'boolean', default: false },
    },
  });
  const seed = integer('--seed', values.seed, 2 ** 31);
  const delayMs = integer('--delay-ms', values['delay-ms'], 600_000);
  const options: NetworkOptions = {
    port: integer('--port', values.port, 65_535) ?? 0,
    controlPort: integer('--control-port', values['control-port'], 65_535) ?? 0,
    ...(values.network === undefined ? {} : { network: readNetworkFile(values.network) }),
    blank: values.blank,
    ...(values.locks === undefined ? {} : { locks: locksFrom(values.locks) }),
    ...(seed === undefined ? {} : { seed }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
  };
  return { options, exitWithParent: values['exit-with-parent'] };
};

const run = async (): Promise<void> => {
  const { options, exitWithParent } = readArguments();
  const network = await startNetwork(options);
  const asked = Promise.withResolvers<undefined>();
  const end = (): void => {
    asked.resolve(undefined);
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (exitWithParent) {
    process.stdin.once('close', end).once('end', end).once('error', end);
    process.stdin.resume();
  }
  const { neighbourhood } = network;
  const [locks, waiting] = [true, false].map((member) =>
    [...neighbourhood.units.values()]
      .filter((unit) => (neighbourhood.member(unit) !== undefined) === member)
      .map(summary),
  );
  const { pan_id, extended_pan_id, channel } = network.network;
  process.stdout.write(
    `${JSON.stringify({
      serial: network.serialUrl,
      control: network.controlUrl,
      network: { pan_id, extended_pan_id, channel },
      locks,
      waiting,
    })}\n`,
  );
  await Promise.race([asked.promise, network.stopRequested]);
  // A second is more than closing two servers takes.
  setTimeout(() => process.exit(0), 800).unref();
  await network.stop();
  process.exit(0);
};

try {
  await run();
} catch (error) {
  const known =
    error instanceof UsageError || error instanceof NetworkFileError || error instanceof PortInUseError;
  const invalidFlag = error instanceof TypeError && 'code' in error;
  const message = error instanceof Error ? error.message : 'failed';
  process.stderr.write(`simulators/zigbee: ${message}\n${known || !invalidFlag ? '' : `${usage}\n`}`);
  process.exit(error instanceof UsageError || error instanceof NetworkFileError || invalidFlag ? 2 : 1);
}
