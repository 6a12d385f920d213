import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
// The older line: the fake takes POST only, for updates too, which no line of the SDK sends so.
import * as lts from 'seamapi-http-1';
import { z } from 'zod';
import { installInto } from '../../test/outside/scratch.ts';
import { freePort } from '../../test/support/mosquitto.ts';
import { Bridge, foundHousehold } from '../bridge.ts';
import { nextPin } from '../latency.ts';
import { clockMs, rest, say } from '../progress.ts';
import type { Scale } from '../scale.ts';
import { ratio } from '../stats.ts';
import type { Row, Section } from '../table.ts';
import { ended } from '../workplace.ts';
import type { Workplace } from '../workplace.ts';
import { lockCount } from './driver.ts';
import { accessTo } from './http-client.ts';
import type { Access } from './http-client.ts';

const version = '1.86.0';
/** Of its own seed. */
const peerKey = 'seam_apikey1_token';
const startLimitMs = 30_000;

/** Seam's own fake of its service, in memory, or undefined with a word why. */
const startPeer = async (
  place: Workplace,
): Promise<{ readonly child: ChildProcess; readonly access: Access } | undefined> => {
  const dir = place.folder('fake-seam-connect');
  try {
    await installInto(dir, [`@seamapi/fake-seam-connect@${version}`]);
  } catch (error) {
    say(
      `FAKE-SEAM-CONNECT IS LEFT OUT: it can't be installed here:\n${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
  const port = await freePort();
  const program = join(dir, 'node_modules/@seamapi/fake-seam-connect/dist/server.js');
  const child = place.spawn([program, '--seed'], ['ignore', 'ignore', 'inherit'], {
    env: { PORT: String(port) },
    cwd: dir,
  });
  const access = { url: `http://127.0.0.1:${port}`, key: peerKey };
  const giveUpAt = clockMs() + startLimitMs;
  while (
    !(await fetch(`${access.url}/health`).then(
      () => true,
      () => false,
    ))
  ) {
    if (clockMs() > giveUpAt || child.exitCode !== null) throw new Error('fake-seam-connect did not start');
    await rest(20);
  }
  return { child, access };
};

const deviceSchema = z.array(
  z.looseObject({ device_id: z.string(), can_program_online_access_codes: z.boolean().optional() }),
);
const madeSchema = z.looseObject({ access_code_id: z.string() });

type Times = Map<string, number[]>;

/** The same calls of the SDK in the same order; milliseconds of each. */
const runCalls = async (access: Access, rounds: number): Promise<Times> => {
  const seam = lts.SeamHttp.fromApiKey(access.key, { endpoint: access.url });
  const times: Times = new Map();
  const timed = async <T>(what: string, counts: boolean, work: () => PromiseLike<T>): Promise<T> => {
    const sinceMs = clockMs();
    const result = await work();
    if (counts) times.set(what, [...(times.get(what) ?? []), clockMs() - sinceMs]);
    return result;
  };
  const devices = deviceSchema.parse(await seam.devices.list());
  const device_id = devices.find((one) => one.can_program_online_access_codes !== false)?.device_id ?? '';
  const warmUps = Math.ceil(rounds / 4);
  for (let round = 0; round < rounds + warmUps; round += 1) {
    const counts = round >= warmUps;
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const made: unknown = await timed('create', counts, () =>
      seam.accessCodes.create({ device_id, name: 'Guest', code: nextPin() }),
    );
    const { access_code_id } = madeSchema.parse(made);
    await timed('get', counts, () => seam.accessCodes.get({ access_code_id }));
    await timed('list of a device', counts, () => seam.accessCodes.list({ device_id }));
    await timed('devices list', counts, () => seam.devices.list());
    await timed('events list', counts, () => seam.events.list({ since, limit: 20 }));
    await timed('delete', counts, () => seam.accessCodes.delete({ access_code_id }));
  }
  return times;
};

/** Lockstep and Seam's fake of its own service, asked the same by Seam's SDK, in processes of their own. */
export const measurePeer = async (place: Workplace, scale: Scale): Promise<Section> => {
  say('seam: fake-seam-connect is installed');
  const peer = await startPeer(place);
  const household = await foundHousehold(place, { driver: place.compiled('bench/seam/driver.ts') });
  const bridge = await Bridge.start(place, household);
  await bridge.ready(lockCount);
  await bridge.programmable(lockCount);
  say('seam: the same calls to both');
  const access = await accessTo(household);
  const ours: Times = new Map();
  const theirs: Times = new Map();
  const take = (into: Times, found: Times): void => {
    for (const [what, more] of found) into.set(what, [...(into.get(what) ?? []), ...more]);
  };
  for (let block = 0; block < scale.sdkBlocks; block += 1) {
    take(ours, await runCalls(access, scale.sdkRounds));
    if (peer !== undefined) take(theirs, await runCalls(peer.access, scale.sdkRounds));
  }
  await bridge.stop();
  if (peer !== undefined) {
    peer.child.kill('SIGTERM');
    await ended(peer.child, 2_000);
  }
  const rows = [...ours].map(([what, lockstep]): Row => {
    const bare = theirs.get(what);
    return bare === undefined ? { what, lockstep } : { what, lockstep, bare, verdict: ratio(lockstep, bare) };
  });
  return {
    title: "Calls of Seam's SDK, ms (the fake keeps nothing on disk)",
    bareName: `fake-seam-connect`,
    rows,
  };
};
