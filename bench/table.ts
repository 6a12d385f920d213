import { summary } from './stats.ts';
import type { Samples } from './stats.ts';

/** One line of the result. A figure is what was measured, or a text where a number alone would mislead. */
export interface Row {
  readonly what: string;
  readonly lockstep: Samples | string;
  readonly bare?: Samples | string;
  /** Only in a section with a peer. */
  readonly peer?: Samples | string;
  /** Difference or ratio of the medians, and the aim where there is one. */
  readonly verdict?: string;
  /** For the JSON file only. */
  readonly detail?: unknown;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
  /** What Lockstep is compared with, where that isn't `zwave-js alone`. */
  readonly bareName?: string;
  /** Somebody else's bridge that does the same beside it. */
  readonly peerName?: string;
}

/** What is measured, Lockstep, the library alone, a peer, compared: at most 100 columns together. */
const widths = { two: [36, 25, 22, 14], three: [26, 17, 17, 17, 19] } as const;
const firstHeads = ['median (min–max) n', 'Lockstep', 'zwave-js alone', 'compared, aim'];

const shown = (figure: Samples | string | undefined): string =>
  figure === undefined ? '' : typeof figure === 'string' ? figure : summary(figure);

/** Where there are three columns the title says how many there were. */
const withoutCount = (text: string): string => text.replace(/ n=\d+$/, '');

const line = (cells: readonly string[], columns: readonly number[]): string =>
  cells
    .map((cell, index) => cell.padEnd(columns[index] ?? 0))
    .join(' ')
    .trimEnd();

const sectionLines = ({ title, rows, bareName, peerName }: Section): string[] => {
  const columns = peerName === undefined ? widths.two : widths.three;
  const cells = ({ what, lockstep, bare, peer, verdict }: Row): string[] =>
    peerName === undefined
      ? [`  ${what}`, shown(lockstep), shown(bare), verdict ?? '']
      : [`  ${what}`, ...[lockstep, bare, peer].map((one) => withoutCount(shown(one))), verdict ?? ''];
  const heads =
    bareName === undefined
      ? []
      : [line(cells({ what: '', lockstep: 'Lockstep', bare: bareName, peer: peerName ?? '' }), columns)];
  return ['', title, ...heads, ...rows.map((row) => line(cells(row), columns))];
};

/** Plain text of at most 100 columns. */
export const table = (sections: readonly Section[]): string => {
  const heads = sections.some(({ bareName }) => bareName === undefined) ? [line(firstHeads, widths.two)] : [];
  return `${[...heads, ...sections.flatMap(sectionLines)].join('\n')}\n`;
};
