import {
  ConfigurationCC,
  ConfigurationCCGet,
  ConfigurationCCReport,
  ConfigurationCCSet,
} from '@zwave-js/cc/ConfigurationCC';
import { ConfigValueFormat } from '@zwave-js/core';
import type { MockNodeBehavior, MockNodeResponse } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import type { SimulatedLock } from './lock.ts';
import { sleep } from '../shared/sleep.ts';

/** Configuration Report of one parameter, a byte. */
export const parameterReport = (
  lock: SimulatedLock,
  nodeId: number,
  parameter: number,
): ConfigurationCCReport =>
  new ConfigurationCCReport({
    nodeId,
    parameter,
    value: lock.parameter(parameter),
    valueSize: 1,
    valueFormat: ConfigValueFormat.UnsignedInteger,
  });

const setParameter = async (
  lock: SimulatedLock,
  log: EventLog,
  cc: ConfigurationCCSet,
): Promise<MockNodeResponse> => {
  const { node } = lock.spec;
  await sleep(lock.manners.delayMs('set'));
  if (typeof cc.value !== 'number' && !cc.resetToDefault) return { action: 'fail' };
  const factory = lock.spec.code_length_parameter;
  // Parsed as a signed number: the sign bit is the parameter's own.
  const value = typeof cc.value === 'number' && !cc.resetToDefault ? cc.value & 0xff : undefined;
  const change = lock.setParameter(
    cc.parameter,
    value ?? (factory?.number === cc.parameter ? factory.value : 0),
  );
  if (change === 'refused') {
    await log.emit(node, 'parameter_refused');
    return { action: 'fail' };
  }
  await log.emit(node, 'parameter_set');
  if (change === 'wiped') await log.emit(node, 'all_cleared', { reason: 'code_length' });
  return { action: 'ok' };
};

/** Configuration CC v1: every parameter exists and is a byte, only that of the code length does something. */
export const configurationBehaviour = (lock: SimulatedLock, log: EventLog): MockNodeBehavior => ({
  async handleCC(controller, _node, cc) {
    if (!(cc instanceof ConfigurationCC)) return undefined;
    const nodeId = controller.ownNodeId;
    if (cc instanceof ConfigurationCCSet) return lock.exclusive(() => setParameter(lock, log, cc));
    if (cc instanceof ConfigurationCCGet)
      return lock.exclusive(async () => {
        await sleep(lock.manners.delayMs('read'));
        return { action: 'sendCC', cc: parameterReport(lock, nodeId, cc.parameter) };
      });
    return { action: 'fail' };
  },
});
