import { CommandClasses, SecurityClass } from '@zwave-js/core';
import { type MockController, MockNode, type PartialCCCapabilities } from '@zwave-js/testing';
import { createDefaultMockNodeBehaviors } from 'zwave-js/Testing';
import type { EventLog } from './events.ts';
import { FrameCounter } from './frames.ts';
import {
  associationBehaviour,
  batteryBehaviour,
  doorLockBehaviour,
  groupInfoBehaviour,
  notificationBehaviour,
} from './lock-behaviours.ts';
import type { SimulatedLock } from './lock.ts';
import { LockRadio } from './radio.ts';
import type { LockSpec } from './spec.ts';
import { userCodeBehaviour } from './user-code.ts';

/** A lock on the air. */
export interface LockNode {
  readonly lock: SimulatedLock;
  readonly radio: LockRadio;
  readonly frames: FrameCounter;
}

/** Generic class "entry control", specific class "secure keypad door lock" (Z-Wave device class specification). */
const deviceClass = { genericDeviceClass: 0x40, specificDeviceClass: 0x03 };

const securityClasses = (security: LockSpec['security']): Set<SecurityClass> => {
  if (security === 'none') return new Set();
  return new Set([
    security === 's2_access_control' ? SecurityClass.S2_AccessControl : SecurityClass.S2_Authenticated,
  ]);
};

const commandClasses = (spec: LockSpec): PartialCCCapabilities[] => {
  const secure = spec.security !== 'none';
  const all: PartialCCCapabilities[] = [
    { ccId: CommandClasses['Z-Wave Plus Info'], version: 2 },
    { ccId: CommandClasses.Version, version: 2, secure },
    { ccId: CommandClasses['Manufacturer Specific'], version: 1, secure },
    { ccId: CommandClasses.Association, version: 2, secure },
    { ccId: CommandClasses['Association Group Information'], version: 1, secure },
    { ccId: CommandClasses['Door Lock'], version: 4, secure },
    { ccId: CommandClasses['User Code'], version: spec.user_code_version, secure },
    { ccId: CommandClasses.Notification, version: 8, secure },
  ];
  if (spec.power === 'battery') all.push({ ccId: CommandClasses.Battery, version: 1, secure });
  if (spec.supervision) all.push({ ccId: CommandClasses.Supervision, version: 1 });
  if (secure) all.push({ ccId: CommandClasses['Security 2'], version: 1 });
  return all;
};

/** Puts a lock on the air of `controller`. */
export const createLockNode = async (
  controller: MockController,
  lock: SimulatedLock,
  log: EventLog,
): Promise<LockNode> => {
  const { spec } = lock;
  const battery = spec.power === 'battery';
  const node = await MockNode.create({
    id: spec.node,
    controller,
    capabilities: {
      ...deviceClass,
      manufacturerId: spec.manufacturer_id,
      productType: spec.product_type,
      productId: spec.product_id,
      isListening: !battery,
      isFrequentListening: battery ? '1000ms' : false,
      supportsSecurity: spec.security !== 'none',
      securityClasses: securityClasses(spec.security),
      txDelay: 0,
      commandClasses: commandClasses(spec),
    },
  });
  const frames = new FrameCounter();
  const radio = new LockRadio(node, lock, frames, log);
  node.defineBehavior(...createDefaultMockNodeBehaviors());
  node.defineBehavior(
    userCodeBehaviour(lock, log, radio),
    doorLockBehaviour(lock, log, radio),
    batteryBehaviour(lock),
    notificationBehaviour(lock),
    associationBehaviour(),
    groupInfoBehaviour(),
  );
  controller.addNode(node);
  return { lock, radio, frames };
};
