import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MembershipMarks } from './membership-marks.ts';

const home = 0x7e570001;
const otherHome = 0x7e570002;

const place = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-marks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'membership.json');
};

test('whoever joins during a pairing is hidden, also after a crash, until adopted', async () => {
  const path = await place();
  new MembershipMarks(path).begin(home, 'pairing', [1, 2]);
  const marks = new MembershipMarks(path);
  expect(marks.open(home)).toBe('pairing');
  expect(marks.hides(home, 2)).toBe(false);
  expect(marks.hides(home, 3)).toBe(true);
  marks.adopt(home, 3);
  for (const one of [marks, new MembershipMarks(path)]) {
    expect(one.hides(home, 3)).toBe(false);
    expect(one.hides(home, 4)).toBe(true);
  }
});

test('at the end those who joined in vain stay hidden, until they have left', async () => {
  const path = await place();
  const marks = new MembershipMarks(path);
  marks.begin(home, 'pairing', [1, 2]);
  expect(marks.end(home, new Set([1, 2, 5]))).toEqual([5]);
  const later = new MembershipMarks(path);
  expect(later.open(home)).toBeUndefined();
  expect(later.unfinished(home)).toEqual([5]);
  expect(later.hides(home, 5)).toBe(true);
  expect(later.hides(home, 6)).toBe(false);
  later.forget(home, 5);
  expect(new MembershipMarks(path).hides(home, 5)).toBe(false);
});

test('a removal hides nobody, and leaves earlier marks alone', async () => {
  const path = await place();
  const marks = new MembershipMarks(path);
  marks.begin(home, 'pairing', [1]);
  marks.end(home, new Set([1, 7]));
  marks.begin(home, 'removal', [1, 7]);
  expect(marks.hides(home, 9)).toBe(false);
  expect(marks.hides(home, 7)).toBe(true);
  expect(marks.end(home, new Set([1, 7, 9]))).toEqual([]);
  expect(marks.unfinished(home)).toEqual([7]);
  // Gone while nobody looked: its number may be given to another node.
  marks.begin(home, 'removal', [1]);
  marks.end(home, new Set([1]));
  expect(marks.hides(home, 7)).toBe(false);
});

test('a node that was adopted and disowned again is hidden', async () => {
  const path = await place();
  const marks = new MembershipMarks(path);
  marks.begin(home, 'pairing', [1]);
  marks.adopt(home, 4);
  marks.disown(home, 4);
  expect(marks.end(home, new Set([1, 4]))).toEqual([]);
  expect(new MembershipMarks(path).hides(home, 4)).toBe(true);
});

test('marks of one network say nothing about another', async () => {
  const path = await place();
  const marks = new MembershipMarks(path);
  marks.begin(home, 'pairing', [1]);
  expect(marks.hides(otherHome, 3)).toBe(false);
  expect(marks.open(otherHome)).toBeUndefined();
  marks.adopt(otherHome, 3);
  expect(marks.hides(home, 3)).toBe(true);
  expect(marks.end(otherHome, new Set([1, 3]))).toEqual([]);
  expect(marks.open(home)).toBe('pairing');
});

test('the file is only for its owner; one that is damaged counts as none and is replaced', async () => {
  const path = await place();
  await writeFile(path, '{"homeId":1,"unfinished":[');
  const marks = new MembershipMarks(path);
  expect(marks.open(1)).toBeUndefined();
  marks.begin(home, 'pairing', [1]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    homeId: home,
    underWay: { kind: 'pairing', known: [1] },
    unfinished: [],
  });
});

test('where nothing can be written, nothing begins', async () => {
  const path = await place();
  const marks = new MembershipMarks(join(path, 'nowhere', 'membership.json'));
  expect(() => {
    marks.begin(home, 'pairing', [1]);
  }).toThrow();
});
