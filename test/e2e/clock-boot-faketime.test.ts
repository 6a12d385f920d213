import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Bridge } from '../support/bridge.ts';
import { BridgeClient, createdId } from '../support/bridge-client.ts';
import { FakeTime } from '../support/fake-time.ts';
import { SimRecord } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import { goodLock } from '../support/world.ts';
import { startZwaveNetwork } from '../support/zwave-network.ts';
import type { ZwaveSim } from '../support/zwave-sim.ts';

const front = 2;
const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

const clockSchema = z.looseObject({ trusted: z.boolean(), why: z.string().nullable() });
const answerSchema = z.looseObject({ clock: clockSchema });
const findingSchema = z.looseObject({ area: z.string(), name: z.string(), message: z.string() });
const doctorSchema = z.looseObject({ doctor: z.looseObject({ findings: z.array(findingSchema) }) });
type ClockState = z.infer<typeof clockSchema>;

let sim: ZwaveSim;
let bridge: Bridge;
let record: SimRecord;
let client: BridgeClient;
/** Those that are to be closed: the first start may fail. */
const clients: BridgeClient[] = [];
/** The system's clock of the bridge; the lock's own, and the test's, go by the true time. */
let wall: FakeTime;
let config: Readonly<Record<string, unknown>>;

beforeEach(async () => {
  const spec = { codes: { 1: '258013' }, clock: { time_cc: true } };
  sim = await startZwaveNetwork({ locks: [goodLock(front, 6, spec)] });
  record = await SimRecord.open(sim.control);
  const clock = { trust: 'synchronised', synchronised_file: './synchronised' };
  bridge = await Bridge.create({ serial: sim.serial, settings: { clock } });
  config = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(bridge.configFile, 'utf8')));
  wall = new FakeTime(bridge.dir);
});
afterEach(async () => {
  await leave();
  await bridge[Symbol.asyncDispose]();
  await record[Symbol.asyncDispose]();
  await sim[Symbol.asyncDispose]();
});

const leave = async (): Promise<void> => {
  for (const one of clients.splice(0)) await one[Symbol.asyncDispose]();
};
/** A start of the machine, with its clock so; `radio: false`: its stick isn't plugged in yet. */
const start = async (ahead: number, { radio = true, zone = 'UTC' } = {}): Promise<void> => {
  wall.ahead(ahead);
  bridge.configure({ ...config, time_zone: zone, ...(radio ? {} : { drivers: [] }) });
  bridge.start(wall.env);
  client = await BridgeClient.connect(bridge.mqttUrl, bridge.base);
  clients.push(client);
  await client.until('the bridge to be online', () => client.status === 'online');
  if (!radio) return;
  const ready = /"state":"ready"[^}]*"locks":1/;
  await client.until('the radio to be ready', () =>
    ready.test(client.latest.get(`${bridge.base}/bridge`) ?? ''),
  );
  await done();
};
/** Whatever the lock was to be told by now, it has been told: a command comes after that. */
const done = async (): Promise<void> => {
  const params = { device_id: await client.device(front), sync: true };
  const before = record.now;
  expect(await client.ask('locks/lock_door', params)).toMatchObject({
    action_attempt: { status: 'success' },
  });
  await record.next(front, 'locked', before);
  await until('all codes to be looked at', async () =>
    (await client.codes()).every(({ status }) => status !== 'unknown'),
  );
};
const end = async (): Promise<void> => {
  expect(await bridge.end('SIGTERM')).toEqual({ code: 0, signal: null });
  await leave();
};
const synchronised = (is: boolean): void => {
  const file = join(bridge.dir, 'synchronised');
  if (is) writeFileSync(file, '');
  else rmSync(file, { force: true });
};

/** Asks for a code, over MQTT; its id. */
const create = async (code: string, frame?: readonly [from: number, to: number]): Promise<string> => {
  const iso = (at: number): string => new Date(at).toISOString();
  const times = frame === undefined ? {} : { starts_at: iso(frame[0]), ends_at: iso(frame[1]) };
  const params = { device_id: await client.device(front), name: code, code, ...times };
  return createdId(await client.ask('access_codes/create', params));
};
/** The PINs that the lock itself holds, without the stranger's. */
const held = async (): Promise<string[]> => {
  const codes = Object.values(await sim.codes(front));
  expect(codes, "a stranger's").toContain('258013');
  return codes.filter((code) => code !== '258013').sort();
};
const holds = (...pins: string[]): Promise<unknown> =>
  until(`the lock to hold ${pins.join(', ')}`, async () => (await held()).join() === pins.toSorted().join(), {
    instead: held,
  });

