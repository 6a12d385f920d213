import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { BridgeClient } from '../support/bridge-client.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { retainedNow } from '../support/mqtt-face.ts';
import { until } from '../support/until.ts';
import { goodLock, startWorld } from '../support/world.ts';

interface Gate extends AsyncDisposable {
  readonly url: string;
  open: boolean;
}

/** The bridge's way to the broker: while it is shut, others can be there before it. */
const startGate = async (port: number): Promise<Gate> => {
  const server = createServer((near) => {
    near.on('error', () => undefined);
    if (!gate.open) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1').on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const gate: Gate = {
    url: `mqtt://127.0.0.1:${address.port}`,
    open: true,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
  return gate;
};

test('while the broker is away locks are kept in step, and all events come afterwards, in order (FIELD-BUGS 35)', async () => {
  await using broker = await Mosquitto.start();
  await using gate = await startGate(broker.port);
  await using world = await startWorld({ locks: [goodLock(2, 6)] }, { mqttUrl: gate.url });
  const { client, sim, bridge } = world;
  const id = await client.createCode(2, '4711');
  await client.codeSet(id);
  const before = await client.bridgeLastSeq();
  await client.until('the events so far', () => client.lastSeq === before);

  gate.open = false;
  await broker.stop();
  // Somebody at the keypad: put right with nobody there to be told.
  await sim.keypad(2, { action: 'change', slot: 1, code: '9999' });
  await until('the change put right', async () => (await sim.codes(2))[1] === '4711');
  await sim.keypad(2, { action: 'add', slot: 5, code: '5555' });
  // A lock's report that crosses a command on the air may be lost (facts page ZWAVE): first let it be quiet.
  await until('the added code to be known', async () => {
    const { stdout } = await bridge.cli(['--json', 'unmanaged', 'list']);
    return /"x_slot": ?5/.test(stdout);
  });
  await sim.keypad(2, { action: 'enter', code: '4711' });
  await until('the unlock to be known', async () =>
    (await bridge.cli(['--json', 'events'])).stdout.includes('lock.unlocked'),
  );
  const created = await bridge.cli([
    '--json',
    'codes',
    'create',
    'Lock 2',
    '--name',
    'Ben',
    '--code',
    '8080',
  ]);
  expect(created.code, created.stderr).toBe(0);
  await until('a code asked for on the socket', async () => (await sim.codes(2))[2] === '8080');

  // Empty: it has kept nothing.
  await broker.start();
  await using later = await BridgeClient.connect(broker.url, bridge.base);
  expect(later.heard).toEqual([]);
  gate.open = true;
  const unlocked = await later.event('lock.unlocked');
  expect(unlocked).toMatchObject({ method: 'keycode', access_code_id: id });
  await later.event('access_code.set_on_device', {}, unlocked.seq);
  const types = later.events.map((event) => event.event_type);
  expect(types).toContain('access_code.modified_external_to_seam');
  expect(types).toContain('access_code.unmanaged.created');
  // The one whose acknowledgement was lost may come again.
  const seqs = later.events.map((event) => event.seq).filter((seq) => seq > before);
  expect(seqs).toEqual(seqs.map((_, index) => before + 1 + index));

  await later.until('the code', () => later.code(id)?.status === 'set');
  let retained = new Map<string, string>();
  await until(
    'the state to be retained again',
    async () => {
      retained = await retainedNow(broker.url, bridge.base);
      return retained.size >= 8;
    },
    { instead: () => [...retained.keys()] },
  );
  const kinds = [...retained.keys()].map((topic) => topic.slice(bridge.base.length + 1).split('/')[0]);
  expect(kinds.sort()).toEqual([
    'access_codes',
    'access_codes',
    'arrivals',
    'bridge',
    'devices',
    'devices',
    'status',
    'unmanaged_access_codes',
  ]);
}, 180_000);
