import { sleep } from '../shared/sleep.ts';
import { pinOctets, programmingCode } from './lock-events.ts';
import type { LockVoice } from './lock-voice.ts';
import type { Change } from './lock.ts';
import { availableStatus, noType, slotStatusOf, statusNumbers, typeNumbers, userTypeOf } from './slot.ts';
import { ByteWriter } from './zcl-bytes.ts';
import { type ClusterCommand, type Reply, reply, status } from './zcl-cluster.ts';
import { zclStatus } from './zcl-frame.ts';

/** Commands of the Door Lock cluster about users and their PINs, and their answers (ZCL §7.3). */
export const userCommand = {
  setPin: 0x05,
  getPin: 0x06,
  clearPin: 0x07,
  clearAllPins: 0x08,
  setStatus: 0x09,
  getStatus: 0x0a,
  setType: 0x14,
  getType: 0x15,
} as const;

/** Status of Set PIN Code Response (ZCL §7.3); the other answers know 0 and 1 only. */
const answered = { success: 0, failure: 1, memoryFull: 2, duplicate: 3 } as const;

const simpleAnswer = (command: number, code: number, after?: () => Promise<void>): Reply =>
  reply(command, Buffer.of(code), after);

const setAnswer = (voice: LockVoice, change: Change): number => {
  if (change.ok) return answered.success;
  if (change.why === 'full') return answered.memoryFull;
  const says = voice.lock.behaviour.duplicate_answer;
  return change.why === 'duplicate' && says === 'duplicate' ? answered.duplicate : answered.failure;
};

const setPin =
  (voice: LockVoice): ClusterCommand =>
  async (reader) => {
    const { lock } = voice;
    const slot = reader.u16();
    const userStatus = slotStatusOf(reader.u8());
    const type = userTypeOf(reader.u8());
    const code = reader.octets().toString('latin1');
    lock.counters.sets_received += 1;
    await voice.tell('set_received', { slot });
    await sleep(lock.manners.delayMs('set'));
    const before = slot === lock.spec.master_slot ? lock.masterCode : lock.slot(slot)?.code;
    const change: Change =
      userStatus === undefined || type === undefined
        ? { ok: false, why: 'type' }
        : lock.set(slot, { status: userStatus, type, code });
    if (!change.ok) {
      await voice.tell('refused', { slot, reason: change.why });
      return simpleAnswer(userCommand.setPin, setAnswer(voice, change));
    }
    await voice.tell(change.stored ? 'set_applied' : 'set_dropped', { slot });
    const { masterCodeChanged, pinAdded, pinChanged } = programmingCode;
    const what = before === undefined ? pinAdded : pinChanged;
    return simpleAnswer(userCommand.setPin, answered.success, async () => {
      if (!change.stored || !lock.behaviour.report_own) return;
      const event = slot === lock.spec.master_slot ? masterCodeChanged : what;
      await voice.programming({ source: 'rf', code: event, slot, pin: code });
    });
  };

/** A slot that there isn't, or that may not be read, is answered by default response (ZCL, Get PIN Code Response). */
const refuseRead = async (voice: LockVoice, slot: number, code: number): Promise<Reply> => {
  await voice.tell('refused', { slot, reason: 'unreadable' });
  return status(code);
};

const getPin =
  (voice: LockVoice): ClusterCommand =>
  async (reader) => {
    const { lock } = voice;
    const slot = reader.u16();
    await sleep(lock.manners.delayMs('read'));
    const { unreadable, unreadable_status } = lock.behaviour;
    if (unreadable !== 'no') return refuseRead(voice, slot, unreadable_status);
    const isMaster = slot === lock.spec.master_slot;
    if (!lock.hasSlot(slot) && !isMaster) return refuseRead(voice, slot, zclStatus.invalidField);
    lock.counters.reads += 1;
    await voice.tell('read', { slot });
    const held = isMaster
      ? ({ status: 'enabled', type: 'master', code: lock.masterCode } as const)
      : lock.told(slot);
    const answer = new ByteWriter().u16(slot);
    if (held === undefined) answer.u8(availableStatus).u8(noType).u8(0);
    else answer.u8(statusNumbers[held.status]).u8(typeNumbers[held.type]).octets(pinOctets(lock, held.code));
    return reply(userCommand.getPin, answer.done());
  };

