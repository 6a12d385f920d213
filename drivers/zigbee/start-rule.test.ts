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