const listening = async (): Promise<string> => {
  const { doctor } = doctorSchema.parse(await client.ask('lockstep/doctor', {}));
  return doctor.findings.find(({ area, name }) => area === 'listen' && name === 'http')?.message ?? '';
};
/** The lock asks the hub for zone, date and time. */
const asks = async (): Promise<void> => {
  const body = JSON.stringify({ ask: true });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${sim.control}/locks/${front}/clock`, { method: 'POST', body, headers });
  expect(answer.status).toBe(200);
};
/** What `/health`, the route and the bridge's topic say of the clock: they must agree. */
const said = async (): Promise<ClockState> => {
  const health = await (await fetch(`http://${await listening()}/health`)).json();
  const { clock } = answerSchema.parse(health);
  expect(health).toMatchObject({ ok: true, status: clock.trusted ? 'ok' : 'degraded' });
  expect(await client.ask('lockstep/clock', {})).toMatchObject({ clock });
  await client.until(`the bridge's topic to say ${clock.why ?? 'trusted'}`, () => {
    const topic = answerSchema.safeParse(JSON.parse(client.latest.get(`${bridge.base}/bridge`) ?? '{}'));
    return topic.data?.clock.why === clock.why;
  });
  return clock;
};
/** Whoever asks has the clock looked at: without that it takes up to a minute. */
const isTrusted = (is: boolean): Promise<ClockState> =>
  until(`the clock ${is ? '' : 'not '}to be trusted`, async () => {
    const clock = await said();
    return clock.trusted === is && clock;
  });

test('a Pi that starts in 1970 ends the codes that are surely over, lets nobody in by the wrong time, and goes on when NTP comes late', async () => {
  await start(0);
  expect(await said()).toMatchObject({ trusted: false, why: 'unsynchronised' });
  expect(await bridge.cli(['clock', 'trust'])).toMatchObject({ code: 0 });
  await client.event('lockstep.clock_trusted', { by: 'operator' });
  expect(await said()).toMatchObject({ trusted: true, why: null });
  const ongoing = await create('1111');
  const yesterdays = await create('2222', [Date.now(), Date.now() + 2 * minutes]);
  for (const id of [ongoing, yesterdays]) await client.codeSet(id);
  await record.next(front, 'clock_set', 0);
  await end();

  // Time goes on, and that guest's is over, while the stick is out.
  synchronised(true);
  await start(4 * minutes, { radio: false });
  expect(await said()).toMatchObject({ trusted: true });
  await end();
  expect(await held()).toEqual(['1111', '2222']);

  synchronised(false);
  const truth = wall.now;
  const dark = record.now;
  // In another zone, so that the lock would be told the time anew.
  await start(-Date.now() + 5 * minutes, { zone: 'Asia/Kathmandu' });
  const late = await create('3333', [truth - hours, truth + hours]);
  await create('4444');
  await holds('1111', '4444');
  expect(await isTrusted(false)).toMatchObject({ why: 'behind_floor' });
  await client.event('lockstep.clock_untrusted', { why: 'behind_floor' });
  const { stdout } = await bridge.cli(['clock']);
  expect(stdout).toMatch(/^system clock +1970-01-01 /m);
  expect(stdout).toContain('codes with a time frame wait');
  expect((await bridge.cli(['status'])).stdout).toMatch(/^clock +not trusted \(behind_floor\)/m);
  expect(client.code(late)).toMatchObject({
    status: 'setting',
    errors: [{ error_code: 'lockstep_clock_untrusted' }],
  });
  await asks();
  await done();
  expect(record.after(dark, ['clock_set', 'clock_told']), 'no lock is told a time that nobody knows').toEqual(
    [],
  );
  expect(await held()).toEqual(['1111', '4444']);

  synchronised(true);
  wall.set(truth + minutes);
  expect(await isTrusted(true)).toMatchObject({ why: null });
  await client.codeSet(late);
  await holds('1111', '3333', '4444');
  await asks();
  await record.next(front, 'clock_told', dark);
  await record.next(front, 'clock_set', dark);
  await client.event('lockstep.clock_trusted', { by: 'system' });
  expect(client.code(late)).toMatchObject({ errors: [] });
}, 120_000);

test('a Pi that starts years ahead keeps its guests in; set back by a day, it lets nobody come back before the operator lowers the floor', async () => {
  await start(0);
  expect(await bridge.cli(['clock', 'trust'])).toMatchObject({ code: 0 });
  const guest = await create('2222', [Date.now(), Date.now() + hours]);
  await client.codeSet(guest);
  await end();

  await start(3_650 * days);
  expect(await isTrusted(false)).toMatchObject({ why: 'leapt' });
  expect(await held()).toEqual(['2222']);
  expect(client.code(guest)).toMatchObject({ status: 'set' });
  // It runs on as it did when the operator vouched for it.
  wall.ahead(0);
  await isTrusted(true);
  await client.ask('access_codes/update', { access_code_id: guest, ends_at: new Date().toISOString() });
  await holds();

  wall.ahead(-days);
  expect(await isTrusted(false)).toMatchObject({ why: 'behind_floor' });
  await create('1111');
  await holds('1111');
  // Over the network nobody says what time it is.
  expect(await client.request('lockstep/clock/trust', { set_floor: true })).toMatchObject({
    ok: false,
    error: { type: 'unknown_route' },
  });
  const refused = await bridge.cli(['clock', 'trust']);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    /shows 20.*--set-floor.*guests whose time is over get in.*clock_behind_floor/s,
  );
  expect(await said()).toMatchObject({ trusted: false });
  expect(await bridge.cli(['clock', 'trust', '--set-floor'])).toMatchObject({ code: 0 });
  await client.event('lockstep.clock_trusted', { by: 'operator' }, client.lastSeq - 1);
  expect(await said()).toMatchObject({ trusted: true, why: null });
  await done();
  expect(await held()).toEqual(['1111']);
}, 120_000);
