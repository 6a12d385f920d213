import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MembershipMarks } from './membership-marks.ts';

const [front, back, porch] = ['0x000d6f00aa00bb01', '0x000d6f00aa00bb02', '0x000d6f00aa00bb03'] as const;

const file = (content?: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-marks-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'membership.json');
  if (content !== undefined) writeFileSync(path, content);
  return path;
};

test('during a pairing whoever is new is hidden, over a crash too', () => {
  const path = file();
  new MembershipMarks(path).begin([front]);
  const marks = new MembershipMarks(path);
  expect(marks.isOpen).toBe(true);
  expect([marks.hides(front), marks.hides(back)]).toEqual([false, true]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, '..'))).toEqual(['membership.json']);
});

test('who was adopted is shown from then on, and nobody else', () => {
  const path = file();
  const marks = new MembershipMarks(path);
  marks.begin([front]);
  marks.adopt(back);
  expect(marks.end([front, back, porch])).toEqual([porch]);
  const after = new MembershipMarks(path);
  expect(after.isOpen).toBe(false);
  expect([front, back, porch].map((one) => after.hides(one))).toEqual([false, false, true]);
  expect(after.unfinished).toEqual([porch]);
});

test('who was left behind is new again in the next pairing, and stays marked when that fails too', () => {
  const marks = new MembershipMarks(file());
  marks.begin([]);
  marks.end([back]);
  marks.begin([front, back]);
  expect(marks.hides(back)).toBe(true);
  expect(marks.end([front, back])).toEqual([back]);
  expect(marks.unfinished).toEqual([back]);
  marks.begin([front, back]);
  marks.adopt(back);
  expect(marks.end([front, back])).toEqual([]);
  expect(marks.hides(back)).toBe(false);
});

test('who has left is forgotten, and is a stranger should it come back in the same pairing', () => {
  const path = file();
  const marks = new MembershipMarks(path);
  marks.begin([front]);
  marks.forget(front);
  expect(marks.hides(front)).toBe(true);
  marks.end([]);
  marks.disown(porch);
  expect(new MembershipMarks(path).unfinished).toEqual([porch]);
  marks.forget(porch);
  expect(new MembershipMarks(path).unfinished).toEqual([]);
});

test('outside a pairing nothing ends and nobody is adopted', () => {
  const marks = new MembershipMarks(file());
  marks.adopt(front);
  expect(marks.end([front, back])).toEqual([]);
  expect(marks.unfinished).toEqual([]);
});

test.each(['{', '{"unfinished": ["zigbee:1"]}', '[]', ''])(
  'a file that says %j counts as none',
  (content) => {
    const marks = new MembershipMarks(file(content));
    expect([marks.isOpen, marks.unfinished]).toEqual([false, []]);
  },
);

test('the marks are bounded: of those left behind the newest are kept', () => {
  const path = file();
  const marks = new MembershipMarks(path);
  const ieee = (number: number): string => `0x${number.toString(16).padStart(16, '0')}`;
  for (let number = 0; number < 80; number += 1) marks.disown(ieee(number));
  expect(marks.unfinished).toHaveLength(64);
  expect(marks.hides(ieee(79))).toBe(true);
  expect(readFileSync(path, 'utf8').length).toBeLessThan(2_000);
});
