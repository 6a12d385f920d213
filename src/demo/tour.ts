import type { TourWorld } from './tour-world.ts';
import { stepDeadlineMs, until } from './tour-world.ts';

export type Say = (line: string) => void;

const front = 2;
const garage = 3;

/** Waits until the lock itself holds this, by its control interface and nobody's database. */
const holds = (world: TourWorld, node: number, code: string): Promise<number> =>
  until(`the code at lock ${node}`, async () => {
    for (const [slot, held] of await world.sim.codes(node)) if (held === code) return slot;
    return undefined;
  });

const require = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(`the lock does not show it: ${what}`);
};

const codeOverMqtt = async (world: TourWorld, say: Say): Promise<number> => {
  say('1. A code asked for over MQTT');
  const id = await world.createCode(front, 'Anna', '471147');
  say('   request/access_codes/create was answered; now the radio works…');
  const slot = await holds(world, front, '471147');
  say(`   seen at the lock: slot ${slot} holds Anna's code`);
  await world.event('access_code.set_on_device', id);
  say('   and only then the event access_code.set_on_device');
  return slot;
};

const keypadChange = async (world: TourWorld, say: Say, slot: number): Promise<void> => {
  say('2. Somebody changes it at the keypad');
  await world.sim.post(`/locks/${front}/keypad`, { action: 'change', slot, code: '999999' });
  require((await world.sim.codes(front)).get(slot) === '999999', 'the changed code');
  say(`   seen at the lock: slot ${slot} holds another code`);
  await until('the code put right', async () =>
    (await world.sim.codes(front)).get(slot) === '471147' ? true : undefined,
  );
  say('   seen at the lock: put right');
  await until('access_code.modified_external_to_seam', () =>
    world.events.find((event) => event.event_type === 'access_code.modified_external_to_seam'),
  );
  say('   and told: access_code.modified_external_to_seam');
};

const unmanagedLeftAlone = async (world: TourWorld, say: Say, slot: number): Promise<void> => {
  say("3. A code that isn't ours");
  const theirs = slot + 1;
  await world.sim.post(`/locks/${front}/keypad`, { action: 'add', slot: theirs, code: '808080' });
  await until('access_code.unmanaged.created', () =>
    world.events.find(
      (event) => event.event_type === 'access_code.unmanaged.created' && event['x_slot'] === theirs,
    ),
  );
  say(`   a neighbour has added one at the keypad, in slot ${theirs}: the bridge tells of it`);
  await world.createCode(front, 'Ben', '222333');
  const ours = await holds(world, front, '222333');
  require((await world.sim.codes(front)).get(theirs) === '808080', "the neighbour's code");
  require(ours !== theirs, 'another slot for Ben');
  say(`   seen at the lock: Ben's code went to slot ${ours}, the neighbour's still stands in ${theirs}`);
};

const lockGoesAway = async (world: TourWorld, say: Say): Promise<void> => {
  say('4. A lock goes off the air');
  await world.sim.post(`/locks/${front}/behaviour`, { offline: true });
  await world.createCode(front, 'Carla', '345345');
  await world.createCode(garage, 'Carla', '345345');
  await holds(world, garage, '345345');
  say('   seen at the other lock: it was served meanwhile');
  require(![...(await world.sim.codes(front)).values()].includes('345345'), 'nothing written while away');
  await world.sim.post(`/locks/${front}/behaviour`, { offline: false });
  const slot = await holds(world, front, '345345');
  say(`   the lock is back, and seen at it: slot ${slot} holds what was asked for meanwhile`);
};

const newLock = async (world: TourWorld, say: Say): Promise<void> => {
  say('5. A new lock is paired');
  const [label] = await world.sim.waiting();
  if (label === undefined || label.pin === null) throw new Error('no simulated lock waits to be paired');
  const pairing = await world.pair();
  await pairing.step('pin_needed');
  say(`   "${label.name}" wants to join, and asks for the PIN on its label`);
  await pairing.pin(label.pin);
  const node = await pairing.done();
  say(`   it has joined as node ${node}, its radio link secured with S2`);
  await world.createCode(node, 'Gina', '717273');
  const slot = await holds(world, node, '717273');
  say(`   seen at the lock: slot ${slot} of the new lock holds Gina's code`);
};

const powerCut = async (world: TourWorld, say: Say): Promise<void> => {
  say('6. kill -9 in the middle of the work');
  const before = await world.sim.codes(front);
  const seen = new AbortController();
  const deadline = AbortSignal.any([seen.signal, AbortSignal.timeout(stepDeadlineMs)]);
  const received = world.sim.next(front, 'set_received', deadline);
  await world.createCode(front, 'Dora', '600100');
  await world.createCode(front, 'Emil', '600200');
  await world.createCode(front, 'Fred', '600300');
  await received;
  await world.killDaemon();
  say('   the daemon was killed as the first of three codes reached the lock');
  await world.startDaemon();
  say('   it starts again…');
  for (const code of ['600100', '600200', '600300']) await holds(world, front, code);
  const after = await world.sim.codes(front);
  for (const [slot, code] of before) require(after.get(slot) === code, `slot ${slot} as it was`);
  require(after.size === before.size + 3, 'three codes more, none twice');
  say('   seen at the lock: all three stand, once each, and every other slot is as it was');
};

/** The narrated run. Throws at the first step that the simulated lock itself does not bear out. */
export const tour = async (world: TourWorld, say: Say): Promise<void> => {
  say('The simulated Z-Wave network and the bridge start, each in its own process…');
  await world.startDaemon();
  await world.device(front);
  await world.device(garage);
  const slot = await codeOverMqtt(world, say);
  await keypadChange(world, say, slot);
  await unmanagedLeftAlone(world, say, slot);
  await lockGoesAway(world, say);
  await newLock(world, say);
  await powerCut(world, say);
};
