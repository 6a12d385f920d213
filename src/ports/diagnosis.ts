/** `warning`: works, but wants a look. `problem`: something doesn't work, or a door isn't as safe as it should be. */
export type DiagnosisLevel = 'ok' | 'warning' | 'problem';

/** One thing that the doctor looked at. Texts are for people and hold no PINs. */
export interface Diagnosis {
  /** `config`, `permissions`, `clock`, `disk`, `memory`, `database`, `broker`, `listen`, `radio`, `lock`, … */
  readonly area: string;
  /** Which of its kind: a path's role, a radio, a lock's name. */
  readonly name: string;
  readonly level: DiagnosisLevel;
  /** What was found. */
  readonly message: string;
  /** Undefined where nothing has to be done. */
  readonly whatToDo: string | undefined;
}

export const fine = (area: string, name: string, message: string): Diagnosis => ({
  area,
  name,
  level: 'ok',
  message,
  whatToDo: undefined,
});

export const warning = (area: string, name: string, message: string, whatToDo: string): Diagnosis => ({
  area,
  name,
  level: 'warning',
  message,
  whatToDo,
});

export const problem = (area: string, name: string, message: string, whatToDo: string): Diagnosis => ({
  area,
  name,
  level: 'problem',
  message,
  whatToDo,
});

const ranks = { problem: 0, warning: 1, ok: 2 } as const;

/** The worst first, else in the order given. */
export const worstFirst = (all: readonly Diagnosis[]): Diagnosis[] =>
  all.toSorted((a, b) => ranks[a.level] - ranks[b.level]);

export const countOf = (all: readonly Diagnosis[], level: DiagnosisLevel): number =>
  all.filter((one) => one.level === level).length;
