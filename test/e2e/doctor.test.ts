import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bridge } from '../support/bridge.ts';
import { askDoctor, complaints, ofTheBridge, untilComplaints } from '../support/doctor.ts';
import { until } from '../support/until.ts';
import { goodLock, maskedLock, startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ locks: [goodLock(2, 4), maskedLock(3, 4)] });
  await world.client.device(2);
  await world.client.device(3);
}, 180_000);
afterAll(() => world[Symbol.asyncDispose]());

/** Waits until the daemon complains of it, and asks the command. */
const complains = async (pattern: RegExp): Promise<void> => {
  await untilComplaints(`${String(pattern)} from the daemon`, world.client, (all) =>
    all.some((one) => pattern.test(one)),
  );
  const { findings } = await askDoctor(world.bridge);
  expect(complaints(findings).join('\n')).toMatch(pattern);
};

describe('lockstep doctor against a real daemon', () => {
  test('finds each area, and no problem where there is none', async () => {
    const { findings } = await askDoctor(world.bridge);
    const areas = new Set(findings.map((one) => one.area));
    for (const area of ['config', 'permissions', 'clock', 'disk', 'memory', 'database', 'broker'])
      expect(areas).toContain(area);
    for (const area of ['listen', 'radio', 'lock', 'versions']) expect(areas).toContain(area);
    const own = ofTheBridge(findings);
    expect(own.filter((one) => one.level === 'problem')).toEqual([]);
    // Its link has no encryption at all.
    expect(complaints(own).join('\n')).toMatch(/warning lock .*3: weak security \(none\)/);
    for (const one of findings)
      expect([one.name, one.what_to_do === null]).toEqual([one.name, one.level === 'ok']);
  });

  test('permissions loosened: says which, and the command that puts it right', async () => {
    const { bridge } = world;
    const ofDriver = join(bridge.dataDir, 'zwave', 'keys-of-old.json');
    writeFileSync(ofDriver, '{}', { mode: 0o644 });
    const files = {
      [bridge.dataDir]: 0o700,
      [join(bridge.dataDir, 'lockstep.key')]: 0o600,
      [ofDriver]: 0o600,
      [bridge.socket]: 0o660,
    };
    chmodSync(bridge.dataDir, 0o755);
    chmodSync(join(bridge.dataDir, 'lockstep.key'), 0o644);
    chmodSync(bridge.socket, 0o666);
    const { code, findings } = await askDoctor(bridge);
    expect(code).toBe(1);
    const fixes = findings.filter(({ area, level }) => area === 'permissions' && level === 'problem');
    expect(fixes.map((one) => one.what_to_do)).toEqual(
      Object.entries(files).map(([file, mode]) => `chmod 0${mode.toString(8)} ${file}`),
    );
    for (const [file, mode] of Object.entries(files)) chmodSync(file, mode);
    expect(complaints((await askDoctor(bridge)).findings).join()).not.toContain('permissions');
  });

  test('settings changed under a running daemon: says so, and what is wrong with them', async () => {
    const { bridge } = world;
    const config = readFileSync(bridge.configFile);
    writeFileSync(bridge.configFile, 'brige_id: home\n');
    const { code, findings } = await askDoctor(bridge);
    expect(code).toBe(1);
    expect(complaints(findings).join('\n')).toMatch(
      /problem config .*brige_id: unknown key \(did you mean bridge_id/,
    );
    // Tells the daemon's socket by hand: a command can't find it by a config like this.
    writeFileSync(bridge.configFile, config);
  });

  test('a lock off the air: says which, and when it is tried again', async () => {
    await world.sim.behaviour(2, { offline: true });
    await world.client.createCode(2, '4711');
    await complains(/problem lock .*2: does not answer/);
    await world.sim.behaviour(2, { offline: false });
    await untilComplaints(
      'the lock to be well again',
      world.client,
      (all) => !all.some((one) => one.includes('does not answer')),
    );
  }, 180_000);

  test('a flat battery and a stick pulled out are problems', async () => {
    await world.sim.battery(2, 5);
    await complains(/problem lock .*2: battery at 5 %/);
    await world.sim.line({ drop: true, accept: false });
    await complains(/problem radio zwave: lost/);
    const { stdout } = await world.bridge.cli(['status']);
    expect(stdout).toMatch(/health +\d problems?: run lockstep doctor/);
    await world.sim.line({ accept: true });
  }, 180_000);

  test('no PIN is in what it says (FIELD-BUGS 26)', async () => {
    const { stdout } = await world.bridge.cli(['--json', 'doctor']);
    expect(stdout).not.toContain('4711');
  });

  test('without a daemon it looks at the rest: exit code 3', async () => {
    const { bridge } = world;
    await bridge.end('SIGTERM');
    chmodSync(bridge.dataDir, 0o750);
    const { code, findings } = await askDoctor(bridge);
    expect(code).toBe(3);
    const said = complaints(findings).join('\n');
    expect(said).toMatch(/^problem daemon socket: No daemon answers/);
    expect(said).toContain(`${bridge.dataDir} has mode 0750`);
    writeFileSync(bridge.configFile, 'data_dir: 7\n');
    const broken = await askDoctor(bridge);
    expect(broken.code).toBe(3);
    expect(complaints(broken.findings).join('\n')).toMatch(/problem config .*data_dir: found 7/);
  }, 180_000);
});

test('a radio that is still being opened is told as that, not as missing from the config', async () => {
  // Without keys of its own the driver waits for its controller first, to see whether it knows a network.
  const serial = 'tcp://127.0.0.1:9';
  await using bridge = await Bridge.create({
    serial,
    settings: { drivers: [{ driver: 'zwave', path: serial }] },
  });
  bridge.start();
  const radio = await until('what is said of the radio', async () => {
    const { findings } = await askDoctor(bridge);
    return findings.find((one) => one.area === 'radio');
  });
  expect(`${radio.name}: ${radio.message}`).toMatch(/^zwave: (being opened|lost)/);
}, 180_000);
