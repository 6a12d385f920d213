import { z } from 'zod';
import { control, userCode, userStatus } from './steps.ts';
import type { Stage } from './steps.ts';

const pinCode = 1;
const truthSchema = z.looseObject({ slots: z.array(z.object({ slot: z.number(), code: z.string() })) });
const resultSchema = z.object({ result: z.number() });

const held = async (stage: Stage, node: number): Promise<Record<number, string>> => {
  const { slots } = truthSchema.parse(await control(stage, `/locks/${node}`));
  return Object.fromEntries(slots.map(({ slot, code }) => [slot, code]));
};

/** A lock with users and credentials, by zwave-js's own unified interface; and one that only knows S0. */
export const kinds = async (stage: Stage): Promise<void> => {
  const { client, check } = stage;
  const [users, oldSecurity] = [2, 8];
  const user = { nodeId: users, userId: 5 };
  const ask = async (what: string, parameters: object): Promise<number> =>
    resultSchema.parse(await client.ask(`endpoint.access_control.${what}`, { ...user, ...parameters }))
      .result;

  check('Users: a user is made', await ask('set_user', { options: { active: true, userName: 'Berta' } }), 0);
  const credential = { credentialType: pinCode, credentialSlot: 5 };
  check('Users: a PIN is set', await ask('set_credential', { ...credential, data: '471108' }), 0);
  check('Users: the lock itself holds', (await held(stage, users))[5], '471108');
  const told = await client.ask('endpoint.access_control.get_user', user);
  check(
    'Users: the name reads',
    z.object({ user: z.looseObject({ userName: z.string() }) }).parse(told).user.userName,
    'Berta',
  );
  check('Users: the user is deleted', await ask('delete_user', {}), 0);
  check('Users: the lock itself holds', (await held(stage, users))[5], undefined);

  await client.invoke(oldSecurity, userCode, 'set', [4, userStatus.enabled, '552277']);
  const read = await client.invoke(oldSecurity, userCode, 'get', [4]);
  check('Old security: the code reads back', read, { userIdStatus: userStatus.enabled, userCode: '552277' });
  check('Old security: the lock itself holds', (await held(stage, oldSecurity))[4], '552277');
};
