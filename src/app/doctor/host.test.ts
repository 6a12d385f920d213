import { describe, expect, test } from 'vitest';
import { soundHost } from '../../../test/support/bridge-info.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import type { HostFacts, PathFact } from '../../ports/host.ts';
import { judgeConfigAge, judgeHost } from './host.ts';
import { judgeService } from './service.ts';

const now = Date.UTC(2026, 10, 22, 12);
const bad = (changes: Partial<HostFacts>): Diagnosis[] =>
  judgeHost(soundHost(now, changes)).filter((one) => one.level !== 'ok');
/** What is wrong, in short. */
const said = (changes: Partial<HostFacts>): string[] =>
  bad(changes).map(({ level, area, message }) => `${level} ${area}: ${message}`);
const [dataDir] = soundHost(now).paths;
const with_ = (...others: PathFact[]): Partial<HostFacts> => ({ paths: [dataDir!, ...others] });
const key = (changes: Partial<PathFact>): PathFact => ({
  what: 'encryption key',
  path: '/var/lib/lockstep/lockstep.key',
  kind: 'file',
  mostMode: 0o600,
  required: true,
  found: 'file',
  mode: 0o600,
  uid: 990,
  ...changes,
});

describe('a machine', () => {
  test('with nothing wrong says of each area what it found', () => {
    expect(bad({})).toEqual([]);
    const areas = new Set(judgeHost(soundHost(now)).map((one) => one.area));
    expect([...areas]).toEqual(['config', 'permissions', 'clock', 'disk', 'memory', 'versions']);
  });

  test('every finding that is not ok says what to do', () => {
    const disk = soundHost(now).disk!;
    for (const one of bad({
      ...with_(key({ mode: 0o644 })),
      disk: { ...disk, writable: false },
      memory: { residentBytes: 1, availableBytes: 1, totalBytes: 1 },
      clock: { synchronised: false, builtAt: undefined, timeZone: 'UTC' },
    }))
      expect(one.whatToDo).toMatch(/\w{3,}/);
  });
});

describe('files', () => {
  test('open to others are a problem, with the command that puts it right', () => {
    expect(bad(with_(key({ mode: 0o644 })))).toEqual([
      expect.objectContaining({
        level: 'problem',
        area: 'permissions',
        name: 'encryption key',
        whatToDo: 'chmod 0600 /var/lib/lockstep/lockstep.key',
      }),
    ]);
    expect(bad(with_(key({ mode: 0o400 })))).toEqual([]);
  });

  test('a data directory that others may enter is a problem', () => {
    expect(said({ paths: [{ ...dataDir!, mode: 0o755 }] })).toEqual([
      'problem permissions: /var/lib/lockstep has mode 0755: others may use it; at most 0700 is needed',
    ]);
  });

  test('of another user are a problem, of root are not', () => {
    expect(said(with_(key({ uid: 1000 })))).toEqual([
      'problem permissions: /var/lib/lockstep/lockstep.key belongs to uid 1000, the data directory to uid 990',
    ]);
    expect(said(with_(key({ uid: 0 })))).toEqual([]);
  });

  test('that are missing are a problem only where they are needed', () => {
    const missing = { found: 'missing', mode: undefined, uid: undefined } as const;
    expect(said(with_(key(missing)))).toEqual([
      'problem permissions: /var/lib/lockstep/lockstep.key is missing',
    ]);
    expect(said(with_(key({ ...missing, required: false })))).toEqual([]);
  });

  test('of a data directory that is not there are not asked for one by one', () => {
    const missing = { found: 'missing', mode: undefined, uid: undefined } as const;
    expect(said({ paths: [{ ...dataDir!, ...missing }, key(missing)] })).toEqual([
      "problem permissions: /var/lib/lockstep is missing: no daemon has run here yet, or its disk isn't there",
    ]);
  });

  test('that are something else are a problem', () => {
    expect(said(with_(key({ found: 'directory' })))).toEqual([
      'problem permissions: /var/lib/lockstep/lockstep.key is no file',
    ]);
  });

  test('that this user may not see are told of, and that it is not the daemon who asks', () => {
    const hidden = { found: 'hidden', mode: undefined, uid: undefined } as const;
    expect(said({ ...with_(key(hidden)), uid: 1000 })).toEqual([
      "warning permissions: /var/lib/lockstep/lockstep.key can't be looked at by this user",
      "warning permissions: this user (uid 1000) isn't the data directory's owner (uid 990), so not everything could be seen",
    ]);
    expect(said({ uid: 0 })).toEqual([]);
  });
});

