import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { delay } from '../../src/ports/clock.ts';
import { zigbeeDatabase } from '../../src/demo/zigbee-database.ts';
import { realClock, temporaryHost } from '../../test/support/driver-host.ts';
import { until } from '../../test/support/until.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import { giveNetwork, hurried, openSession } from '../../test/support/zigbee-session.ts';
import type { OpenSession } from '../../test/support/zigbee-session.ts';
import { simNetwork } from '../../test/support/zigbee-sim.ts';
import type { ZigbeeSim, ZigbeeSimOptions } from '../../test/support/zigbee-sim.ts';
import { filesIn } from './storage.ts';
import type { ZigbeeFiles } from './storage.ts';

interface Bench {
  readonly sim: ZigbeeSim;
  readonly files: ZigbeeFiles;
  readonly lines: readonly string[];
  /** A session whose waits are ten times as short as in the field. */
  readonly open: (path?: string) => Promise<OpenSession>;
}

/** A network, and a bridge that knows its parameters and its devices. */
const bench = async (options: ZigbeeSimOptions = {}): Promise<Bench> => {
  const sim = await startZigbeeNetwork({ locks: 'one', ...options });
  const box = await temporaryHost(false);
  onTestFinished(async () => {
    await sim[Symbol.asyncDispose]();
    await box[Symbol.asyncDispose]();
  });
  await giveNetwork(box.host, sim.network);
  const files = filesIn(box.host.dataDir);
  await writeFile(files.database, await zigbeeDatabase(sim.control));
  return {
    sim,
    files,
    lines: box.lines,
    open: async (path = sim.serial) => {
      const open = await openSession(hurried(box.host, 10), path);
      onTestFinished(() => open[Symbol.asyncDispose]());
      return open;
    },
  };
};

const another = {
  pan_id: 0x1234,
  extended_pan_id: '0badc0ffee0ddf00',
  channel: 25,
  network_key: '00112233445566778899aabbccddeeff',
};

/** The EUI-64 of the one device that the Controller knows. */
const deviceOf = ({ session }: OpenSession): string | undefined => {
  const [device] = session.controller?.getDevicesIterator(({ type }) => type !== 'Coordinator') ?? [];
  return device?.ieeeAddr;
};

test('a coordinator with our network is resumed, and says who it is', async () => {
  const { sim, files, open } = await bench();
  const one = await open();
  await one.until('ready');
  expect(one.states).toEqual(['ready']);
  const { ieee } = await sim.coordinator();
  expect(one.session.coordinator).toEqual({
    ieee,
    type: 'ZStack3x0',
    firmware: '20230507',
    channel: sim.network.channel,
    panId: sim.network.pan_id,
    start: 'resumed',
  });
  expect(one.session.concurrency).toBe(16);
  await until('copies of what was whole', async () =>
    (await Promise.allSettled([stat(files.backupCopy), stat(files.databaseCopy)])).every(
      ({ status }) => status === 'fulfilled',
    ),
  );
  for (const file of [files.backup, files.database, files.backupCopy, files.databaseCopy])
    expect((await stat(file)).mode & 0o777, file).toBe(0o600);
  expect(await readFile(files.backup, 'utf8')).toContain(sim.network.network_key);
});

test('a line that breaks ends the life at once, and the coordinator is back without a restart', async () => {
  const { sim, open } = await bench();
  const one = await open();
  await one.until('ready');
  const { life } = one.session;
  await sim.coordinator({ drop: true });
  await one.until('lost');
  expect(life.aborted).toBe(true);
  expect(one.session.controller).toBeUndefined();
  expect(one.session.detail).toBe(
    `${sim.serial}: the line broke. Check the coordinator or its network bridge.`,
  );
  await one.until('ready');
  expect(one.session.life.aborted).toBe(false);
});

test('a coordinator that is unplugged stays lost in words that help, until it is plugged in again', async () => {
  const { sim, open, lines } = await bench();
  await sim.coordinator({ accept: false });
  const one = await open();
  await one.until('lost');
  expect(one.session.detail).toContain('nobody listens there');
  await until('three attempts', () => lines.filter((line) => line.includes('trying again')).length >= 3);
  expect(one.states).toEqual(['lost']);
  await sim.coordinator({ accept: true });
  await one.until('ready');
});

test('a coordinator that hangs behind an open line is noticed, and used again when it is back', async () => {
  const { sim, open } = await bench();
  const one = await open();
  await one.until('ready');
  await sim.coordinator({ mute: true });
  // What a command says that was sent in vain. By itself it would look after a minute of silence (six seconds here).
  one.session.failed(new Error('SRSP - AF - dataRequest after 6000ms'));
  await one.until('lost');
  expect(one.session.detail).toContain('does not answer any more');
  await sim.coordinator({ mute: false });
  await one.until('ready');
});

test('a failure at a lock makes nobody suspicious, and nor does one command that got lost', async () => {
  const { open } = await bench();
  const one = await open();
  await one.until('ready');
  const { life } = one.session;
  one.session.failed(new Error('Data request failed with error: MAC_NO_ACK (0xe9)'));
  one.session.failed(new Error('SRSP - AF - dataRequest after 6000ms'));
  // The second makes it ask the coordinator, which answers.
  await delay(realClock, 700);
  expect(life.aborted).toBe(false);
});

