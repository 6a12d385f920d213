import { clean, truncate, widthOf } from './text.ts';
import type { Paint, Tone } from './text.ts';

export interface Column<Row> {
  readonly header: string;
  readonly value: (row: Row) => string;
  readonly align?: 'right';
  /** May be cut down to this width where the table is too wide; without it, it keeps its own. */
  readonly min?: number;
  /** Gives way only after those without this have come down to their least width. */
  readonly givesWayLast?: true;
  readonly tone?: (row: Row) => Tone | undefined;
}

const gap = 2;

/** A table of at most `width` columns; the widest cells that may give way do so first. Ends in a newline. */
export const renderTable = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: { readonly width: number; readonly paint: Paint },
): string => {
  const { paint } = options;
  const cells = rows.map((row) => columns.map((column) => clean(column.value(row))));
  const widths = fit(columns, cells, options.width);
  const line = (texts: readonly string[], toneOf: (index: number) => Tone | undefined): string => {
    const last = texts.length - 1;
    const parts = texts.map((text, index) => {
      const width = widths[index] ?? 0;
      const short = truncate(text, width);
      const padding = ' '.repeat(Math.max(0, width - widthOf(short)));
      const painted = paint(toneOf(index), short);
      if (columns[index]?.align === 'right') return padding + painted;
      return index === last ? painted : painted + padding;
    });
    return `${parts.join(' '.repeat(gap)).trimEnd()}\n`;
  };
  const head = line(
    columns.map((column) => column.header),
    () => 'bold',
  );
  const body = rows.map((row, index) => line(cells[index] ?? [], (at) => columns[at]?.tone?.(row)));
  return [head, ...body].join('');
};

const fit = <Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  width: number,
): number[] => {
  const widths = columns.map((column, index) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[index] ?? '')), widthOf(column.header)),
  );
  let excess = widths.reduce((sum, each) => sum + each, 0) + gap * (columns.length - 1) - width;
  for (const last of [undefined, true]) {
    while (excess > 0) {
      const widest = widestThat(columns, widths, (column) => column.givesWayLast === last);
      if (widest === undefined) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess -= 1;
    }
  }
  return widths;
};

/** Index of the widest column that may give way and is still wider than its least width. */
const widestThat = <Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  mayGiveWay: (column: Column<Row>) => boolean,
): number | undefined => {
  let widest: number | undefined;
  for (const [index, column] of columns.entries()) {
    const mine = widths[index] ?? 0;
    if (column.min === undefined || mine <= column.min || !mayGiveWay(column)) continue;
    if (widest === undefined || mine > (widths[widest] ?? 0)) widest = index;
  }
  return widest;
};
