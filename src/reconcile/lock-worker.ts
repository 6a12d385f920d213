import { AccessCodeId } from '../core/ids.ts';
import type { DeviceId } from '../core/ids.ts';
import { learnChecksum } from '../core/learn-checksum.ts';
import { learnHint, requestAudit } from '../core/learn-hint.ts';
import { learnRead, learnUnavailable } from '../core/learn-read.ts';
import { beginIntent, learnWrite } from '../core/learn-write.ts';
import { learnReachable } from '../core/lesson.ts';
import type { Circumstances, Lesson } from '../core/lesson.ts';
import type { Capabilities, Device, Instant, Intent, LockState } from '../core/model.ts';
import { plan } from '../core/plan.ts';
import type { Action, Plan } from '../core/plan.ts';
import { beliefOf } from '../core/slots.ts';
import type { Change, Changes } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { LockDriver } from '../ports/lock-driver.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { withDeadline } from './deadline.ts';
import type { RadioGate } from './radio-gate.ts';
import { record } from './record.ts';
import { settle } from './settle.ts';
import { earliest, entry, silence, wish } from './steps.ts';
import type { Entry } from './steps.ts';

/** Moments between two durable steps, for tests that end the process there. */
export type Moment = 'intent_committed' | 'answer_unread' | 'belief_committed' | 'event_unpublished';

export interface Pace {
  /** Adoption reads in one go, then a rest: what one wake-up of a battery lock bears. */
  readonly adoptBurst: number;
  readonly adoptRestMs: number;
}
export const defaultPace: Pace = { adoptBurst: 10, adoptRestMs: 1_000 };

/** A radio exchange that takes longer has failed. Drivers have deadlines of their own; this is the last line. */
export const actionDeadlineMs = 30_000;

export interface WorkerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly changes: Changes;
  readonly driver: LockDriver;
  readonly gate: RadioGate;
  readonly pace: Pace;
  /** What one audit may wake a lock for (`audit.wakeups_per_lock_per_day`). */
  readonly auditWakeups: number;
  readonly usableSlots: (device: Device) => readonly number[];
  readonly wakeAt: (device: DeviceId, at: Instant | undefined) => void;
  readonly moment: (moment: Moment) => void;
}

/** Cuts a random integer into a jitter in [0, 1). */
const jitterSteps = 1_000;

/**
 * Keeps one lock in step. Everything that happens only marks it dirty (`kick`); while it is dirty it plans
 * afresh, does one action, learns, and plans again until nothing is left. At most one action is in flight.
 */
export class LockWorker {
  readonly deviceId: DeviceId;
  readonly #parts: WorkerParts;
  readonly #stop = new AbortController();
  #dirty = false;
  #running: Promise<void> | undefined;
  #inFlight: Action | undefined;
  /** Hints that came while an action was in flight: its answer may be older than they are (FIELD-BUGS 16). */
  readonly #hintsMeanwhile = new Set<number | undefined>();
  #adoptReads = 0;
  #adoptNotBefore: Instant = 0;

  constructor(deviceId: DeviceId, parts: WorkerParts) {
    this.deviceId = deviceId;
    this.#parts = parts;
  }

  get inFlight(): Action | undefined {
    return this.#inFlight;
  }

