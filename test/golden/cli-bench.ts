import { join } from 'node:path';
import type { Answer, AnswerBody, AnswerValue } from '../../src/app/answer.ts';
import { Pin } from '../../src/core/pin.ts';
import { systemZones } from '../../src/platform/zones.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { runCli } from '../../src/faces/cli/index.ts';
import type { CliIo } from '../../src/faces/cli/index.ts';
import { HttpBench } from '../support/http-bench.ts';
import { doctorBody, localChecks, slotsState, slotWork, statusState } from './doctor-answers.ts';

export const now = Date.parse('2026-11-22T12:00:00Z');
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

export const frontId = '5f0c1a2b-1111-5aaa-8aaa-000000000001';
export const backId = '77d2e3f4-2222-5bbb-8bbb-000000000002';
const cellarId = '77d2e3f5-3333-5ccc-8ccc-000000000003';
const loftId = '91ab02cd-4444-5ddd-8ddd-000000000004';
export const annaId = 'aa000001-0000-4000-8000-000000000001';
export const benId = 'bb000002-0000-4000-8000-000000000002';
const foundId = 'cc000003-0000-4000-8000-000000000003';
export const annaPin = Pin.parse('918273')!;

const device = (id: string, name: string, more: Readonly<Record<string, AnswerValue>>): AnswerBody => ({
  device_id: id,
  device_type: 'lockstep_lock',
  display_name: name,
  created_at: ago(86_400),
  errors: [],
  warnings: [],
  x_adopted: true,
  x_slots: { first: 1, last: 30 },
  ...more,
});

const devices = [
  device(frontId, 'Front door', {
    x_address: 'zwave:2',
    properties: {
      online: true,
      locked: true,
      battery_level: 0.874,
      model: { display_name: 'Yale Assure SL' },
    },
  }),
  device(backId, 'Back door of the garden house, 家 \u001b[31m', {
    x_address: 'zwave:3',
    x_adopted: false,
    x_slots: null,
    properties: {
      online: true,
      battery_level: 0.1,
      model: { display_name: 'Schlage BE469ZP Connect Smart Deadbolt' },
    },
  }),
  device(cellarId, 'Cellar', {
    x_address: 'zwave:14',
    x_slots: { first: 1, last: 250 },
    properties: { online: false, locked: false, model: { display_name: null } },
  }),
  device(loftId, 'Loft', {
    x_address: 'zigbee:0x00124b0029abcdef',
    x_slots: { first: 1, last: 250 },
    properties: { online: true, locked: true, battery_level: 1, model: { display_name: 'Yale YRD226 TSDB' } },
  }),
];

const code = (id: string, name: string | null, more: Readonly<Record<string, AnswerValue>>): AnswerBody => ({
  access_code_id: id,
  device_id: frontId,
  name,
  status: 'set',
  is_managed: true,
  created_at: ago(3600),
  errors: [],
  warnings: [],
  pending_mutations: [],
  ...more,
});

export const anna = code(annaId, 'Anna', { code: annaPin, x_slot: 1 });
export const ben = code(benId, 'Benjamin of the cleaning company', {
  code: Pin.parse('0042')!,
  x_slot: null,
  status: 'setting',
  errors: [{ error_code: 'duplicate_code_on_device', message: 'Another code on the lock has this PIN.' }],
  warnings: [{ warning_code: 'delay_in_setting_on_device', message: 'It takes longer than usual.' }],
  pending_mutations: [{ mutation_code: 'creating', created_at: ago(60) }],
});
const found = code(foundId, null, { code: null, x_slot: 7, is_managed: false });

const slot = (number: number, more: Readonly<Record<string, AnswerValue>>): AnswerBody => ({
  slot: number,
  state: 'empty',
  masked: false,
  enabled: null,
  owner: null,
  access_code_id: null,
  name: null,
  schedule: null,
  evidence: { grade: 'proved', at: ago(7200), source: 'read' },
  pending: null,
  drift: null,
  ...more,
});

const slots = [
  slot(1, {
    state: 'occupied',
    enabled: true,
    owner: 'lockstep',
    access_code_id: annaId,
    name: 'Anna',
    schedule: '2026-11-22T16:00/2026-11-25T11:00',
    evidence: { grade: 'proved', at: ago(180), source: 'read' },
  }),
  slot(2, {
    state: 'occupied',
    owner: 'lockstep',
    access_code_id: benId,
    name: 'Benjamin of the cleaning company',
    evidence: { grade: 'accepted', at: ago(2), source: 'write' },
    pending: 'read',
    drift: 'different',
  }),
  slot(3, {}),
  slot(4, { evidence: { grade: 'proved', at: ago(200_000), source: 'read' } }),
  slot(5, {}),
  slot(6, { pending: 'set', work: slotWork }),
  slot(7, { state: 'occupied', masked: true, enabled: true, owner: 'unmanaged', access_code_id: foundId }),
  slot(8, { usable: false, state: 'unknown', evidence: { grade: 'assumed', at: null, source: 'none' } }),
  slot(9, { usable: false, state: 'unknown', evidence: { grade: 'assumed', at: null, source: 'none' } }),
  slot(30, { state: 'unknown', owner: 'reserved', evidence: { grade: 'assumed', at: null, source: 'none' } }),
];

const bridge = {
  bridge_id: 'home',
  version: '0.1.0',
  started_at: ago(4000),
  drivers: [
    { driver: 'zwave', state: 'ready', detail: null, locks: 3, left_behind: ['zwave:7'] },
    { driver: 'zigbee', state: 'lost', detail: 'the adapter does not answer; is it plugged in?', locks: 0 },
    {
      driver: 'yard',
      state: 'lost',
      detail: 'the gateway has another network than the one of /etc/lockstep/yard.json. Nothing was changed.',
      locks: 0,
    },
  ],
  mqtt: { connected: false },
  counts: {
    devices: 3,
    online: 2,
    access_codes: 2,
    set: 1,
    setting: 1,
    removing: 0,
    with_errors: 1,
    unmanaged: 1,
  },
  last_seq: 12,
  clock: { trusted: false, why: 'unsynchronised', by: null, since: ago(4000) },
};

