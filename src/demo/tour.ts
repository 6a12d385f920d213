import type { SimulatedLock } from './simulated-radios.ts';
import type { TourRadio, TourWorld } from './tour-world.ts';
import { stepDeadlineMs, until } from './tour-world.ts';

export type Say = (line: string) => void;

/** Waits until the lock itself holds this, by its control interface and nobody's database. */
const holds = ({ sim }: TourRadio, lock: SimulatedLock, code: string): Promise<number> =>
  until(`the code at ${lock.name}`, async () => {
    for (const [slot, held] of await sim.codes(lock)) if (held === code) return slot;
    return undefined;
  });

const lockCalled = ({ locks }: TourRadio, name: string): SimulatedLock => {
  const lock = locks.find((one) => one.name === name);
  if (lock === undefined) throw new Error(`there is no simulated lock called ${name}`);
  return lock;
};

const require = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(`the lock does not show it: ${what}`);
};

/** A door of the tour: the lock, and the network that it is in. */
interface Door {
  readonly radio: TourRadio;
  readonly lock: SimulatedLock;
}

const codeOverMqtt = async (world: TourWorld, say: Say, { radio, lock }: Door): Promise<number> => {
  const id = await world.createCode(lock, 'Anna', '471147');
  say('   request/access_codes/create was answered; now the radio works…');
  const slot = await holds(radio, lock, '471147');
  say(`   seen at the lock: slot ${slot} holds Anna's code`);
  await world.event('access_code.set_on_device', id);
  say('   and only then the event access_code.set_on_device');
  return slot;
};

const keypadChange = async (
  world: TourWorld,
  say: Say,
  { radio: { sim }, lock }: Door,
  slot: number,
): Promise<void> => {
  const after = world.lastSeq;
  await sim.post(`/locks/${lock.id}/keypad`, { action: 'change', slot, code: '999999' });
  require((await sim.codes(lock)).get(slot) === '999999', 'the changed code');
  say(`   seen at the lock: slot ${slot} holds another code`);
  await until('the code put right', async () =>
    (await sim.codes(lock)).get(slot) === '471147' ? true : undefined,
  );
  say('   seen at the lock: put right');
  await until('access_code.modified_external_to_seam', () =>
    world.events.find(
      (event) => event.seq > after && event.event_type === 'access_code.modified_external_to_seam',
    ),
  );
  say('   and told: access_code.modified_external_to_seam');
};

const unmanagedLeftAlone = async (
  world: TourWorld,
  say: Say,
  { radio, lock }: Door,
  slot: number,
): Promise<void> => {
  const theirs = slot + 1;
  await radio.sim.post(`/locks/${lock.id}/keypad`, { action: 'add', slot: theirs, code: '808080' });
  await until('access_code.unmanaged.created', () =>
    world.events.find(
      (event) => event.event_type === 'access_code.unmanaged.created' && event['x_slot'] === theirs,
    ),
  );
  say(`   a neighbour has added one at the keypad, in slot ${theirs}: the bridge tells of it`);
  await world.createCode(lock, 'Ben', '222333');
  const ours = await holds(radio, lock, '222333');
  require((await radio.sim.codes(lock)).get(theirs) === '808080', "the neighbour's code");
  require(ours !== theirs, 'another slot for Ben');
  say(`   seen at the lock: Ben's code went to slot ${ours}, the neighbour's still stands in ${theirs}`);
};

const lockGoesAway = async (
  world: TourWorld,
  say: Say,
  { radio, lock }: Door,
  other: SimulatedLock,
): Promise<void> => {
  const { sim } = radio;
  await sim.post(`/locks/${lock.id}/behaviour`, { offline: true });
  await world.createCode(lock, 'Carla', '345345');
  await world.createCode(other, 'Carla', '345345');
  await holds(radio, other, '345345');
  say('   seen at the other lock: it was served meanwhile');
  require(![...(await sim.codes(lock)).values()].includes('345345'), 'nothing written while away');
  await sim.post(`/locks/${lock.id}/behaviour`, { offline: false });
  const slot = await holds(radio, lock, '345345');
  say(`   the lock is back, and seen at it: slot ${slot} holds what was asked for meanwhile`);
};