  /** Plan again soon. Never lost: a kick during a run leads to another look. */
  kick(): void {
    this.#dirty = true;
    if (this.#stop.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#dirty) this.kick();
    });
  }

  hint(slot: number | undefined): void {
    if (this.#inFlight !== undefined) this.#hintsMeanwhile.add(slot);
    else this.#applyHint(slot);
    this.kick();
  }

  reachable(): void {
    const before = this.#parts.store.lockState(this.deviceId);
    const after = learnReachable(before);
    if (after !== before) this.#parts.store.putLockState(before, after);
    this.kick();
  }

  /** @param byOperator also gives a distrusted checksum another chance */
  audit(byOperator: boolean): void {
    const { store } = this.#parts;
    const capabilities = store.device(this.deviceId)?.capabilities;
    if (capabilities === undefined) return;
    const before = store.lockState(this.deviceId);
    const trusting = byOperator ? { ...learnReachable(before), checksumTrusted: true } : before;
    store.putLockState(before, requestAudit(trusting, capabilities, this.#parts.auditWakeups));
    this.#emit({ kind: 'slots', id: this.deviceId });
    this.kick();
  }

  /** Ends the worker; an action in flight is abandoned to its intent, which the next start resolves. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  #applyHint(slot: number | undefined): void {
    const { store, clock } = this.#parts;
    const capabilities = store.device(this.deviceId)?.capabilities;
    if (capabilities === undefined) return;
    const before = store.lockState(this.deviceId);
    store.putLockState(before, learnHint(before, slot, { now: clock.now(), capabilities }));
  }

  async #run(): Promise<void> {
    let release: (() => void) | undefined;
    try {
      while (this.#dirty && !this.#stop.signal.aborted) {
        this.#dirty = false;
        const next = this.#look();
        if (next === undefined) continue;
        // Asked for in the same turn as the release, so that the gate can stay with a woken lock.
        const turn = this.#parts.gate.acquire(this.deviceId, next.action.priority, this.#stop.signal);
        release?.();
        release = await turn;
        if (release === undefined) return;
        // Much may have happened while waiting for the radio.
        const now = this.#look();
        if (now !== undefined) await this.#perform(now);
        this.#dirty = true;
      }
    } catch (error) {
      // A bug or a full disk: leave the lock alone for a minute rather than spin.
      this.#parts.log.error(
        { device_id: this.deviceId, err: error },
        'reconciling this lock failed; tried again in a minute',
      );
      this.#parts.wakeAt(this.deviceId, this.#parts.clock.now() + 60_000);
      this.#dirty = false;
    } finally {
      release?.();
    }
  }

  /** Brings the records up to date and plans; undefined when there is nothing to do now. */
  #look():
    { readonly device: Device; readonly capabilities: Capabilities; readonly action: Action } | undefined {
    const { store, clock, random, driver, wakeAt } = this.#parts;
    const device = store.device(this.deviceId);
    if (device === undefined) return undefined;
    const usable = this.#parts.usableSlots(device);
    const now = clock.now();
    const settled = store.transaction(() => {
      this.#dropUnreadable(device);
      return settle(store, random, device, store.lockState(this.deviceId), usable, now);
    });
    this.#emit(...settled.changes);
    const { capabilities } = device;
    if (capabilities === undefined || driver.state !== 'ready') {
      wakeAt(this.deviceId, settled.nextAt);
      return undefined;
    }
    const next: Plan = plan({
      state: settled.state,
      intents: store.intents(this.deviceId),
      wanted: store.accessCodes({ deviceId: this.deviceId }).map(wish),
      capabilities,
      usable,
      now,
      adoptNotBefore: this.#adoptNotBefore,
    });
    wakeAt(this.deviceId, earliest(next.wakeAt, settled.nextAt));
    return next.action === undefined ? undefined : { device, capabilities, action: next.action };
  }

  /** Where a lock can't be read, an open intent can't be resolved: the code is simply written again. */
  #dropUnreadable(device: Device): void {
    if (device.capabilities?.readBack !== 'none') return;
    for (const intent of this.#parts.store.intents(this.deviceId)) this.#parts.store.removeIntent(intent.id);
  }

  async #perform(step: {
    readonly device: Device;
    readonly capabilities: Capabilities;
    readonly action: Action;
  }): Promise<void> {
    const { action } = step;
    this.#inFlight = action;
    this.#emit({ kind: 'slots', id: this.deviceId });
    try {
      if (action.kind === 'read') await this.#read(step.device, step.capabilities, action);
      else if (action.kind === 'checksum') await this.#checksum(step.device, step.capabilities);
      else await this.#write(step.device, step.capabilities, action);
    } finally {
      this.#inFlight = undefined;
      for (const slot of this.#hintsMeanwhile) this.#applyHint(slot);
      this.#hintsMeanwhile.clear();
    }
  }

  async #read(
    device: Device,
    capabilities: Capabilities,
    action: Extract<Action, { kind: 'read' }>,
  ): Promise<void> {
    const { driver, store } = this.#parts;
    const outcome = await this.#bounded((signal) => driver.readSlot(device.address, action.slot, signal));
    const at = this.#circumstances(capabilities);
    const before = store.lockState(this.deviceId);
    if (action.why === 'adopt') this.#paceAdoption(at.now);
    switch (outcome.kind) {
      case 'failed':
        this.#commit(device, before, silence(before, at), at, [
          entry('no_answer', action.slot, { why: outcome.why, to: 'read' }),
        ]);
        return;
      case 'unavailable':
        this.#commit(
          device,
          before,
          learnUnavailable(before, action.slot, at),
          at,
          [entry('slot_unavailable', action.slot, {})],
          [action.slot],
        );
        return;
      case 'read': {
        const { reading } = outcome;
        const masks = reading.kind === 'occupied' && reading.pin === 'masked';
        const known =
          masks && capabilities.readBack === 'full'
            ? { ...capabilities, readBack: 'masked' as const }
            : capabilities;
        if (known !== capabilities) store.putDevice({ ...device, capabilities: known });
        const lesson = learnRead(before, action.slot, reading, { ...at, capabilities: known });
        const seen =
          action.why === 'adopt'
            ? []
            : [entry('read', action.slot, { why: action.why, found: reading.kind })];
        this.#commit({ ...device, capabilities: known }, before, lesson, at, seen, [action.slot]);
        return;
      }
      default:
        outcome satisfies never;
    }
  }

  async #checksum(device: Device, capabilities: Capabilities): Promise<void> {
    const { driver, store } = this.#parts;
    const outcome = await this.#bounded((signal) => driver.checksum(device.address, signal));
    const at = this.#circumstances(capabilities);
    const before = store.lockState(this.deviceId);
    if (outcome.kind === 'failed')
      this.#commit(device, before, silence(before, at), at, [
        entry('no_answer', undefined, { why: outcome.why, to: 'checksum' }),
      ]);
    else
      this.#commit(device, before, learnChecksum(before, outcome.value, at), at, [
        entry('checksum', undefined, {}),
      ]);
  }

  async #write(
    device: Device,
    capabilities: Capabilities,
    action: Extract<Action, { kind: 'set' | 'clear' }>,
  ): Promise<void> {
    const { driver, store, clock, random, moment } = this.#parts;
    const intent: Intent = {
      id: random.uuid(),
      deviceId: this.deviceId,
      slot: action.slot,
      kind: action.kind,
      accessCodeId: action.code,
      pin: action.kind === 'set' ? action.pin : undefined,
      createdAt: clock.now(),
    };
    const prior = beliefOf(store.lockState(this.deviceId), action.slot);
    store.transaction(() => {
      const before = store.lockState(this.deviceId);
      store.putLockState(before, beginIntent(before, intent));
      store.addIntent(intent);
    });
    moment('intent_committed');
    const outcome = await this.#bounded<Awaited<ReturnType<typeof driver.writeSlot>>>((signal) =>
      action.kind === 'set'
        ? driver.writeSlot(device.address, action.slot, action.pin, signal)
        : driver.clearSlot(device.address, action.slot, signal),
    );
    moment('answer_unread');
    // Stopping: whatever was answered, the intent stays open and the slot is read first next time.
    if (this.#stop.signal.aborted) return;
    const at = this.#circumstances(capabilities);
    const before = store.lockState(this.deviceId);
    const lesson = learnWrite(before, prior, intent, outcome, at);
    const detail = 'why' in outcome ? { why: outcome.why } : {};
    this.#commit(
      device,
      before,
      lesson,
      at,
      [entry(`${action.kind}_${outcome.kind}`, action.slot, detail, action.code)],
      [action.slot],
    );
  }

  /** Belief, journal, events and statuses become durable together; then the faces are told. */
  #commit(
    device: Device,
    before: LockState,
    lesson: Lesson,
    at: Circumstances,
    entries: readonly Entry[],
    resolvedSlots: readonly number[] = [],
  ): void {
    const { store, random, moment } = this.#parts;
    const changes: Change[] = [{ kind: 'slots', id: this.deviceId }];
    store.transaction(() => {
      store.putLockState(before, lesson.state);
      for (const intent of store.intents(this.deviceId))
        if (resolvedSlots.includes(intent.slot)) store.removeIntent(intent.id);
      for (const one of entries) store.journal({ ...one, at: at.now, deviceId: this.deviceId });
      changes.push(...record(store, random, device, lesson.state, lesson.learned, at.now));
      const usable = this.#parts.usableSlots(device);
      changes.push(...settle(store, random, device, store.lockState(this.deviceId), usable, at.now).changes);
    });
    moment('belief_committed');
    if (changes.some((change) => change.kind === 'events')) moment('event_unpublished');
    this.#emit(...changes);
  }

  #paceAdoption(now: Instant): void {
    const { adoptBurst, adoptRestMs } = this.#parts.pace;
    this.#adoptReads += 1;
    if (this.#adoptReads % adoptBurst === 0) this.#adoptNotBefore = now + adoptRestMs;
  }

  #circumstances(capabilities: Capabilities): Circumstances {
    const { clock, random } = this.#parts;
    return {
      now: clock.now(),
      capabilities,
      jitter: random.integer(jitterSteps) / jitterSteps,
      freshId: AccessCodeId(random.uuid()),
    };
  }

  #bounded<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.#parts.clock, actionDeadlineMs, this.#stop.signal, work);
  }

  #emit(...changes: readonly Change[]): void {
    for (const change of changes) this.#parts.changes.emit(change);
  }
}