const clearPin =
  (voice: LockVoice): ClusterCommand =>
  async (reader) => {
    const { lock } = voice;
    const slot = reader.u16();
    lock.counters.clears_received += 1;
    await voice.tell('clear_received', { slot });
    await sleep(lock.manners.delayMs('clear'));
    const held = lock.slot(slot) !== undefined;
    const change = lock.clear(slot);
    if (!change.ok) {
      await voice.tell('refused', { slot, reason: change.why });
      return simpleAnswer(userCommand.clearPin, answered.failure);
    }
    await voice.tell('clear_applied', { slot });
    return simpleAnswer(userCommand.clearPin, answered.success, async () => {
      if (held && lock.behaviour.report_own)
        await voice.programming({ source: 'rf', code: programmingCode.pinDeleted, slot });
    });
  };

const clearAllPins =
  (voice: LockVoice): ClusterCommand =>
  async () => {
    const { lock } = voice;
    await sleep(lock.manners.delayMs('clear'));
    const change = lock.clearAll();
    if (!change.ok) {
      await voice.tell('refused', { reason: change.why });
      return simpleAnswer(userCommand.clearAllPins, answered.failure);
    }
    await voice.tell('all_cleared');
    return simpleAnswer(userCommand.clearAllPins, answered.success, async () => {
      if (lock.behaviour.report_own)
        await voice.programming({ source: 'rf', code: programmingCode.pinDeleted, slot: 'all' });
    });
  };

const setStatus =
  (voice: LockVoice): ClusterCommand =>
  async (reader) => {
    const { lock } = voice;
    const slot = reader.u16();
    const userStatus = slotStatusOf(reader.u8());
    await sleep(lock.manners.delayMs('set'));
    // "Available" isn't to be set: a slot is emptied by Clear PIN Code (ZCL, Set User Status).
    const change: Change =
      userStatus === undefined ? { ok: false, why: 'type' } : lock.amend(slot, { status: userStatus });
    if (change.ok) await voice.tell('status_set', { slot, reason: lock.slot(slot)?.status ?? 'enabled' });
    else await voice.tell('refused', { slot, reason: change.why });
    return simpleAnswer(userCommand.setStatus, change.ok ? answered.success : answered.failure);
  };

const getStatus =
  (voice: LockVoice): ClusterCommand =>
  async (reader) => {
    const { lock } = voice;
    const slot = reader.u16();
    await sleep(lock.manners.delayMs('read'));
    const { unreadable, unreadable_status } = lock.behaviour;
    if (unreadable === 'all') return refuseRead(voice, slot, unreadable_status);
    const isMaster = slot === lock.spec.master_slot;
    if (!lock.hasSlot(slot) && !isMaster) return refuseRead(voice, slot, zclStatus.invalidField);
    lock.counters.status_reads += 1;
    await voice.tell('status_read', { slot });
    const held = isMaster ? 'enabled' : lock.told(slot)?.status;
    const value = held === undefined ? availableStatus : statusNumbers[held];
    return reply(userCommand.getStatus, new ByteWriter().u16(slot).u8(value).done());
  };

const setType =
  (voice: LockVoice): ClusterCommand =>
  async (reader) => {
    const { lock } = voice;
    const slot = reader.u16();
    const type = userTypeOf(reader.u8());
    await sleep(lock.manners.delayMs('set'));
    const change: Change = type === undefined ? { ok: false, why: 'type' } : lock.amend(slot, { type });
    if (change.ok) await voice.tell('type_set', { slot, reason: lock.slot(slot)?.type ?? 'unrestricted' });
    else await voice.tell('refused', { slot, reason: change.why });
    return simpleAnswer(userCommand.setType, change.ok ? answered.success : answered.failure);
  };

const getType =
  (voice: LockVoice): ClusterCommand =>
  async (reader) => {
    const { lock } = voice;
    const slot = reader.u16();
    await sleep(lock.manners.delayMs('read'));
    const isMaster = slot === lock.spec.master_slot;
    if (!lock.hasSlot(slot) && !isMaster) return refuseRead(voice, slot, zclStatus.invalidField);
    const held = isMaster ? 'master' : lock.told(slot)?.type;
    const value = held === undefined ? noType : typeNumbers[held];
    return reply(userCommand.getType, new ByteWriter().u16(slot).u8(value).done());
  };

export const userCommands = (voice: LockVoice): [number, ClusterCommand][] => [
  [userCommand.setPin, setPin(voice)],
  [userCommand.getPin, getPin(voice)],
  [userCommand.clearPin, clearPin(voice)],
  [userCommand.clearAllPins, clearAllPins(voice)],
  [userCommand.setStatus, setStatus(voice)],
  [userCommand.getStatus, getStatus(voice)],
  [userCommand.setType, setType(voice)],
  [userCommand.getType, getType(voice)],
];
