import { Zcl, Zdo } from 'zigbee-herdsman';
import type { Models } from 'zigbee-herdsman';
import { z } from 'zod';
import type { Clock } from '../../src/ports/clock.ts';
import type { Corrections } from './quirks/quirk.ts';
import { answerOf } from './translate.ts';
import type { Answer, Mishap } from './translate.ts';
import { clusters, zclStatus } from './zcl.ts';

/** What all exchanges with a lock have in common. They know no deadline: `bounded` adds it. */

/**
 * `immediate`: by its default policy herdsman keeps some commands to a sleepy lock for ever, and reorders them (facts
 * page, "sendPolicy trap"). No recovery: it would send the same frame again unasked, and a strict lock answers
 * "duplicate" then. `timeout` holds twice: until the frame is delivered, and from then until its answer.
 */
export const sending = { sendPolicy: 'immediate', disableRecovery: true, timeout: 10_000 } as const;

/** Whom to speak to. */
export interface Target {
  readonly device: Models.Device;
  /** The one with the door lock cluster. */
  readonly endpoint: Models.Endpoint;
  readonly corrects: Corrections;
}

/** What the exchanges need besides the lock. */
export interface ExchangeContext {
  readonly clock: Clock;
  /** Aborts when nobody waits for the outcome any more: then nothing more is sent. */
  readonly signal: AbortSignal;
  /** A frame is about to be handed to herdsman. */
  onSend(): void;
  /** The lock has answered, after so many milliseconds. */
  onAnswer(tookMs: number): void;
  /** herdsman threw this. Says what it means. */
  onError(error: unknown): Mishap;
}

const notSent: Mishap = { kind: 'failed', why: 'aborted', mayHaveLanded: false };

/**
 * Runs one question to a lock; what herdsman throws meanwhile is an outcome too. Undefined: the lock answered with a
 * refusal that herdsman throws, or with something that herdsman couldn't make anything of.
 */
export const attempt = async <T>(
  context: ExchangeContext,
  question: () => Promise<T>,
): Promise<T | Mishap | undefined> => {
  if (context.signal.aborted) return notSent;
  const askedAt = context.clock.monotonic();
  const answered = (): void => {
    context.onAnswer(context.clock.monotonic() - askedAt);
  };
  context.onSend();
  try {
    const answer = await question();
    answered();
    return answer;
  } catch (error) {
    if (!(error instanceof Zcl.StatusError || error instanceof Zdo.StatusError))
      return context.onError(error);
    answered();
    return undefined;
  }
};

/** One command of the Door Lock cluster. */
export const ask = (
  { endpoint }: Target,
  command: number,
  fields: Readonly<Record<string, unknown>>,
  context: ExchangeContext,
): Promise<Answer | Mishap | undefined> =>
  attempt<Answer | undefined>(context, async () =>
    answerOf(await endpoint.command(clusters.doorLock, command, { ...fields }, sending)),
  );

const records = z.array(
  z.object({ attrId: z.number(), status: z.number(), attrData: z.unknown().optional() }),
);

/** The attributes that the lock told, by number. What it doesn't have is left out. */
export type Attributes = ReadonlyMap<number, unknown>;

/**
 * Reads attributes of one cluster. Unlike herdsman's own `read`, which throws the whole answer away when one of them
 * isn't supported. What is told, herdsman also keeps.
 */
export const readAttributes = (
  endpoint: Models.Endpoint,
  cluster: number,
  attributes: readonly number[],
  context: ExchangeContext,
): Promise<Attributes | Mishap | undefined> =>
  attempt<Attributes>(context, async () => {
    const payload = attributes.map((attrId) => ({ attrId }));
    const frame = await endpoint.zclCommand(cluster, 'read', payload, {
      ...sending,
      disableDefaultResponse: true,
    });
    const told = records.safeParse(frame?.payload).data ?? [];
    return new Map(
      told.filter(({ status }) => status === 0).map(({ attrId, attrData }) => [attrId, attrData]),
    );
  });

const statuses = z.array(z.object({ status: z.number(), attrId: z.number().optional() })).min(1);

/** An attribute to be written. */
export interface Writing {
  readonly id: number;
  readonly type: Zcl.DataType;
  readonly value: number;
}

/** How a lock took each of several attributes, as a ZCL status by number. */
export type Taken = ReadonlyMap<number, number>;

/**
 * Writes attributes of one cluster with one frame; each is taken or not by itself.
 * @returns undefined where the lock answered with something else
 */
export const writeAttributes = (
  endpoint: Models.Endpoint,
  cluster: number,
  attributes: readonly Writing[],
  context: ExchangeContext,
): Promise<Taken | Mishap | undefined> =>
  attempt<Taken | undefined>(context, async () => {
    const payload = attributes.map(({ id, type, value }) => ({
      attrId: id,
      dataType: type,
      attrData: value,
    }));
    const frame = await endpoint.zclCommand(cluster, 'write', payload, {
      ...sending,
      disableDefaultResponse: true,
    });
    const all = (status: number): Taken => new Map(attributes.map(({ id }) => [id, status]));
    const refused = answerOf(frame?.payload);
    if (refused?.kind === 'refused') return all(refused.status);
    const told = statuses.safeParse(frame?.payload).data;
    if (told === undefined) return undefined;
    // All well is one status that names none; else those that weren't taken are named [ZCL 2.5.5].
    const [only] = told;
    if (
      told.length === 1 &&
      only !== undefined &&
      (only.status === zclStatus.success || attributes.length === 1)
    )
      return all(only.status);
    const failed = new Map(told.map(({ attrId, status }) => [attrId, status]));
    return new Map(attributes.map(({ id }) => [id, failed.get(id) ?? zclStatus.success]));
  });

/** Writes one attribute. @returns the lock's status for it; undefined where it answered with something else */
export const writeAttribute = async (
  endpoint: Models.Endpoint,
  cluster: number,
  attribute: Writing,
  context: ExchangeContext,
): Promise<number | Mishap | undefined> => {
  const taken = await writeAttributes(endpoint, cluster, [attribute], context);
  return taken === undefined || isMishap(taken) ? taken : taken.get(attribute.id);
};

export const isMishap = (asked: unknown): asked is Mishap =>
  typeof asked === 'object' && asked !== null && 'kind' in asked && asked.kind === 'failed';
