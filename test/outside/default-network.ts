import { z } from 'zod';
import { print } from './comparison.ts';
import {
  bolt,
  control,
  doorLock,
  events,
  heard,
  interviewed,
  supervision,
  userCode,
  userStatus,
} from './steps.ts';
import type { Stage } from './steps.ts';

const node = 2;
const waitingSchema = z.array(
  z.object({ id: z.string(), name: z.string(), dsk: z.string(), pin: z.string() }),
);

const set = ({ client }: Stage, slot: number, pin: string): Promise<unknown> =>
  client.invoke(node, userCode, 'set', [slot, userStatus.enabled, pin]);
const read = ({ client }: Stage, slot: number): Promise<unknown> =>
  client.invoke(node, userCode, 'get', [slot]);
const empty = { userIdStatus: userStatus.available, userCode: '' };
const holding = (pin: string): object => ({ userIdStatus: userStatus.enabled, userCode: pin });

/** A code goes in, is refused a second time, opens the door, and goes out again. */
export const frontDoor = async (stage: Stage): Promise<void> => {
  const { client, sim, check } = stage;
  const [slot, other, pin, typed] = [7, 8, '471108', '802511'];
  check('an empty slot reads', await read(stage, slot), empty);
  check('a set ends', await set(stage, slot, pin), { status: supervision.success });
  check('the code reads back', await read(stage, slot), holding(pin));
  check('the lock itself holds', (await sim.codes(node))[slot], pin);

  let from = client.events.length;
  check('the same PIN elsewhere ends', await set(stage, other, pin), { status: supervision.fail });
  check('and is told as a duplicate', await heard(stage, node, from, events.duplicate), { userId: other });
  check('the other slot holds', (await sim.codes(node))[other], undefined);

  const locking = await client.invoke(node, doorLock, 'set', [bolt.secured]);
  check('locking ends', locking, { status: supervision.success });
  check('the bolt is out', (await sim.lock(node)).locked, true);
  from = client.events.length;
  await sim.keypad(node, { action: 'enter', code: pin });
  check('the code at the keypad is told', await heard(stage, node, from, events.keypadUnlock), {
    userId: slot,
  });
  check('the bolt is in', (await sim.lock(node)).locked, false);

  from = client.events.length;
  await sim.keypad(node, { action: 'add', slot: other, code: typed });
  check('a person adds a code', await heard(stage, node, from, events.added), { userId: other });
  check('it reads', await read(stage, other), holding(typed));
  from = client.events.length;
  await sim.keypad(node, { action: 'delete', slot: other });
  check('a person deletes it', await heard(stage, node, from, events.oneDeleted), { userId: other });

  const cleared = await client.invoke(node, userCode, 'clear', [slot]);
  check('a clear ends', cleared, { status: supervision.success });
  check('the slot reads', await read(stage, slot), empty);
  check('the lock itself holds', (await sim.codes(node))[slot], undefined);
};

/** Somebody presses the waiting lock's button, and types its PIN in where the server asks. */
export const pairing = async (stage: Stage): Promise<void> => {
  const { client, check } = stage;
  const [waiting] = waitingSchema.parse(await control(stage, '/waiting'));
  if (waiting === undefined) throw new Error('no lock waits to be paired');
  const from = client.events.length;
  const next = (event: string): Promise<unknown> =>
    client.event(event, from, ({ source, event: kind }) => source === 'controller' && kind === event);
  await client.ask('controller.begin_inclusion', { options: { strategy: 0 } });
  await control(stage, `/waiting/${waiting.id}/pair`, {});
  const { requested } = z.object({ requested: z.unknown() }).parse(await next('grant security classes'));
  await client.ask('controller.grant_security_classes', { inclusionGrant: requested });
  const { dsk } = z.object({ dsk: z.string() }).parse(await next('validate dsk and enter pin'));
  check(`${waiting.name}: its DSK without the PIN`, dsk, waiting.dsk.slice(5));
  await client.ask('controller.validate_dsk_and_enter_pin', { pin: waiting.pin });
  const added = z
    .object({ node: z.looseObject({ nodeId: z.number() }), result: z.looseObject({}) })
    .parse(await next('node added'));
  print(`         it is node ${added.node.nodeId}`);
  check(`${waiting.name}: security is low`, added.result['lowSecurity'] ?? false, false);
  await interviewed(stage, added.node.nodeId);
  const code = { slot: 3, pin: '606162' };
  const result = await client.invoke(added.node.nodeId, userCode, 'set', [
    code.slot,
    userStatus.enabled,
    code.pin,
  ]);
  check(`${waiting.name}: a set ends`, result, { status: supervision.success });
  check(
    `${waiting.name}: the lock itself holds`,
    (await stage.sim.codes(added.node.nodeId))[code.slot],
    code.pin,
  );
};
