import type { Capabilities, Device } from '../../core/model.ts';
import type { AnswerBody, AnswerValue } from '../answer.ts';
import { Refusal } from '../problems.ts';

/** What the lock can do, or a refusal while nobody knows. */
export const requireCapabilities = ({ capabilities }: Device): Capabilities => {
  if (capabilities === undefined)
    throw new Refusal({
      type: 'device_not_ready',
      message:
        'What this lock can do is not known yet: its interview is not complete. Try again in a minute.',
      status: 400,
    });
  return capabilities;
};

/**
 * Numbers of digits that a PIN for this lock may have, ascending: what the lock takes, less what callers have reported
 * that it doesn't. Where the lock has changed since so that nothing would be left, what it says itself counts. Empty:
 * nobody knows.
 */
export const codeLengthsOf = ({ capabilities, wishes }: Device): readonly number[] => {
  const own = capabilities?.codeLengths ?? [];
  const reported = wishes?.codeLengths ?? [];
  if (own.length === 0) return reported;
  const both = own.filter((length) => reported.includes(length));
  return both.length === 0 ? own : both;
};

/** What a device's properties say of the access codes that it takes; nothing while that isn't known. */
export const codeConstraintsOf = (device: Device, usable: readonly number[]): AnswerBody => {
  const { capabilities } = device;
  if (capabilities === undefined) return {};
  const constraints: AnswerValue[] =
    capabilities.names === undefined
      ? []
      : [{ constraint_type: 'name_length', max_length: capabilities.names.maxLength }];
  return {
    supported_code_lengths: codeLengthsOf(device),
    max_active_codes_supported: usable.length,
    code_constraints: constraints,
  };
};
