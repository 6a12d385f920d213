import { describe, expect, test } from 'vitest';
import { ruleOfStart } from './start-rule.ts';
import type { OnStick, Situation, Strategy, Verdict } from './start-rule.ts';
import { filesIn } from './storage.ts';

const key = '00112233445566778899aabbccddeeff';
const network = {
  panId: 6754,
  extendedPanId: 'dddddddd00000001',
  channel: 15,
  networkKey: [...Buffer.from(key, 'hex')],
};
const ours: OnStick = { kind: 'network', panId: 6754, extendedPanId: 'dddddddd00000001', channel: 15 };
const other: OnStick = { kind: 'network', panId: 99, extendedPanId: '0123456789abcdef', channel: 20 };
const blank: OnStick = { kind: 'blank' };
const backup = { ...network, networkKey: key, coordinator: '0x00124b0000000001' };

const judge = (change: Partial<Situation>): Verdict =>
  ruleOfStart({
    path: '/dev/zigbee',
    stick: ours,
    strategy: 'startup',
    network,
    isNew: false,
    firstStart: false,
    stored: { devices: 3, backup },
    place: { file: '/data/network.json', marker: '/data/marker' },
    files: filesIn('/data'),
    ...change,
  });

const wordsOf = (verdict: Verdict): string => {
  if (verdict.kind !== 'refuse') throw new Error(`not refused: ${verdict.kind}`);
  expect(verdict.words).not.toContain(key);
  expect(verdict.words).toContain('/dev/zigbee');
  return verdict.words;
};

describe('a coordinator with our network', () => {
  test('is resumed, whatever is stored', () => {
    for (const stored of [
      { devices: 0, backup: undefined },
      { devices: 3, backup: undefined },
      { devices: 3, backup },
    ])
      expect(judge({ stored })).toEqual({ kind: 'resume' });
  });

  test.each([
    ['turns it round', 'dddddddd00000001', '01000000dddddddd'],
    ['has its own instead of the usual default', 'dddddddddddddddd', '00124b0012345678'],
  ])('is resumed though its backup tells another extended PAN: the stick %s', (_, wanted, told) => {
    const stored = { devices: 3, backup: { ...backup, extendedPanId: told } };
    expect(judge({ network: { ...network, extendedPanId: wanted }, stored })).toEqual({ kind: 'resume' });
  });

  test('is resumed on the channel it has moved to', () => {
    const stored = { devices: 3, backup: { ...backup, channel: 25 } };
    expect(judge({ stored })).toEqual({ kind: 'resume' });
  });

  test.each([
    ['PAN', { panId: 99 }],
    ['extended PAN', { extendedPanId: '0123456789abcdef' }],
    ['key', { networkKey: 'ffeeddccbbaa99887766554433221100' }],
  ])(
    'FIELD-BUGS 34: is not started beside the locks and the only backup of another network: other %s',
    (_what, other) => {
      const said = wordsOf(judge({ stored: { devices: 3, backup: { ...backup, ...other } } }));
      expect(said).toContain('/data/coordinator_backup.json is of another');
      expect(said).toContain('/data/database.db');
      expect(said).toContain('Nothing was changed');
    },
  );
});

describe('FIELD-BUGS 34: a coordinator with another network', () => {
  test.each<Strategy>(['restoreBackup', 'startCommissioning', 'mismatch'])(
    'is never overwritten, though herdsman would: %s',
    (strategy) => {
      const said = wordsOf(judge({ stick: other, strategy }));
      expect(said).toContain('another network (PAN 99, extended PAN 0123456789abcdef, channel 20)');
      expect(said).toContain('/data/network.json (PAN 6754, extended PAN dddddddd00000001, channel 15)');
      expect(said).toContain('Nothing was changed');
    },
  );

  test('is never overwritten where herdsman takes it for blank, because another program formed it', () => {
    const stored = { devices: 0, backup: undefined };
    const stick = { ...other, unmarked: true };
    const change = { stick, strategy: 'startCommissioning', stored, firstStart: true } as const;
    expect(wordsOf(judge(change))).toContain('another network (PAN 99');
    expect(wordsOf(judge({ ...change, isNew: true }))).toContain('already has a network (PAN 99');
  });

  test('is ours where we were cut off while we formed or restored it', () => {
    const stored = { devices: 0, backup: undefined };
    const stick = { ...ours, panId: 6755, unmarked: true };
    const change = { stick, strategy: 'startCommissioning', stored, firstStart: true } as const;
    expect(judge(change)).toEqual({ kind: 'form' });
    expect(judge({ stick, strategy: 'restoreBackup' })).toEqual({ kind: 'restore' });
  });

  test('is never overwritten where there is nothing to lose on our side either', () => {
    const stored = { devices: 0, backup: undefined };
    wordsOf(judge({ stick: other, strategy: 'startCommissioning', stored, firstStart: true }));
  });

  test('of the same name has another key', () => {
    expect(wordsOf(judge({ strategy: 'mismatch' }))).toContain('the same network under another key');
  });

  test('gets no new network beside it: the missing file is named, and how to begin anew', () => {
    const said = wordsOf(
      judge({ stick: other, strategy: 'startCommissioning', isNew: true, firstStart: true }),
    );
    expect(said).toContain('/data/network.json: the Zigbee network file is missing');
    expect(said).toContain('erase the coordinator first');
  });
});

describe('a blank coordinator', () => {
  test('is restored where the backup is of our network', () => {
    expect(judge({ stick: blank, strategy: 'restoreBackup' })).toEqual({ kind: 'restore' });
  });

  test.each([
    [3, false, 'has 3 devices'],
    [1, true, 'has one device'],
    [0, false, 'this bridge has had locks'],
  ])('FIELD-BUGS 34: is not touched without a backup: %i devices', (devices, firstStart, said) => {
    const stored = { devices, backup: undefined };
    const words = wordsOf(judge({ stick: blank, strategy: 'startCommissioning', stored, firstStart }));
    expect(words).toContain(said);
    expect(words).toContain('Restore /data/coordinator_backup.json from your backup');
  });

  test('FIELD-BUGS 34: is not touched with a backup of another network', () => {
    const stored = { devices: 0, backup: { ...backup, channel: 20 } };
    const words = wordsOf(judge({ stick: blank, strategy: 'startCommissioning', stored, firstStart: true }));
    expect(words).toContain('is of another network (PAN 6754, extended PAN dddddddd00000001, channel 20)');
  });

  test.each([true, false])('gets a network where nobody has any: made now %s', (isNew) => {
    const stored = { devices: 0, backup: undefined };
    const verdict = judge({ stick: blank, strategy: 'startCommissioning', stored, firstStart: true, isNew });
    expect(verdict).toEqual({ kind: 'form' });
  });
});
