import { AccessCodeId } from '../core/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { AnswerError, CallContext } from './answer.ts';

/** What may be limited, for each lock and minute. */
export type Limited = 'create' | 'update' | 'delete' | 'lock' | 'unlock';

/** Requests for each lock and minute; what isn't named isn't limited. Seam's are 10, 10, 20, 15 and 15. */
export type RateLimits = Readonly<Partial<Record<Limited, number | undefined>>>;

const windowMs = 60_000;

const limitedRoutes: ReadonlyMap<string, Limited> = new Map([
  ['access_codes/create', 'create'],
  ['access_codes/create_multiple', 'create'],
  ['access_codes/update', 'update'],
  ['access_codes/update_multiple', 'update'],
  ['access_codes/delete', 'delete'],
  ['locks/lock_door', 'lock'],
  ['locks/unlock_door', 'unlock'],
]);

/** Counts requests for each lock over the last minute, in memory: a restart forgives all. */
export class RateLimiter {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  /** Monotonic times of the requests taken, oldest first, by what and lock. */
  readonly #taken = new Map<string, readonly number[]>();

  constructor(store: Store, clock: Clock, limits: RateLimits) {
    this.#store = store;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Counts this request, or says why it is one too many; then it isn't counted. */
  refuses(
    route: string,
    params: Readonly<Record<string, unknown>>,
    { isLocal }: CallContext,
  ): AnswerError | undefined {
    // Who has access to this machine is its operator.
    const what = isLocal === true ? undefined : limitedRoutes.get(route);
    const most = what === undefined ? undefined : this.#limits[what];
    if (what === undefined || most === undefined) return undefined;
    const now = this.#clock.monotonic();
    const places = this.#devicesOf(params).map((device) => {
      const key = `${what} ${device}`;
      return { key, times: (this.#taken.get(key) ?? []).filter((at) => now - at < windowMs) };
    });
    const [full] = places.filter(({ times }) => times.length >= most);
    if (full !== undefined) return tooMany(what, most, (full.times[0] ?? now) + windowMs - now);
    for (const { key, times } of places) this.#taken.set(key, [...times, now]);
    return undefined;
  }

  /** The locks that a request is about, as far as they are known. */
  #devicesOf(params: Readonly<Record<string, unknown>>): readonly string[] {
    const { device_id: one, device_ids: several, access_code_id: code, common_code_key: key } = params;
    const ids: unknown[] = [one, ...(Array.isArray(several) ? several.map((id: unknown) => id) : [])];
    if (typeof code === 'string')
      ids.push(this.#store.accessCode(AccessCodeId(code.toLowerCase()))?.deviceId);
    if (typeof key === 'string' && one === undefined && several === undefined)
      ids.push(...this.#store.accessCodes({ commonCodeKey: key }).map(({ deviceId }) => deviceId));
    const known = ids.flatMap((id) => (typeof id === 'string' ? [id.toLowerCase()] : []));
    return [...new Set(known)].filter((id) => this.#isKnown(id));
  }

  /** What isn't a lock takes no room here. */
  #isKnown(id: string): boolean {
    return this.#store.devices().some(({ deviceId }) => deviceId === id);
  }
}

const tooMany = (what: Limited, most: number, waitMs: number): AnswerError => {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return {
    type: 'rate_limit_exceeded',
    message: `At most ${most} ${what} requests for a lock in a minute; ask again in ${seconds} s.`,
    status: 429,
    data: { retry_after_s: seconds },
    retryAfterS: seconds,
  };
};
