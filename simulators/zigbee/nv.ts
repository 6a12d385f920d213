/** What the NV commands answer (Z-Stack Monitor and Test API, SYS_OSAL_NV_*). */
export const nvStatus = {
  success: 0,
  invalidParameter: 2,
  itemCreated: 9,
  failed: 10,
  badLength: 12,
} as const;

/** Names an item: its id, or for a SimpleLink extended item system id, item id and sub id. */
export type NvKey = string;
export const nvKey = (id: number): NvKey => String(id);
export const extendedKey = (system: number, item: number, sub: number): NvKey => `${system}.${item}.${sub}`;

/** The coordinator's non-volatile memory: what it knows after a power cut. */
export class Nv {
  readonly #items = new Map<NvKey, Uint8Array>();
  /** Told after each change. */
  changed: () => void = () => undefined;

  constructor(items: Iterable<readonly [NvKey, Uint8Array]> = []) {
    for (const [key, value] of items) this.#items.set(key, Uint8Array.from(value));
  }

  get items(): ReadonlyMap<NvKey, Uint8Array> {
    return this.#items;
  }

  /** @returns 0 for an item that isn't there. */
  length(key: NvKey): number {
    return this.#items.get(key)?.length ?? 0;
  }

  read(key: NvKey): Uint8Array | undefined {
    return this.#items.get(key);
  }

  /** Creates the item, or gives it a new value of any length. */
  put(key: NvKey, value: Uint8Array): void {
    this.#items.set(key, Uint8Array.from(value));
    this.changed();
  }

  /** Overwrites part of an item. @returns false where the item isn't there or is shorter. */
  overwrite(key: NvKey, offset: number, value: Uint8Array): boolean {
    const item = this.#items.get(key);
    if (item === undefined || offset + value.length > item.length) return false;
    item.set(value, offset);
    this.changed();
    return true;
  }

  /** As `overwrite`, for what changes with each frame and is kept with the next other change. */
  overwriteQuietly(key: NvKey, offset: number, value: Uint8Array): void {
    this.#items.get(key)?.set(value, offset);
  }

  delete(key: NvKey): boolean {
    const gone = this.#items.delete(key);
    if (gone) this.changed();
    return gone;
  }
}
