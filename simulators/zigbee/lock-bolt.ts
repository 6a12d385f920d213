import { sleep } from '../shared/sleep.ts';
import { lockStateAttribute, needsPin, relockSeconds } from './lock-attributes.ts';
import { type EventSource, operationCode } from './lock-events.ts';
import type { LockVoice } from './lock-voice.ts';
import type { Entry } from './lock.ts';
import { type ClusterCommand, type Reply, clusterId, reply } from './zcl-cluster.ts';

/** Commands of the Door Lock cluster that move the bolt, and their answers (ZCL §7.3). */
export const boltCommand = { lock: 0x00, unlock: 0x01, toggle: 0x02, unlockWithTimeout: 0x03 } as const;

/** Who or what moves the bolt. */
export interface Mover {
  readonly source: EventSource;
  /** The operation event's code. */
  readonly code: number;
  readonly slot?: number | undefined;
  readonly pin?: string;
}

/** Says where the bolt is now, and who brought it there. */
export const reportBolt = async (voice: LockVoice, { source, code, slot, pin }: Mover): Promise<void> => {
  voice.changed(clusterId.doorLock, lockStateAttribute);
  await voice.operation({ source, code, slot, ...(pin === undefined ? {} : { pin }) });
};

/**
 * To be called whenever the bolt was drawn back: the lock locks again by itself after AutoRelockTime, or after
 * `seconds` in place of that, unless somebody has meanwhile.
 */
export const autoRelock = (voice: LockVoice, seconds?: number): void => {
  voice.relock.start(seconds ?? relockSeconds(voice.lock), () => {
    if (voice.lock.bolted) return;
    voice.lock.bolted = true;
    void voice.tell('locked', { reason: 'auto' });
    void reportBolt(voice, { source: 'manual', code: operationCode.autoLock });
  });
};

const move = async (
  voice: LockVoice,
  command: number,
  locked: boolean,
  pin: string,
  relockS?: number,
): Promise<Reply> => {
  const { lock } = voice;
  await sleep(lock.manners.delayMs('bolt'));
  // Without digits it is nobody's: a card holds a slot without any.
  const entry: Entry = pin === '' ? { opens: false, why: 'wrong_code' } : lock.enter(pin);
  const { lockInvalidPin, unlockInvalidPin } = operationCode;
  if (needsPin(lock) && !entry.opens) {
    await voice.tell('refused', { reason: 'wrong_code' });
    const code = locked ? lockInvalidPin : unlockInvalidPin;
    return reply(command, Buffer.of(1), () => voice.operation({ source: 'rf', code }));
  }
  lock.bolted = locked;
  await voice.tell(locked ? 'locked' : 'opened', { reason: 'radio' });
  if (!locked) autoRelock(voice, relockS);
  const code = locked ? operationCode.lock : operationCode.unlock;
  const slot = entry.opens ? entry.slot : undefined;
  return reply(command, Buffer.of(0), () => reportBolt(voice, { source: 'rf', code, slot }));
};

/** The PIN field may be left out where none is needed. */
const pinOf = (octets: Buffer | undefined): string => octets?.toString('latin1') ?? '';

export const boltCommands = (voice: LockVoice): [number, ClusterCommand][] => {
  const { lock, unlock, toggle, unlockWithTimeout } = boltCommand;
  return [
    [lock, (reader) => move(voice, lock, true, pinOf(reader.left > 0 ? reader.octets() : undefined))],
    [unlock, (reader) => move(voice, unlock, false, pinOf(reader.left > 0 ? reader.octets() : undefined))],
    [
      toggle,
      (reader) =>
        move(voice, toggle, !voice.lock.bolted, pinOf(reader.left > 0 ? reader.octets() : undefined)),
    ],
    [
      unlockWithTimeout,
      (reader) => {
        const seconds = reader.u16();
        const pin = pinOf(reader.left > 0 ? reader.octets() : undefined);
        return move(voice, unlockWithTimeout, false, pin, seconds);
      },
    ],
  ];
};
