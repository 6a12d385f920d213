import {
  KeypadMode,
  UserCodeCCCapabilitiesGet,
  UserCodeCCCapabilitiesReport,
  UserCodeCCExtendedUserCodeSet,
  UserCodeCCGet,
  UserCodeCCReport,
  UserCodeCCSet,
  UserCodeCCUserCodeChecksumGet,
  UserCodeCCUserCodeChecksumReport,
  UserCodeCCUsersNumberGet,
  UserCodeCCUsersNumberReport,
  UserIDStatus,
} from '@zwave-js/cc';
import { CRC16_CCITT } from '@zwave-js/core';
import type { MockNodeBehavior, MockNodeResponse } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import type { Change, SimulatedLock, Slot } from './lock.ts';
import { sleep } from './sleep.ts';

/** The lock's own voice on the air, for what nobody asked. */
export interface LockVoice {
  /** Sends an Access Control notification if this lock knows the event; resolves when it is on the air. */
  notify(event: number, userId?: number): Promise<void>;
  reportBolt(): Promise<void>;
  reportBattery(): Promise<void>;
}

const ascii = (code: string | Uint8Array): string =>
  typeof code === 'string' ? code : Buffer.from(code).toString('latin1');

const statusOf = (slot: Slot | undefined): UserIDStatus => {
  if (slot === undefined) return UserIDStatus.Available;
  return slot.status === 'enabled' ? UserIDStatus.Enabled : UserIDStatus.Disabled;
};

/**
 * User Code Checksum: CRC-16/CCITT over slot (two bytes), status and digits of every occupied slot in ascending
 * order, 0 where all are empty (User Code CC v2, User Code Checksum Report; facts page ZWAVE).
 */
export const checksumOf = (lock: SimulatedLock): number => {
  const parts = lock
    .occupied()
    .map(([slot, held]) =>
      Buffer.concat([Buffer.from([slot >> 8, slot & 255, statusOf(held)]), Buffer.from(held.code, 'ascii')]),
    );
  return parts.length === 0 ? 0 : CRC16_CCITT(Buffer.concat(parts));
};

const report = (lock: SimulatedLock, nodeId: number, userId: number): UserCodeCCReport => {
  if (!lock.hasSlot(userId))
    return new UserCodeCCReport({ nodeId, userId, userIdStatus: UserIDStatus.StatusNotAvailable });
  const held = lock.slot(userId);
  const shown = lock.behaviour.mask ? '****' : held?.code;
  const userCode = held === undefined ? lock.spec.empty_reads : (shown ?? '');
  return new UserCodeCCReport({ nodeId, userId, userIdStatus: statusOf(held), userCode });
};

interface SetCommand {
  readonly userId: number;
  readonly userIdStatus: UserIDStatus;
  readonly userCode?: string | Uint8Array | undefined;
}

/** Event 15, "new user code not added due to duplicate", goes out before the refusal that it explains. */
const conclude = async (
  lock: SimulatedLock,
  log: EventLog,
  voice: LockVoice,
  slot: number,
  appliedAs: string,
  change: Change,
): Promise<MockNodeResponse> => {
  if (change.ok) {
    await log.emit(lock.spec.node, change.stored ? appliedAs : 'set_dropped', { slot });
    return { action: 'ok' };
  }
  await log.emit(lock.spec.node, 'refused', { slot, reason: change.why });
  if (change.why === 'duplicate') await voice.notify(15, slot);
  return { action: 'fail' };
};

const change = async (
  lock: SimulatedLock,
  log: EventLog,
  voice: LockVoice,
  command: SetCommand,
): Promise<MockNodeResponse> => {
  const { node } = lock.spec;
  const { userId: slot, userIdStatus } = command;
  if (userIdStatus === UserIDStatus.Available) {
    lock.counters.clears_received += 1;
    await log.emit(node, 'clear_received', { slot });
    await sleep(lock.delayMs('clear'));
    if (slot === 0) return conclude(lock, log, voice, slot, 'all_cleared', lock.clearAll());
    return conclude(lock, log, voice, slot, 'clear_applied', lock.clear(slot));
  }
  lock.counters.sets_received += 1;
  await log.emit(node, 'set_received', { slot });
  await sleep(lock.delayMs('set'));
  const status = userIdStatus === UserIDStatus.Disabled ? 'disabled' : 'enabled';
  return conclude(
    lock,
    log,
    voice,
    slot,
    'set_applied',
    lock.set(slot, status, ascii(command.userCode ?? '')),
  );
};

const capabilities = (lock: SimulatedLock, nodeId: number): UserCodeCCCapabilitiesReport =>
  new UserCodeCCCapabilitiesReport({
    nodeId,
    supportsAdminCode: false,
    supportsAdminCodeDeactivation: false,
    supportsUserCodeChecksum: lock.spec.checksum,
    supportsMultipleUserCodeReport: false,
    supportsMultipleUserCodeSet: false,
    supportedUserIDStatuses: [UserIDStatus.Available, UserIDStatus.Enabled, UserIDStatus.Disabled],
    supportedKeypadModes: [KeypadMode.Normal],
    supportedASCIIChars: '0123456789',
  });

/** User Code CC, versions 1 and 2, without admin code and bulk commands. */
export const userCodeBehaviour = (
  lock: SimulatedLock,
  log: EventLog,
  voice: LockVoice,
): MockNodeBehavior => ({
  async handleCC(controller, _node, cc) {
    const nodeId = controller.ownNodeId;
    const { node } = lock.spec;
    if (cc instanceof UserCodeCCSet) return lock.exclusive(() => change(lock, log, voice, cc));
    // zwave-js sends this form to every version 2 lock; several codes at once aren't in our capabilities.
    if (cc instanceof UserCodeCCExtendedUserCodeSet) {
      const [only, ...more] = cc.userCodes;
      if (only === undefined || more.length > 0) return { action: 'fail' };
      return lock.exclusive(() => change(lock, log, voice, only));
    }
    if (cc instanceof UserCodeCCUsersNumberGet)
      return {
        action: 'sendCC',
        cc: new UserCodeCCUsersNumberReport({ nodeId, supportedUsers: lock.spec.slots }),
      };
    if (cc instanceof UserCodeCCCapabilitiesGet) return { action: 'sendCC', cc: capabilities(lock, nodeId) };
    if (cc instanceof UserCodeCCGet)
      return lock.exclusive(async () => {
        await sleep(lock.delayMs('read'));
        lock.counters.reads += 1;
        await log.emit(node, 'read', { slot: cc.userId });
        return { action: 'sendCC', cc: report(lock, nodeId, cc.userId) };
      });
    if (cc instanceof UserCodeCCUserCodeChecksumGet) {
      if (!lock.spec.checksum) return { action: 'stop' };
      return lock.exclusive(async () => {
        await sleep(lock.delayMs('read'));
        lock.counters.checksum_reads += 1;
        await log.emit(node, 'checksum_read');
        const userCodeChecksum = checksumOf(lock);
        return { action: 'sendCC', cc: new UserCodeCCUserCodeChecksumReport({ nodeId, userCodeChecksum }) };
      });
    }
    return undefined;
  },
});
