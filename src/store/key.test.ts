import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../ports/errors.ts';
import { loadOrCreateKey } from './key.ts';
import { TestBed } from './testing/test-bed.ts';

const thrown = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the encryption key', () => {
  it('is made once, at random, 0600, and read back ever after', () => {
    using bed = new TestBed();
    const keyFile = join(bed.root, 'keys', 'lockstep.key');
    const made = loadOrCreateKey({ keyFile, allowCreate: true });
    expect(made).toHaveLength(32);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(statSync(join(bed.root, 'keys')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(bed.root, 'keys'))).toEqual(['lockstep.key']);
    expect([...loadOrCreateKey({ keyFile, allowCreate: false })]).toEqual([...made]);
    expect([...loadOrCreateKey({ keyFile, allowCreate: true })]).toEqual([...made]);
    const other = loadOrCreateKey({ keyFile: join(bed.root, 'other.key'), allowCreate: true });
    expect([...other]).not.toEqual([...made]);
  });

  it('is never made where codes already depend on one that is missing', () => {
    using bed = new TestBed();
    const keyFile = join(bed.root, 'lockstep.key');
    const error = thrown(() => loadOrCreateKey({ keyFile, allowCreate: false }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(`the encryption key ${keyFile} is missing: restore it from your backup`);
    expect(existsSync(keyFile)).toBe(false);
  });

  it('is read as hex or as base64, with or without a newline', () => {
    using bed = new TestBed();
    const keyFile = join(bed.root, 'lockstep.key');
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 200 + index));
    for (const text of [
      bytes.toString('hex'),
      `${bytes.toString('hex').toUpperCase()}\n`,
      bytes.toString('base64'),
    ]) {
      writeFileSync(keyFile, text, { mode: 0o600 });
      expect([...loadOrCreateKey({ keyFile, allowCreate: false })]).toEqual([...bytes]);
    }
  });

  it.each([
    ['empty', ''],
    ['too short', 'ab'.repeat(31)],
    ['too long', 'ab'.repeat(33)],
    ['not a key at all', 'correct horse battery staple, which is not a key'],
    ['far too large', 'ab'.repeat(2000)],
  ])('is refused where it is %s, without being replaced or quoted', (_what, text) => {
    using bed = new TestBed();
    const keyFile = join(bed.root, 'lockstep.key');
    writeFileSync(keyFile, text, { mode: 0o600 });
    const error = thrown(() => loadOrCreateKey({ keyFile, allowCreate: true }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain('is malformed');
    if (text !== '') expect(String(error)).not.toContain(text);
    expect(readFileSync(keyFile, 'utf8')).toBe(text);
  });

  it('is refused where it is a directory', () => {
    using bed = new TestBed();
    const keyFile = join(bed.root, 'lockstep.key');
    mkdirSync(keyFile);
    expect(thrown(() => loadOrCreateKey({ keyFile, allowCreate: true }))).toBeInstanceOf(ConfigError);
  });

  it('is taken away from other users where they could read it', () => {
    using bed = new TestBed();
    const keyFile = join(bed.root, 'lockstep.key');
    loadOrCreateKey({ keyFile, allowCreate: true });
    chmodSync(keyFile, 0o644);
    loadOrCreateKey({ keyFile, allowCreate: false });
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });

  it('that cannot be made is a plain message', () => {
    using bed = new TestBed();
    writeFileSync(join(bed.root, 'file'), '');
    const keyFile = join(bed.root, 'file', 'lockstep.key');
    const error = thrown(() => loadOrCreateKey({ keyFile, allowCreate: true }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(keyFile);
  });
});
