import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { AccessCode, Instant } from '../core/model.ts';
import type { AwakeCodes } from '../ports/store.ts';

/** Access codes kept opened here, at most; about a kilobyte each. */
const codesMax = 20_000;

/** The codes of one lock that were awake when its list was made. */
interface Awake {
  /** Those at rest that start after this aren't in it. */
  readonly until: Instant;
  /** In order of creation. `undefined`: to be read again. May hold some that have come to rest since. */
  readonly codes: Map<AccessCodeId, AccessCode | undefined>;
  /** The nearest `startsAt` of those left out, or before it. */
  nextStart: Instant | undefined;
}

/** What the file says of a lock. */
export interface AwakeReader {
  /** In order of creation. */
  readonly ids: (device: DeviceId, until: Instant) => readonly AccessCodeId[];
  readonly nextStart: (device: DeviceId, after: Instant) => Instant | undefined;
  readonly readOne: (id: AccessCodeId) => AccessCode | undefined;
}

/**
 * The access codes of locks that are not at rest (`isAtRest`), as they were last read: the others aren't even opened, and
 * take no memory. Whoever writes says so; a rollback forgets everything, as in `CodeCache`.
 */
export class AwakeCache {
  readonly #read: AwakeReader;
  /** By last use, oldest first. */
  readonly #locks = new Map<DeviceId, Awake>();
  #count = 0;

  constructor(read: AwakeReader) {
    this.#read = read;
  }

  of(device: DeviceId, until: Instant): AwakeCodes {
    const kept = this.#locks.get(device);
    const awake =
      kept === undefined || (kept.nextStart !== undefined && kept.nextStart <= until)
        ? this.#anew(device, until, kept)
        : kept;
    this.#locks.delete(device);
    this.#locks.set(device, awake);
    const codes: AccessCode[] = [];
    for (const [id, known] of awake.codes) {
      const code = known ?? this.#read.readOne(id);
      if (code === undefined) throw new Error('an access code vanished from the store unheard');
      if (known === undefined) awake.codes.set(id, code);
      codes.push(code);
    }
    this.#makeRoom();
    return { codes, nextStart: awake.nextStart };
  }

  /**
   * @param before the lock that the code was on until now; undefined: it is new, and so the last of its lock's
   * @param restsUntil its `startsAt` where it is at rest
   */
  written(
    id: AccessCodeId,
    before: DeviceId | undefined,
    after: DeviceId,
    restsUntil: Instant | undefined,
  ): void {
    if (before !== undefined && before !== after) this.#drop(before);
    const awake = this.#locks.get(after);
    if (awake === undefined) return;
    if (before !== undefined && before !== after) this.#drop(after);
    else if (restsUntil !== undefined && restsUntil > awake.until) {
      if (awake.codes.delete(id)) this.#count -= 1;
      awake.nextStart = Math.min(awake.nextStart ?? Infinity, restsUntil);
    } else if (awake.codes.has(id)) awake.codes.set(id, undefined);
    else if (before === undefined) {
      awake.codes.set(id, undefined);
      this.#count += 1;
    }
    // Woken, its place in the order isn't known.
    else this.#drop(after);
  }

  deleted(id: AccessCodeId, device: DeviceId): void {
    if (this.#locks.get(device)?.codes.delete(id) === true) this.#count -= 1;
  }

  forget(): void {
    this.#locks.clear();
    this.#count = 0;
  }

  #anew(device: DeviceId, until: Instant, kept: Awake | undefined): Awake {
    const ids = this.#read.ids(device, until);
    const codes = new Map(ids.map((id) => [id, kept?.codes.get(id)]));
    this.#drop(device);
    this.#count += codes.size;
    return { until, codes, nextStart: this.#read.nextStart(device, until) };
  }

  #makeRoom(): void {
    for (const device of this.#locks.keys()) {
      if (this.#count <= codesMax) return;
      this.#drop(device);
    }
  }

  #drop(device: DeviceId): void {
    this.#count -= this.#locks.get(device)?.codes.size ?? 0;
    this.#locks.delete(device);
  }
}
