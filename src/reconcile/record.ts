import type { Learned } from '../core/lesson.ts';
import { externallyChanged, notRemovedAfterAll, overtaken } from '../core/external-change.ts';
import { foreignSince, oneMoreChange } from '../core/foreign-changes.ts';
import type { AccessCodeId } from '../core/ids.ts';
import type { AccessCode, Device, Instant, LockState } from '../core/model.ts';
import { beliefOf } from '../core/slots.ts';
import type { Change } from '../ports/changes.ts';
import type { Random } from '../ports/random.ts';
import type { NewEvent, Store } from '../ports/store.ts';
import { codeEvent } from './code-events.ts';
import { deviceEvent, resetEvent } from './device-events.ts';

/** What of the store is written here, and read for it. */
export type RecordStore = Pick<
  Store,
  | 'accessCode'
  | 'accessCodes'
  | 'putAccessCode'
  | 'device'
  | 'putDevice'
  | 'putLockState'
  | 'appendEvent'
  | 'journal'
>;

/**
 * Writes down what a lesson taught: journal, events, and what becomes of access codes that others have changed at the
 * lock. Runs inside the transaction that stores the lesson, after it.
 */
export const record = (
  store: RecordStore,
  random: Random,
  device: Device,
  after: LockState,
  learned: readonly Learned[],
  now: Instant,
): Change[] => {
  const recorder = new Recorder({ store, random, device, now }, after);
  for (const one of learned) recorder.write(one, learned);
  return recorder.changes;
};

interface RecordParts {
  readonly store: RecordStore;
  readonly random: Random;
  readonly device: Device;
  readonly now: Instant;
}

class Recorder {
  readonly #parts: RecordParts;
  readonly changes: Change[] = [];
  #state: LockState;

  constructor(parts: RecordParts, state: LockState) {
    this.#parts = parts;
    this.#state = state;
  }

  write(one: Learned, all: readonly Learned[]): void {
    const { store, random, device, now } = this.#parts;
    const { deviceId } = device;
    const accessCodeId = 'code' in one ? one.code : 'id' in one ? one.id : undefined;
    const slot = 'slot' in one ? one.slot : undefined;
    store.journal({ at: now, deviceId, accessCodeId, slot, kind: one.kind, detail: detailOf(one) });
    switch (one.kind) {
      case 'unmanaged_found':
      case 'unmanaged_gone':
        this.#stranger(one);
        return;
      case 'lost':
        this.#lost(one.code, one.how, one.slot);
        return;
      case 'cleared':
        this.#clearedBySomebody(one.code, one.slot);
        return;
      case 'released':
        if (all.some((other) => other.kind === 'unmanaged_found' && other.slot === one.slot))
          this.#change(one.code, (code) => overtaken(code, now));
        return;
      case 'reset':
      case 'reset_over':
        if (one.kind === 'reset') this.#afterReset();
        this.#tell(resetEvent(random, now, device, one), { kind: 'device', id: deviceId });
        return;
      case 'adopted':
        this.#tell(
          deviceEvent(random, now, device, 'lockstep.lock_adopted', {
            unmanaged: countUnmanaged(this.#state),
          }),
          { kind: 'device', id: deviceId },
        );
        return;
      case 'confirmed':
      case 'lied':
      case 'refused':
      case 'checksum_mismatch':
      case 'checksum_untrusted':
        return;
      default:
        one satisfies never;
    }
  }

  #tell(event: NewEvent, ...changes: readonly Change[]): void {
    this.#parts.store.appendEvent(event);
    this.changes.push(...changes, { kind: 'events' });
  }

  #stranger(one: Extract<Learned, { kind: 'unmanaged_found' | 'unmanaged_gone' }>): void {
    const { random, device, now } = this.#parts;
    const type =
      one.kind === 'unmanaged_found' ? 'access_code.unmanaged.created' : 'access_code.unmanaged.removed';
    const event = deviceEvent(random, now, device, type, { x_slot: one.slot });
    this.#tell({ ...event, accessCodeId: one.id }, { kind: 'unmanaged_access_code', id: one.id });
  }

  #lost(id: AccessCodeId, how: 'modified' | 'deleted', slot: number): void {
    const { store, random, device, now } = this.#parts;
    const code = store.accessCode(id);
    if (code === undefined) return;
    const event = codeEvent(`access_code.${how}_external_to_seam`, code, now, random, { x_slot: slot });
    this.#tell(event, { kind: 'access_code', id });
    const others = store.accessCodes({ deviceId: device.deviceId });
    const changed = externallyChanged(code, how, this.#state, others, now);
    store.putAccessCode(changed.code);
    if (changed.state !== this.#state) {
      store.putLockState(this.#state, changed.state);
      this.#state = changed.state;
      this.changes.push({ kind: 'slots', id: device.deviceId });
    }
    // What is allowed bothers nobody; and on a lock that was reset, only whoever did that was at work.
    if (!code.externalChangesAllowed && this.#state.reset === undefined) this.#countForeign();
  }

  /** One that was changed and left so, on a lock that masks: that it is gone now is news as well. */
  #clearedBySomebody(id: AccessCodeId, slot: number): void {
    const { store } = this.#parts;
    const code = store.accessCode(id);
    if (code?.externalChange !== 'modified' || code.deletingSince !== undefined) return;
    // Ahead of its time it is us who took it off: as it is known now, it comes when it is due.
    if (code.timeFrame !== undefined && this.#parts.now < code.timeFrame.startsAt)
      this.#change(id, (one) => ({ ...one, externalChange: undefined }));
    else this.#lost(id, 'deleted', slot);
  }

  #countForeign(): void {
    const { store, random, device, now } = this.#parts;
    const stored = store.device(device.deviceId);
    if (stored === undefined) return;
    const foreignChanges = oneMoreChange(stored.foreignChanges, now);
    store.putDevice({ ...stored, foreignChanges });
    if (
      foreignSince(stored.foreignChanges, now) === undefined &&
      foreignSince(foreignChanges, now) !== undefined
    )
      this.#tell(deviceEvent(random, now, device, 'device.third_party_integration_detected'), {
        kind: 'device',
        id: device.deviceId,
      });
  }

  #afterReset(): void {
    const { store, device, now } = this.#parts;
    const stored = store.device(device.deviceId);
    if (stored?.foreignChanges !== undefined) store.putDevice({ ...stored, foreignChanges: undefined });
    for (const code of store.accessCodes({ deviceId: device.deviceId }))
      this.#change(code.accessCodeId, (one) => notRemovedAfterAll(one, this.#state, now));
  }

  #change(id: AccessCodeId, change: (code: AccessCode) => AccessCode | undefined): void {
    const { store } = this.#parts;
    const code = store.accessCode(id);
    const changed = code && change(code);
    if (changed === undefined) return;
    store.putAccessCode(changed);
    this.changes.push({ kind: 'access_code', id });
  }
}

const detailOf = (one: Learned): Readonly<Record<string, unknown>> => {
  if (one.kind === 'lost') return { how: one.how };
  if (one.kind === 'refused') return { why: one.why };
  if (one.kind === 'reset') return { why: one.why, codes: one.codes };
  return {};
};

const countUnmanaged = (state: LockState): number =>
  [...state.slots.keys()].filter((slot) => beliefOf(state, slot).unmanagedId !== undefined).length;
