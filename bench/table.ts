import { summary } from './stats.ts';
import type { Samples } from './stats.ts';

/** One line of the result. A figure is what was measured, or a text where a number alone would mislead. */
export interface Row {
  readonly what: string;
  readonly lockstep: Samples | string;
  readonly bare?: Samples | string;
  /** Difference or ratio of the medians, and the aim where there is one. */
  readonly verdict?: string;
  /** For the JSON file only. */
  readonly detail?: unknown;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

const widths = [36, 25, 22, 14] as const;

const shown = (figure: Samples | string | undefined): string =>
  figure === undefined ? '' : typeof figure === 'string' ? figure : summary(figure);

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join(' ')
    .trimEnd();

/** Plain text of at most 100 columns. */
export const table = (sections: readonly Section[]): string => {
  const lines = [line(['median (min–max) n', 'Lockstep', 'zwave-js alone', 'compared, aim'])];
  for (const { title, rows } of sections) {
    lines.push('', title);
    for (const { what, lockstep, bare, verdict } of rows)
      lines.push(line([`  ${what}`, shown(lockstep), shown(bare), verdict ?? '']));
  }
  return `${lines.join('\n')}\n`;
};
