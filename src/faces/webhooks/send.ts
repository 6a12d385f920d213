import { createHmac } from 'node:crypto';
import type { AnswerBody } from '../../app/answer.ts';
import type { SendOutcome } from '../../app/index.ts';
import { toJson } from '../../app/json.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Webhook } from '../../ports/webhooks.ts';

/** A receiver that hasn't answered by then hasn't taken it. */
export const sendDeadlineMs = 15_000;

const secretPrefix = 'whsec_';

/** Svix's scheme (facts page SEAM-ROUTES §0): HMAC-SHA-256 of `id.timestamp.body`, in base64. */
const signatureOf = (secret: Webhook['secret'], id: string, timestamp: string, body: string): string => {
  const key = Buffer.from(secret.reveal().slice(secretPrefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
};

/** PINs travel only where nobody on the way can read them. */
export const mayCarryPins = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
};

export interface SendOptions {
  readonly clock: Clock;
  /** Of the bridge, for the receiver's logs. */
  readonly version: string;
  /** Ends the attempt; what became of it is not known then. */
  readonly signal: AbortSignal;
}

/** Sends one event once. Redirects are not followed, and what the receiver says beside its status is not read. */
export const send = async (
  { url, secret }: Webhook,
  eventId: string,
  event: AnswerBody,
  { clock, version, signal }: SendOptions,
): Promise<SendOutcome> => {
  const body = JSON.stringify(toJson(event, mayCarryPins(url)));
  const timestamp = String(Math.floor(clock.now() / 1000));
  const deadline = new AbortController();
  const cancel = clock.after(sendDeadlineMs, () => {
    deadline.abort();
  });
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([signal, deadline.signal]),
      headers: {
        'content-type': 'application/json',
        'user-agent': `lockstep/${version}`,
        'svix-id': eventId,
        'svix-timestamp': timestamp,
        'svix-signature': signatureOf(secret, eventId, timestamp, body),
      },
      body,
    });
    response.body?.cancel().catch(() => undefined);
    return judged(response.status);
  } catch (error) {
    const why = deadline.signal.aborted ? `no answer within ${sendDeadlineMs / 1000} s` : causeOf(error);
    return { kind: 'failed', why };
  } finally {
    cancel();
  }
};

const judged = (status: number): SendOutcome => {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const why = `HTTP ${status}`;
  return status === 410 ? { kind: 'gone', why } : { kind: 'failed', why };
};

/** Node's `fetch failed` keeps what happened in its cause. */
const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return 'not sent';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.message === '' ? 'not sent' : cause.message;
};
