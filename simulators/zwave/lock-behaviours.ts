import {
  AssociationCCGet,
  AssociationCCRemove,
  AssociationCCReport,
  AssociationCCSet,
  AssociationCCSupportedGroupingsGet,
  AssociationCCSupportedGroupingsReport,
  AssociationGroupInfoCCCommandListGet,
  AssociationGroupInfoCCCommandListReport,
  AssociationGroupInfoCCInfoGet,
  AssociationGroupInfoCCInfoReport,
  AssociationGroupInfoCCNameGet,
  AssociationGroupInfoCCNameReport,
  AssociationGroupInfoProfile,
  BatteryCCGet,
  BatteryCCReport,
  BatteryCommand,
  DoorLockCCOperationGet,
  DoorLockCCOperationReport,
  DoorLockCCOperationSet,
  DoorLockCommand,
  DoorLockMode,
  NotificationCCEventSupportedGet,
  NotificationCCEventSupportedReport,
  NotificationCCGet,
  NotificationCCReport,
  NotificationCCSet,
  NotificationCCSupportedGet,
  NotificationCCSupportedReport,
  NotificationCommand,
} from '@zwave-js/cc';
import { CommandClasses, Duration } from '@zwave-js/core';
import type { MockNodeBehavior } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import { relockLater } from './auto-relock.ts';
import type { SimulatedLock } from './lock.ts';
import { sleep } from '../shared/sleep.ts';
import type { LockVoice } from './user-code.ts';

const accessControl = 6;
const lifeline = 1;
const handles: [boolean, boolean, boolean, boolean] = [true, true, true, true];

/** Door Lock Operation Report: the bolt is where the lock says, and nothing is moving. */
export const boltReport = (lock: SimulatedLock, nodeId: number): DoorLockCCOperationReport => {
  const mode = lock.bolted ? DoorLockMode.Secured : DoorLockMode.Unsecured;
  return new DoorLockCCOperationReport({
    nodeId,
    currentMode: mode,
    targetMode: mode,
    duration: new Duration(0, 'seconds'),
    outsideHandlesCanOpenDoor: handles,
    insideHandlesCanOpenDoor: handles,
    boltStatus: lock.bolted ? 'locked' : 'unlocked',
    latchStatus: lock.bolted ? 'closed' : 'open',
    doorStatus: 'closed',
  });
};

/** Door Lock CC: the bolt moves at once; the new state goes out before the answer to the command. */
export const doorLockBehaviour = (
  lock: SimulatedLock,
  log: EventLog,
  voice: LockVoice,
): MockNodeBehavior => ({
  async handleCC(controller, _node, cc) {
    if (cc instanceof DoorLockCCOperationGet)
      return { action: 'sendCC', cc: boltReport(lock, controller.ownNodeId) };
    if (!(cc instanceof DoorLockCCOperationSet)) return undefined;
    return lock.exclusive(async () => {
      await sleep(lock.manners.delayMs('bolt'));
      lock.bolted = cc.mode === DoorLockMode.Secured;
      await log.emit(lock.spec.node, lock.bolted ? 'locked' : 'opened', { reason: 'radio' });
      await voice.reportBolt();
      if (!lock.bolted) relockLater(lock, log, voice);
      await voice.notify(lock.bolted ? 3 : 4);
      return { action: 'ok' };
    });
  },
});

export const batteryBehaviour = (lock: SimulatedLock): MockNodeBehavior => ({
  handleCC(controller, _node, cc) {
    if (!(cc instanceof BatteryCCGet) || lock.battery === undefined) return undefined;
    const level = lock.battery;
    return { action: 'sendCC', cc: new BatteryCCReport({ nodeId: controller.ownNodeId, level }) };
  },
});

/** Notification CC, Access Control only; without answers to Get and Set each interview loses two seconds. */
export const notificationBehaviour = (lock: SimulatedLock): MockNodeBehavior => ({
  handleCC(controller, _node, cc) {
    const nodeId = controller.ownNodeId;
    if (cc instanceof NotificationCCSet) return { action: 'ok' };
    if (cc instanceof NotificationCCSupportedGet) {
      const supportedNotificationTypes = [accessControl];
      const options = { nodeId, supportsV1Alarm: false, supportedNotificationTypes };
      return { action: 'sendCC', cc: new NotificationCCSupportedReport(options) };
    }
    if (cc instanceof NotificationCCEventSupportedGet) {
      const supportedEvents = cc.notificationType === accessControl ? lock.spec.events : [];
      const options = { nodeId, notificationType: cc.notificationType, supportedEvents };
      return { action: 'sendCC', cc: new NotificationCCEventSupportedReport(options) };
    }
    if (cc instanceof NotificationCCGet) {
      // Event 254 with status "no pending notification": nothing has happened lately.
      const notificationType = cc.notificationType ?? accessControl;
      return {
        action: 'sendCC',
        cc: new NotificationCCReport({ nodeId, notificationType, notificationEvent: 0xfe }),
      };
    }
    return undefined;
  },
});

/** One association group, the lifeline, that issues battery, door lock and notification reports. */
export const associationBehaviour = (): MockNodeBehavior => {
  let nodeIds: number[] = [1];
  return {
    handleCC(controller, _node, cc) {
      const nodeId = controller.ownNodeId;
      if (cc instanceof AssociationCCSupportedGroupingsGet)
        return { action: 'sendCC', cc: new AssociationCCSupportedGroupingsReport({ nodeId, groupCount: 1 }) };
      if (cc instanceof AssociationCCGet) {
        const options = { nodeId, groupId: lifeline, maxNodes: 5, nodeIds, reportsToFollow: 0 };
        return { action: 'sendCC', cc: new AssociationCCReport(options) };
      }
      if (cc instanceof AssociationCCSet) {
        nodeIds = [...new Set([...nodeIds, ...cc.nodeIds])].slice(0, 5);
        return { action: 'ok' };
      }
      if (cc instanceof AssociationCCRemove) {
        nodeIds = nodeIds.filter((id) => cc.nodeIds !== undefined && !cc.nodeIds.includes(id));
        return { action: 'ok' };
      }
      return undefined;
    },
  };
};

/** Association Group Information: what makes zwave-js take the lock for one that reports by itself. */
export const groupInfoBehaviour = (): MockNodeBehavior => ({
  handleCC(controller, _node, cc) {
    const nodeId = controller.ownNodeId;
    const groupId = lifeline;
    if (cc instanceof AssociationGroupInfoCCNameGet)
      return {
        action: 'sendCC',
        cc: new AssociationGroupInfoCCNameReport({ nodeId, groupId, name: 'Lifeline' }),
      };
    if (cc instanceof AssociationGroupInfoCCInfoGet) {
      const profile = AssociationGroupInfoProfile['General: Lifeline'];
      const groups = [{ groupId, mode: 0, profile, eventCode: 0 }];
      const options = { nodeId, isListMode: cc.listMode ?? false, hasDynamicInfo: false, groups };
      return { action: 'sendCC', cc: new AssociationGroupInfoCCInfoReport(options) };
    }
    if (cc instanceof AssociationGroupInfoCCCommandListGet) {
      const commands = new Map<CommandClasses, readonly number[]>([
        [CommandClasses.Battery, [BatteryCommand.Report]],
        [CommandClasses['Door Lock'], [DoorLockCommand.OperationReport]],
        [CommandClasses.Notification, [NotificationCommand.Report]],
      ]);
      return {
        action: 'sendCC',
        cc: new AssociationGroupInfoCCCommandListReport({ nodeId, groupId, commands }),
      };
    }
    return undefined;
  },
});
