import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCodeFile } from './parse.ts';

const problems = (text: string): string[] => {
  const file = parseCodeFile(text);
  return file.ok ? [] : file.problems.map(({ place, message }) => `${place.line}:${place.column} ${message}`);
};
const code = (text: string): string => `locks:\n  front:\n    codes:\n      - ${text}\n`;

describe('a code file', () => {
  it('says what each lock is to hold, with the place of everything', () => {
    const file = parseCodeFile(`# our guests
locks:
  front:
    codes:
      - &cleo
        name: Cleo
        code: '0471'
        shared_key: cleaners
      - { name: 家, starts: 2026-12-24 15:00, ends: 2026-12-27T11:00:00+01:00, one_time: true }
  5f0c1a2b: { codes: [*cleo] }
  77: { codes: [] }
`);
    if (!file.ok) throw new Error(JSON.stringify(file.problems));
    expect(file.locks.map(({ lock, codes }) => [lock, codes.length])).toEqual([
      ['front', 2],
      ['5f0c1a2b', 1],
      ['77', 0],
    ]);
    expect(file.locks[0]?.codes[0]).toMatchObject({
      place: { line: 6, column: 9 },
      name: { value: 'Cleo', place: { line: 6, column: 15 } },
      code: { value: '0471', place: { line: 7, column: 15 } },
      sharedKey: { value: 'cleaners' },
    });
    expect(file.locks[0]?.codes[1]).toMatchObject({
      name: { value: '家' },
      starts: { value: '2026-12-24 15:00' },
      ends: { value: '2026-12-27T11:00:00+01:00' },
      oneTime: { value: true },
    });
    expect(file.locks[1]?.codes[0]).toMatchObject({ code: { value: '0471' } });
  });

  it.each([
    ['', '1:1 must be a mapping with locks'],
    ['- a', '1:1 must be a mapping with locks'],
    ['doors: {}', '1:1 unknown key doors; allowed: locks'],
    ['locks:', '1:1 locks must be a mapping of locks by id or name, but here is nothing'],
    ['locks: {}', '1:1 locks must name at least one lock'],
    ['locks: { front: [] }', '1:10 a lock must be a mapping with codes'],
    ['locks: { front: { codes: } }', '1:19 codes must be a list ([] for none), but here is nothing'],
    ['locks: { front: { kodes: [] } }', '1:19 unknown key kodes; allowed: codes'],
    [code('Anna'), '4:9 a code must be a mapping, such as { name: Anna }, but here is text'],
    [code('{ code: "0471" }'), '4:9 a code must have a name (or its id), by which it is known again'],
    [
      code('{ name: 12 }'),
      '4:17 name must be text of 1 to 100 characters, but here is a number: put it in quotes',
    ],
    [code('{ name: "" }'), '4:17 name must be text of 1 to 100 characters'],
    [code('{ name: "a\\nb" }'), '4:17 name must be text of 1 to 100 characters'],
    [code('{ name: [] }'), '4:17 name must be text of 1 to 100 characters, but here is a list'],
    [
      code('{ name: A, starts: 2026 }'),
      '4:28 starts must be a time, such as "2026-12-24 15:00", but here is a number',
    ],
    [code('{ name: A, one_time: yes }'), '4:30 one_time must be true or false, but here is text'],
    [code('{ name: A, id: 7f }'), "4:24 id must be a code's id, a UUID"],
    [code('{ name: A, colour: red }'), '4:20 unknown key colour; allowed: name, code, starts, ends'],
    [code('{ name: A, name: B }'), '4:20 Map keys must be unique'],
    [code('{ name: *nobody }'), '4:17 name must be text of 1 to 100 characters, but here is nothing'],
    ['locks: { front: { codes: [', '1:27 '],
  ])('%j is refused: %s', (text, problem) => {
    expect(problems(text).join('\n')).toContain(problem);
  });

  it.each([
    ...['0471', '471', '4711', '0o17', '0471a', '"04 71"', '"123"', '"1234567890123"', "'０４７１'"],
    ...['|\n          0471', '[0471]', 'null', '*x'],
  ])('takes a PIN as 4 to 12 digits in quotes only, and never repeats another: %s', (pin) => {
    const [problem = '', ...others] = problems(code(`name: A\n        code: ${pin}`));
    expect(problem).toContain('code must be 4 to 12 digits in quotes, such as "0471"');
    expect(problem.replace('"0471"', '')).not.toMatch(/\d{3}/);
    expect(others).toEqual([]);
  });

  it('tells all that is wrong, in the order of the file, without the digits of a misplaced PIN', () => {
    const found = problems(`locks:
  front:
    codes:
      - { name: A, code: 8642 }
      - { 8642: A }
      - { name: B, "code 8642": x, starts: [8642] }
  back: 8642
`);
    expect(found.map((one) => one.slice(0, 4).trim())).toEqual(['4:26', '5:11', '6:20', '6:44', '7:3']);
    expect(found.join()).not.toContain('8642');
  });

  it('of any text is understood or refused, and told without long runs of digits', () => {
    const bits = [
      'locks:',
      'codes:',
      'name:',
      'code:',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '"',
      "'",
      '|',
      '#',
      '? ',
    ];
    const values = [
      'front',
      '0471',
      '"0471"',
      '86428642',
      '!!int ',
      '\n',
      '\n  ',
      '\n      ',
      ', ',
      ': ',
      '\t',
      '---',
      '%',
    ];
    const text = fc.oneof(
      fc.array(fc.constantFrom(...bits, ...values), { maxLength: 20 }).map((parts) => parts.join('')),
      fc.array(fc.constantFrom(...bits, ...values), { maxLength: 12 }).map((parts) => code(parts.join(' '))),
      fc.string(),
    );
    const check = (one: string): void => {
      const file = parseCodeFile(one);
      if (file.ok) return;
      expect(file.problems.length).toBeGreaterThan(0);
      expect(problems(one).join().replaceAll('"0471"', '').replaceAll('2026-12-24', '')).not.toMatch(/\d{4}/);
    };
    fc.assert(fc.property(text, check), { numRuns: 500, seed: 3 });
  });

  it('is refused where it refers to itself', () => {
    expect(problems(`locks:\n  a: &a { codes: [*a] }\n`).join()).toContain('unknown key codes');
  });
});
