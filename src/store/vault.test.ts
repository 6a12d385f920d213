import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../ports/errors.ts';
import { pin } from './testing/test-bed.ts';
import { Vault, keyCheckValue } from './vault.ts';

const key = new Uint8Array(32).fill(1);
const databaseId = 'db';
const place = { table: 'slots', column: 'pin', row: ['a', 1] };
const aPin = fc.stringMatching(/^\d{1,32}$/).map(pin);

describe('the vault', () => {
  it('gives back every PIN it sealed, leading zeros and all', () => {
    const vault = new Vault(key, databaseId);
    fc.assert(
      fc.property(aPin, (secret) => {
        expect(vault.openPin(vault.sealPin(secret, place), place).reveal()).toBe(secret.reveal());
      }),
    );
  });

  it('gives back every text it sealed', () => {
    const vault = new Vault(key, databaseId);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 700 }), (text) => {
        expect(vault.openText(vault.sealText(text, place), place)).toBe(text);
      }),
    );
  });

  it('hides how long a PIN is', () => {
    const vault = new Vault(key, databaseId);
    const lengths = ['1', '1234', '123456789012', '1'.repeat(32)].map(
      (digits) => vault.sealPin(pin(digits), place).length,
    );
    expect(new Set(lengths)).toEqual(new Set([1 + 4 + 12 + 32 + 16]));
    expect(vault.sealText('{"code":"1234"}', place)).toHaveLength(
      vault.sealText('{"code":"12345678"}', place).length,
    );
  });

  it('never seals the same PIN to the same bytes', () => {
    const vault = new Vault(key, databaseId);
    const sealed = Array.from({ length: 50 }, () =>
      Buffer.from(vault.sealPin(pin('1234'), place)).toString('hex'),
    );
    expect(new Set(sealed).size).toBe(50);
  });

  it.each([
    ['row', { ...place, row: ['a', 2] }],
    ['row with the same letters', { ...place, row: ['a1'] }],
    ['column', { ...place, column: 'written' }],
    ['table', { ...place, table: 'events' }],
  ])('opens nothing that was moved to another %s', (_what, other) => {
    const vault = new Vault(key, databaseId);
    const sealed = vault.sealPin(pin('1234'), place);
    expect(() => vault.openPin(sealed, other)).toThrow(/fails its authentication/);
  });

  it('opens nothing of another database, even under the same key', () => {
    const sealed = new Vault(key, databaseId).sealPin(pin('1234'), place);
    expect(() => new Vault(key, 'other').openPin(sealed, place)).toThrow(StoreError);
  });

  it('notices every flipped bit, and names the row but not the PIN', () => {
    const vault = new Vault(key, databaseId);
    const sealed = vault.sealPin(pin('86420975'), place);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Uint8Array.from(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      let error: unknown;
      try {
        vault.openPin(flipped, place);
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(StoreError);
      expect(String(error)).toMatch(/row a\/1 of table slots, column pin/);
      expect(String(error)).not.toContain('86420975');
    }
  });

  it('refuses what is cut short', () => {
    const vault = new Vault(key, databaseId);
    const sealed = vault.sealPin(pin('1234'), place);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => vault.openPin(sealed.subarray(0, length), place)).toThrow(StoreError);
    }
  });

  it('makes digests that depend on text, key and database', () => {
    const vault = new Vault(key, databaseId);
    expect(vault.digest('a')).toMatch(/^[0-9a-f]{64}$/);
    expect(new Vault(key, databaseId).digest('a')).toBe(vault.digest('a'));
    expect(vault.digest('b')).not.toBe(vault.digest('a'));
    expect(new Vault(new Uint8Array(32), databaseId).digest('a')).not.toBe(vault.digest('a'));
    expect(new Vault(key, 'other').digest('a')).not.toBe(vault.digest('a'));
    expect(keyCheckValue(key, databaseId)).not.toBe(keyCheckValue(new Uint8Array(32), databaseId));
  });
});
