import { earliest } from '../core/earliest.ts';
import { actionDeadline } from '../core/action-deadline.ts';
import { learnTrial } from '../core/certify.ts';
import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import { learnAllDeleted, learnHint, requestAudit } from '../core/learn-hint.ts';
import { learnReachable } from '../core/lesson.ts';
import type { AccessCode, Capabilities, Device, Instant, LockState } from '../core/model.ts';
import { plan } from '../core/plan.ts';
import type { Action, Plan } from '../core/plan.ts';
import type { Change, Changes } from '../ports/changes.ts';
import type { Log } from '../ports/log.ts';
import { agendaOf, horizonOf } from './agenda.ts';
import { arrivalSight } from './arrivals.ts';
import { exchange } from './exchange.ts';
import type { Exchanged, ExchangeParts } from './exchange.ts';
import { HeldLock } from './held-lock.ts';
import { clockRulesOf, loadingOf, wantedOf } from './loading.ts';
import type { LoadingParts } from './loading.ts';
import type { RadioGate } from './radio-gate.ts';
import { record } from './record.ts';
import { settleLock } from './settle-lock.ts';
import type { Settled } from './settle.ts';
import { unwantedStrangers } from './unmanaged-wishes.ts';

export interface Pace {
  /** Adoption reads in one go, then a rest: what one wake-up of a battery lock bears. */
  readonly adoptBurst: number;
  readonly adoptRestMs: number;
}
export const defaultPace: Pace = { adoptBurst: 10, adoptRestMs: 1_000 };

export interface WorkerParts extends ExchangeParts, LoadingParts {
  readonly log: Log;
  readonly changes: Changes;
  readonly gate: RadioGate;
  readonly pace: Pace;
  /** What one audit may wake a lock for (`audit.wakeups_per_lock_per_day`). */
  readonly auditWakeups: number;
  /** An audit longer ago than this has been missed; undefined: none are asked for. */
  readonly auditOverdueMs: number | undefined;
  readonly usableSlots: (device: Device) => readonly number[];
  /** Since when its radio is as it is. */
  readonly radioSince: () => Instant;
  readonly wakeAt: (device: DeviceId, at: Instant | undefined) => void;
}

/** After a bug or a full disk a lock is left alone for this long rather than tried at once again. */
const afterErrorMs = 60_000;

interface Step {
  readonly device: Device;
  readonly capabilities: Capabilities;
  readonly action: Action;
  /** When it should be done, or should have been; undefined: nobody waits for it. */
  readonly deadline?: Instant | undefined;
}

