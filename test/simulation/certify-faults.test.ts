import { afterEach, expect, test } from 'vitest';
import type { Traits } from '../../drivers/simulated/lock.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { field, House, lockSpec } from '../support/house.ts';

// Trials of locks that answer late, wrongly or not at all.

let house: House;
const build = async (traits: Traits = {}, capabilities: Partial<Capabilities> = {}): Promise<void> => {
  house = new House([lockSpec({ traits }, capabilities)]);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const begin = async (quick = false): Promise<string> => {
  const answer = await house.call('lockstep/certify', { device_id: house.deviceId, quick });
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  return field(answer.body['certification'], 'certify_id');
};
interface View {
  readonly row: { readonly found: Record<string, unknown> } | null;
  readonly steps: readonly { readonly name: string; readonly state: string }[];
}
const look = async (certify_id: string): Promise<View> => {
  const answer = await house.call('lockstep/certify/get', { certify_id });
  if (!answer.ok) throw new Error(answer.error.type);
  return answer.body['certification'] as unknown as View;
};
const nothingIsLeft = (): void => {
  expect([...house.lock.slots.values()]).toEqual([]);
  expect(house.store.accessCodes()).toEqual([]);
  expect([...house.state().slots.values()].filter((one) => one.owner !== undefined)).toEqual([]);
};

test('leaves nothing on a slow lock whose answers get lost, whatever delay it thinks to have seen', async () => {
  for (let ms = 0; ms < 1_200; ms += 100) {
    await using slow = new House([
      lockSpec({ traits: { readBackDelayMs: 3_000 }, duplicateCheck: false }, { readBackDelayMs: 3_000 }),
    ]);
    house = slow;
    await slow.settle();
    await begin(true);
    await slow.clock.advance(ms);
    slow.lock.faults.loseAnswers = 2;
    await slow.settle(10 * minute);
    nothingIsLeft();
  }
  house = new House();
});

test('believes a refusal of a length that the lock claims only when it comes twice', async () => {
  await build();
  const id = await begin();
  const running = async (): Promise<string | undefined> =>
    (await look(id)).steps.find((step) => step.state === 'running')?.name;
  while ((await running()) !== 'code_lengths') await house.clock.advance(10);
  house.lock.faults.refuses = 1;
  await house.settle(5 * minute);
  expect((await look(id)).row?.found).toMatchObject({ code_lengths: { taken: [4, 5, 6, 7, 8] } });
  nothingIsLeft();
});

test('takes what the lock shows for its answer, and leaves nothing of a code that it refused and stored', async () => {
  await build({ codeLengths: [4, 5, 6, 7, 8] });
  const write = house.driver.writeSlot.bind(house.driver);
  house.driver.writeSlot = async (address, slot, pin, signal) => {
    const outcome = await write(address, slot, pin, signal);
    if (pin.length !== 9) return outcome;
    house.lock.store(slot, pin.reveal(), 0);
    return { kind: 'refused', why: 'format', certain: true };
  };
  const id = await begin();
  await house.settle(5 * minute);
  expect((await look(id)).row?.found).toMatchObject({
    code_lengths: { taken: [4, 5, 6, 7, 8, 9], refused: [10] },
  });
  nothingIsLeft();
});
