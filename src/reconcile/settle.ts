import { earliest } from '../core/earliest.ts';
import { foreignEndsAt, foreignSince, isForeignOver } from '../core/foreign-changes.ts';
import { lifecycle, transitionEvents } from '../core/lifecycle.ts';
import type { Lifecycle } from '../core/lifecycle.ts';
import { nameToWrite } from '../core/beside.ts';
import type { LifecycleInput, Loading } from '../core/lifecycle-input.ts';
import { isKnownSet } from '../core/lifecycle-table.ts';
import type { AccessCodeId } from '../core/ids.ts';
import type { AccessCode, Device, Instant, LockState, SlotBelief } from '../core/model.ts';
import { phaseOf } from '../core/phase.ts';
import { slotOwnedBy } from '../core/slots.ts';
import { forgetAttempts, releaseSlot, vacateSlot, wantRemoved } from '../core/wishes.ts';
import type { Change } from '../ports/changes.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { agendaOf } from './agenda.ts';
import { arrivalNews } from './arrivals.ts';
import type { ArrivalSight } from './arrivals.ts';
import { codeEvent, diagnosis } from './code-events.ts';
import { deviceEvent } from './device-events.ts';
import { outOfReach } from './reach.ts';

export { codeEvent } from './code-events.ts';

export interface Settled {
  readonly state: LockState;
  readonly changes: readonly Change[];
  /** When a status would change although nothing has happened (delays, failures, time frames). */
  readonly nextAt: Instant | undefined;
}

export interface SettleParts {
  readonly store: Pick<
    Store,
    | 'accessCodes'
    | 'awakeCodes'
    | 'putAccessCode'
    | 'deleteAccessCode'
    | 'device'
    | 'putDevice'
    | 'putLockState'
    | 'appendEvent'
    | 'journal'
  >;
  readonly random: Random;
  /** So long before its `startsAt` a code is written, milliseconds. */
  readonly leadMs: number;
}

export interface SettleAt {
  readonly usable: readonly number[];
  readonly radioLost: boolean;
  /** No driver serves its radio. */
  readonly isStranded?: boolean;
  readonly now: Instant;
  /** The bridge doesn't know the time: `now` is the floor. */
  readonly isTimeUnknown?: boolean;
  /** Codes at rest aren't looked at so long before their `startsAt` (`horizonOf`); absent: all are. */
  readonly horizonMs?: number | undefined;
  /** Codes that somebody else is just trying out. */
  readonly busy?: ReadonlySet<AccessCodeId> | undefined;
  /** What the lock's own schedules can do for a code. */
  readonly loadingOf?: ((code: AccessCode) => Loading | undefined) | undefined;
  /** Absent: what was last said of codes that may not work in time stays. */
  readonly arrivals?: ArrivalSight | undefined;
}

/**
 * Brings the records of a lock's access codes up to what is believed of the lock and to the time, and ends those
 * whose removal is proved. Must run inside the transaction that stored the belief, so that a status never outlives
 * its evidence.
 */
export const settle = (parts: SettleParts, device: Device, before: LockState, at: SettleAt): Settled => {
  const { store } = parts;
  const { codes, nextAt } = agendaOf(store, device, before, at.now, at.horizonMs);
  const work = new Settling(parts, device, codes, before, at);
  for (const stored of codes) if (at.busy?.has(stored.accessCodeId) !== true) work.bringUpToDate(stored);
  if (work.state !== before) store.putLockState(before, work.state);
  return {
    state: work.state,
    changes: [...work.changes, ...endForeign(parts, device, at.now)],
    nextAt: earliest(earliest(nextAt, work.nextAt), foreignEndsAt(device.foreignChanges, at.now)),
  };
};

/** Nobody else has changed codes of the lock for long enough. */
const endForeign = ({ store, random }: SettleParts, { deviceId }: Device, now: Instant): Change[] => {
  const device = store.device(deviceId);
  if (device?.foreignChanges === undefined || !isForeignOver(device.foreignChanges, now)) return [];
  store.putDevice({ ...device, foreignChanges: undefined });
  store.appendEvent(deviceEvent(random, now, device, 'device.third_party_integration_no_longer_detected'));
  return [{ kind: 'device', id: deviceId }, { kind: 'events' }];
};

