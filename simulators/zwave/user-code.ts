import {
  type CommandClass,
  KeypadMode,
  UserCodeCCCapabilitiesGet,
  UserCodeCCCapabilitiesReport,
  UserCodeCCExtendedUserCodeGet,
  UserCodeCCExtendedUserCodeReport,
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
import { Bytes, type BytesView } from '@zwave-js/shared';
import type { MockNodeBehavior, MockNodeResponse } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import type { Change, SimulatedLock, Slot } from './lock.ts';
import { sleep } from '../shared/sleep.ts';

/** The lock's own voice on the air, for what nobody asked. */
export interface LockVoice {
  /** Sends an Access Control notification if this lock knows the event; resolves when it is on the air. */
  notify(event: number, userId?: number): Promise<void>;
  reportBolt(): Promise<void>;
  reportBattery(): Promise<void>;
  /** Sends any other report, encrypted where the lock is secure. */
  report(make: (hubId: number) => CommandClass): Promise<void>;
}

const ascii = (code: string | BytesView): string =>
  typeof code === 'string' ? code : Buffer.from(code).toString('latin1');

const noDigits = Bytes.alloc(4);

/** A tag is held as `tag:` and its bytes in hex, and shown raw. */
const bytesOf = (code: string): string | Bytes =>
  code.startsWith('tag:') ? Bytes.from(code.slice(4), 'hex') : code;

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

interface Reading {
  readonly userId: number;
  readonly userIdStatus: UserIDStatus;
  readonly userCode: string | Bytes;
}

/** What a lock says of one slot. */
const reading = (lock: SimulatedLock, userId: number): Reading => {
  if (!lock.hasSlot(userId)) return { userId, userIdStatus: UserIDStatus.StatusNotAvailable, userCode: '' };
  const held = lock.behaviour.reads_empty ? undefined : lock.told(userId);
  const userIdStatus = statusOf(held);
  if (held === undefined) return { userId, userIdStatus, userCode: lock.spec.empty_reads };
  const shown = lock.manners.maskedAs() ?? held.code;
  // A report of an occupied slot has at least four bytes of code; where a lock shows none they are zeros.
  return { userId, userIdStatus, userCode: shown === '' ? noDigits : bytesOf(shown) };
};

/** The library can't write this report. Layout: User Code CC v2, Extended User Code Report with one code. */
const extendedReport = (lock: SimulatedLock, nodeId: number, userId: number): CommandClass => {
  const { userIdStatus, userCode } = reading(lock, userId);
  const code = Buffer.from(ascii(userCode), 'latin1');
  const cc = new UserCodeCCExtendedUserCodeReport({ nodeId, userCodes: [], nextUserId: 0 });
  const next = lock.occupied().find(([slot]) => slot > userId)?.[0] ?? 0;
  const header = [1, userId >> 8, userId & 0xff, userIdStatus, code.length];
  cc.payload = Bytes.concat([header, code, [next >> 8, next & 0xff]]);
  return cc;
};

interface SetCommand {
  readonly userId: number;
  readonly userIdStatus: UserIDStatus;
  readonly userCode?: string | BytesView | undefined;
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
    await sleep(lock.manners.delayMs('clear'));
    if (slot === 0) return conclude(lock, log, voice, slot, 'all_cleared', lock.clearAll());
    return conclude(lock, log, voice, slot, 'clear_applied', lock.clear(slot));
  }
  lock.counters.sets_received += 1;
  await log.emit(node, 'set_received', { slot });
  await sleep(lock.manners.delayMs('set'));
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
    if (lock.users !== undefined) return undefined;
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
    if (cc instanceof UserCodeCCGet || cc instanceof UserCodeCCExtendedUserCodeGet)
      return lock.exclusive(async () => {
        await sleep(lock.manners.delayMs('read'));
        lock.counters.reads += 1;
        await log.emit(node, 'read', { slot: cc.userId });
        const report =
          cc instanceof UserCodeCCGet
            ? new UserCodeCCReport({ nodeId, ...reading(lock, cc.userId) })
            : extendedReport(lock, nodeId, cc.userId);
        return { action: 'sendCC', cc: report };
      });
    if (cc instanceof UserCodeCCUserCodeChecksumGet) {
      if (!lock.spec.checksum) return { action: 'stop' };
      return lock.exclusive(async () => {
        await sleep(lock.manners.delayMs('read'));
        lock.counters.checksum_reads += 1;
        await log.emit(node, 'checksum_read');
        const userCodeChecksum = checksumOf(lock);
        return { action: 'sendCC', cc: new UserCodeCCUserCodeChecksumReport({ nodeId, userCodeChecksum }) };
      });
    }
    return undefined;
  },
});
