import type { AccessCode } from '../../core/model.ts';
import type { WantedEntry } from './schemas.ts';

/** An entry of the wanted set, and the access code that it is about; undefined: one is to be made. */
export interface Match {
  readonly index: number;
  readonly entry: WantedEntry;
  readonly code: AccessCode | undefined;
}

/** What is wrong with an entry. */
export interface MatchProblem {
  readonly index: number;
  readonly parameter: 'access_code_id' | 'name';
  readonly message: string;
}

export interface Matched {
  readonly matches: readonly Match[];
  readonly superfluous: readonly AccessCode[];
}

/**
 * Which access codes of a lock the entries are about: by id, else by name, else by PIN (renamed). What is left over is
 * superfluous. Nothing is guessed where several could be meant.
 */
export const matchCodes = (
  entries: readonly WantedEntry[],
  present: readonly AccessCode[],
): Matched | { readonly problem: MatchProblem } => {
  const problem = repeated(entries);
  if (problem !== undefined) return { problem };
  const open = new Map(present.map((code) => [String(code.accessCodeId), code]));
  const found = new Map<number, AccessCode>();
  const take = (index: number, code: AccessCode): void => {
    found.set(index, code);
    open.delete(code.accessCodeId);
  };
  for (const [index, { access_code_id: id }] of entries.entries()) {
    if (id === undefined) continue;
    const code = open.get(id);
    if (code === undefined) return { problem: unknownId(index) };
    take(index, code);
  }
  for (const [index, entry] of entries.entries()) {
    if (found.has(index)) continue;
    const named = [...open.values()].filter(({ name }) => name === entry.name);
    const [code, ...others] = named.length > 1 ? withPin(named, entry) : named;
    if (named.length > 1 && (code === undefined || others.length > 0))
      return { problem: ambiguous(index, named.length) };
    if (code !== undefined) take(index, code);
  }
  for (const [index, entry] of entries.entries()) {
    if (found.has(index)) continue;
    const [code, ...others] = withPin([...open.values()], entry);
    if (code !== undefined && others.length === 0) take(index, code);
  }
  return {
    matches: entries.map((entry, index) => ({ index, entry, code: found.get(index) })),
    superfluous: [...open.values()],
  };
};

const withPin = (codes: readonly AccessCode[], { code: digits }: WantedEntry): AccessCode[] =>
  digits === undefined ? [] : codes.filter((code) => code.pin.reveal() === digits);

/** One entry could then not be told from the other. */
const repeated = (entries: readonly WantedEntry[]): MatchProblem | undefined => {
  for (const [index, entry] of entries.entries()) {
    const before = entries.slice(0, index);
    if (
      entry.access_code_id !== undefined &&
      before.some((one) => one.access_code_id === entry.access_code_id)
    )
      return { index, parameter: 'access_code_id', message: 'is that of another entry too' };
    const isTwin = (one: WantedEntry): boolean =>
      one.name === entry.name && (one.access_code_id === undefined || entry.access_code_id === undefined);
    if (typeof entry.name === 'string' && before.some(isTwin))
      return {
        index,
        parameter: 'name',
        message:
          'stands twice for this lock: give the access codes different names, or each its access_code_id',
      };
  }
  return undefined;
};

const unknownId = (index: number): MatchProblem => ({
  index,
  parameter: 'access_code_id',
  message: 'is that of no managed access code of this lock; leave it out to make a new one',
});

const ambiguous = (index: number, count: number): MatchProblem => ({
  index,
  parameter: 'name',
  message: `is borne by ${count} access codes of this lock: say with access_code_id which is meant`,
});