const history = [
  {
    at: ago(120),
    kind: 'set_accepted',
    slot: 1,
    device_id: frontId,
    access_code_id: annaId,
    detail: { attempt: 1 },
  },
  { at: ago(180), kind: 'created', slot: null, device_id: frontId, access_code_id: annaId, detail: {} },
  {
    at: ago(100_000),
    kind: 'modified_externally',
    slot: 7,
    device_id: frontId,
    access_code_id: null,
    detail: { was: 'empty', is: 'occupied', by: 'somebody at the keypad, as far as the lock says' },
  },
];

export const event = (seq: number): AnswerBody => ({
  seq,
  event_id: `event-${seq}`,
  event_type: seq % 2 === 0 ? 'access_code.set_on_device' : 'device.connected',
  occurred_at: ago(100 - seq),
  created_at: ago(100 - seq),
  device_id: frontId,
  ...(seq % 2 === 0 && { access_code_id: annaId, code: annaPin }),
});

const ok = (body: AnswerBody): (() => Answer) => {
  return () => ({ ok: true, body });
};
export const refusal = (status: number, type: string, message: string): Answer => ({
  ok: false,
  error: { status, type, message },
});

const standing = new Map<string, (params: unknown) => Answer>([
  ['devices/list', ok({ devices })],
  ['access_codes/list', ok({ access_codes: [anna, ben] })],
  ['access_codes/get', ok({ access_code: anna })],
  ['access_codes/create', ok({ access_code: ben })],
  ['access_codes/update', ok({})],
  ['access_codes/delete', ok({})],
  ['access_codes/unmanaged/list', ok({ access_codes: [found] })],
  [
    'locks/lock_door',
    ok({ action_attempt: { status: 'success', result: { was_confirmed_by_device: true }, error: null } }),
  ],
  [
    'locks/unlock_door',
    ok({
      action_attempt: {
        status: 'error',
        result: null,
        error: { type: 'device_offline', message: 'It sleeps.' },
      },
    }),
  ],
  ['lockstep/status', ok({ bridge, ...statusState })],
  ['lockstep/doctor', ok(doctorBody)],
  ['lockstep/slots', ok({ device_id: frontId, slots, ...slotsState })],
  ['lockstep/history', ok({ entries: history })],
  ['lockstep/audit', ok({ audit: { device_id: frontId, state: 'queued' } })],
  ['lockstep/events', eventsAnswer(12)],
]);

/** Events 1 to `last`, as the route gives them. */
export function eventsAnswer(last: number): (params: unknown) => Answer {
  return (params) => {
    const asked = params as { after?: number; limit: number };
    const after = asked.after ?? Math.max(0, last - asked.limit);
    const count = Math.max(0, Math.min(asked.limit, last - after));
    return {
      ok: true,
      body: { events: Array.from({ length: count }, (_, index) => event(after + 1 + index)) },
    };
  };
}

/** Short delays pass at once, deadlines never; the clock moves by what was waited for. */
export class HurryingClock implements Clock {
  #passedMs = 0;
  now = (): number => now;
  monotonic = (): number => this.#passedMs;
  after = (delayMs: number, fn: () => void): (() => void) => {
    if (delayMs > 1000) return () => undefined;
    const handle = setImmediate(() => {
      this.#passedMs += delayMs;
      fn();
    });
    return () => {
      clearImmediate(handle);
    };
  };
}

export interface Run {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** The command line in front of a real HTTP face on a real Unix socket, behind which answers stand ready. */
export class CliBench extends HttpBench {
  out = '';
  err = '';

  /** @param routes that have no standing answer */
  constructor(routes: readonly string[] = []) {
    super([...standing.keys(), ...routes]);
    this.clock.now = () => now;
    for (const [route, answer] of standing) this.app.answers.set(route, answer);
  }

  io(extra: Partial<CliIo> = {}): CliIo {
    return {
      stdout: { write: (text) => (this.out += text) },
      stderr: { write: (text) => (this.err += text) },
      env: { LOCKSTEP_SOCKET: this.socketPath },
      cwd: this.dir,
      isTty: false,
      columns: undefined,
      timeZone: 'Europe/Berlin',
      zones: systemZones,
      clock: new HurryingClock(),
      signal: new AbortController().signal,
      version: '0.1.0',
      readStdin: () => Promise.resolve(''),
      readFile: (path) => {
        throw new Error(`no file ${path}`);
      },
      canAsk: false,
      readLine: () => Promise.resolve(undefined),
      socketFromConfig: () => undefined,
      localChecks: () => Promise.resolve(localChecks),
      isForeign: () => false,
      daemon: () => Promise.resolve(78),
      demo: () => Promise.resolve(0),
      ...extra,
    };
  }

  /** Runs one command line, split at spaces or given in parts. */
  async run(line: string | readonly string[], extra: Partial<CliIo> = {}): Promise<Run> {
    this.out = '';
    this.err = '';
    const exit = await runCli(typeof line === 'string' ? line.split(' ') : line, this.io(extra));
    return { exit, out: this.out, err: this.err };
  }

  /** What was sent to a route, the last time. */
  sent(route: string): unknown {
    return this.app.calls.findLast((call) => call.route === route)?.params;
  }

  get demoSocket(): string {
    return join(this.dir, '.lockstep-demo', 'lockstep.sock');
  }
}
