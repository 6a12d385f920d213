import { z } from 'zod';
import type { Reaction } from '../shared/reaction.ts';
import { autoRelockAttribute, programsLocally, takesRelock, wrongCodeLimit } from './lock-attributes.ts';
import { autoRelock, reportBolt } from './lock-bolt.ts';
import { batteryPercentageAttribute, batteryVoltageAttribute } from './lock-clusters.ts';
import { alarmMask, eventMask, operationCode, programmingCode } from './lock-events.ts';
import type { LockVoice } from './lock-voice.ts';
import { digitsSchema, slotSchema } from './slot.ts';
import { ByteWriter } from './zcl-bytes.ts';
import { clusterId } from './zcl-cluster.ts';
import { dataType } from './zcl-types.ts';

/** What somebody does at the keypad. */
export const keypadSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('add'), slot: slotSchema.optional(), code: digitsSchema }),
  z.strictObject({ action: z.literal('change'), slot: slotSchema, code: digitsSchema }),
  z.strictObject({ action: z.literal('delete'), slot: slotSchema }),
  z.strictObject({ action: z.literal('delete_all') }),
  z.strictObject({ action: z.literal('master_code'), code: digitsSchema.optional() }),
  z.strictObject({ action: z.literal('code_length'), length: z.int().min(1).max(16) }),
  /** What its AutoRelockTime is to be, in its menu. */
  z.strictObject({ action: z.literal('auto_relock'), value: z.int().min(0).max(0xffff_fffe) }),
  z.strictObject({ action: z.literal('enter'), code: digitsSchema }),
  z.strictObject({ action: z.literal('tamper') }),
]);
export type KeypadAction = z.infer<typeof keypadSchema>;

export const boltSchema = z.strictObject({
  locked: z.boolean(),
  how: z.enum(['manual', 'keypad', 'auto']).default('manual'),
  slot: slotSchema.optional(),
});
export type BoltAction = z.infer<typeof boltSchema>;

/** Alarm codes of the Door Lock cluster (ZCL, AlarmMask), which are the bits of the alarm mask too. */
const alarmCode = { jammed: 0x00, factoryReset: 0x01, wrongCodeLimit: 0x04, coverRemoved: 0x05 } as const;
const alarmCommand = 0x00;
/** Onesti's own: who did what, and the digits. */
const typedUserAttribute = 0x0100;
const typedPinAttribute = 0x0101;
const typedAtKeypad = 2;
const typedUnlocks = 2;

/** A person at one lock: keypad, thumb turn, battery compartment. */
export class Person {
  readonly #voice: LockVoice;
  #wrongInARow = 0;
  #lockout: NodeJS.Timeout | undefined;

  constructor(voice: LockVoice) {
    this.#voice = voice;
    voice.lock.tellDropped((slot) => {
      void voice.tell('code_dropped', { slot });
    });
  }

  async keypad(action: KeypadAction): Promise<Reaction> {
    const { lock } = this.#voice;
    return lock.exclusive(async () => {
      if (action.action !== 'enter' && action.action !== 'tamper' && !programsLocally(lock))
        return { accepted: false, reason: 'not_allowed' };
      switch (action.action) {
        case 'add':
          return this.#add(action.slot ?? lock.lowestFreeSlot(), action.code);
        case 'change':
          return this.#store('change', action.slot, action.code);
        case 'delete':
          return this.#delete(action.slot);
        case 'delete_all':
          lock.forgetAll();
          await this.#voice.tell('keypad', { action: 'delete_all' });
          await this.#tellOfProgramming(programmingCode.pinDeleted, 'all');
          return { accepted: true };
        case 'master_code':
          return this.#masterCode(action.code);
        case 'code_length':
          if (!lock.setCodeLength(action.length)) return { accepted: false, reason: 'unsupported' };
          await this.#voice.tell('keypad', { action: 'code_length' });
          return { accepted: true };
        case 'auto_relock':
          return this.#autoRelock(action.value);
        case 'enter':
          return this.#enter(action.code);
        case 'tamper':
          await this.#voice.tell('keypad', { action: 'tamper' });
          await this.#alarm(alarmCode.coverRemoved);
          return { accepted: true };
      }
    });
  }

