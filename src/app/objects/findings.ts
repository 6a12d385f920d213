import type { Finding } from '../../core/model.ts';
import type { AnswerBody, AnswerValue } from '../answer.ts';
import { currentErrorsOfWarnings, errorCode, warningCode } from '../vocabulary.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { iso } from './common.ts';

/** Errors of an access code that are its lock's. */
const ofTheDevice: ReadonlySet<string> = new Set([
  'device_disconnected',
  'device_removed',
  'empty_backup_access_code_pool',
  'hub_disconnected',
  'lockstep_lock_displaced',
]);

const kindOf = (code: string): AnswerBody => {
  if (code === 'account_disconnected') return { is_connected_account_error: true, is_device_error: false };
  return ofTheDevice.has(code) ? { is_device_error: true } : { is_access_code_error: true };
};

/** What was changed at the lock is the PIN; which it was and is stays out of errors. */
const detail = ({ extra }: Finding): AnswerBody =>
  extra['change_type'] === 'modified'
    ? { ...extra, modified_fields: [{ field: 'code', from: null, to: null }] }
    : extra;

const once = (list: readonly (readonly [string, AnswerBody])[]): AnswerValue[] => {
  const told = new Set<string>();
  const entries: AnswerValue[] = [];
  for (const [code, entry] of list) {
    if (told.has(code)) continue;
    told.add(code);
    entries.push(entry);
  }
  return entries;
};

/** The `errors` and `warnings` of an access code, in the words of the vocabulary. */
export const findingsView = (
  { errors, warnings }: { readonly errors: readonly Finding[]; readonly warnings: readonly Finding[] },
  vocabulary: Vocabulary,
): { readonly errors: AnswerValue[]; readonly warnings: AnswerValue[] } => {
  const isNowError = ({ code }: Finding): boolean =>
    vocabulary === 'current' && currentErrorsOfWarnings[code] !== undefined;
  const anError = (one: Finding, code: string): readonly [string, AnswerBody] => [
    code,
    {
      error_code: code,
      message: one.message,
      created_at: iso(one.created_at),
      ...detail(one),
      ...kindOf(one.code),
    },
  ];
  return {
    errors: once([
      ...errors.map((one) => anError(one, errorCode(one.code, vocabulary))),
      ...warnings
        .filter(isNowError)
        .map((one) => anError(one, currentErrorsOfWarnings[one.code] ?? one.code)),
    ]),
    warnings: once(
      warnings
        .filter((one) => !isNowError(one))
        .map((one) => {
          const code = warningCode(one.code, vocabulary);
          const entry = { warning_code: code, message: one.message, created_at: iso(one.created_at) };
          return [code, { ...entry, ...detail(one) }] as const;
        }),
    ),
  };
};
