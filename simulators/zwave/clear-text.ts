import type { CommandClass } from '@zwave-js/cc';
import {
  ZWaveProtocolCCNodeInformationFrame,
  ZWaveProtocolCCRequestNodeInformationFrame,
} from '@zwave-js/cc/ZWaveProtocolCC';
import { CommandClasses } from '@zwave-js/core';
import type { MockNode, MockNodeBehavior } from '@zwave-js/testing';
import { hasKeys } from './node-keys.ts';

/** What a secure lock also tells in clear as long as nobody has given it a key. */
const openBeforeKeys: ReadonlySet<CommandClasses> = new Set([
  CommandClasses.Version,
  CommandClasses['Manufacturer Specific'],
]);

/** The command classes in the lock's node information frame: those that need no key. */
export const shownInClear = (node: MockNode): CommandClasses[] =>
  [...node.implementedCCs]
    .filter(([id, { isSupported }]) => isSupported && id !== CommandClasses.Basic)
    .filter(([id, { secure }]) => !secure || openBeforeKeys.has(id))
    .map(([id]) => id);

const encrypted = (cc: CommandClass): boolean =>
  cc.isEncapsulatedWith(CommandClasses['Security 2']) || cc.isEncapsulatedWith(CommandClasses.Security);

/** A secure lock ignores in clear what it answers encrypted, and doesn't list it either. */
export const clearTextBehaviour = (): MockNodeBehavior => ({
  handleCC(_controller, node, cc) {
    if (cc instanceof ZWaveProtocolCCRequestNodeInformationFrame) {
      const supportedCCs = shownInClear(node);
      const frame = { nodeId: node.id, ...node.capabilities, supportedCCs, controlledCCs: [] };
      return { action: 'sendCC', cc: new ZWaveProtocolCCNodeInformationFrame(frame) };
    }
    const secure = node.implementedCCs.get(cc.ccId)?.secure === true;
    if (!secure || encrypted(cc)) return undefined;
    return openBeforeKeys.has(cc.ccId) && !hasKeys(node) ? undefined : { action: 'stop' };
  },
});
