import { SimulatedDriver } from '../../drivers/simulated/index.ts';
import { SimulatedLock } from '../../drivers/simulated/lock.ts';
import { LockAddress, RadioId } from '../../src/core/ids.ts';
import type { Capabilities, LockDescription } from '../../src/core/model.ts';
import type { DriverPlugin } from '../../src/ports/lock-driver.ts';

/** Locks of the driver below, and slots of each: room for every code that is made. */
export const lockCount = 20;
export const slotCount = 250;
/** One exchange at a time, as slow as a lock that has to be woken: the bridge is to be measured, not its radio. */
const latencyMs = 300;

const capabilities: Capabilities = {
  slots: { first: 1, last: slotCount },
  reservedSlots: [],
  codeLengths: [4, 5, 6, 7, 8],
  readBack: 'full',
  checksum: false,
  reportsProgramming: true,
  power: 'battery',
  remoteLock: true,
};

class BenchDriver extends SimulatedDriver {
  override readonly radio = RadioId('bench');

  override locks(): readonly LockDescription[] {
    return super.locks().map((lock) => ({ ...lock, radio: this.radio, identities: [lock.address] }));
  }
}

/** Locks in the bridge's own memory, loaded as a third party's driver is. */
export const plugin: DriverPlugin<null> = {
  name: 'bench',
  contract: 1,
  parseOptions: () => null,
  open: (_options, { clock }) => {
    const locks = Array.from(
      { length: lockCount },
      (_, n) =>
        new SimulatedLock({
          address: LockAddress(`bench:${n + 1}`),
          name: `Door ${n + 1}`,
          masks: false,
          duplicateCheck: true,
          capabilities,
        }),
    );
    return Promise.resolve(new BenchDriver(clock, locks, { latencyMs, concurrency: 1 }));
  },
};
