import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { httpOf } from '../support/bridge-http.ts';
import { until } from '../support/until.ts';
import { goodLock, startWorld } from '../support/world.ts';
import { outside, print } from './comparison.ts';
import { installInto, Scratch } from './scratch.ts';

/**
 * Is /openapi.json what it says? Seam's own command line, which makes its commands from it, drives a bridge here: in a
 * process of its own, by the API only; the lock in the simulator tells what came of it. `npm run outside:seam`; needs
 * the npm registry (some 700 MB come, for its assistants). What differs is printed, and the exit code is 1.
 */

const cliPackage = '@seamapi/cli@0.42.0';
const front = 2;
const runLimitMs = 60_000;

const codeSchema = z.object({
  access_code: z.looseObject({ access_code_id: z.string(), status: z.string(), code: z.string() }),
});
const devicesSchema = z.object({
  devices: z.array(
    z.looseObject({
      device_id: z.string(),
      properties: z.looseObject({ name: z.string(), online: z.boolean() }),
    }),
  ),
});
const attemptSchema = z.object({
  action_attempt: z.looseObject({
    action_attempt_id: z.string(),
    action_type: z.string(),
    status: z.string(),
  }),
});
const errorSchema = z.object({ error: z.looseObject({ type: z.string() }) });

interface Ran {
  readonly exit: number | null;
  readonly body: unknown;
}

await outside(async (check) => {
  await using scratch = new Scratch();
  print(`installing ${cliPackage} into a scratch folder`);
  await installInto(scratch.dir, [cliPackage]);
  await using world = await startWorld({ locks: [goodLock(front, 6)] });
  const { client, bridge, sim } = world;
  const device = await client.device(front);
  const { url, key } = await httpOf(bridge);

  /** Runs one command; what it prints to standard output is JSON. */
  const seam = async (...args: string[]): Promise<Ran> => {
    const program = join(scratch.dir, 'node_modules/@seamapi/cli/bin/cli.js');
    const child = spawn(process.execPath, [program, ...args, '--remote-schema', '--non-interactive'], {
      cwd: scratch.dir,
      env: { PATH: process.env['PATH'], HOME: scratch.dir, SEAM_CLI_ENDPOINT: url, SEAM_CLI_TOKEN: key },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: runLimitMs,
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    await once(child, 'close');
    try {
      return { exit: child.exitCode, body: JSON.parse(out) };
    } catch {
      throw new Error(`seam ${args.join(' ')} printed no JSON:\n${out}\n${err}`);
    }
  };

  const { devices } = devicesSchema.parse((await seam('devices', 'list')).body);
  check(
    'devices list',
    devices.map(({ device_id, properties }) => [device_id, properties.online]),
    [[device, true]],
  );

  const made = codeSchema.parse(
    (await seam('access-codes', 'create', '--device-id', device, '--name', 'Anna', '--code', '004711')).body,
  ).access_code;
  check('access-codes create, its leading zeros kept', made.code, '004711');
  const id = ['--access-code-id', made.access_code_id];
  const get = async (): Promise<z.infer<typeof codeSchema>['access_code']> =>
    codeSchema.parse((await seam('access-codes', 'get', ...id)).body).access_code;
  check('the lock gets it', await until('the code', async () => (await get()).status === 'set'), true);
  check('the lock holds', await sim.codes(front), { 1: '004711' });

  check('access-codes update', (await seam('access-codes', 'update', ...id, '--code', '0815')).exit, 0);
  await until('the new PIN', async () => (await sim.codes(front))['1'] === '0815');
  check('the lock holds', await sim.codes(front), { 1: '0815' });
  const twin = await seam('access-codes', 'create', '--device-id', device, '--code', '0815');
  check(
    'the same PIN again',
    [twin.exit, errorSchema.parse(twin.body).error.type],
    [1, 'duplicate_access_code'],
  );
  const timed = ['--starts-at', '2099-01-01T00:00:00Z', '--ends-at', '2099-01-02T00:00:00Z'];
  const later = await seam('access-codes', 'create', '--device-id', device, ...timed);
  check('a time-bound one', codeSchema.parse(later.body).access_code.status, 'unset');

  const attempt = attemptSchema.parse((await seam('locks', 'unlock-door', '--device-id', device)).body);
  check('locks unlock-door', attempt.action_attempt.action_type, 'UNLOCK_DOOR');

  check('access-codes delete', (await seam('access-codes', 'delete', ...id)).exit, 0);
  await until('the slot to be empty', async () => Object.keys(await sim.codes(front)).length === 0);
  const gone = await seam('access-codes', 'get', ...id);
  check('and it is gone', [gone.exit, errorSchema.parse(gone.body).error.type], [1, 'access_code_not_found']);
  for (const command of [
    'events list',
    'webhooks list',
    'workspaces get',
    'connected-accounts list',
    'lockstep status',
  ])
    check(command, (await seam(...command.split(' '))).exit, 0);
});
