import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as seeds from '../../test/support/seeds.ts';
import type { Finding } from '../core/model.ts';
import { accessCodeErrors, accessCodeWarnings } from './objects/finding-codes.ts';
import { findingsView } from './objects/findings.ts';
import {
  currentErrors,
  currentErrorsOfWarnings,
  currentWarnings,
  errorCode,
  warningCode,
} from './vocabulary.ts';

const docs = readFileSync(new URL('../../docs/seam-codes.md', import.meta.url), 'utf8');

/** Code and second column of each row between two marks of the page. */
const rows = (section: 'errors' | 'warnings'): (readonly [string, string])[] => {
  const table = docs.split(`<!-- ${section} -->`)[1]?.split(`<!-- end of ${section} -->`)[0] ?? '';
  return table
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, code]) => code?.startsWith('`') === true && code !== '`current`')
    .map(([, code = '', current = '']) => [code.replaceAll('`', ''), current.replaceAll('`', '')] as const);
};

describe('docs/seam-codes.md', () => {
  test.each([
    ['errors', seeds.errors, accessCodeErrors],
    ['warnings', seeds.warnings, accessCodeWarnings],
  ] as const)(
    'has a row for each of the seeds’ %s and of ours, and says of each that is raised so',
    (section, seeds, raised) => {
      const listed = rows(section);
      const codes = listed.map(([code]) => code);
      expect(new Set(codes).size).toBe(codes.length);
      expect([...codes].sort()).toEqual([...new Set<string>([...seeds, ...raised])].sort());
      const here = listed
        .filter(([, current]) => !['out', 'not raised'].includes(current))
        .map(([code]) => code);
      expect(here.sort()).toEqual([...raised].sort());
    },
  );

  test('names for each the one that the vocabulary of 2026 shows', () => {
    for (const [code, current] of rows('errors'))
      if (!['out', 'not raised'].includes(current)) expect(current, code).toBe(currentErrors[code] ?? '–');
    for (const [code, current] of rows('warnings'))
      if (!['out', 'not raised'].includes(current))
        expect(current.split(',')[0], code).toBe(
          currentErrorsOfWarnings[code] ?? currentWarnings[code] ?? '–',
        );
  });
});

const finding = (code: string, extra: Finding['extra'] = {}): Finding => ({
  code,
  message: code,
  created_at: 0,
  extra,
});

test('the seeds’ vocabulary shows what is kept, with the fields of each kind', () => {
  const view = findingsView(
    {
      errors: [
        finding('code_modified_external_to_seam', { change_type: 'modified' }),
        finding('hub_disconnected'),
        finding('account_disconnected'),
      ],
      warnings: [finding('ultraloq_access_code_disabled')],
    },
    'seeds',
  );
  expect(view.errors).toEqual([
    {
      error_code: 'code_modified_external_to_seam',
      message: 'code_modified_external_to_seam',
      created_at: '1970-01-01T00:00:00.000Z',
      change_type: 'modified',
      modified_fields: [{ field: 'code', from: null, to: null }],
      is_access_code_error: true,
    },
    expect.objectContaining({ error_code: 'hub_disconnected', is_device_error: true }),
    expect.objectContaining({
      error_code: 'account_disconnected',
      is_connected_account_error: true,
      is_device_error: false,
    }),
  ]);
  expect(view.warnings).toMatchObject([{ warning_code: 'ultraloq_access_code_disabled' }]);
});

test('the vocabulary of 2026 renames, tells once what has one name now, and moves what is an error today', () => {
  const view = findingsView(
    {
      errors: [finding('code_modified_external_to_seam'), finding('replaced_by_newer_access_code')],
      warnings: [finding('code_modified_external_to_seam'), finding('ultraloq_access_code_disabled')],
    },
    'current',
  );
  expect(view.errors).toMatchObject([
    { error_code: 'conflicting_external_modification', message: 'code_modified_external_to_seam' },
    { error_code: 'access_code_inactive' },
  ]);
  expect(view.errors).toHaveLength(2);
  expect(view.warnings).toMatchObject([{ warning_code: 'external_modification_in_effect' }]);
  expect(view.warnings).toHaveLength(1);
});

test('one name alone is translated too, and what has no other name keeps its own', () => {
  expect(errorCode('code_modified_external_to_seam', 'current')).toBe('conflicting_external_modification');
  expect(errorCode('code_modified_external_to_seam', 'seeds')).toBe('code_modified_external_to_seam');
  expect(warningCode('code_modified_external_to_seam', 'current')).toBe('external_modification_in_effect');
  expect(warningCode('being_deleted', 'current')).toBe('being_deleted');
});
