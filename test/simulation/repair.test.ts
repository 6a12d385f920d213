import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { House, lockSpec } from '../support/house.ts';

let house: House;
const build = async (
  changes: Partial<LockSpec> = {},
  capabilities: Partial<Capabilities> = {},
): Promise<House> => {
  house = new House([lockSpec(changes, capabilities)]);
  await house.settle();
  return house;
};
afterEach(async () => {
  vi.restoreAllMocks();
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const repair = async (params: object = {}): Promise<Record<string, unknown>> => {
  const answer = await house.call('lockstep/repair', { device_id: house.deviceId, ...params });
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  return { ...(answer.body['repair'] as Record<string, unknown>) };
};
const hint = (slot: number | undefined): void => {
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot });
};
const exchanges = (): (readonly [string, number | undefined])[] =>
  house.lock.exchanges.map((one) => [one.kind, one.slot] as const);
const frozenWith = async (...pins: string[]): Promise<string[]> => {
  const ids: string[] = [];
  for (const digits of pins) {
    ids.push(await house.create(digits));
    await house.settle(minute);
  }
  house.lock.factoryReset();
  hint(1);
  await house.settle();
  expect(house.state().reset).toBeDefined();
  house.lock.exchanges.length = 0;
  return ids;
};

describe('repair --restore', () => {
  for (const shape of ['readable', 'masked', 'checksum'] as const)
    test(`writes the codes of a lock that was reset again, oldest first, and says when it is done (${shape})`, async () => {
      await build({ masks: shape === 'masked' }, { checksum: shape === 'checksum' });
      const ids = await frozenWith('111117', '222227', '333337');
      expect(await repair({ restore: true })).toMatchObject({
        restore: true,
        codes_to_set: 3,
        frozen: false,
      });
      await house.settle();
      const sets = exchanges().filter(([kind]) => kind === 'set');
      expect(sets.map(([, slot]) => slot)).toEqual([1, 2, 3]);
      expect([...house.lock.slots.values()]).toEqual(['111117', '222227', '333337']);
      for (const id of ids) expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
      expect(house.events()).toContain('lockstep.lock_reset_over');
      house.lock.exchanges.length = 0;
      await house.settle(24 * 60 * minute);
      expect(exchanges(), 'and then there is peace').toEqual([]);
    });

  test('proves a slot empty before it writes there, and leaves to others what they have taken since', async () => {
    await build();
    const [first = ''] = await frozenWith('111117', '222227');
    house.lock.slots.set(1, '9999');
    await house.settle(60 * minute);
    await repair({ restore: true });
    await house.settle(5 * minute);
    expect(house.lock.slots.get(1)).toBe('9999');
    expect(await house.code(first)).toMatchObject({ status: 'set', x_slot: 3 });
    const order = exchanges();
    for (const [at, [kind, slot]] of order.entries())
      if (kind === 'set') expect(order.slice(0, at)).toContainEqual(['read', slot]);
  });

  test('asked for, survives a restart half-way', async () => {
    await build();
    await frozenWith('111117', '222227', '333337', '444447');
    await repair({ restore: true });
    await house.clock.advance(100);
    await house.restart();
    await house.settle(5 * minute);
    expect([...house.lock.slots.values()].sort()).toEqual(['111117', '222227', '333337', '444447']);
  });

  test('is refused on a lock that is not held back, and for a single slot', async () => {
    await build();
    await expect(repair({ restore: true })).rejects.toThrow('device_not_reset');
    await frozenWith('111117', '222227');
    await expect(repair({ restore: true, slot: 1 })).rejects.toThrow('slot: restore is for the whole lock');
    expect(house.state().reset).toBeDefined();
  });
});

describe('repair', () => {
  test('looks again at every slot of ours, and at no other', async () => {
    house = new House();
    house.lock.slots.set(5, '9999');
    await house.settle();
    await house.create('111117');
    await house.create('222227');
    await house.settle();
    house.lock.exchanges.length = 0;
    expect(await repair()).toMatchObject({ slots_to_look_at: 2, codes_to_set: 0 });
    await house.settle(60 * minute);
    expect(exchanges()).toEqual([
      ['read', 1],
      ['read', 2],
    ]);
  });

  test('looks at one slot where one is named, whoever has it', async () => {
    await build();
    await house.settle();
    house.lock.exchanges.length = 0;
    await repair({ slot: 7 });
    await house.settle();
    expect(exchanges()).toEqual([['read', 7]]);
    await expect(repair({ slot: 77 })).rejects.toThrow(
      'slot: this lock has no slot 77 for codes; it has 1 to 10',
    );
  });

  test('gives a code that was refused for good another chance (FIELD-BUGS 8)', async () => {
    await build({ masks: true });
    house.lock.slots.set(9, '1234');
    hint(9);
    await house.settle();
    const id = await house.create('1234');
    await house.settle(5 * minute);
    expect(house.state().attempts.size).toBe(1);
    house.lock.slots.delete(9);
    await house.settle(60 * minute);
    expect(await house.code(id)).toMatchObject({ status: 'setting' });
    await repair();
    await house.settle();
    expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
  });

  test('does not wait for back-offs and breakers', async () => {
    await build();
    house.lock.faults.offline = true;
    const id = await house.create('1234');
    await house.settle(3 * 60 * minute);
    house.lock.faults.offline = false;
    await repair();
    await house.settle(5_000);
    expect(await house.code(id)).toMatchObject({ status: 'set' });
  });

  test('trusts a checksum again that could not be explained', async () => {
    await build({}, { checksum: true });
    const sum = vi.spyOn(house.lock, 'checksum').mockReturnValue(4711);
    await house.create('1234');
    await house.create('2345');
    await house.settle(5 * minute);
    expect(house.state().checksumTrusted).toBe(false);
    sum.mockRestore();
    await repair();
    await house.settle();
    expect(house.state()).toMatchObject({ checksumTrusted: true });
    expect(exchanges().at(-1)?.[0]).toBe('checksum');
  });

  test('of a lock that was reset looks, sets nothing, and says that it is held back', async () => {
    await build();
    await frozenWith('111117', '222227');
    expect(await repair()).toMatchObject({ frozen: true, codes_to_set: 0 });
    await house.settle(60 * minute);
    expect(new Set(exchanges().map(([kind]) => kind))).toEqual(new Set(['read']));
  });
});

