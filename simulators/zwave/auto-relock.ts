import { DoorLockMode, DoorLockOperationType } from '@zwave-js/cc';
import type { DoorHandleStatus } from '@zwave-js/cc';
import {
  DoorLockCCCapabilitiesGet,
  DoorLockCCCapabilitiesReport,
  DoorLockCCConfigurationGet,
  DoorLockCCConfigurationReport,
  DoorLockCCConfigurationSet,
} from '@zwave-js/cc/DoorLockCC';
import type { MockNodeBehavior } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import type { SimulatedLock } from './lock.ts';
import type { LockVoice } from './user-code.ts';

const autoLocked = 9;
const handles: DoorHandleStatus = [true, true, true, true];

/** To be called whenever the bolt was drawn back: the lock locks again by itself, unless somebody has meanwhile. */
export const relockLater = (lock: SimulatedLock, log: EventLog, voice: LockVoice): void => {
  lock.relock.start(lock.relockSeconds, () => {
    if (lock.bolted) return;
    lock.bolted = true;
    void log.emit(lock.spec.node, 'locked', { reason: 'auto' });
    void voice.reportBolt().then(() => voice.notify(autoLocked));
  });
};

/** Door Lock Configuration Report of a lock that knows auto-relock and nothing else of what version 4 added. */
export const configurationReport = (lock: SimulatedLock, nodeId: number): DoorLockCCConfigurationReport =>
  new DoorLockCCConfigurationReport({
    nodeId,
    operationType: DoorLockOperationType.Constant,
    outsideHandlesCanOpenDoorConfiguration: handles,
    insideHandlesCanOpenDoorConfiguration: handles,
    autoRelockTime: lock.relockSeconds,
    holdAndReleaseTime: 0,
    twistAssist: false,
    blockToBlock: false,
  });

/** Door Lock CC's configuration, where the lock relocks by it; else what the library's own mock answers. */
export const autoRelockBehaviour = (lock: SimulatedLock, log: EventLog): MockNodeBehavior => ({
  async handleCC(controller, _node, cc) {
    if (lock.spec.auto_relock?.by !== 'door_lock') return undefined;
    const nodeId = controller.ownNodeId;
    if (cc instanceof DoorLockCCCapabilitiesGet)
      return {
        action: 'sendCC',
        cc: new DoorLockCCCapabilitiesReport({
          nodeId,
          supportedOperationTypes: [DoorLockOperationType.Constant],
          supportedDoorLockModes: [DoorLockMode.Unsecured, DoorLockMode.Secured],
          supportedOutsideHandles: handles,
          supportedInsideHandles: handles,
          doorSupported: true,
          boltSupported: true,
          latchSupported: true,
          blockToBlockSupported: false,
          twistAssistSupported: false,
          holdAndReleaseSupported: false,
          autoRelockSupported: true,
        }),
      };
    if (cc instanceof DoorLockCCConfigurationGet)
      return { action: 'sendCC', cc: configurationReport(lock, nodeId) };
    if (!(cc instanceof DoorLockCCConfigurationSet)) return undefined;
    return lock.exclusive(async () => {
      if (lock.manners.take('refuse')) return { action: 'fail' };
      if (lock.manners.lies()) return { action: 'ok' };
      if (!lock.setRelock(cc.autoRelockTime ?? 0)) return { action: 'fail' };
      await log.emit(lock.spec.node, 'relock_set');
      return { action: 'ok' };
    });
  },
});
