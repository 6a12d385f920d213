import * as current from '@seamapi/http';
import { z } from 'zod';
import { House } from '../../test/support/house.ts';
import { openHttp } from '../../test/support/http-house.ts';
import { newAccessCode } from '../../src/core/access-code.ts';
import { AccessCodeId, DeviceId, LockAddress } from '../../src/core/ids.ts';
import { Pin } from '../../src/core/pin.ts';
import { Database } from '../../src/store/database.ts';
import { clockMs, say } from '../progress.ts';
import type { Scale } from '../scale.ts';
import { median, ratio } from '../stats.ts';
import type { Section } from '../table.ts';

const locks = 50;
const eventTypes = ['lock.locked', 'lock.unlocked', 'access_code.created', 'access_code.set_on_device'];
const pageSize = 100;

const idOf = (kind: number, n: number): string =>
  `0000000${kind}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const deviceOf = (n: number): DeviceId => DeviceId(idOf(1, n % locks));

/** So many codes on fifty locks, and so many events of the last thirty days. */
const furnish = (house: House, codes: number, events: number): void => {
  const { store } = house;
  const now = house.clock.now();
  const known = store.devices()[0];
  if (known === undefined) throw new Error('the house has no lock');
  store.transaction(() => {
    for (let n = 0; n < locks; n += 1)
      store.putDevice({
        ...known,
        deviceId: deviceOf(n),
        address: LockAddress(`simulated:${n + 100}`),
        identities: [`simulated:${n + 100}`],
        name: `Door ${n}`,
      });
    for (let n = 0; n < codes; n += 1) {
      const pin = Pin.parse(String(100_000 + Math.floor(n / locks)));
      if (pin === undefined) throw new Error('no PIN');
      store.putAccessCode(
        newAccessCode({
          accessCodeId: AccessCodeId(idOf(2, n)),
          deviceId: deviceOf(n),
          name: `Guest ${n}`,
          pin,
          at: now,
        }),
      );
    }
  });
  const database = Database.open(house.databaseFile);
  // As the store writes them, without what belongs to each: a million take seconds so, and minutes otherwise.
  database.run(
    `WITH RECURSIVE
      given AS (
        SELECT CAST(? AS INTEGER) AS events, ? AS types, CAST(? AS INTEGER) AS kinds, CAST(? AS INTEGER) AS now,
          CAST(? AS INTEGER) AS step, CAST(? AS INTEGER) AS locks, CAST(? AS INTEGER) AS codes
      ),
      counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted, given WHERE n + 1 < events)
      INSERT INTO events (event_id, event_type, occurred_at, device_id, access_code_id, payload, published)
      SELECT printf('00000003-0000-4000-8000-%012x', n), json_extract(types, '$[' || (n % kinds) || ']'),
        now - (events - n) * step, printf('00000001-0000-4000-8000-%012x', n % locks),
        printf('00000002-0000-4000-8000-%012x', n % codes), '{}', 1 FROM counted, given`,
    events,
    JSON.stringify(eventTypes),
    eventTypes.length,
    now,
    Math.floor((30 * 86_400_000) / events),
    locks,
    codes,
  );
  database.run('ANALYZE');
  database.close();
};

const pageSchema = z.object({
  access_codes: z.array(z.object({ access_code_id: z.string() })),
  pagination: z.object({ next_page_cursor: z.string().nullable() }),
});

/** Milliseconds of some work, so many times. */
const timed = async (times: number, work: (n: number) => PromiseLike<unknown>): Promise<number[]> => {
  const found: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const sinceMs = clockMs();
    await work(n);
    found.push(clockMs() - sinceMs);
  }
  return found;
};

/** List and get, with Seam's SDK, where there is a great deal: a page takes as long wherever it is. */
export const measureLarge = async (scale: Scale): Promise<Section> => {
  const { largeCodes: codes, largeEvents: events } = scale;
  say(`seam: a file with ${codes} codes and ${events} events`);
  const house = new House();
  await house.settle();
  furnish(house, codes, events);
  const http = await openHttp(house);
  const seam = current.SeamHttp.fromApiKey(http.key, { endpoint: http.url });
  const read = async (path: string): Promise<unknown> => {
    const response = await fetch(`${http.url}${path}`, { headers: { authorization: `Bearer ${http.key}` } });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };

  say('seam: pages');
  const pages: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const after: string = cursor === '' ? '' : `&page_cursor=${encodeURIComponent(cursor)}`;
    const sinceMs = clockMs();
    const page = pageSchema.parse(await read(`/access_codes/list?limit=${pageSize}${after}`));
    pages.push(clockMs() - sinceMs);
    cursor = page.pagination.next_page_cursor;
  }
  const part = Math.floor(pages.length / 10);
  const warm = pages.slice(part);
  const begin = warm.slice(0, part);
  const middle = warm.slice(Math.floor(warm.length / 2) - Math.floor(part / 2)).slice(0, part);
  const end = warm.slice(-part);

  const anyCode = (n: number): number => (n * 7_919) % codes;
  const since = new Date(house.clock.now() - 86_400_000).toISOString();
  const longAgo = new Date(house.clock.now() - 29 * 86_400_000).toISOString();
  const device_id = deviceOf(3);
  const times = scale.largeReads;
  const small = await timed(times, () => seam.devices.get({ device_id }));
  const rows = [
    { what: `page of ${pageSize} codes, beginning`, lockstep: begin },
    { what: '… middle', lockstep: middle, verdict: `${ratio(middle, begin)}, ~ 1` },
    { what: '… end', lockstep: end, verdict: `${ratio(end, begin)}, ~ 1` },
    { what: 'get a device (for comparison)', lockstep: small },
    {
      what: 'get a code by id',
      lockstep: await timed(times, (n) => seam.accessCodes.get({ access_code_id: idOf(2, anyCode(n)) })),
    },
    {
      what: 'get a code by device and PIN',
      lockstep: await timed(times, (n) =>
        seam.accessCodes.get({
          device_id: deviceOf(anyCode(n)),
          code: String(100_000 + Math.floor(anyCode(n) / locks)),
        }),
      ),
    },
    {
      what: '100 events since yesterday',
      lockstep: await timed(times, () => seam.events.list({ since, limit: 100 })),
    },
    {
      what: '… since 29 days',
      lockstep: await timed(times, () => seam.events.list({ since: longAgo, limit: 100 })),
    },
    {
      what: '… of a type',
      lockstep: await timed(times, () =>
        seam.events.list({ since: longAgo, event_type: 'lock.locked', limit: 100 }),
      ),
    },
    {
      what: '… of a device',
      lockstep: await timed(times, () => seam.events.list({ since: longAgo, device_id, limit: 100 })),
    },
    {
      what: '… of a device and type',
      lockstep: await timed(times, () =>
        seam.events.list({ since: longAgo, device_id, event_type: 'lock.locked', limit: 100 }),
      ),
    },
    {
      what: '… of an access code',
      lockstep: await timed(times, (n) =>
        seam.events.list({ since: longAgo, access_code_id: idOf(2, anyCode(n)), limit: 100 }),
      ),
    },
    { what: 'lockstep status', lockstep: await timed(3, () => house.call('lockstep/status', {})) },
  ];
  await http[Symbol.asyncDispose]();
  await house.controller.stop();
  house.store.close();
  say(`seam: ${pages.length} pages, median ${median(pages).toFixed(1)} ms`);
  return { title: `Seam's API with ${codes} access codes and ${events} events, ms`, bareName: '', rows };
};
