import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { writes } from '../support/sim-record.ts';
import { goodLock, startWorld } from '../support/world.ts';

const nodes = Array.from({ length: 50 }, (_, index) => index + 2);
const slots = 12;
/** A person's code stands in these: their checksum isn't 0, so every slot has to be read. */
const scanned = nodes.filter((node) => node % 5 === 0);
/** Off the air until somebody comes to its door; the stick tries for a second each time, as real ones do. */
const absent = 27;
const present = nodes.filter((node) => node !== absent);
const theirs = '258013';
const pinOf = (node: number): string => String(470_000 + node);

const adoptLimitMs = 120_000;
const residentMostMb = 400;
const growthMostMb = 60;

const locksSchema = z.object({ devices: z.array(z.object({ x_adopted: z.boolean() })) });
const statusSchema = z.object({ bridge: z.object({ counts: z.object({ online: z.number() }) }) });

test('fifty locks are interviewed, looked at and given a code each while the CLI answers; one off the air holds up nobody (FIELD-BUGS 11, 13)', async () => {
  await using world = await startWorld(
    {
      locks: nodes.map((node) =>
        goodLock(node, slots, {
          ...(scanned.includes(node) ? { codes: { 1: theirs } } : {}),
          ...(node === absent ? { behaviour: { offline: true, no_ack_ms: 1_000 } } : {}),
        }),
      ),
    },
    { settings: { log: { level: 'info' } } },
  );
  const { bridge, client, record, sim } = world;
  const adopted = (): number => nodes.filter((node) => client.deviceNow(node)?.x_adopted).length;
  const residentMb = (): number => {
    const pid = bridge.pid;
    const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return (Number(kb) * 1_024) / 1e6;
  };

  await client.until('the first lock', () => adopted() > 0, adoptLimitMs);
  const residentFirstMb = residentMb();
  const seen: number[] = [];
  while (adopted() < present.length && seen.length < 200) {
    for (const command of ['locks', 'status']) {
      const { code, stdout } = await bridge.cli([command, '--json']);
      expect(code, command).toBe(0);
      const answer: unknown = JSON.parse(stdout);
      if (command === 'locks')
        seen.push(locksSchema.parse(answer).devices.filter((device) => device.x_adopted).length);
      else expect(statusSchema.parse(answer).bridge.counts.online).toBeLessThanOrEqual(present.length);
    }
    const enough = Math.min(adopted() + 8, present.length);
    await client.until('more locks', () => adopted() >= enough, adoptLimitMs);
  }
  // It has been asked in the midst of it, and told what was true then.
  expect(seen.filter((count) => count < present.length).length).toBeGreaterThanOrEqual(3);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));

  const asked = present.map((node) => client.createCode(node, pinOf(node)));
  for (const id of await Promise.all(asked)) await client.codeSet(id, 60_000);
  for (const node of present)
    expect(await sim.codes(node), `node ${node}`).toEqual(
      scanned.includes(node) ? { 1: theirs, 2: pinOf(node) } : { 1: pinOf(node) },
    );
  const frames = await sim.frames();
  for (const node of present) {
    const reads = frames[node]?.by_command['UserCodeCCGet'] ?? 0;
    // Each slot once by zwave-js's interview and once by ours, unless one checksum tells all; and the code's proof.
    expect(reads, `node ${node}`).toBeLessThanOrEqual(scanned.includes(node) ? 2 * slots + 1 : 1);
    expect(record.after(0, writes, node), `node ${node}`).toHaveLength(1);
  }
  expect(residentMb()).toBeLessThan(residentMostMb);
  expect(residentMb() - residentFirstMb).toBeLessThan(growthMostMb);

  // Back on the air and touched: known within seconds, and it gets its code like the others.
  expect(client.deviceNow(absent)).toBeUndefined();
  await sim.behaviour(absent, { offline: false });
  await sim.bolt(absent, false);
  await client.codeSet(await client.createCode(absent, pinOf(absent)));
  expect(await sim.codes(absent)).toEqual({ 1: pinOf(absent) });
}, 240_000);
