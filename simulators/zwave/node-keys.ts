import { SecurityCCNetworkKeySet } from '@zwave-js/cc';
import { SecurityClass, SecurityManager, SecurityManager2 } from '@zwave-js/core';
import type { MockNode, MockNodeBehavior } from '@zwave-js/testing';

/** Network keys by class, as the hub has granted them. */
export type GrantedKeys = ReadonlyMap<SecurityClass, Uint8Array>;

export interface BootstrappingHooks {
  /** The lock has its keys. */
  readonly granted: (keys: GrantedKeys) => void;
  /** The hub broke it off, or the PIN was wrong. */
  readonly failed: () => void;
}

const s2Classes = [
  SecurityClass.S2_AccessControl,
  SecurityClass.S2_Authenticated,
  SecurityClass.S2_Unauthenticated,
];
/** How long an S0 nonce is good for, in milliseconds; a stopped debugger shouldn't matter. */
const nonceTimeoutMs = 100_000;

/** Whether the lock has been given a key of its network. */
export const hasKeys = (node: MockNode): boolean =>
  [...s2Classes, SecurityClass.S0_Legacy].some(
    (each) => node.encodingContext.hasSecurityClass(node.id, each) === true,
  );

/** Makes a lock's radio forget its keys; it then speaks in clear, as one that has just been taken in. */
export const forgetKeys = async (node: MockNode): Promise<void> => {
  const { controller, encodingContext, securityManagers } = node;
  // S0 at the hub stays unknown: with every class refused, the library wouldn't even decode the S2 key exchange.
  for (const each of s2Classes) encodingContext.setSecurityClass(controller.ownNodeId, each, false);
  for (const each of [...s2Classes, SecurityClass.S0_Legacy])
    encodingContext.setSecurityClass(node.id, each, false);
  const speaksS2 = securityManagers.securityManager2 !== undefined;
  const securityManager2 = speaksS2 ? await SecurityManager2.create() : undefined;
  node.securityManagers = { ...securityManagers, securityManager2 };
};

/** Gives a lock's radio the keys it was granted before. */
export const installKeys = async (node: MockNode, keys: GrantedKeys): Promise<void> => {
  await forgetKeys(node);
  for (const [each, granted] of keys) {
    const networkKey = Uint8Array.from(granted);
    for (const id of [node.controller.ownNodeId, node.id])
      node.encodingContext.setSecurityClass(id, each, true);
    if (each !== SecurityClass.S0_Legacy)
      await node.securityManagers.securityManager2?.setKey(each, networkKey);
    else
      node.securityManagers = {
        ...node.securityManagers,
        securityManager: new SecurityManager({
          ownNodeId: node.id,
          networkKey,
          nonceTimeout: nonceTimeoutMs,
        }),
      };
  }
};

/** Notes the key that an S0 lock is given; the library's mock does the exchange itself. */
export const s0KeyBehaviour = ({ granted }: BootstrappingHooks): MockNodeBehavior => ({
  handleCC(_controller, node, cc) {
    if (!(cc instanceof SecurityCCNetworkKeySet)) return undefined;
    node.encodingContext.setSecurityClass(node.id, SecurityClass.S0_Legacy, true);
    granted(new Map([[SecurityClass.S0_Legacy, Uint8Array.from(cc.networkKey)]]));
    return undefined;
  },
});