describe('names', () => {
  const named = { names: { maxLength: 8 } };
  const name = (id: string, text: string | null): Promise<unknown> =>
    house.call('access_codes/update', { access_code_id: id, name: text });

  test('are written beside a code once it is proved, cut to what the lock takes, and once', async () => {
    await build({}, named);
    const answer = await house.call('access_codes/create', {
      device_id: house.deviceId,
      code: '1234',
      name: 'Anna of the cleaning company',
    });
    expect(answer.ok).toBe(true);
    await house.settle();
    expect(exchanges().slice(-3)).toEqual([
      ['set', 1],
      ['read', 1],
      ['name', 1],
    ]);
    expect(house.lock.names.get(1)).toBe('Anna of');
    house.lock.exchanges.length = 0;
    await house.settle(24 * 60 * minute);
    expect(exchanges()).toEqual([]);
    await house.restart();
    await house.settle();
    expect(exchanges()).toEqual([]);
  });

  test('change with the code, end with it, and cost nothing where there is none', async () => {
    await build({}, named);
    const id = await house.create('1234');
    await house.settle();
    expect(exchanges().map(([kind]) => kind)).not.toContain('name');
    await name(id, 'Ben');
    await house.settle();
    expect(house.lock.names.get(1)).toBe('Ben');
    await name(id, null);
    await house.settle();
    expect(house.lock.names.get(1)).toBe('');
  });

  test('come back with a code that was deleted at the lock', async () => {
    await build({}, named);
    const id = await house.create('1234');
    await name(id, 'Ben');
    await house.settle();
    house.lock.factoryReset();
    hint(1);
    await house.settle();
    expect(house.lock.names.get(1)).toBe('Ben');
  });

  test('that the lock refuses are tried less and less, and never cast doubt on the code', async () => {
    await build({ traits: { refusesNames: true } }, named);
    const id = await house.create('1234');
    await name(id, 'Ben');
    await house.settle(24 * 60 * minute);
    expect(await house.code(id)).toMatchObject({ status: 'set', errors: [], warnings: [] });
    const tries = exchanges().filter(([kind]) => kind === 'name').length;
    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThan(15);
  });
});

describe('a lock that shows a code only after a while (FIELD-BUGS 17)', () => {
  const slow = { traits: { readBackDelayMs: 3_000 } };
  for (const checksum of [false, true])
    test(`is not asked before, and no liar for it (${checksum ? 'checksum' : 'reads'})`, async () => {
      await build(slow, { readBackDelayMs: 3_000, checksum });
      house.lock.exchanges.length = 0;
      const ids = await Promise.all(['111117', '222227', '333337'].map((one) => house.create(one)));
      await house.settle();
      for (const id of ids) expect(await house.code(id)).toMatchObject({ status: 'set' });
      const proofs = checksum ? ['checksum'] : ['read', 'read', 'read'];
      expect(exchanges().map(([kind]) => kind)).toEqual(['set', 'set', 'set', ...proofs]);
      expect(house.state()).toMatchObject({ seenToLie: false, checksumTrusted: true });
      await house.call('access_codes/delete', { access_code_id: ids[0] });
      await house.settle();
      expect(house.lock.slots.size).toBe(2);
      expect(house.state().seenToLie).toBe(false);
    });

  test('is read late enough where the answer to the write got lost too', async () => {
    await build(slow, { readBackDelayMs: 3_000 });
    house.lock.faults.loseAnswers = 1;
    const id = await house.create('1234');
    await house.settle();
    expect(await house.code(id)).toMatchObject({ status: 'set' });
    expect(exchanges().filter(([kind]) => kind === 'set')).toHaveLength(1);
  });

  test('is called a liar where nobody knows of the delay: the trait is what makes the difference', async () => {
    await build(slow);
    await house.create('1234');
    await house.settle(5 * minute);
    expect(house.state().seenToLie).toBe(true);
  });
});
