import type { RadioId } from '../core/ids.ts';
import type { Failure, LockDriver } from '../ports/lock-driver.ts';

const down: Failure = { kind: 'failed', why: 'radio_down' };
const answer = Promise.resolve(down);
const nothingSent = Promise.resolve({ ...down, mayHaveLanded: false });

/** Stands for a radio whose driver could not be opened: it is told of, and the others work without it. */
export const unopenedDriver = (radio: RadioId, stateDetail: string): LockDriver => ({
  radio,
  concurrency: 1,
  state: 'lost',
  stateDetail,
  locks: () => [],
  capabilities: () => Promise.resolve(undefined),
  readSlot: () => answer,
  writeSlot: () => nothingSent,
  clearSlot: () => nothingSent,
  checksum: () => answer,
  operate: () => answer,
  onHint: () => () => undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
});
