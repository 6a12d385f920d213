import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** A simulated Z-Wave network in a process of its own, and its control interface (simulators/zwave/README.md). */

/** The keys that its locks were included with, as a driver's keys file wants them. */
export const simKeys = {
  S0_Legacy: '00112233445566778899aabbccddeeff',
  S2_Unauthenticated: '11111111111111111111111111111111',
  S2_Authenticated: '22222222222222222222222222222222',
  S2_AccessControl: '33333333333333333333333333333333',
  LR_S2_Authenticated: '44444444444444444444444444444444',
  LR_S2_AccessControl: '55555555555555555555555555555555',
};

const lineSchema = z.tuple([z.string()]);
const readySchema = z.object({ serial: z.string(), control: z.string() });
const lockSchema = z.object({
  node: z.number(),
  name: z.string(),
  /** `s2_access_control`, `s2_authenticated`, `s0` or `none`. */
  security: z.string(),
  locked: z.boolean(),
  online: z.boolean(),
  battery: z.number().nullable(),
  slots: z.array(z.object({ slot: z.number(), status: z.string(), code: z.string() })),
});
const framesSchema = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      application: z.object({ to_lock: z.number(), from_lock: z.number(), total: z.number() }),
      /** Sent to the lock while it was off the air. */
      unanswered: z.number(),
      by_command: z.record(z.string(), z.number()),
    }),
  ),
});
const eventSchema = z.object({
  seq: z.number(),
  node: z.number(),
  type: z.string(),
  slot: z.number().optional(),
});

/** The lock's own truth; codes in clear. */
export type SimLock = z.infer<typeof lockSchema>;
export type SimFrames = z.infer<typeof framesSchema>['nodes'];
export type SimEvent = z.infer<typeof eventSchema>;

export interface SimBehaviour {
  offline?: boolean;
  delay_ms?: number;
  no_ack_ms?: number;
  lose_reports?: boolean | number;
  refuse?: boolean | number;
  lie?: boolean | number | { one_in: number };
  full?: boolean;
  report_programming?: boolean;
  duplicate_check?: boolean;
  mask?: boolean;
  answer_hold?: boolean;
}

export interface KeypadAction {
  action: 'add' | 'change' | 'delete' | 'delete_all' | 'enter' | 'user' | 'master_code' | 'code_length';
  slot?: number;
  code?: string;
  length?: number;
  name?: string;
  active?: boolean;
}

export interface SimOptions {
  /** `default`, `one`, `fleet-N`, or lock specifications as in the simulator's README. */
  locks?: string | readonly object[];
  seed?: number;
  delayMs?: number;
}

export interface ZwaveSim extends AsyncDisposable {
  /** `tcp://127.0.0.1:port` for the driver. */
  readonly serial: string;
  /** `http://127.0.0.1:port` of the control interface. */
  readonly control: string;
  lock(node: number): Promise<SimLock>;
  /** The lock's codes by slot, as it holds them. */
  codes(node: number): Promise<Record<number, string>>;
  keypad(node: number, action: KeypadAction): Promise<void>;
  bolt(node: number, locked: boolean): Promise<void>;
  battery(node: number, level: number): Promise<void>;
  behaviour(node: number, change: SimBehaviour): Promise<void>;
  frames(): Promise<SimFrames>;
  resetFrames(): Promise<void>;
  line(change: { drop?: true; accept?: boolean; mute?: boolean }): Promise<void>;
  /** Waits for an event after `since` (0: from the beginning) that passes the test. */
  event(
    test: (event: SimEvent) => boolean,
    options?: { since?: number; limitMs?: number },
  ): Promise<SimEvent>;
}

const startLimitMs = 45_000;

const firstLine = async (child: ReturnType<typeof spawn>): Promise<string> => {
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes to the simulator');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4_000);
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the Z-Wave simulator ended: ${complaint}`);
  });
  const late = AbortSignal.timeout(startLimitMs);
  ended.catch(() => undefined);
  return lineSchema.parse(await Promise.race([once(lines, 'line', { signal: late }), ended]))[0];
};

const call = async (url: string, body?: object): Promise<unknown> => {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
};

const waitForEvent = async (
  control: string,
  test: (event: SimEvent) => boolean,
  since: number,
  limitMs: number,
): Promise<SimEvent> => {
  const stream = await fetch(`${control}/events?since=${since}`, { signal: AbortSignal.timeout(limitMs) });
  if (stream.body === null) throw new Error('no event stream');
  let text = '';
  for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const event = eventSchema.parse(JSON.parse(line));
      if (test(event)) return event;
    }
  }
  throw new Error('the event stream ended');
};

/** What a test does to the locks of a simulator that runs. */
export const clientOf = (serial: string, control: string): Omit<ZwaveSim, typeof Symbol.asyncDispose> => {
  const lock = async (node: number): Promise<SimLock> =>
    lockSchema.parse(await call(`${control}/locks/${node}`));
  const tell = async (route: string, body: object): Promise<void> => {
    await call(`${control}${route}`, body);
  };
  return {
    serial,
    control,
    lock,
    codes: async (node) => Object.fromEntries((await lock(node)).slots.map(({ slot, code }) => [slot, code])),
    keypad: (node, action) => tell(`/locks/${node}/keypad`, action),
    bolt: (node, locked) => tell(`/locks/${node}/bolt`, { locked, how: 'manual' }),
    battery: (node, level) => tell(`/locks/${node}/battery`, { level }),
    behaviour: (node, change) => tell(`/locks/${node}/behaviour`, change),
    frames: async () => framesSchema.parse(await call(`${control}/frames`)).nodes,
    resetFrames: () => tell('/frames/reset', {}),
    line: (change) => tell('/serial', change),
    event: (test, options) => waitForEvent(control, test, options?.since ?? 0, options?.limitMs ?? 10_000),
  };
};

/** Starts the simulator on free ports; dispose it at the end. It also ends with this process. */
export const startZwaveSim = async (options: SimOptions = {}): Promise<ZwaveSim> => {
  const folder = await mkdtemp(join(tmpdir(), 'zwave-sim-'));
  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify(simKeys), { mode: 0o600 });
  let locks = options.locks ?? 'default';
  if (typeof locks !== 'string') {
    const file = join(folder, 'locks.json');
    await writeFile(file, JSON.stringify(locks));
    locks = file;
  }
  const main = join(import.meta.dirname, '../../simulators/zwave/main.ts');
  const flags = ['--port', '0', '--control-port', '0', '--keys', keysFile, '--locks', locks];
  if (options.seed !== undefined) flags.push('--seed', String(options.seed));
  if (options.delayMs !== undefined) flags.push('--delay-ms', String(options.delayMs));
  const child = spawn(process.execPath, [main, ...flags, '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ready = readySchema.parse(JSON.parse(await firstLine(child)));
    return { ...clientOf(ready.serial, ready.control), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
