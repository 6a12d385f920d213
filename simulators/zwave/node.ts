import { SecurityClass } from '@zwave-js/core';
import { type MockController, MockNode } from '@zwave-js/testing';
import { createDefaultMockNodeBehaviors } from 'zwave-js/Testing';
import { Bootstrapping } from './bootstrapping.ts';
import { clearTextBehaviour } from './clear-text.ts';
import { behavioursOf, commandClasses } from './equipment.ts';
import type { EventLog } from './events.ts';
import { FrameCounter } from './frames.ts';
import type { LockIdentity } from './label.ts';
import type { SimulatedLock } from './lock.ts';
import { type BootstrappingHooks, type GrantedKeys, installKeys, s0KeyBehaviour } from './node-keys.ts';
import { LockRadio } from './radio.ts';
import type { LockSpec } from './spec.ts';

/** A lock on the air. */
export interface LockNode {
  readonly lock: SimulatedLock;
  readonly node: MockNode;
  readonly radio: LockRadio;
  readonly frames: FrameCounter;
  /** It is no longer a node; for good. */
  leave(): void;
}

/** Generic class "entry control", specific class "secure keypad door lock" (Z-Wave device class specification). */
export const deviceClass = { genericDeviceClass: 0x40, specificDeviceClass: 0x03 };

/** How the lock came to be a node. */
export interface Admission {
  readonly identity: LockIdentity | undefined;
  /** The keys it was granted; `network`: those of the stick's network, as when it was included long ago. */
  readonly keys: GrantedKeys | 'network';
  readonly hooks: BootstrappingHooks;
}

const securityClasses = (security: LockSpec['security']): Set<SecurityClass> => {
  if (security === 'none') return new Set();
  if (security === 's0') return new Set([SecurityClass.S0_Legacy]);
  return new Set([
    security === 's2_access_control' ? SecurityClass.S2_AccessControl : SecurityClass.S2_Authenticated,
  ]);
};

const createMockNode = (controller: MockController, spec: LockSpec): Promise<MockNode> => {
  const battery = spec.power === 'battery';
  return MockNode.create({
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
};

/** An entry in the stick's list behind which there is no lock any more. */
export const createGhost = async (controller: MockController, spec: LockSpec, id: number): Promise<void> => {
  const node = await createMockNode(controller, { ...spec, node: id });
  node.onControllerFrame = () => Promise.resolve();
  controller.addNode(node);
};

/** Puts a lock on the air of `controller`. */
export const createLockNode = async (
  controller: MockController,
  lock: SimulatedLock,
  log: EventLog,
  { identity, keys, hooks }: Admission,
): Promise<LockNode> => {
  const { spec } = lock;
  const node = await createMockNode(controller, spec);
  const frames = new FrameCounter();
  const radio = new LockRadio(node, lock, frames, log);
  node.defineBehavior(...createDefaultMockNodeBehaviors());
  node.defineBehavior(...behavioursOf(lock, log, radio));
  // The last one defined is asked first.
  node.defineBehavior(clearTextBehaviour());
  if (keys !== 'network') await installKeys(node, keys);
  const requested = [...securityClasses(spec.security)];
  const bootstrapping = identity === undefined ? undefined : new Bootstrapping(identity, requested, hooks);
  if (bootstrapping !== undefined) node.defineBehavior(bootstrapping);
  if (spec.security === 's0') node.defineBehavior(s0KeyBehaviour(hooks));
  controller.addNode(node);
  const leave = (): void => {
    bootstrapping?.stop();
    radio.leave();
  };
  return { lock, node, radio, frames, leave };
};
