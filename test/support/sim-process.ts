import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** A simulator in a process of its own, and how one talks with its control interface. */

const startLimitMs = 45_000;
const lineSchema = z.tuple([z.string()]);
const readySchema = z.object({ serial: z.string(), control: z.string() });

export interface SimOptions {
  /** `default`, `one`, `fleet-N`, … or lock specifications as in the simulator's README. */
  locks?: string | readonly object[];
  seed?: number;
  delayMs?: number;
}

export interface SimProcess extends AsyncDisposable {
  /** `tcp://127.0.0.1:port` for the driver. */
  readonly serial: string;
  /** `http://127.0.0.1:port` of the control interface. */
  readonly control: string;
}

/** Waits for an event after `since` (0: from the beginning) that passes the test. */
export type EventWait<E> = (
  test: (event: E) => boolean,
  options?: { since?: number; limitMs?: number },
) => Promise<E>;

const firstLine = async (child: ReturnType<typeof spawn>): Promise<string> => {
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes to the simulator');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4_000);
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the simulator ended: ${complaint}`);
  });
  const late = AbortSignal.timeout(startLimitMs);
  ended.catch(() => undefined);
  return lineSchema.parse(await Promise.race([once(lines, 'line', { signal: late }), ended]))[0];
};

/**
 * Starts a simulator on free ports; dispose it at the end. It also ends with this process.
 * @param secrets the file with the network's keys, and the flag that names it
 */
export const startSimulator = async (
  radio: 'zigbee' | 'zwave',
  secrets: { readonly flag: string; readonly content: object },
  { locks = 'default', seed, delayMs }: SimOptions,
  moreFlags: readonly string[] = [],
): Promise<SimProcess> => {
  const folder = await mkdtemp(join(tmpdir(), `${radio}-sim-`));
  const secretsFile = join(folder, 'secrets.json');
  await writeFile(secretsFile, JSON.stringify(secrets.content), { mode: 0o600 });
  const locksFile = join(folder, 'locks.json');
  if (typeof locks !== 'string') await writeFile(locksFile, JSON.stringify(locks));
  const main = join(import.meta.dirname, `../../simulators/${radio}/main.ts`);
  const flags = ['--port', '0', '--control-port', '0', '--exit-with-parent', secrets.flag, secretsFile];
  flags.push('--locks', typeof locks === 'string' ? locks : locksFile, ...moreFlags);
  if (seed !== undefined) flags.push('--seed', String(seed));
  if (delayMs !== undefined) flags.push('--delay-ms', String(delayMs));
  const child = spawn(process.execPath, [main, ...flags], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { ...readySchema.parse(JSON.parse(await firstLine(child))), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Asks the control interface, or tells it where there is a body. Throws unless the answer is a good one. */
export const call = async (url: string, body?: object): Promise<unknown> => {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
};

/** What a test waits with for what happens in the network. */
export const eventsOf =
  <E>(control: string, schema: z.ZodType<E>): EventWait<E> =>
  async (test, { since = 0, limitMs = 10_000 } = {}) => {
    const stream = await fetch(`${control}/events?since=${since}`, { signal: AbortSignal.timeout(limitMs) });
    if (stream.body === null) throw new Error('no event stream');
    let text = '';
    for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const event = schema.parse(JSON.parse(line));
        if (test(event)) return event;
      }
    }
    throw new Error('the event stream ended');
  };