const newLock = async (world: TourWorld, say: Say, radio: TourRadio): Promise<void> => {
  const [label] = await radio.sim.waiting();
  if (label === undefined) throw new Error('no simulated lock waits to be paired');
  const pairing = await world.pair(radio);
  if (label.pin === null) {
    await pairing.step('listening');
    if (!label.looking) await radio.sim.post(`/waiting/${label.id}/pair`, {});
    say(`   "${label.name}" is in its pairing mode`);
  } else {
    await pairing.step('pin_needed');
    say(`   "${label.name}" wants to join, and asks for the PIN on its label`);
    await pairing.pin(label.pin);
  }
  const { address, security } = await pairing.done();
  say(`   it has joined as ${address}, its radio link secured with ${security}`);
  const lock = { id: radio.idOf(address), name: label.name, address };
  await world.createCode(lock, 'Gina', '717273');
  const slot = await holds(radio, lock, '717273');
  say(`   seen at the lock: slot ${slot} of the new lock holds Gina's code`);
};

const powerCut = async (world: TourWorld, say: Say, doors: readonly Door[]): Promise<void> => {
  const [first] = doors;
  if (first === undefined) return;
  const before = await Promise.all(doors.map(({ radio, lock }) => radio.sim.codes(lock)));
  const seen = new AbortController();
  const deadline = AbortSignal.any([seen.signal, AbortSignal.timeout(stepDeadlineMs)]);
  const received = first.radio.sim.next(first.lock, 'set_received', deadline);
  const wanted = ['600100', '600200', '600300'];
  for (const code of wanted) for (const { lock } of doors) await world.createCode(lock, 'Dora', code);
  await received;
  await world.killDaemon();
  say('   the daemon was killed as the first of three codes for each lock reached its lock');
  await world.startDaemon();
  say('   it starts again…');
  for (const [index, { radio, lock }] of doors.entries()) {
    for (const code of wanted) await holds(radio, lock, code);
    const after = await radio.sim.codes(lock);
    const was = before[index] ?? new Map<number, string>();
    for (const [slot, code] of was) require(after.get(slot) === code, `slot ${slot} as it was`);
    require(after.size === was.size + wanted.length, 'three codes more, none twice');
  }
  say('   seen at both locks: all three stand, once each, and every other slot is as it was');
};

/** The narrated run. Throws at the first step that the simulated lock itself does not bear out. */
export const tour = async (world: TourWorld, say: Say): Promise<void> => {
  const { zwave, zigbee } = world;
  const front = { radio: zwave, lock: lockCalled(zwave, 'Front door') };
  const garage = lockCalled(zwave, 'Garage');
  const flat = { radio: zigbee, lock: lockCalled(zigbee, 'Flat') };
  say('Two simulated networks, Z-Wave and Zigbee, and the bridge start, each in its own process…');
  await world.startDaemon();
  for (const lock of [front.lock, garage, flat.lock]) await world.device(lock);
  say('1. A code asked for over MQTT');
  const slot = await codeOverMqtt(world, say, front);
  say('2. Somebody changes it at the keypad');
  await keypadChange(world, say, front, slot);
  say("3. A code that isn't ours");
  await unmanagedLeftAlone(world, say, front, slot);
  say('4. A lock goes off the air');
  await lockGoesAway(world, say, front, garage);
  say('5. A new lock is paired');
  await newLock(world, say, zwave);
  say('6. The same over Zigbee');
  await keypadChange(world, say, flat, await codeOverMqtt(world, say, flat));
  await newLock(world, say, zigbee);
  say('7. kill -9 in the middle of the work, at both radios');
  await powerCut(world, say, [front, flat]);
};
