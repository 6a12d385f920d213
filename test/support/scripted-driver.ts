import { LockAddress, RadioId } from '../../src/core/ids.ts';
import type { Capabilities, LockDescription } from '../../src/core/model.ts';
import type {
  ChecksumOutcome,
  Hint,
  LockDriver,
  OperateOutcome,
  RadioState,
  ReadOutcome,
  WriteOutcome,
} from '../../src/ports/lock-driver.ts';

export const describeLock = (changes: Partial<LockDescription> = {}): LockDescription => ({
  address: LockAddress('scripted:1'),
  radio: RadioId('scripted'),
  identities: ['scripted:home:1'],
  name: 'Lock 1',
  manufacturer: undefined,
  model: undefined,
  online: true,
  battery: undefined,
  locked: undefined,
  ...changes,
});

/** A driver that says what its test tells it to: for what a simulated lock would never do. Its locks are empty. */
export class ScriptedDriver implements LockDriver {
  readonly radio = RadioId('scripted');
  readonly concurrency = 1;
  state: RadioState = 'ready';
  stateDetail: string | undefined;
  descriptions: LockDescription[] = [describeLock()];
  tell: (lock: LockAddress) => Promise<Capabilities | undefined> = () => Promise.resolve(undefined);
  move: (action: 'lock' | 'unlock', signal: AbortSignal) => Promise<OperateOutcome> = () =>
    Promise.resolve({ kind: 'done', confirmed: true });
  #listener: ((hint: Hint) => void) | undefined;

  locks(): readonly LockDescription[] {
    return this.descriptions;
  }

  /** The first lock is now described so; the driver says that something has changed. */
  describe(changes: Partial<LockDescription>): void {
    this.descriptions = [
      describeLock({ ...this.descriptions[0], ...changes }),
      ...this.descriptions.slice(1),
    ];
    this.emit({ kind: 'locks' });
  }

  emit(hint: Hint): void {
    this.#listener?.(hint);
  }

  onHint(listener: (hint: Hint) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  capabilities(lock: LockAddress): Promise<Capabilities | undefined> {
    return this.tell(lock);
  }

  readSlot(): Promise<ReadOutcome> {
    return Promise.resolve({ kind: 'read', reading: { kind: 'empty' } });
  }

  writeSlot(): Promise<WriteOutcome> {
    return Promise.resolve({ kind: 'accepted' });
  }

  clearSlot(): Promise<WriteOutcome> {
    return Promise.resolve({ kind: 'accepted' });
  }

  checksum(): Promise<ChecksumOutcome> {
    return Promise.resolve({ kind: 'checksum', value: 0 });
  }

  operate(_lock: LockAddress, action: 'lock' | 'unlock', signal: AbortSignal): Promise<OperateOutcome> {
    return this.move(action, signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.state = 'closed';
    return Promise.resolve();
  }
}
