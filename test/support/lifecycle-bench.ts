import { newAccessCode } from '../../src/core/access-code.ts';
import { AccessCodeId, LockAddress, RadioId } from '../../src/core/ids.ts';
import { learnHint } from '../../src/core/learn-hint.ts';
import { learnRead } from '../../src/core/learn-read.ts';
import { beginIntent, learnWrite } from '../../src/core/learn-write.ts';
import type { Circumstances, Lesson } from '../../src/core/lesson.ts';
import { lifecycle } from '../../src/core/lifecycle.ts';
import type { Situation } from '../../src/core/lifecycle-table.ts';
import type {
  AccessCode,
  AccessCodeStatus,
  Capabilities,
  Device,
  Instant,
  LockState,
  SlotReading,
  TimeFrame,
} from '../../src/core/model.ts';
import type { Pin } from '../../src/core/pin.ts';
import { plan } from '../../src/core/plan.ts';
import type { Action } from '../../src/core/plan.ts';
import { beliefOf, slotsOf } from '../../src/core/slots.ts';
import { wishChanged } from '../../src/core/wishes.ts';
import type { NewEvent } from '../../src/ports/store.ts';
import { record } from '../../src/reconcile/record.ts';
import type { RecordStore } from '../../src/reconcile/record.ts';
import { settle } from '../../src/reconcile/settle.ts';
import { wish } from '../../src/reconcile/steps.ts';
import { capabilities, emptySlot, lockId, lockState, now as start, pin } from './lock-states.ts';
import { SeededRandom } from './seeded-random.ts';

export const leadMs = 30_000;

/** A step of one code's status, and what was so when it was made. */
export interface Step {
  readonly from: AccessCodeStatus;
  readonly situation: Situation;
  readonly to: AccessCodeStatus | 'ended';
}

/**
 * Plan, learn, record and settle over one lock in memory: no radio, no disk, no timers. The lock does what it is told,
 * unless `refuses`; people change its slots behind our back.
 */
export class LifecycleBench {
  readonly able: Capabilities;
  readonly random = new SeededRandom(1);
  readonly events: NewEvent[] = [];
  readonly steps: Step[] = [];
  /** What the lock really holds. */
  readonly slots = new Map<number, Pin>();
  readonly #codes = new Map<AccessCodeId, AccessCode>();
  #device: Device;
  #state: LockState;
  now: Instant = start;
  radioLost = false;
  refuses = false;
  #count = 0;

