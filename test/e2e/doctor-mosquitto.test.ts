import { mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Bridge } from '../support/bridge.ts';
import { askDoctor, complaints } from '../support/doctor.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { until } from '../support/until.ts';
import { goodLock } from '../support/world.ts';
import { startZwaveSim } from '../support/zwave-sim.ts';

test("the doctor names the event type that the broker's ACL keeps back, and the broker that has gone", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-acl-'));
  const acl = join(folder, 'acl');
  // All but the events.
  const topics = ['status', 'bridge', 'devices/#', 'access_codes/#', 'request/#', 'response/#'];
  writeFileSync(acl, topics.map((topic) => `topic readwrite lockstep/e2e/${topic}\n`).join(''));
  chmodSync(folder, 0o755);
  await using broker = await Mosquitto.start([`acl_file ${acl}`]);
  await using sim = await startZwaveSim({ locks: [goodLock(2, 4)] });
  await using bridge = await Bridge.create({ serial: sim.serial, mqttUrl: broker.url });
  bridge.start();
  const complains = (pattern: RegExp): Promise<unknown> =>
    until(
      `${String(pattern)} from the doctor`,
      async () => {
        const { code, stdout } = await bridge.cli(['status']);
        if (code !== 0 || stdout === '') return false;
        return complaints((await askDoctor(bridge)).findings).find((one) => pattern.test(one));
      },
      { limitMs: 40_000 },
    );
  await complains(
    /^problem broker events: the broker has refused device\.added \(seq 1\) for .*; \d+ events wait/,
  );
  const { stdout } = await bridge.cli(['status']);
  expect(stdout).toMatch(/outbox +\d+ waiting.*\n +the broker refuses device\.added/);
  expect(stdout).toMatch(/mqtt +connected/);
  await broker.stop();
  await complains(/(warning|problem) broker mqtt: not connected for .*; \d+ events? waits?/);
  rmSync(folder, { recursive: true, force: true });
}, 180_000);