test('a coordinator that restarts by itself is started anew: it has forgotten whom it works for', async () => {
  const { sim, open, lines } = await bench();
  const one = await open();
  await one.until('ready');
  await sim.coordinator({ restart: true });
  await until('another start', () => one.states.length >= 3);
  expect(one.states).toEqual(['ready', 'lost', 'ready']);
  expect(lines.join('\n')).toContain('restarted by itself');
  expect((await sim.coordinator()).running).toBe(true);
});

test('FIELD-BUGS 34: another coordinator in its place is refused in words, and nothing is changed', async () => {
  const { sim, files, open, lines } = await bench();
  const one = await open();
  await one.until('ready');
  const ours = deviceOf(one);
  await sim.coordinator({ exchange: another });
  await until('a refusal', () => one.session.detail?.includes('another network'));
  expect(one.session.state).toBe('lost');
  // Both sides are named, their keys are not.
  for (const said of ['PAN 4660', another.extended_pan_id, `PAN ${sim.network.pan_id}`, 'network.json'])
    expect(one.session.detail).toContain(said);
  expect(`${lines.join('\n')} ${one.session.detail ?? ''}`).not.toMatch(
    new RegExp(`${another.network_key}|${sim.network.network_key}`, 'i'),
  );
  expect(await readFile(files.database, 'utf8')).toContain(ours);
  await sim.coordinator({ restore: true });
  await one.until('ready');
  expect(deviceOf(one)).toBe(ours);
});

test('FIELD-BUGS 34: another key under the same name is another network, and is left as it is', async () => {
  const { sim, files, open } = await bench();
  const other = { ...sim.network, network_key: another.network_key };
  await sim.coordinator({ exchange: other });
  const one = await open();
  await until('a refusal', () => one.session.detail?.includes('the same network under another key'));
  await one.session.close();
  await writeFile(join(files.folder, 'network.json'), JSON.stringify(other));
  const two = await open();
  await two.until('ready');
  expect(two.session.coordinator?.start).toBe('resumed');
});

test('FIELD-BUGS 34: a blank coordinator is restored from the backup, and keeps the devices', async () => {
  const { sim, open, lines } = await bench();
  const one = await open();
  await one.until('ready');
  const ours = deviceOf(one);
  const before = await sim.coordinator();
  await one.session.close();
  await sim.coordinator({ exchange: 'blank' });
  const two = await open();
  await two.until('ready');
  expect(two.session.coordinator?.start).toBe('restored');
  const after = await sim.coordinator();
  expect(after.network).toEqual(before.network);
  expect(after.frame_counter).toBeGreaterThanOrEqual(before.frame_counter ?? Infinity);
  expect(deviceOf(two)).toBe(ours);
  expect(lines.join('\n')).toContain('restoring it from its backup');
});

test('FIELD-BUGS 34: a blank coordinator without a backup is not touched while there are devices', async () => {
  const { sim, files, open } = await bench();
  await sim.coordinator({ exchange: 'blank' });
  const one = await open();
  await until('a refusal', () => one.session.detail?.includes('is blank'));
  expect(one.session.detail).toContain(`Restore ${files.backup} from your backup`);
  expect(one.session.detail).toContain(`${files.database} has one device`);
  expect(await sim.coordinator()).toMatchObject({ running: false, network: null });
  await sim.coordinator({ restore: true });
  await one.until('ready');
  expect(deviceOf(one)).toBe((await sim.lock('attic')).ieee);
});

test('a network whose key everybody knows is used, and the owner is warned', async () => {
  const key = '01030507090b0d0f00020406080a0c0d';
  const { open, lines } = await bench({ network: { ...simNetwork, network_key: key } });
  const one = await open();
  await one.until('ready');
  expect(lines.join('\n')).toContain('is the well-known default: anybody near the radio can read its codes');
  expect(lines.join('\n')).not.toContain(key);
});

test("the network stays on its channel where the file names another, and the file's owner is told", async () => {
  const { sim, files, open, lines } = await bench();
  const file = join(files.folder, 'network.json');
  await writeFile(file, JSON.stringify({ ...sim.network, channel: 25 }));
  const one = await open();
  await one.until('ready');
  expect(one.session.coordinator?.channel).toBe(sim.network.channel);
  expect((await sim.coordinator()).network?.channel).toBe(sim.network.channel);
  expect(lines.join('\n')).toContain('another channel than this file says');
});

test('it can be closed, whether the coordinator is there, hangs, or never was', async () => {
  const { sim, open } = await bench();
  const closed = async ({ session }: OpenSession): Promise<string> => {
    await session.close();
    return session.state;
  };
  const well = await open();
  await well.until('ready');
  expect(await closed(well)).toBe('closed');
  const hanging = await open();
  await hanging.until('ready');
  await sim.coordinator({ mute: true });
  expect(await closed(hanging)).toBe('closed');
  const starting = await open();
  await until('a client', async () => (await sim.coordinator()).connected);
  expect(await closed(starting)).toBe('closed');
  expect(await closed(await open('tcp://127.0.0.1:1'))).toBe('closed');
});
