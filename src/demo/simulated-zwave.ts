import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { StartError } from '../ports/errors.ts';

/** `pin` null: it knows no S2. `pairing`: its button is pressed. `stranded`: it believes to be in the network. */
const waitingSchema = z.object({
  id: z.string(),
  name: z.string(),
  pin: z.string().nullable(),
  state: z.enum(['waiting', 'stranded']),
  pairing: z.boolean(),
});
const readySchema = z.object({
  serial: z.string(),
  control: z.string(),
  locks: z.array(z.object({ node: z.number(), name: z.string() })),
  waiting: z.array(waitingSchema),
});

export interface SimulatedZwave {
  /** `tcp://127.0.0.1:port`, what a stick's serial port would be. */
  readonly serial: string;
  /** `http://127.0.0.1:port`, where one plays the person at the door. */
  readonly control: string;
  readonly locks: readonly { readonly node: number; readonly name: string }[];
  /** Locks that nobody has paired yet, with the PIN on their labels. */
  readonly waiting: readonly Readonly<z.infer<typeof waitingSchema>>[];
  readonly keysFile: string;
  stop(): Promise<void>;
}

const startDeadlineMs = 20_000;

/** The network keys that the simulated locks were "paired" with: made once, for this demo alone. */
const ensureKeys = (file: string): void => {
  if (existsSync(file)) return;
  const names = [
    'S0_Legacy',
    'S2_Unauthenticated',
    'S2_Authenticated',
    'S2_AccessControl',
    'LR_S2_Authenticated',
    'LR_S2_AccessControl',
  ];
  const keys = Object.fromEntries(names.map((name) => [name, randomBytes(16).toString('hex')]));
  writeFileSync(file, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
};

/** Starts the simulated network as a process of its own. Throws `StartError` when it doesn't come up in 20 s. */
export const startSimulatedZwave = async (dir: string): Promise<SimulatedZwave> => {
  const keysFile = join(dir, 'simulated-zwave-keys.json');
  ensureKeys(keysFile);
  const program = fileURLToPath(
    new URL(`../../simulators/zwave/main${extname(import.meta.url)}`, import.meta.url),
  );
  const state = join(dir, 'simulated-zwave-locks.json');
  // Not in our process group: Ctrl-C is for the bridge, which says goodbye before its radio goes.
  const child = spawn(
    process.execPath,
    [
      program,
      '--port',
      '0',
      '--control-port',
      '0',
      '--keys',
      keysFile,
      '--state',
      state,
      '--exit-with-parent',
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  );
  const ready = await firstLine(child);
  return {
    ...ready,
    keysFile,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          resolve();
          return;
        }
        child.once('exit', () => {
          resolve();
        });
        child.kill('SIGTERM');
      }),
  };
};

const firstLine = (child: ChildProcess): Promise<z.infer<typeof readySchema>> =>
  new Promise((resolve, reject) => {
    let complaint = '';
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new StartError(`The simulated Z-Wave network did not start: ${why}\n${complaint}`.trim()));
    };
    const late = setTimeout(() => {
      fail('no word from it in 20 s');
    }, startDeadlineMs);
    child.once('exit', (code) => {
      clearTimeout(late);
      fail(`its process ended with ${String(code)}`);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(late);
      child.removeAllListeners('exit');
      const parsed = readySchema.safeParse(JSON.parse(line));
      if (parsed.success) resolve(parsed.data);
      else fail('its first line was not what it should be');
    });
  });