class Settling {
  readonly #parts: SettleParts;
  readonly #device: Device;
  readonly #at: SettleAt;
  readonly #others: readonly AccessCode[];
  readonly changes: Change[] = [];
  state: LockState;
  nextAt: Instant | undefined;

  constructor(
    parts: SettleParts,
    device: Device,
    codes: readonly AccessCode[],
    state: LockState,
    at: SettleAt,
  ) {
    this.#parts = parts;
    this.#device = device;
    this.#at = at;
    this.#others = codes;
    this.state = state;
  }

  bringUpToDate(stored: AccessCode): void {
    const code = this.#expired(allowed(notInTheFuture(stored, this.#at.now)));
    this.#begun(code);
    const life = this.#life(code);
    if (life.finished) {
      this.#end(code);
      return;
    }
    this.nextAt = earliest(this.nextAt, life.nextAt);
    const belief = slotOwnedBy(this.state, code.accessCodeId);
    const after = this.#expected(this.#after(code, life, belief));
    if (life.isVacant) this.#vacate(code, belief);
    if (same(stored, after)) return;
    this.#parts.store.putAccessCode(after);
    this.changes.push({ kind: 'access_code', id: code.accessCodeId }, { kind: 'bridge' });
    for (const type of transitionEvents(stored, after)) this.#tell(type, after, diagnosis(type, after));
  }

  /** Its time begins: what failed while it was loaded ahead doesn't keep its guest out. */
  #begun(code: AccessCode): void {
    if (code.status === 'unset' && phaseOf(code, this.#at.now, this.#parts.leadMs) === 'due')
      this.state = forgetAttempts(this.state, code.accessCodeId);
  }

  /** Its time is over: from now on it is wanted off the lock, whatever the clock will say. */
  #expired(code: AccessCode): AccessCode {
    const { timeFrame } = code;
    if (timeFrame === undefined || code.deletingSince !== undefined || this.#at.now < timeFrame.endsAt)
      return code;
    this.state = wantRemoved(this.state, code.accessCodeId);
    this.#note(code, 'expired');
    // Shortened to the past, it is to go since that was asked for.
    return { ...code, deletingSince: Math.max(timeFrame.endsAt, code.wishedAt) };
  }

  /** Hours ahead it is told that a guest may stand before a closed door. */
  #expected(code: AccessCode): AccessCode {
    const { arrivalRisk, toTell, nextAt } = arrivalNews(this.#input(code), this.#device, this.#at.arrivals);
    this.nextAt = earliest(this.nextAt, nextAt);
    if (toTell !== undefined) this.#tell('lockstep.arrival_at_risk', code, toTell);
    return { ...code, arrivalRisk };
  }

  #life(code: AccessCode): Lifecycle {
    return lifecycle(this.#input(code));
  }

  #input(code: AccessCode): LifecycleInput {
    const { usable, radioLost, isStranded, now, isTimeUnknown } = this.#at;
    const { capabilities, poolLack, foreignChanges } = this.#device;
    return {
      code,
      state: this.state,
      capabilities,
      usable,
      unreachable: outOfReach(this.#device, radioLost, isStranded),
      leadMs: this.#parts.leadMs,
      loading: this.#at.loadingOf?.(code),
      now,
      isTimeUnknown,
      others: this.#others,
      poolEmptySince: poolLack?.kind === 'empty' ? poolLack.since : undefined,
      foreignSince: foreignSince(foreignChanges, now),
    };
  }

  #after(code: AccessCode, life: Lifecycle, belief: SlotBelief | undefined): AccessCode {
    const { status, situation, errors, warnings } = life;
    const isOff = situation === 'early_absent';
    // Written only when it is due, nothing on the lock says when that is.
    const followsTime =
      situation !== 'early_present' &&
      situation !== 'preloading' &&
      situation !== 'leaving' &&
      (life.isScheduled || !code.isScheduledOnDevice);
    return {
      ...code,
      status,
      errors,
      warnings,
      isScheduledOnDevice: life.isScheduled,
      setAt: isOff ? undefined : status === 'set' && !isKnownSet(code.status) ? this.#at.now : code.setAt,
      previousPin: status === 'set' || isOff ? undefined : code.previousPin,
      timeFrameBefore: followsTime ? undefined : code.timeFrameBefore,
      nameBefore: isNameThere(code, belief, this.#device) ? undefined : code.nameBefore,
      // It is back as we wrote it.
      externalChange:
        situation === 'standing' && code.externalChange === 'removed' ? undefined : code.externalChange,
    };
  }

  #end(code: AccessCode): void {
    const { store } = this.#parts;
    const belief = slotOwnedBy(this.state, code.accessCodeId);
    this.state = releaseSlot(this.state, code.accessCodeId);
    if (wasOnLock(code, belief)) this.#tell('access_code.removed_from_device', code);
    this.#tell('access_code.deleted', code);
    this.#note(code, 'ended');
    store.deleteAccessCode(code.accessCodeId);
    this.changes.push({ kind: 'access_code', id: code.accessCodeId }, { kind: 'bridge' });
  }

