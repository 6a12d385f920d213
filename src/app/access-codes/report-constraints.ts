import { lengthsText } from '../../core/code-lengths.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { presentDevice } from '../parts.ts';
import { invalid } from '../problems.ts';
import { requireCapabilities } from './constraints.ts';
import { afterCommit } from './record.ts';
import type { Params } from './schemas.ts';

/**
 * Keeps what a caller knows of the PINs that a lock takes. It can only narrow what the lock itself says.
 * @throws Refusal for lengths that contradict each other or leave nothing that the lock takes
 */
export const reportDeviceConstraints = (
  parts: AppParts,
  params: Params<'reportDeviceConstraints'>,
): AnswerBody => {
  const [parameter, reported] = reportedLengths(params);
  const device = presentDevice(parts, params.device_id);
  const { codeLengths: own } = requireCapabilities(device);
  if (own.length > 0 && !own.some((length) => reported.includes(length)))
    throw invalid(
      parameter,
      `the lock itself takes ${lengthsText(own)} digits, so that no PIN would be left`,
      'code_constraints_violated',
    );
  const { store, changes } = parts;
  store.putDevice({ ...device, wishes: { ...device.wishes, codeLengths: reported } });
  afterCommit(() => {
    changes.emit({ kind: 'device', id: device.deviceId });
  });
  return {};
};

/** All lengths that were reported, ascending, and the parameter that said so. */
const reportedLengths = ({
  supported_code_lengths: lengths,
  min_code_length: min,
  max_code_length: max,
}: Params<'reportDeviceConstraints'>): [string, number[]] => {
  if (lengths !== undefined && (min !== undefined || max !== undefined))
    throw invalid(
      'supported_code_lengths',
      'give either this, or min_code_length with max_code_length, not both',
    );
  if (lengths !== undefined) return ['supported_code_lengths', [...new Set(lengths)].sort((a, b) => a - b)];
  if (min === undefined && max === undefined)
    throw invalid('supported_code_lengths', 'give this, or min_code_length with max_code_length');
  if (min === undefined) throw invalid('min_code_length', 'must be given together with max_code_length');
  if (max === undefined) throw invalid('max_code_length', 'must be given together with min_code_length');
  if (min > max) throw invalid('max_code_length', 'must not be less than min_code_length');
  return ['min_code_length', Array.from({ length: max - min + 1 }, (_, n) => min + n)];
};
