import { z } from 'zod';

/** Largest request, in bytes of payload and correlation data together (DESIGN §6 "MQTT"). */
export const maxRequestBytes = 64 * 1024;
const maxDepth = 32;

/** What a client asked for, once its envelope is opened. The parameters are the app's to judge. */
export type ParsedRequest =
  | {
      readonly kind: 'request';
      readonly params: Readonly<Record<string, unknown>>;
      readonly requestId: string | undefined;
      readonly expiresAt: number | undefined;
    }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  /** Known where the payload could be read that far. */
  readonly requestId: string | undefined;
  readonly error: RequestError;
}

export interface RequestError {
  readonly type: string;
  /** For the client; never holds anything of the payload, which may be a PIN. */
  readonly message: string;
}

export const refuse = (type: string, message: string, requestId?: string): Refusal => ({
  kind: 'refused',
  requestId,
  error: { type, message },
});

const requestIdSchema = z.string().min(1).max(128);
/** ISO 8601 with `Z` or an offset: a local time would be read in somebody else's zone. */
const expiresAtSchema = z.iso.datetime({ offset: true });

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** What makes a parsed JSON value unfit, anywhere in it; in a loop, since the depth is the client's choice. */
const unfitness = (root: unknown): string | undefined => {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= maxDepth) return `Objects and lists may be nested ${maxDepth} deep.`;
    for (const [key, item] of Object.entries(value)) {
      if (forbiddenKeys.has(key)) return `The key ${key} is not allowed.`;
      open.push({ value: item, depth: depth + 1 });
    }
  }
  return undefined;
};

/** The payload as JSON; undefined when it isn't (no detail: V8's message quotes the text). */
const parseJson = (payload: Uint8Array): { readonly value: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return { value };
  } catch {
    return undefined;
  }
};

/** Opens the envelope of a request: a JSON object with parameters, `request_id` and `expires_at`. */
export const parseRequest = (payload: Uint8Array): ParsedRequest => {
  if (payload.length > maxRequestBytes) {
    return refuse('payload_too_large', `A request may have ${maxRequestBytes} bytes.`);
  }
  const json = parseJson(payload);
  if (json === undefined) return refuse('malformed_json', 'The payload is not JSON in UTF-8.');
  const { value } = json;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return refuse('malformed_request', 'The payload must be a JSON object.');
  const entries: [string, unknown][] = Object.entries(value);
  const envelope = new Map(entries);
  const rawId = envelope.get('request_id');
  const rawExpiry = envelope.get('expires_at');
  const requestId = rawId === undefined ? undefined : requestIdSchema.safeParse(rawId).data;
  const unfit = unfitness(value);
  if (unfit !== undefined) return refuse('malformed_request', unfit, requestId);
  if (rawId !== undefined && requestId === undefined) {
    return refuse('invalid_input', 'request_id must be a string of 1 to 128 characters.');
  }
  const expiry = rawExpiry === undefined ? undefined : expiresAtSchema.safeParse(rawExpiry).data;
  if (rawExpiry !== undefined && expiry === undefined) {
    return refuse('invalid_input', 'expires_at must be an ISO 8601 time with a UTC offset.', requestId);
  }
  const params = Object.fromEntries(entries.filter(([key]) => key !== 'request_id' && key !== 'expires_at'));
  return {
    kind: 'request',
    params,
    requestId,
    expiresAt: expiry === undefined ? undefined : Date.parse(expiry),
  };
};
