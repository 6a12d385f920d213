import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { AccessCode } from '../core/model.ts';

/** Access codes kept opened, at most; about a kilobyte each. */
const codesMax = 20_000;

/**
 * The access codes of locks as they were last read, so that a plan or a request doesn't open every PIN of its lock
 * again. Whoever writes says so, and the row is read again when it is next asked for; a rollback forgets everything.
 * This process is the only writer (`data-dir.ts`).
 */
export class CodeCache {
  /** In order of creation within a lock; locks by last use, oldest first. `undefined`: to be read again. */
  readonly #locks = new Map<DeviceId, Map<AccessCodeId, AccessCode | undefined>>();
  #count = 0;

  /** @param readOne reads one row; @param readAll reads all of the lock's, in order of creation */
  codesOf(
    device: DeviceId,
    readOne: (id: AccessCodeId) => AccessCode | undefined,
    readAll: () => readonly AccessCode[],
  ): AccessCode[] {
    const known = this.#locks.get(device);
    if (known === undefined) {
      const all = readAll();
      this.#keep(device, new Map(all.map((code) => [code.accessCodeId, code])));
      return [...all];
    }
    this.#locks.delete(device);
    this.#locks.set(device, known);
    const codes: AccessCode[] = [];
    for (const [id, kept] of known) {
      const code = kept ?? readOne(id);
      if (code === undefined) throw new Error('an access code vanished from the store unheard');
      if (kept === undefined) known.set(id, code);
      codes.push(code);
    }
    return codes;
  }

  /** @param before the lock that the code was on until now; undefined: it is new, and so the last of its lock's */
  written(id: AccessCodeId, before: DeviceId | undefined, after: DeviceId): void {
    if (before !== undefined && before !== after) {
      this.#drop(before);
      this.#drop(after);
      return;
    }
    const known = this.#locks.get(after);
    if (known === undefined) return;
    if (!known.has(id)) this.#count += 1;
    known.set(id, undefined);
    this.#makeRoom();
  }

  deleted(id: AccessCodeId, device: DeviceId): void {
    if (this.#locks.get(device)?.delete(id) === true) this.#count -= 1;
  }

  forget(): void {
    this.#locks.clear();
    this.#count = 0;
  }

  #keep(device: DeviceId, codes: Map<AccessCodeId, AccessCode | undefined>): void {
    this.#locks.set(device, codes);
    this.#count += codes.size;
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const device of this.#locks.keys()) {
      if (this.#count <= codesMax) return;
      this.#drop(device);
    }
  }

  #drop(device: DeviceId): void {
    this.#count -= this.#locks.get(device)?.size ?? 0;
    this.#locks.delete(device);
  }
}
