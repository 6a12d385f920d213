import { Zcl } from 'zigbee-herdsman';
import type { AutoLock } from '../../src/core/model.ts';
import { delay } from '../../src/ports/clock.ts';
import type { OperateOutcome } from '../../src/ports/lock-driver.ts';
import { capabilitiesOf } from './capabilities.ts';
import { note } from './notes.ts';
import { isMishap, readAttributes, writeAttribute } from './sending.ts';
import type { ExchangeContext, Target } from './sending.ts';
import { refusalOf } from './translate.ts';
import { clusters, lockAttributes, zclStatus } from './zcl.ts';

/** How a lock locks itself: its AutoRelockTime [ZCL 7.3], in seconds, 0 for never. */

const id = lockAttributes.autoRelockTime;

/** What the lock tells when it is asked; undefined where it doesn't. herdsman keeps it. */
const readSeconds = async ({ endpoint }: Target, context: ExchangeContext): Promise<number | undefined> => {
  const told = await readAttributes(endpoint, clusters.doorLock, [id], context);
  const seconds = isMishap(told) ? undefined : told?.get(id);
  return typeof seconds === 'number' && !Number.isNaN(seconds) ? seconds : undefined;
};

/** Read back; once more where the lock may still tell what was before. */
const readBack = async (
  target: Target,
  wanted: number,
  context: ExchangeContext,
): Promise<number | undefined> => {
  const seconds = await readSeconds(target, context);
  const { readBackDelayMs } = target.corrects;
  if (seconds === undefined || seconds === wanted || readBackDelayMs === undefined) return seconds;
  await delay(context.clock, readBackDelayMs, context.signal);
  return context.signal.aborted ? seconds : readSeconds(target, context);
};

const refused = (why: 'format' | 'unsupported' | 'unspecified'): OperateOutcome => ({ kind: 'refused', why });

/**
 * Two exchanges: written, and read back. `confirmed` once the lock has told the new setting; where it tells another one
 * after it said yes, it doesn't take this one.
 */
export const configureAutoLock = async (
  target: Target,
  wanted: AutoLock,
  context: ExchangeContext,
): Promise<OperateOutcome> => {
  const { device, endpoint, corrects } = target;
  if (capabilitiesOf(device)?.autoLock !== true) return refused('unsupported');
  const seconds = wanted.enabled ? wanted.delaySeconds : 0;
  // What a mere switch turns on has a delay that can't be chosen.
  if (seconds === undefined || (seconds > 0 && corrects.relockIsSwitch === true)) return refused('format');
  const attribute = { id, type: Zcl.DataType.UINT32, value: seconds };
  const status = await writeAttribute(endpoint, clusters.doorLock, attribute, context);
  if (isMishap(status) && status.why !== 'timeout') return { kind: 'failed', why: status.why };
  const saysYes = status === zclStatus.success;
  if (typeof status === 'number' && !saysYes) {
    const why = refusalOf(status);
    if (why === 'unsupported') note(device, { relockFixed: true });
    return { kind: 'refused', why };
  }
  const stands = await readBack(target, seconds, context);
  if (stands === seconds) return { kind: 'done', confirmed: true };
  // The answer was lost, perhaps after the lock had taken it.
  if (!saysYes) return { kind: 'failed', why: 'timeout' };
  if (stands !== undefined) return refused(seconds === 0 ? 'unspecified' : 'format');
  endpoint.saveClusterAttributeKeyValue(clusters.doorLock, { autoRelockTime: seconds });
  return { kind: 'done', confirmed: false };
};