  /** Its time was moved later while it stood on the lock: it is off it again, until then. */
  #vacate(code: AccessCode, belief: SlotBelief | undefined): void {
    this.state = vacateSlot(this.state, code.accessCodeId);
    this.#note(code, 'taken_off');
    if (wasOnLock(code, belief)) this.#tell('access_code.removed_from_device', code);
    this.changes.push({ kind: 'slots', id: code.deviceId });
  }

  #tell(type: string, code: AccessCode, payload: Readonly<Record<string, unknown>> = {}): void {
    const { store, random } = this.#parts;
    store.appendEvent(codeEvent(type, code, this.#at.now, random, payload));
    this.changes.push({ kind: 'events' });
  }

  #note({ deviceId, accessCodeId }: AccessCode, kind: string): void {
    this.#parts.store.journal({
      at: this.#at.now,
      deviceId,
      accessCodeId,
      slot: undefined,
      kind,
      detail: {},
    });
  }
}

/** It was told to be on the lock, or was seen there before that could be told (deleted while it was being set). */
const wasOnLock = (code: AccessCode, belief: SlotBelief | undefined): boolean =>
  belief !== undefined && (belief.landed === 'yes' || code.setAt !== undefined);

/** Nothing on the lock bears the old name. */
const isNameThere = (code: AccessCode, belief: SlotBelief | undefined, { capabilities }: Device): boolean =>
  belief === undefined ||
  capabilities?.names === undefined ||
  (belief.confirmed && nameToWrite(belief, code.name, capabilities) === undefined);

/**
 * A wish from the future was made while the wall clock was ahead. Its delays are counted from now then: they
 * would never come otherwise, and an overdue removal must be loud.
 */
const notInTheFuture = (code: AccessCode, now: Instant): AccessCode => ({
  ...code,
  wishedAt: Math.min(code.wishedAt, now),
  deletingSince: code.deletingSince === undefined ? undefined : Math.min(code.deletingSince, now),
});

/** What somebody made of it at the lock is left so only while that is allowed. */
const allowed = (code: AccessCode): AccessCode =>
  code.externalChangesAllowed ? code : { ...code, externalChange: undefined };

const same = (a: AccessCode, b: AccessCode): boolean =>
  a.status === b.status &&
  a.wishedAt === b.wishedAt &&
  a.deletingSince === b.deletingSince &&
  a.setAt === b.setAt &&
  a.isScheduledOnDevice === b.isScheduledOnDevice &&
  a.externalChange === b.externalChange &&
  a.previousPin === b.previousPin &&
  a.timeFrameBefore === b.timeFrameBefore &&
  a.nameBefore === b.nameBefore &&
  a.arrivalRisk === b.arrivalRisk &&
  JSON.stringify([a.errors, a.warnings]) === JSON.stringify([b.errors, b.warnings]);
