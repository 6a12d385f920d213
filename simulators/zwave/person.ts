import { z } from 'zod';
import type { Reaction } from '../shared/reaction.ts';
import { configurationReport, relockLater } from './auto-relock.ts';
import { parameterReport } from './configuration.ts';
import type { EventLog } from './events.ts';
import type { LockNode } from './node.ts';
import { tellOfProgramming } from './programming.ts';
import { digitsSchema } from './spec.ts';

const slotSchema = z.int().min(1).max(1_000);

/** What somebody does at the keypad. */
export const keypadSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('add'), slot: slotSchema.optional(), code: digitsSchema }),
  z.strictObject({ action: z.literal('change'), slot: slotSchema, code: digitsSchema }),
  z.strictObject({ action: z.literal('delete'), slot: slotSchema }),
  z.strictObject({ action: z.literal('delete_all') }),
  z.strictObject({
    action: z.literal('user'),
    slot: slotSchema,
    name: z.string().max(127).optional(),
    active: z.boolean().optional(),
  }),
  z.strictObject({ action: z.literal('master_code') }),
  z.strictObject({ action: z.literal('tamper') }),
  z.strictObject({ action: z.literal('code_length'), length: z.int().min(1).max(20) }),
  /** After so many seconds it is to lock itself, in its menu; 0: never. */
  z.strictObject({ action: z.literal('auto_relock'), value: z.int().min(0).max(255) }),
  z.strictObject({ action: z.literal('enter'), code: z.string().regex(/^\d{1,10}$/, '1 to 10 digits') }),
]);
export type KeypadAction = z.infer<typeof keypadSchema>;

export const boltSchema = z.strictObject({
  locked: z.boolean(),
  how: z.enum(['manual', 'keypad', 'auto']).default('manual'),
  slot: slotSchema.optional(),
});
export type BoltAction = z.infer<typeof boltSchema>;

const wrongEntriesMax = 5;
/** Event 0 (idle) with the event that it ends as its parameter (Notification CC, event 0x00). */
const idle = 0;
const keypadDisabled = 16;
const newMasterCode = 18;

/** A person at one lock: keypad, thumb turn, battery compartment. */
export class Person {
  readonly #node: LockNode;
  readonly #log: EventLog;
  #wrongInARow = 0;
  #lockout: NodeJS.Timeout | undefined;

  constructor(node: LockNode, log: EventLog) {
    this.#node = node;
    this.#log = log;
  }

