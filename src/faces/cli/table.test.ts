import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTable } from './table.ts';
import { painter, widthOf } from './text.ts';

const plain = painter(false);

describe('a table', () => {
  it('aligns its columns and leaves no blanks at the ends of lines', () => {
    const columns = [
      { header: 'NAME', value: (row: [string, string]) => row[0] },
      { header: 'N', value: (row: [string, string]) => row[1], align: 'right' as const },
    ];
    const rows: [string, string][] = [
      ['Anna', '5'],
      ['家', '17'],
    ];
    expect(renderTable(columns, rows, { width: 80, paint: plain })).toBe('NAME   N\nAnna   5\n家    17\n');
  });

  it('cuts the widest column that may give way, and those that give way last only then', () => {
    const columns = [
      { header: 'A', value: () => 'aaaaaaaaaa', min: 5 },
      { header: 'B', value: () => 'bbbbbbbbbbbb', min: 5, givesWayLast: true as const },
      { header: 'C', value: () => 'cccc' },
    ];
    const at = (width: number) => renderTable(columns, [0], { width, paint: plain }).split('\n')[1];
    expect(at(30)).toBe('aaaaaaaaaa  bbbbbbbbbbbb  cccc');
    expect(at(27)).toBe('aaaaaa…  bbbbbbbbbbbb  cccc');
    expect(at(20)).toBe('aaaa…  bbbbbb…  cccc');
  });

  it('is as wide with colours as without', () => {
    const columns = [{ header: 'A', value: () => 'aaaaaaaaaa', min: 4, tone: () => 'bad' as const }];
    const painted = renderTable(columns, [0], { width: 6, paint: painter(true) });
    expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(renderTable(columns, [0], { width: 6, paint: plain }));
  });

  it('fits every width that its least widths allow, whatever the cells say', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell), { maxLength: 8 }),
        fc.integer({ min: 20, max: 100 }),
        (rows, width) => {
          const columns = [
            { header: 'ONE', value: (row: [string, string]) => row[0], min: 4 },
            { header: 'TWO', value: (row: [string, string]) => row[1], min: 4, align: 'right' as const },
          ];
          const lines = renderTable(columns, rows, { width, paint: plain }).split('\n');
          expect(lines).toHaveLength(rows.length + 2);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