/** What shows at its faces: on the lock, and on the arrivals at its door. */
const isNewsOfTime = (before: LockState, after: LockState): boolean =>
  before.clockCare?.wrongSince !== after.clockCare?.wrongSince ||
  before.clockSeen?.offsetMs !== after.clockSeen?.offsetMs ||
  before.preloadAfter !== after.preloadAfter;

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
  /** In the gate's queue for the radio. */
  #waiting = false;
  #inFlight: Action | undefined;
  /** Hints that came while an action was in flight: its answer may be older than they are (FIELD-BUGS 16). */
  readonly #hintsMeanwhile = new Set<number | 'all' | undefined>();
  /** The codes of whoever holds this lock (`hold`). */
  #held: ReadonlySet<AccessCodeId> | undefined;
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
    if (this.#stop.signal.aborted || this.#held !== undefined) return;
    if (this.#waiting)
      this.#guarded(() => {
        this.#raise();
      });
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#dirty) this.kick();
    });
  }

  /** @param slot undefined: somewhere; `all`: the lock says that all its codes are deleted */
  hint(slot: number | 'all' | undefined): void {
    if (this.#inFlight !== undefined) this.#hintsMeanwhile.add(slot);
    else
      this.#guarded(() => {
        this.#applyHint(slot);
      });
    this.kick();
  }

  reachable(): void {
    this.#guarded(() => {
      const before = this.#parts.store.lockState(this.deviceId);
      const after = learnReachable(before);
      if (after !== before) this.#parts.store.putLockState(before, after);
    });
    this.kick();
  }

  /** @param byOperator also looks at its clock, and gives a distrusted checksum and slots that didn't answer another chance */
  audit(byOperator: boolean): void {
    this.#guarded(() => {
      const { store, clock, auditWakeups } = this.#parts;
      const capabilities = store.device(this.deviceId)?.capabilities;
      if (capabilities === undefined) return;
      const before = store.lockState(this.deviceId);
      const from = byOperator
        ? { ...learnReachable(before), checksumTrusted: true, checksumMisses: 0, clockSeen: undefined }
        : before;
      store.putLockState(before, requestAudit(from, capabilities, auditWakeups, clock.now()));
      this.#emit({ kind: 'slots', id: this.deviceId });
    });
    this.kick();
  }

  /** Ends the worker; an action in flight is abandoned to its intent, which the next start resolves. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /**
   * Takes the lock out of the plan's hands, for a trial whose every exchange is asked for (`certify`). Removals of
   * other codes go on in between. Undefined where it is held already.
   * @param busy access codes that the holder writes and clears itself
   */
  async hold(busy: ReadonlySet<AccessCodeId>): Promise<HeldLock | undefined> {
    if (this.#held !== undefined) return undefined;
    this.#held = busy;
    await this.#running;
    return new HeldLock({
      deviceId: this.deviceId,
      gate: this.#parts.gate,
      signal: this.#stop.signal,
      next: () => this.#look()?.action,
      performNext: async (least) => {
        const step = this.#look();
        if (step !== undefined && step.action.priority <= least) await this.#perform(step);
      },
      perform: async (action) => {
        const device = this.#parts.store.device(this.deviceId);
        const capabilities = device?.capabilities;
        return device === undefined || capabilities === undefined
          ? undefined
          : this.#perform({ device, capabilities, action }, true);
      },
      release: () => {
        this.#held = undefined;
        this.kick();
      },
    });
  }

  /** Makes up for an audit that was missed, with the bridge off at its time. */
  makeUpAudit(): void {
    const { store, clock, auditOverdueMs } = this.#parts;
    if (auditOverdueMs === undefined) return;
    const { adopted, lastAuditAt } = store.lockState(this.deviceId);
    const age = clock.now() - (lastAuditAt ?? 0);
    if (adopted && (age < 0 || age > auditOverdueMs)) this.audit(false);
  }

  #applyHint(slot: number | 'all' | undefined): void {
    const { store, clock } = this.#parts;
    const capabilities = store.device(this.deviceId)?.capabilities;
    if (capabilities === undefined) return;
    const before = store.lockState(this.deviceId);
    const at = { now: clock.now(), capabilities };
    store.putLockState(before, slot === 'all' ? learnAllDeleted(before, at) : learnHint(before, slot, at));
  }

  /** Hints come on other people's stacks: what goes wrong here (a full disk) must not end there. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.log.error(
        { device_id: this.deviceId, err: error },
        'news of this lock could not be stored',
      );
      this.#parts.wakeAt(this.deviceId, this.#parts.clock.now() + afterErrorMs);
    }
  }

  async #run(): Promise<void> {
    let release: (() => void) | undefined;
    try {
      while (this.#dirty && !this.#stop.signal.aborted && this.#held === undefined) {
        this.#dirty = false;
        const next = this.#look();
        if (next === undefined) continue;
        // Asked for in the same turn as the release, so that the gate can stay with a woken lock.
        const turn = this.#parts.gate.acquire(this.deviceId, next.action.priority, this.#stop.signal, {
          deadline: next.deadline,
          stays: next.capabilities.power !== 'mains',
        });
        release?.();
        this.#waiting = true;
        release = await turn;
        this.#waiting = false;
        if (release === undefined) return;
        // Much may have happened while waiting for the radio.
        const now = this.#look();
        if (now !== undefined) await this.#perform(now);
        this.#dirty = true;
      }
    } catch (error) {
      this.#parts.log.error(
        { device_id: this.deviceId, err: error },
        'reconciling this lock failed; tried again in a minute',
      );
      this.#parts.wakeAt(this.deviceId, this.#parts.clock.now() + afterErrorMs);
      this.#dirty = false;
    } finally {
      this.#waiting = false;
      release?.();
    }
  }

  /** More urgent work has come up while this lock waits for the radio: its place in the queue follows. */
  #raise(): void {
    const next = this.#look();
    if (next !== undefined) this.#parts.gate.raise(this.deviceId, next.action.priority, next.deadline);
  }

  /** Brings the records up to date and plans; undefined when there is nothing to do now. */
  #look(): Step | undefined {
    const { store, clock, driver, leadMs, wakeAt } = this.#parts;
    const device = store.device(this.deviceId);
    if (device === undefined) return undefined;
    const now = clock.now();
    const settled = store.transaction(() => {
      this.#dropUnreadable(device);
      return this.#settle(device, now);
    });
    this.#emit(...settled.changes);
    const { capabilities } = device;
    const present =
      driver.state === 'ready' && driver.locks().some((lock) => lock.address === device.address);
    if (capabilities === undefined || !present) {
      wakeAt(this.deviceId, settled.nextAt);
      return undefined;
    }
    const codes = this.#agenda(device, settled.state, now);
    const next: Plan = plan({
      state: settled.state,
      intents: store.intents(this.deviceId),
      wanted: wantedOf(
        this.#parts,
        device,
        codes.filter((code) => this.#held?.has(code.accessCodeId) !== true),
        settled.state,
        now,
      ),
      capabilities,
      usable: this.#parts.usableSlots(device),
      unwantedStrangers: unwantedStrangers(this.#parts, device),
      now,
      clockRules: clockRulesOf(this.#parts, device, now),
      adoptNotBefore: this.#adoptNotBefore,
    });
    wakeAt(this.deviceId, earliest(next.wakeAt, settled.nextAt));
    const { action } = next;
    if (action === undefined) return undefined;
    return {
      device,
      capabilities,
      action,
      deadline: actionDeadline(action, codes, settled.state, now, leadMs),
    };
  }

  #agenda(device: Device, state: LockState, now: Instant): readonly AccessCode[] {
    return agendaOf(this.#parts.store, device, state, now, horizonOf(this.#parts, device.capabilities)).codes;
  }

  #settle(device: Device, now: Instant): Settled {
    const { store, random, driver, leadMs, usableSlots, radioSince } = this.#parts;
    const lost = driver.state === 'lost' || driver.state === 'closed';
    const at = {
      usable: usableSlots(device),
      radioLost: lost,
      now,
      isTimeUnknown: !this.#parts.clockTrust.isTrusted,
      horizonMs: horizonOf(this.#parts, device.capabilities),
      busy: this.#held,
      loadingOf: (code: AccessCode) => loadingOf(this.#parts, device, code, now),
      arrivals: arrivalSight(this.#parts, { isReady: driver.state === 'ready', since: radioSince() }),
    };
    return settleLock({ store, random, leadMs }, device, at);
  }

  /** Where a lock can't be read, an open intent can't be resolved: the code is simply written again. */
  #dropUnreadable(device: Device): void {
    if (device.capabilities?.readBack !== 'none') return;
    for (const intent of this.#parts.store.intents(this.deviceId)) this.#parts.store.removeIntent(intent.id);
  }

  /** @param trial the exchange is a trial's (`learnTrial`) */
  async #perform({ device, capabilities, action }: Step, trial = false): Promise<Exchanged | undefined> {
    this.#inFlight = action;
    this.#emit({ kind: 'slots', id: this.deviceId });
    try {
      const done = await exchange(this.#parts, device, capabilities, action, this.#stop.signal);
      if (done === undefined) return undefined;
      if (action.kind === 'read' && action.why === 'adopt') this.#paceAdoption(done.at.now);
      const { before, lesson } = done;
      const state = trial && 'slot' in action ? learnTrial(before, lesson.state, action.slot) : lesson.state;
      this.#commit(capabilities, { ...done, lesson: { ...lesson, state } });
      return done;
    } finally {
      this.#inFlight = undefined;
      for (const slot of this.#hintsMeanwhile)
        this.#guarded(() => {
          this.#applyHint(slot);
        });
      this.#hintsMeanwhile.clear();
    }
  }

  /** Belief, journal, events and statuses become durable together; then the faces are told. */
  #commit(told: Capabilities, done: Exchanged): void {
    const { store, random, moment, clockTrust } = this.#parts;
    const { before, lesson, at, entries, resolved } = done;
    const changes: Change[] = [{ kind: 'slots', id: this.deviceId }];
    store.transaction(() => {
      // As it is recorded now: while the radio worked, newer news of the lock may have come (FIELD-BUGS 16).
      let device = store.device(this.deviceId);
      if (device === undefined) return;
      if (done.capabilities !== told) {
        device = { ...device, capabilities: done.capabilities };
        store.putDevice(device);
        changes.push({ kind: 'device', id: this.deviceId });
      }
      store.putLockState(before, lesson.state);
      if (isNewsOfTime(before, lesson.state)) changes.push({ kind: 'device', id: this.deviceId });
      for (const intent of store.intents(this.deviceId))
        if (intent.slot === resolved) store.removeIntent(intent.id);
      for (const one of entries) store.journal({ ...one, at: at.now, deviceId: this.deviceId });
      changes.push(...record(store, random, device, lesson.state, lesson.learned, at.now));
      changes.push(...this.#settle(device, at.now).changes);
      clockTrust.remember();
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

  #emit(...changes: readonly Change[]): void {
    for (const change of changes) this.#parts.changes.emit(change);
  }
}
