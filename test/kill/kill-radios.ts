import { type Happening, SimRecord } from '../support/sim-record.ts';
import { goodLock, lyingLock, maskedLock } from '../support/world.ts';
import { addressIn, goodZigbeeLock, maskedZigbeeLock } from '../support/zigbee-world.ts';
import { startZigbeeNetwork } from '../support/zigbee-network.ts';
import type { ZigbeeSim } from '../support/zigbee-sim.ts';
import { startZwaveNetwork } from '../support/zwave-network.ts';
import type { ZwaveSim } from '../support/zwave-sim.ts';
import type { OracleLock } from './oracle.ts';

/** A lock of the kill test, as it is itself. */
export interface KillLock extends OracleLock {
  /** What the lock holds, slot by slot. */
  readonly codes: () => Promise<Readonly<Record<number, string>>>;
  /** What came to it of these types since then. */
  readonly after: (mark: Mark, types: readonly string[]) => readonly Happening[];
}

/** A moment in the records of both networks. */
export interface Mark {
  readonly zwave: number;
  readonly zigbee: number;
}

const nodes: readonly (OracleLock & { readonly place: number })[] = [
  { place: 2, foreign: { 1: '258013', 3: '7777' }, ours: 3 },
  { place: 3, foreign: { 2: '13579' }, ours: 2 },
  { place: 4, foreign: { 2: '86420' }, ours: 2 },
];
const zwaveLocks = [
  goodLock(2, 8, { codes: nodes[0]?.foreign }),
  maskedLock(3, 6, { codes: nodes[1]?.foreign }),
  lyingLock(4, 6, 8, { codes: nodes[2]?.foreign }),
];

const zigbeeForeign = [{ 1: '369121', 4: '5555' }, { 2: '97531' }];
const zigbeeLocks = [
  goodZigbeeLock('Attic', 8, { codes: zigbeeForeign[0] }),
  maskedZigbeeLock('Studio', 6, { codes: zigbeeForeign[1] }),
];

/** Five locks, three of them on Z-Wave and two on Zigbee, and all that happens to them. */
export class KillRadios implements AsyncDisposable {
  readonly zwave: ZwaveSim;
  readonly zigbee: ZigbeeSim;
  readonly locks: readonly KillLock[];
  readonly #stack: AsyncDisposableStack;
  readonly #records: Readonly<Record<keyof Mark, SimRecord>>;

  private constructor(
    stack: AsyncDisposableStack,
    zwave: ZwaveSim,
    zigbee: ZigbeeSim,
    records: Readonly<Record<keyof Mark, SimRecord>>,
  ) {
    this.#stack = stack;
    this.zwave = zwave;
    this.zigbee = zigbee;
    this.#records = records;
    const at = addressIn(zigbeeLocks);
    this.locks = [
      ...nodes.map((lock) => ({
        ...lock,
        codes: () => zwave.codes(lock.place),
        after: (mark: Mark, types: readonly string[]) => records.zwave.after(mark.zwave, types, lock.place),
      })),
      ...['attic', 'studio'].map((id, index) => ({
        place: at(id),
        foreign: zigbeeForeign[index] ?? {},
        ours: 2,
        codes: () => zigbee.codes(id),
        after: (mark: Mark, types: readonly string[]) => records.zigbee.after(mark.zigbee, types, id),
      })),
    ];
  }

  static async open(seed: number): Promise<KillRadios> {
    await using stack = new AsyncDisposableStack();
    const zwave = stack.use(await startZwaveNetwork({ locks: zwaveLocks, seed }));
    const zigbee = stack.use(await startZigbeeNetwork({ locks: zigbeeLocks, seed }));
    const records = {
      zwave: stack.use(await SimRecord.open(zwave.control)),
      zigbee: stack.use(await SimRecord.open(zigbee.control)),
    };
    return new KillRadios(stack.move(), zwave, zigbee, records);
  }

  get now(): Mark {
    return { zwave: this.#records.zwave.now, zigbee: this.#records.zigbee.now };
  }

  /** What came to any lock of these types since then, of Z-Wave first. */
  after(mark: Mark, types: readonly string[]): readonly Happening[] {
    return [
      ...this.#records.zwave.after(mark.zwave, types),
      ...this.#records.zigbee.after(mark.zigbee, types),
    ];
  }

  /** Called with each happening as it comes. @returns its end */
  on(listener: () => void): () => void {
    const ends = [this.#records.zwave.on(listener), this.#records.zigbee.on(listener)];
    return () => {
      for (const end of ends) end();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