  async bolt({ locked, how, slot }: BoltAction): Promise<Reaction> {
    const { lock } = this.#voice;
    lock.bolted = locked;
    await this.#voice.tell(locked ? 'locked' : 'opened', { reason: how, slot });
    if (!locked) autoRelock(this.#voice);
    const { lock: locks, unlock, manualLock, manualUnlock, autoLock } = operationCode;
    if (how === 'keypad')
      await reportBolt(this.#voice, { source: 'keypad', code: locked ? locks : unlock, slot });
    else {
      const manual = locked ? manualLock : manualUnlock;
      await reportBolt(this.#voice, { source: 'manual', code: how === 'auto' ? autoLock : manual });
    }
    return { accepted: true };
  }

  async battery(level: number): Promise<Reaction> {
    const { lock } = this.#voice;
    if (lock.battery === undefined) return { accepted: false, reason: 'mains' };
    lock.battery = level;
    await this.#voice.tell('battery');
    for (const attribute of [batteryVoltageAttribute, batteryPercentageAttribute])
      this.#voice.changed(clusterId.power, attribute);
    return { accepted: true };
  }

  /** The lock is as it left the factory; its network is another matter. */
  async factoryReset(): Promise<void> {
    const { lock } = this.#voice;
    await lock.exclusive(async () => {
      await this.#voice.tell('factory_reset');
      await this.#alarm(alarmCode.factoryReset);
      lock.factoryReset();
    });
  }

  /** Ends the lockout's timer. */
  close(): void {
    clearTimeout(this.#lockout);
  }

  async #add(slot: number | undefined, code: string): Promise<Reaction> {
    if (slot === undefined) return { accepted: false, reason: 'full' };
    if (this.#voice.lock.slot(slot) !== undefined) return { accepted: false, reason: 'occupied' };
    return this.#store('add', slot, code);
  }

  async #store(action: 'add' | 'change', slot: number, code: string): Promise<Reaction> {
    const { lock } = this.#voice;
    if (action === 'change' && lock.slot(slot) === undefined) return { accepted: false, reason: 'empty' };
    const change = lock.program(slot, code);
    if (!change.ok) {
      await this.#voice.tell('refused', { slot, reason: change.why });
      return { accepted: false, reason: change.why };
    }
    await this.#voice.tell('keypad', { action, slot });
    const { pinAdded, pinChanged } = programmingCode;
    await this.#tellOfProgramming(action === 'add' ? pinAdded : pinChanged, slot, code);
    return { accepted: true, slot };
  }

  async #delete(slot: number): Promise<Reaction> {
    if (!this.#voice.lock.forget(slot)) return { accepted: false, reason: 'empty' };
    await this.#voice.tell('keypad', { action: 'delete', slot });
    await this.#tellOfProgramming(programmingCode.pinDeleted, slot);
    return { accepted: true, slot };
  }

  async #masterCode(code: string | undefined): Promise<Reaction> {
    const { lock } = this.#voice;
    const change = lock.setMaster(code ?? lock.masterCode);
    if (!change.ok) return { accepted: false, reason: change.why };
    await this.#voice.tell('keypad', { action: 'master_code' });
    await this.#tellOfProgramming(programmingCode.masterCodeChanged, lock.spec.master_slot ?? 0, code);
    return { accepted: true };
  }

  async #autoRelock(value: number): Promise<Reaction> {
    const { lock } = this.#voice;
    if (!takesRelock(lock, value)) return { accepted: false, reason: 'unsupported' };
    lock.attributes.set(`${clusterId.doorLock}/${autoRelockAttribute}`, value);
    lock.changed();
    await this.#voice.tell('keypad', { action: 'auto_relock' });
    this.#voice.changed(clusterId.doorLock, autoRelockAttribute);
    return { accepted: true };
  }

  async #tellOfProgramming(code: number, slot: number | 'all', pin?: string): Promise<void> {
    const { report_programming } = this.#voice.lock.behaviour;
    const isDeletion = code === programmingCode.pinDeleted;
    if (report_programming === false || (report_programming === 'not_deletions' && isDeletion)) return;
    await this.#voice.programming({ source: 'keypad', code, slot, ...(pin === undefined ? {} : { pin }) });
  }

  async #enter(code: string): Promise<Reaction> {
    const { lock } = this.#voice;
    if (this.#lockout !== undefined) return { accepted: false, reason: 'keypad_disabled' };
    const entry = lock.enter(code);
    if (entry.opens) {
      const { slot } = entry;
      this.#wrongInARow = 0;
      lock.bolted = false;
      await this.#voice.tell('opened', { reason: 'keypad', slot });
      autoRelock(this.#voice);
      await this.#tellWhatWasTyped(slot, code);
      await reportBolt(this.#voice, { source: 'keypad', code: operationCode.unlock, slot, pin: code });
      return { accepted: true, slot };
    }
    const { unlockInvalidPin, unlockInvalidSchedule, nonAccessUser } = operationCode;
    if (entry.why !== 'wrong_code') {
      this.#wrongInARow = 0;
      const { slot, why } = entry;
      await this.#voice.tell('denied', { reason: why, slot });
      const event = why === 'schedule' ? unlockInvalidSchedule : nonAccessUser;
      await this.#voice.operation({ source: 'keypad', code: event, slot });
      return { accepted: false, reason: why };
    }
    lock.counters.wrong_entries += 1;
    this.#wrongInARow += 1;
    await this.#voice.tell('wrong_entry');
    await this.#voice.operation({ source: 'keypad', code: unlockInvalidPin });
    if (this.#wrongInARow >= wrongCodeLimit(lock)) await this.#disableKeypad();
    return { accepted: false, reason: 'wrong_code' };
  }

  async #tellWhatWasTyped(slot: number, code: string): Promise<void> {
    if (!this.#voice.lock.behaviour.typed_pin_attribute) return;
    const who = ((typedAtKeypad << 24) | (typedUnlocks << 16) | slot) >>> 0;
    await this.#voice.reportVendor(clusterId.doorLock, [
      [typedUserAttribute, dataType.uint32, who],
      [typedPinAttribute, dataType.octets, Buffer.from(code, 'latin1')],
    ]);
  }

  async #disableKeypad(): Promise<void> {
    this.#wrongInARow = 0;
    this.#lockout = setTimeout(() => {
      this.#lockout = undefined;
      void this.#voice.tell('keypad_enabled');
    }, this.#voice.lock.behaviour.lockout_ms).unref();
    await this.#voice.tell('keypad_disabled');
    await this.#alarm(alarmCode.wrongCodeLimit);
  }

  async #alarm(code: number): Promise<void> {
    const { lock } = this.#voice;
    if (!lock.spec.alarms || (eventMask(lock, alarmMask) & (1 << code)) === 0) return;
    const payload = new ByteWriter().u8(code).u16(clusterId.doorLock).done();
    await this.#voice.command(clusterId.alarms, alarmCommand, payload);
  }
}
