import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refused } from '../../test/support/answers.ts';
import { House, lockSpec } from '../../test/support/house.ts';
import { problem, ScriptedMembership } from '../../test/support/scripted-membership.ts';
import { LockAddress } from '../core/ids.ts';
import type { Answer } from './answer.ts';

const stray = LockAddress('simulated:9');

let house: House;
let membership: ScriptedMembership;
const build = async (): Promise<void> => {
  house = new House([lockSpec()]);
  membership = new ScriptedMembership(house.driver);
  await house.settle();
};
beforeEach(build);
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const idOf = (answer: Answer): string => {
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  return (answer.body['pairing'] as { pairing_id: string }).pairing_id;
};
const look = async (id: string): Promise<unknown> => {
  await house.settle(1_000);
  const answer = await house.call('lockstep/pairing/get', { pairing_id: id });
  return answer.ok ? answer.body['pairing'] : answer.error;
};
const remove = (params: object): Promise<Answer> => house.call('lockstep/devices/remove', params);
const pair = (): Promise<Answer> => house.call('lockstep/pairing/start', { radio: 'simulated' });
const doctorsWords = async (): Promise<string> => {
  const answer = await house.call('lockstep/doctor', {});
  if (!answer.ok) throw new Error(answer.error.type);
  const { findings } = answer.body['doctor'] as { findings: { level: string; message: string }[] };
  return JSON.stringify(findings.filter(({ level }) => level !== 'ok'));
};

describe('a device that a pairing left in the network', () => {
  test('is named by the bridge and by the doctor, who says what to do', async () => {
    expect(await doctorsWords()).not.toContain('came to nothing');
    membership.left = [stray];
    const status = await house.call('lockstep/status', {});
    expect(status).toMatchObject({ body: { bridge: { drivers: [{ left_behind: [stray] }] } } });
    expect(await doctorsWords()).toContain(`lockstep remove ${stray}`);
  });

  test('has the bridge told anew when it comes and when it goes', () => {
    const told: string[] = [];
    house.app.onChange(({ kind }) => told.push(kind));
    for (const left of [[stray], []]) {
      told.length = 0;
      membership.left = left;
      house.driver.emit({ kind: 'locks' });
      expect(told).toContain('bridge');
      told.length = 0;
      house.driver.emit({ kind: 'locks' });
      expect(told, 'only then').not.toContain('bridge');
    }
  });

  test('is taken out by its address, and no lock is touched', async () => {
    membership.left = [stray];
    const id = idOf(await remove({ address: stray }));
    expect(membership.removal).toMatchObject({ lock: stray, how: 'exclude' });
    membership.left = [];
    membership.removal.end({ kind: 'removed', address: stray });
    expect(await look(id)).toMatchObject({ kind: 'remove', state: 'done', device_id: null });
    expect(house.store.devices()).toHaveLength(1);
    expect(house.events()).not.toContain('device.removed');
  });

  test('once it was reset, is struck off as gone', async () => {
    membership.left = [stray];
    const id = idOf(await remove({ address: stray, gone: true }));
    expect(membership.removal.how).toBe('gone');
    membership.removal.end(problem('still_answers'));
    expect(await look(id)).toMatchObject({ state: 'failed', error: { type: 'still_answers' } });
  });

  test('where a lock left instead, that one is removed, its codes kept', async () => {
    membership.left = [stray];
    await house.create('1357');
    await house.settle();
    const id = idOf(await remove({ address: stray }));
    membership.leave(house.lock);
    membership.removal.end({ kind: 'removed', address: house.lock.spec.address });
    expect(await look(id)).toMatchObject({ state: 'failed', error: { type: 'another_device_left' } });
    expect(house.store.accessCodes()).toHaveLength(1);
    expect(house.store.devices()).toMatchObject([{ removedAt: expect.any(Number) as number }]);
  });

  test('that is none is refused, naming those there are; a lock may be named by its address too', async () => {
    membership.left = [stray];
    const { type, message } = refused(await remove({ address: 'simulated:77' }));
    expect([type, message]).toEqual(['device_not_found', expect.stringContaining(stray)]);
    expect(refused(await remove({ address: 'simulated:removed' })).type).toBe('device_not_found');
    for (const params of [{}, { address: stray, device_id: house.deviceId }, { address: '9' }])
      expect(refused(await remove(params)).type).toBe('invalid_input');
    expect(membership.removals).toEqual([]);
    idOf(await remove({ address: house.lock.spec.address }));
    expect(membership.removal.lock).toBe(house.lock.spec.address);
  });
});

describe('a session that a kill cut off', () => {
  const kill = async (): Promise<void> => {
    membership.obeys = false;
    const restarted = house.restart();
    await house.settle(500);
    await restarted;
  };
  const failures = () =>
    house.store.events(0, 1000).filter((event) => event.eventType === 'lockstep.pairing_failed');

  test.each([
    ['pair', 'doctor'],
    ['remove', '--gone'],
  ])('(%s) is told of at the next start, once, with what to do', async (kind, advice) => {
    const id = idOf(await (kind === 'pair' ? pair() : remove({ device_id: house.deviceId })));
    await kill();
    expect(failures()).toMatchObject([
      {
        deviceId: kind === 'pair' ? undefined : house.deviceId,
        payload: { pairing_id: id, kind, radio: 'simulated', error: { type: 'interrupted' } },
      },
    ]);
    expect(await look(id)).toMatchObject({
      kind,
      state: 'failed',
      error: { type: 'interrupted', message: expect.stringContaining(advice) as string },
    });
    await house.restart();
    expect(failures()).toHaveLength(1);
  });

  test('is not said of one that had ended', async () => {
    idOf(await pair());
    membership.pairing.end(problem('nobody'));
    await house.settle(1_000);
    await kill();
    expect(failures()).toMatchObject([{ payload: { error: { type: 'nobody' } } }]);
  });
});
