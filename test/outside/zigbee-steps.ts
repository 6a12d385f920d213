import { z } from 'zod';
import { until } from '../support/until.ts';
import type { ZigbeeSim } from '../support/zigbee-sim.ts';
import type { Comparison } from './comparison.ts';
import type { Published, Zigbee2mqttClient } from './zigbee2mqtt-client.ts';

/** What makes a lock another than the plain one. */
export interface Character {
  /** Its answers don't tell PINs. */
  readonly masks?: true;
  /** It doesn't answer when it is asked for one, or zigbee2mqtt has no words for the answer. */
  readonly silent?: true;
  /** zigbee2mqtt makes up its mind by what the lock says that it has. */
  readonly unknown?: true;
  /** It sends PINs only once an attribute says that it may (ZCL 7.3.2.12.13). */
  readonly withholds?: true;
  /** It says of a set that it has done it, and hasn't at times. */
  readonly lies?: true;
  /** A slot that is free; else 7. */
  readonly user?: number;
}

/** One network, driven by zigbee2mqtt. */
export interface Stage {
  readonly client: Zigbee2mqttClient;
  readonly sim: Pick<ZigbeeSim, 'control'>;
  readonly check: Comparison['check'];
  /** Of locks that aren't plain ones, by id. */
  readonly characters: Readonly<Record<string, Character>>;
}

/** Of the simulator's own control interface: what a lock is and holds. */
const truthSchema = z.object({
  id: z.string(),
  name: z.string(),
  ieee: z.string(),
  locked: z.boolean(),
  slots: z.array(z.looseObject({ slot: z.number(), status: z.string(), code: z.string() })),
  code_length: z.looseObject({ min: z.number(), max: z.number() }),
});
export type Truth = z.infer<typeof truthSchema>;

const slotToldSchema = z.object({ status: z.string(), pin_code: z.string().optional() });
export type SlotTold = z.infer<typeof slotToldSchema>;

/** What zigbee2mqtt publishes of a device. */
const stateSchema = z.looseObject({
  state: z.string().optional(),
  action: z.string().optional(),
  action_user: z.number().nullish(),
  action_source_name: z.string().nullish(),
  battery: z.number().optional(),
  users: z.record(z.string(), slotToldSchema).optional(),
});
export type Told = z.infer<typeof stateSchema>;

const settleLimitMs = 5_000;

/** What the simulator's control interface answers; with a body it is a POST. */
export const control = async ({ sim }: Stage, path: string, body?: object): Promise<unknown> => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(sim.control + path, { ...init, signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
};

export const truthOf = async (stage: Stage, id: string): Promise<Truth> =>
  truthSchema.parse(await control(stage, `/locks/${id}`));

export const codesOf = ({ slots }: Truth): Record<number, string> =>
  Object.fromEntries(slots.map(({ slot, code }) => [slot, code]));

const framesSchema = z.object({
  frames: z.object({ by_command: z.record(z.string(), z.number()) }),
});

/** How often the lock has been asked for a PIN. */
export const readsOf = async (stage: Stage, id: string): Promise<number> =>
  framesSchema.parse(await control(stage, `/locks/${id}`)).frames.by_command['get_pin_code'] ?? 0;

/** What the lock says of itself, once it passes the test or the time is up. */
export const settled = async (stage: Stage, id: string, test: (truth: Truth) => boolean): Promise<Truth> => {
  const look = async (): Promise<Truth | false> => {
    const truth = await truthOf(stage, id);
    return test(truth) && truth;
  };
  return until(`what ${id} should hold`, look, { limitMs: settleLimitMs }).catch(() => truthOf(stage, id));
};

/** What is published of this device from the `from`-th message on, as soon as it passes the test. */
export const told = async (
  { client }: Stage,
  ieee: string,
  from: number,
  test: (state: Told) => boolean,
  limitMs = settleLimitMs,
): Promise<Told | undefined> => {
  const look = ({ topic, text }: Published): boolean =>
    topic === ieee && test(stateSchema.parse(JSON.parse(text)));
  try {
    const { text } = await client.next(`news of ${ieee}`, from, look, limitMs);
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};