describe('settings', () => {
  const { config } = soundHost(now);

  test('that can no longer be used are a problem now, not only at the next start', () => {
    expect(said({ config: { ...config, problem: 'brige_id: unknown key' } })).toEqual([
      'problem config: brige_id: unknown key',
    ]);
  });

  test('without effect are named', () => {
    expect(said({ config: { ...config, withoutEffect: ['scheduling.lead'] } })).toEqual([
      'warning config: set, but without effect in this version: scheduling.lead',
    ]);
  });

  test('changed after the daemon read them count only after a restart', () => {
    const facts = soundHost(now, { config: { ...config, isChanged: true } });
    expect(judgeConfigAge(facts)).toMatchObject([{ level: 'warning' }]);
    expect(judgeConfigAge(soundHost(now))).toEqual([]);
  });
});

test.each<[string, Partial<HostFacts['clock']>, RegExp]>([
  ['before the program was built', { builtAt: now + 1 }, /^problem .*before this program was made/],
  ['not synchronised', { synchronised: false }, /^warning .*isn't synchronised/],
])('a clock that is %s (FIELD-BUGS 33)', (_what, clock, text) => {
  expect(said({ clock: { ...soundHost(now).clock, ...clock } })).toEqual([
    expect.stringMatching(text) as string,
  ]);
});

test('a clock of which nothing is known is no finding to act upon', () => {
  expect(said({ clock: { ...soundHost(now).clock, synchronised: undefined } })).toEqual([]);
});

test.each<[string, Partial<NonNullable<HostFacts['disk']>>, RegExp | undefined]>([
  ['has room', { freeBytes: 600 * 2 ** 20 }, undefined],
  ['is filling up', { freeBytes: 500 * 2 ** 20 }, /^warning disk: filling up: 524 MB of 30 GB free/],
  ['is almost full', { freeBytes: 60 * 2 ** 20 }, /^problem disk: almost full/],
  ['has become read-only', { writable: false, freeBytes: 1 }, /^problem disk: the file system is read-only/],
  ['has few inodes', { freeInodes: 1_000 }, /^warning disk: room for only 1000 more files/],
  ['has no inodes', { freeInodes: 0 }, /^problem disk: room for only 0 more files/],
  ['counts no inodes', { freeInodes: 0, totalInodes: 0 }, undefined],
])('a disk that %s', (_what, disk, text) => {
  const found = said({ disk: { ...soundHost(now).disk!, ...disk } });
  expect(found).toEqual(text === undefined ? [] : [expect.stringMatching(text) as string]);
});

test.each<[Partial<HostFacts['memory']>, RegExp | undefined]>([
  [{ availableBytes: 90e6 }, /^warning memory: 180 MB used by this process, 90 MB of 4\.0 GB available/],
  [{ residentBytes: 900e6 }, /^warning memory: 900 MB used/],
  [{}, undefined],
])('memory %j', (memory, text) => {
  const found = said({ memory: { ...soundHost(now).memory, ...memory } });
  expect(found).toEqual(text === undefined ? [] : [expect.stringMatching(text) as string]);
});

describe('the service of a daemon that does not answer', () => {
  const says = (properties: Record<string, string> | undefined): string[] =>
    judgeService(properties).map(({ level, message }) => `${level}: ${message}`);
  const loaded = { LoadState: 'loaded', Result: 'exit-code', ExecMainStatus: '1' };

  test.each<[Record<string, string> | undefined, string[]]>([
    [undefined, []],
    [{}, []],
    [{ LoadState: 'not-found' }, ['ok: not installed as a service']],
    [{ ...loaded, ActiveState: 'inactive' }, ['problem: lockstep.service is inactive']],
    [{ ...loaded, ActiveState: 'active' }, ['warning: lockstep.service runs, but not on this socket']],
    [{ ...loaded, ActiveState: 'activating' }, ['warning: lockstep.service is being started']],
    [{ ...loaded, ActiveState: 'failed' }, ['problem: lockstep.service has failed (exit-code, exit code 1)']],
    [
      { ...loaded, ActiveState: 'failed', ExecMainStatus: '78' },
      ['problem: lockstep.service has ended because its settings or key files are wrong'],
    ],
  ])('%j', (properties, found) => {
    expect(says(properties)).toEqual(found);
  });
});
