import { z } from 'zod';
import { until } from '../support/until.ts';
import type { ZwaveSim } from '../support/zwave-sim.ts';
import type { Comparison } from './comparison.ts';
import type { ServerClient, ServerEvent } from './server-client.ts';

/** By the Z-Wave specification's numbers: nothing of ours, nor of the library. */
export const userCode = 99;
export const doorLock = 98;
export const userStatus = { available: 0, enabled: 1 } as const;
export const supervision = { fail: 2, success: 255 } as const;
export const bolt = { unsecured: 0, secured: 255 } as const;
/** Of notification type 6. */
export const events = { keypadUnlock: 6, oneDeleted: 13, added: 14, duplicate: 15 } as const;
const notification = 113;
const accessControl = 6;

const interviewLimitMs = 60_000;
const nodeSchema = z.object({ state: z.looseObject({ interviewStage: z.union([z.string(), z.number()]) }) });

/** One network, driven by somebody else's software. */
export interface Stage {
  readonly client: ServerClient;
  readonly sim: ZwaveSim;
  readonly check: Comparison['check'];
}

/** What the simulator's control interface answers; with a body it is a POST. */
export const control = async ({ sim }: Stage, path: string, body?: object): Promise<unknown> => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(sim.control + path, { ...init, signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
};

export const interviewed = async ({ client }: Stage, node: number): Promise<void> => {
  const stage = async (): Promise<string | number> =>
    nodeSchema.parse(await client.ask('node.get_state', { nodeId: node })).state.interviewStage;
  await until(`the interview of node ${node}`, async () => (await stage()) === 'Complete', {
    limitMs: interviewLimitMs,
  });
};

/** The parameters of the first notification of this event that a node sends after the `from`-th of all events. */
export const heard = async (
  { client }: Stage,
  node: number,
  from: number,
  event: number,
): Promise<unknown> => {
  const test = ({ nodeId, event: kind, ccId, args }: ServerEvent): boolean => {
    const told = z.object({ type: z.number(), event: z.number() }).safeParse(args).data;
    const said = told?.type === accessControl && told.event === event;
    return kind === 'notification' && nodeId === node && ccId === notification && said;
  };
  const { args } = await client.event(`notification ${event} of node ${node}`, from, test);
  return z.object({ parameters: z.unknown() }).parse(args).parameters;
};