  constructor(changes: Partial<Capabilities> = {}) {
    this.able = capabilities({ slots: { first: 1, last: 6 }, ...changes });
    this.#state = lockState(slotsOf(this.able).map((slot) => emptySlot(slot)));
    this.#device = {
      deviceId: lockId,
      radio: RadioId('bench'),
      address: LockAddress('bench:1'),
      identities: ['bench:1'],
      name: 'Bench',
      manufacturer: undefined,
      model: undefined,
      capabilities: this.able,
      online: true,
      battery: undefined,
      locked: undefined,
      createdAt: start,
    };
  }

  get codes(): readonly AccessCode[] {
    return [...this.#codes.values()];
  }

  get state(): LockState {
    return this.#state;
  }

  get device(): Device {
    return this.#device;
  }

  code(id: AccessCodeId): AccessCode | undefined {
    return this.#codes.get(id);
  }

  /** Event types without `access_code.`, of one code. */
  told(id: AccessCodeId): string[] {
    return this.events
      .filter((event) => event.accessCodeId === id)
      .map(({ eventType }) => eventType.replace('access_code.', ''));
  }

  readonly store: RecordStore & Parameters<typeof settle>[0]['store'] = {
    accessCode: (id) => this.#codes.get(id),
    accessCodes: () => this.codes.slice(),
    awakeCodes: () => ({ codes: this.codes.slice(), nextStart: undefined }),
    putAccessCode: (code) => void this.#codes.set(code.accessCodeId, code),
    deleteAccessCode: (id) => void this.#codes.delete(id),
    device: () => this.#device,
    putDevice: (device) => {
      this.#device = device;
    },
    putLockState: (before, after) => {
      if (before !== this.#state) throw new Error('a state was changed that is not the present one');
      this.#state = after;
    },
    appendEvent: (event) => this.events.push(event),
    journal: () => undefined,
  };

  create(digits: string, changes: Partial<AccessCode> = {}): AccessCodeId {
    this.#count += 1;
    const accessCodeId = AccessCodeId(`cccccccc-0000-4000-8000-${String(this.#count).padStart(12, '0')}`);
    const code = newAccessCode({
      accessCodeId,
      deviceId: lockId,
      pin: pin(digits),
      at: this.now,
      ...changes,
    });
    this.#codes.set(accessCodeId, code);
    this.settle();
    return accessCodeId;
  }

  update(id: AccessCodeId, change: { readonly digits?: string; readonly timeFrame?: TimeFrame }): void {
    const before = this.#codes.get(id);
    if (before === undefined || before.deletingSince !== undefined) return;
    const isNewPin = change.digits !== undefined && before.pin.reveal() !== change.digits;
    const after: AccessCode = {
      ...before,
      wishedAt: this.now,
      errors: [],
      warnings: [],
      externalChange: undefined,
      ...(isNewPin
        ? { pin: pin(change.digits ?? ''), previousPin: before.previousPin ?? before.pin, status: 'setting' }
        : {}),
      ...(change.timeFrame === undefined
        ? {}
        : {
            timeFrame: change.timeFrame,
            timeFrameBefore: before.timeFrameBefore ?? { from: before.timeFrame, at: this.now },
          }),
    };
    this.#state = wishChanged(this.#state, after, this.now, leadMs);
    this.#codes.set(id, after);
    this.settle();
  }

  remove(id: AccessCodeId): void {
    const before = this.#codes.get(id);
    if (before === undefined || before.deletingSince !== undefined) return;
    const after: AccessCode = {
      ...before,
      deletingSince: this.now,
      status: 'removing',
      errors: [],
      warnings: [],
    };
    this.#state = wishChanged(this.#state, after, this.now, leadMs);
    this.#codes.set(id, after);
    this.settle();
  }

  /** Somebody at the keypad; what they do is found out at once, as by the lock's own report. */
  person(slot: number, digits: string | undefined): void {
    if (digits === undefined) this.slots.delete(slot);
    else this.slots.set(slot, pin(digits));
    if (this.radioLost) return;
    this.#state = learnHint(this.#state, slot, { now: this.now, capabilities: this.able });
    this.read(slot);
  }

  read(slot: number): void {
    this.#learn(learnRead(this.#state, slot, this.#reading(slot), this.#at()));
  }

  advance(ms: number): void {
    this.now += ms;
    this.settle();
  }

  /** Does what the plan says, at most so many actions. */
  work(most = 50): void {
    for (let done = 0; done < most && !this.radioLost; done += 1) {
      const { action } = plan({
        state: this.#state,
        intents: [],
        wanted: this.codes.map((code) => wish(code, this.now, leadMs)),
        capabilities: this.able,
        usable: slotsOf(this.able),
        now: this.now,
        adoptNotBefore: 0,
      });
      if (action === undefined) return;
      this.perform(action);
    }
  }

  /** @param meanwhile happens while the frame is on the air */
  perform(action: Action, meanwhile: () => void = () => undefined): void {
    if (action.kind === 'read') this.read(action.slot);
    if (action.kind !== 'set' && action.kind !== 'clear') return;
    const prior = beliefOf(this.#state, action.slot);
    const digits = action.kind === 'set' ? action.pin : undefined;
    const intent = {
      id: this.random.uuid(),
      deviceId: lockId,
      slot: action.slot,
      kind: action.kind,
      accessCodeId: action.code,
      pin: digits,
      createdAt: this.now,
    };
    this.#state = beginIntent(this.#state, intent);
    meanwhile();
    if (this.refuses) {
      const refused = { kind: 'refused', why: 'unspecified', certain: false } as const;
      this.#learn(learnWrite(this.#state, prior, intent, refused, this.#at()));
      return;
    }
    if (digits === undefined) this.slots.delete(action.slot);
    else this.slots.set(action.slot, digits);
    this.#learn(learnWrite(this.#state, prior, intent, { kind: 'accepted' }, this.#at()));
  }

  settle(): void {
    const before = this.codes;
    const at = { usable: slotsOf(this.able), radioLost: this.radioLost, now: this.now };
    const asIs = new Map(before.map((code) => [code.accessCodeId, this.#situationOf(code)]));
    settle({ store: this.store, random: this.random, leadMs }, this.#device, this.#state, at);
    for (const { accessCodeId, status } of before) {
      const situation = asIs.get(accessCodeId);
      if (situation !== undefined)
        this.steps.push({ from: status, situation, to: this.#codes.get(accessCodeId)?.status ?? 'ended' });
    }
  }

  #situationOf(code: AccessCode): Situation {
    return lifecycle({
      code,
      state: this.#state,
      capabilities: this.able,
      usable: slotsOf(this.able),
      unreachable: this.radioLost ? 'hub_disconnected' : undefined,
      leadMs,
      now: this.now,
    }).situation;
  }

  #reading(slot: number): SlotReading {
    const held = this.slots.get(slot);
    if (held === undefined) return { kind: 'empty' };
    return { kind: 'occupied', pin: this.able.readBack === 'masked' ? 'masked' : held, enabled: true };
  }

  #at(): Circumstances {
    return {
      now: this.now,
      capabilities: this.able,
      jitter: 0.5,
      freshId: AccessCodeId(this.random.uuid()),
    };
  }

  #learn({ state, learned }: Lesson): void {
    this.#state = state;
    record(this.store, this.random, this.#device, state, learned, this.now);
    this.settle();
  }
}
