import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Bridge, foundHousehold } from '../bridge.ts';
import { nextPin } from '../latency.ts';
import { clockMs, rest, say } from '../progress.ts';
import type { Scale } from '../scale.ts';
import { median, short } from '../stats.ts';
import type { Row, Section } from '../table.ts';
import type { Workplace } from '../workplace.ts';
import { lockCount } from './driver.ts';
import { accessTo, HttpClient } from './http-client.ts';

const pageBytes = 4_096;
/** SQLite's log is begun anew after so much: the file is as large as it is. */
const logPages = 1_000;

/** What the disk can do: pages appended and made durable one by one, each second. */
const syncsPerSecond = (file: string, count: number): number => {
  const page = Buffer.alloc(pageBytes, 7);
  const handle = openSync(file, 'w');
  try {
    for (let n = 0; n < logPages; n += 1) writeSync(handle, page);
    fdatasyncSync(handle);
    const sinceMs = clockMs();
    for (let n = 0; n < count; n += 1) {
      writeSync(handle, page, 0, pageBytes, (n % logPages) * pageBytes);
      fdatasyncSync(handle);
    }
    return (count * 1_000) / (clockMs() - sinceMs);
  } finally {
    closeSync(handle);
  }
};

/** So many creates, so many of them on their way at a time: answered each second. */
const createsPerSecond = async (
  count: number,
  atATime: number,
  create: (n: number) => Promise<unknown>,
): Promise<number> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await create((next += 1));
  };
  const sinceMs = clockMs();
  await Promise.all(Array.from({ length: atATime }, lane));
  return (count * 1_000) / (clockMs() - sinceMs);
};

const lanes = [1, 8, 32] as const;
/** Between two figures: what the last creates have set going comes to rest. */
const pauseMs = 300;

/** Creates each second, each durable before its answer, against what the disk can do in the same run. */
export const measureCreates = async (place: Workplace, scale: Scale): Promise<Section> => {
  say('seam: creates');
  const household = await foundHousehold(place, { driver: place.compiled('bench/seam/driver.ts') });
  const bridge = await Bridge.start(place, household);
  await bridge.ready(lockCount);
  await bridge.programmable(lockCount);
  const access = await accessTo(household);
  const address = (n: number): string => `bench:${(n % lockCount) + 1}`;
  const overMqtt = (n: number): Promise<unknown> => bridge.create(address(n), nextPin()).id;
  const disk: number[] = [];
  const rates = new Map<string, number[]>();
  const note = (what: string, rate: number): void => {
    rates.set(what, [...(rates.get(what) ?? []), rate]);
  };
  for (let round = 0; round <= scale.createRounds; round += 1) {
    say(`seam: creates: round ${round} of ${scale.createRounds}${round === 0 ? ' (warm-up)' : ''}`);
    for (const atATime of lanes) {
      const count = scale.creates * (atATime === 1 ? 1 : 2);
      await rest(pauseMs);
      const syncs = syncsPerSecond(join(household.dir, 'syncs'), scale.creates);
      using client = new HttpClient(access, atATime);
      const overHttp = (n: number): Promise<unknown> =>
        client.post('access_codes/create', { device_id: bridge.deviceId(address(n)), code: nextPin() });
      const http = await createsPerSecond(count, atATime, overHttp);
      await rest(pauseMs);
      const mqtt = await createsPerSecond(count, atATime, overMqtt);
      if (round === 0) continue;
      disk.push(syncs);
      note(`HTTP, ${atATime} at a time`, http);
      note(`MQTT, ${atATime} at a time`, mqtt);
    }
  }
  await bridge.stop();
  const bare = median(disk);
  const rows = [...rates]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, lockstep]): Row => ({
      what,
      lockstep,
      bare: disk,
      verdict: `× ${short(median(lockstep) / bare)}${what.includes(' 1 ') ? '' : ', ≥ 0.6'}`,
    }));
  return { title: 'Access codes created each second, durable when answered', bareName: 'fdatasync', rows };
};
