import type { z } from 'zod';
import type { Pin } from '../core/pin.ts';
import type { Secret } from '../core/secret.ts';
import type { Change } from '../ports/changes.ts';

export type { Change } from '../ports/changes.ts';

/** A value as routes answer it: JSON, with `Pin`s and `Secret`s still closed. Only a face opens or hides them. */
export type AnswerValue =
  | string
  | number
  | boolean
  | null
  | Pin
  | Secret
  | readonly AnswerValue[]
  | { readonly [key: string]: AnswerValue };

export type AnswerBody = Readonly<Record<string, AnswerValue>>;

/** Error types are Seam's where Seam has one (facts/SEAM-ROUTES.md §0), else in its style. */
export interface AnswerError {
  readonly type: string;
  readonly message: string;
  /** The HTTP status this error has where there is HTTP. */
  readonly status: number;
  /** Seconds after which it may be asked again, with status 429. */
  readonly retryAfterS?: number;
  readonly data?: Readonly<Record<string, AnswerValue>>;
  /** zod-formatted tree: `{_errors: [], <param>: {_errors: [..]}}`. */
  readonly validationErrors?: AnswerValue;
}

export type Answer =
  { readonly ok: true; readonly body: AnswerBody } | { readonly ok: false; readonly error: AnswerError };

export interface CallContext {
  /** Who asks: `mqtt`, `cli`, or `http:` and the id of an API key. Repetitions are recognised within one caller. */
  readonly caller: string;
  /** Who asks has access to this machine. */
  readonly isLocal?: boolean;
  /** False: PINs are hidden from who asks, and aren't found by searching for a part of them either. Absent: true. */
  readonly seesCodes?: boolean;
  /** With it, a repetition (same route and caller) gives the same answer and no second effect. */
  readonly requestId: string | undefined;
  /**
   * Where there is no `requestId`: resolves when it is known whether the answer has reached the caller. An equal request
   * of the same caller, soon after one whose answer was lost, is taken for its repetition.
   */
  readonly arrival?: Promise<Arrival>;
  /** The request is void from this time on (milliseconds since the epoch). */
  readonly expiresAt: number | undefined;
}

/**
 * `doubtful`: the connection ended in order, but sooner after the answer than such a client ends one. Only a repetition
 * that comes at once is taken for one then.
 */
export type Arrival = 'arrived' | 'doubtful' | 'lost';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RouteFacts {
  /** Seam's path without the leading slash; `lockstep/…` is ours. */
  readonly name: string;
  /** One line for people, for /openapi.json. */
  readonly summary: string;
  /** Judges the parameters; nothing else does. */
  readonly schema: z.ZodType;
  /** HTTP methods that it takes (facts page SEAM, "two wire protocols"): always POST, reads also GET. */
  readonly methods: readonly Method[];
  /** Keys of a good answer's body, the one that Seam's SDK returns first. Empty: the body is only `ok`. */
  readonly answers: readonly string[];
  /** Only for who has access to this machine: not over MQTT, not over TCP. */
  readonly isLocal: boolean;
}

/** What a face may know of a route without calling it. `read`: changes nothing; `act`: waits for a radio. */
export interface RouteInfo extends RouteFacts {
  readonly kind: 'read' | 'write' | 'act';
}

/**
 * The one door of all faces. `call` never throws: what goes wrong unexpectedly is logged and answered as
 * `internal_error`. Routes are Seam's paths without the leading slash (`access_codes/create`), plus
 * `lockstep/…` for what Seam doesn't have.
 */
export interface App {
  call(route: string, params: unknown, context: CallContext): Promise<Answer>;
  readonly routes: readonly RouteInfo[];
  onChange(listener: (change: Change) => void): () => void;
  /** Writes down what was put off. No calls after it. */
  close(): void;
}