  async keypad(action: KeypadAction): Promise<Reaction> {
    const { lock } = this.#node;
    return lock.exclusive(async () => {
      switch (action.action) {
        case 'add':
          return this.#add(action.slot ?? lock.lowestFreeSlot(), action.code);
        case 'change':
          return this.#store('change', action.slot, action.code);
        case 'delete':
          return this.#delete(action.slot);
        case 'delete_all':
          lock.forgetAll();
          await this.#happened('keypad', { action: 'delete_all' });
          await tellOfProgramming(this.#node, 'all_deleted', 0);
          return { accepted: true };
        case 'user':
          return this.#user(action);
        case 'master_code':
          if (lock.spec.master_code_wipes) lock.forgetAll();
          await this.#happened('keypad', { action: 'master_code' });
          await this.#node.radio.notify(newMasterCode);
          return { accepted: true };
        case 'tamper':
          await this.#happened('keypad', { action: 'tamper' });
          await this.#node.radio.tampered();
          return { accepted: true };
        case 'code_length':
          return this.#codeLength(action.length);
        case 'auto_relock':
          return this.#autoRelock(action.value);
        case 'enter':
          return this.#enter(action.code);
      }
    });
  }

  async bolt(action: BoltAction): Promise<Reaction> {
    const { lock, radio } = this.#node;
    lock.bolted = action.locked;
    await this.#happened(action.locked ? 'locked' : 'opened', { reason: action.how, slot: action.slot });
    if (!action.locked) relockLater(lock, this.#log, radio);
    await radio.reportBolt();
    if (action.how === 'keypad') await radio.notify(action.locked ? 5 : 6, action.slot);
    else if (action.how === 'manual') await radio.notify(action.locked ? 1 : 2);
    else await radio.notify(9);
    return { accepted: true };
  }

  async battery(level: number): Promise<Reaction> {
    if (this.#node.lock.battery === undefined) return { accepted: false, reason: 'mains' };
    this.#node.lock.battery = level;
    await this.#happened('battery', {});
    await this.#node.radio.reportBattery();
    return { accepted: true };
  }

  async #add(slot: number | undefined, code: string): Promise<Reaction> {
    if (slot === undefined) return { accepted: false, reason: 'full' };
    if (this.#node.lock.slot(slot) !== undefined) return { accepted: false, reason: 'occupied' };
    return this.#store('add', slot, code);
  }

  async #store(action: 'add' | 'change', slot: number, code: string): Promise<Reaction> {
    const { lock } = this.#node;
    if (action === 'change' && lock.slot(slot) === undefined) return { accepted: false, reason: 'empty' };
    const change = lock.program(slot, lock.slot(slot)?.status ?? 'enabled', code);
    if (!change.ok) {
      await this.#happened('refused', { slot, reason: change.why });
      if (change.why === 'duplicate') await tellOfProgramming(this.#node, 'duplicate', slot);
      return { accepted: false, reason: change.why };
    }
    await this.#happened('keypad', { action, slot });
    await tellOfProgramming(this.#node, action === 'add' ? 'added' : 'changed', slot);
    return { accepted: true, slot };
  }

  async #delete(slot: number): Promise<Reaction> {
    if (!this.#node.lock.forget(slot)) return { accepted: false, reason: 'empty' };
    await this.#happened('keypad', { action: 'delete', slot });
    await tellOfProgramming(this.#node, 'deleted', slot);
    return { accepted: true, slot };
  }

  /** A user of a User Credential lock, new or as they are; credentials don't change. */
  async #user({ slot, name, active }: Extract<KeypadAction, { action: 'user' }>): Promise<Reaction> {
    const { lock, radio } = this.#node;
    if (lock.users?.hasUserId(slot) !== true) return { accepted: false, reason: 'unsupported' };
    const before = lock.users.user(slot);
    const was = before ?? { name: '', active: true, type: 'general' };
    lock.users.putUser(slot, {
      ...was,
      name: name ?? was.name,
      active: active ?? was.active,
      by: 'local',
    });
    lock.changed();
    await this.#happened('keypad', { action: 'user', slot });
    await tellOfProgramming({ lock, radio }, before === undefined ? 'user_added' : 'user_changed', slot);
    return { accepted: true, slot };
  }

  async #codeLength(length: number): Promise<Reaction> {
    const { lock, radio } = this.#node;
    const parameter = lock.spec.code_length_parameter?.number;
    if (parameter === undefined) return { accepted: false, reason: 'unsupported' };
    const change = lock.setParameter(parameter, length);
    if (change === 'refused') return { accepted: false, reason: 'format' };
    await this.#happened('keypad', { action: 'code_length' });
    await radio.report((hubId) => parameterReport(lock, hubId, parameter));
    return { accepted: true };
  }

  async #autoRelock(seconds: number): Promise<Reaction> {
    const { lock, radio } = this.#node;
    const relock = lock.spec.auto_relock;
    if (relock?.by === 'parameters') {
      lock.setParameter(relock.toggle, seconds > 0 ? relock.on : 0);
      if (seconds > 0) lock.setParameter(relock.seconds, seconds);
      await this.#happened('keypad', { action: 'auto_relock' });
      for (const number of [relock.seconds, relock.toggle])
        await radio.report((hubId) => parameterReport(lock, hubId, number));
      return { accepted: true };
    }
    if (!lock.setRelock(seconds)) return { accepted: false, reason: 'unsupported' };
    await this.#happened('keypad', { action: 'auto_relock' });
    await radio.report((hubId) => configurationReport(lock, hubId));
    return { accepted: true };
  }

  async #enter(code: string): Promise<Reaction> {
    const { lock, radio } = this.#node;
    if (this.#lockout !== undefined) return { accepted: false, reason: 'keypad_disabled' };
    const entry = lock.enter(code);
    if (entry.opens) {
      const { slot } = entry;
      this.#wrongInARow = 0;
      lock.bolted = false;
      await this.#happened('opened', { reason: 'keypad', slot });
      relockLater(lock, this.#log, radio);
      await radio.reportBolt();
      await radio.notify(6, slot);
      return { accepted: true, slot };
    }
    if (entry.why === 'schedule') {
      this.#wrongInARow = 0;
      await this.#happened('denied', { reason: 'schedule', slot: entry.slot });
      return { accepted: false, reason: 'schedule' };
    }
    lock.counters.wrong_entries += 1;
    this.#wrongInARow += 1;
    await this.#happened('wrong_entry', {});
    if (this.#wrongInARow >= wrongEntriesMax) await this.#disableKeypad();
    return { accepted: false, reason: 'wrong_code' };
  }

  async #disableKeypad(): Promise<void> {
    const { lock, radio } = this.#node;
    this.#wrongInARow = 0;
    this.#lockout = setTimeout(() => {
      this.#lockout = undefined;
      void this.#happened('keypad_enabled', {});
      void radio.notify(idle, keypadDisabled);
    }, lock.behaviour.lockout_ms).unref();
    await this.#happened('keypad_disabled', {});
    await radio.notify(keypadDisabled);
  }

  async #happened(type: string, details: Parameters<EventLog['emit']>[2]): Promise<void> {
    await this.#log.emit(this.#node.lock.spec.node, type, details);
  }
}

/** A lock of the network with the person who may stand before it. */
export interface Place extends LockNode {
  readonly person: Person;
}
