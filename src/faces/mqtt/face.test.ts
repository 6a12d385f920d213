import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokers, startRelay, type TestBroker } from '../../../test/support/mqtt-brokers.ts';
import {
  FakeApp,
  FakeOutbox,
  Listener,
  memoryLog,
  realClock,
  retainedNow,
  until,
} from '../../../test/support/mqtt-face.ts';
import { Pin } from '../../core/pin.ts';
import type { StoredEvent } from '../../ports/store.ts';
import { startMqttFace, type IncludeCodes, type MqttFace } from './index.ts';

const deviceId = '11111111-1111-4111-8111-111111111111';
const codeId = '22222222-2222-4222-8222-222222222222';
const unmanagedId = '33333333-3333-4333-8333-333333333333';
const strangerId = '44444444-4444-4444-8444-444444444444';
const base = 'lockstep/home';

const pin = (digits: string): Pin => Pin.parse(digits)!;

const event = (seq: number, eventType = 'access_code.set_on_device'): StoredEvent => ({
  seq,
  eventId: `event-${seq}`,
  eventType,
  occurredAt: 0,
  deviceId: undefined,
  accessCodeId: undefined,
  payload: {},
  pin: pin('73918264'),
});

describe.each(brokers)('the MQTT face against $name', ({ start }) => {
  let broker: TestBroker;
  let app: FakeApp;
  let outbox: FakeOutbox;
  let faces: MqttFace[];
  let lines: string[];

  beforeEach(async () => {
    broker = await start();
    app = new FakeApp();
    outbox = new FakeOutbox();
    faces = [];
    app.devices.set(deviceId, { device_id: deviceId, name: 'Front door' });
    app.codes.set(codeId, { access_code_id: codeId, code: pin('73918264') });
    app.unmanaged.set(unmanagedId, { access_code_id: unmanagedId, code: pin('0815') });
  });

  afterEach(async () => {
    await Promise.all(faces.map((face) => face.stop()));
    await broker.stop();
  });

  const startFace = async (includeCodes: IncludeCodes = false, url = broker.url): Promise<MqttFace> => {
    const memory = memoryLog();
    lines = memory.lines;
    const face = await startMqttFace({
      app,
      outbox,
      renderEvent: (stored) => ({ event_type: stored.eventType, code: stored.pin ?? null }),
      bridgeId: 'home',
      settings: { url, baseTopic: 'lockstep', includeCodes },
      clock: realClock,
      log: memory.log,
    });
    faces.push(face);
    return face;
  };

  const listen = (): Promise<Listener> => Listener.connect(broker.url, `${base}/#`);

  it('publishes status, bridge, devices, slots and codes retained on connect, without any PIN', async () => {
    await using listener = await listen();
    const face = await startFace();
    await listener.json(`${base}/unmanaged_access_codes/${unmanagedId}`);
    expect(Object.fromEntries(await retainedNow(broker.url, base))).toEqual({
      [`${base}/status`]: 'online',
      [`${base}/arrivals`]: '{"arrivals":[],"total":0}',
      [`${base}/bridge`]: '{"version":"0.1.0"}',
      [`${base}/devices/${deviceId}`]: `{"device_id":"${deviceId}","name":"Front door"}`,
      [`${base}/devices/${deviceId}/slots`]: `{"device_id":"${deviceId}","slots":[{"slot":1,"state":"empty"}]}`,
      [`${base}/access_codes/${codeId}`]: `{"access_code_id":"${codeId}","code":null}`,
      [`${base}/unmanaged_access_codes/${unmanagedId}`]: `{"access_code_id":"${unmanagedId}","code":null}`,
    });
    expect(face.connected).toBe(true);
  });

  it('publishes what stands on the later pages of a list too', async () => {
    const other = codeId.replace(/^./, codeId.startsWith('1') ? '2' : '1');
    app.codes.set(other, { access_code_id: other });
    app.pages.set('access_codes/list', [codeId, other]);
    await using listener = await listen();
    await startFace();
    for (const id of app.codes.keys()) await listener.json(`${base}/access_codes/${id}`);
    expect((await retainedNow(broker.url, base)).has(`${base}/access_codes/${other}`)).toBe(true);
  });

  it('shows PINs in retained topics and events only where include_codes is true (FIELD-BUGS 26)', async () => {
    await using listener = await listen();
    await startFace(true);
    outbox.append(event(1));
    app.say({ kind: 'events' });
    expect(await listener.json(`${base}/access_codes/${codeId}`)).toMatchObject({ code: '73918264' });
    expect(await listener.json(`${base}/events/access_code.set_on_device`)).toMatchObject({
      code: '73918264',
    });
    expect(lines.join('\n')).not.toContain('73918264');
  });

  it('publishes a changed code once, whatever the number of hints, and empties it when it is gone', async () => {
    await using listener = await listen();
    await startFace();
    const topic = `${base}/access_codes/${codeId}`;
    await listener.json(topic);
    app.codes.set(codeId, { access_code_id: codeId, status: 'set' });
    for (let hint = 0; hint < 20; hint += 1) app.say({ kind: 'access_code', id: codeId });
    await listener.last(topic, `{"access_code_id":"${codeId}","status":"set"}`);
    app.codes.delete(codeId);
    app.say({ kind: 'access_code', id: codeId });
    await listener.last(topic, '');
    expect(listener.on(topic)).toHaveLength(3);
    expect((await retainedNow(broker.url, base)).has(topic)).toBe(false);
  });

  it('publishes a slot map no sooner than a second after the last time, and then as it is', async () => {
    let looks = 0;
    const look = (): number => (looks += 1);
    app.handlers.set('lockstep/slots', () => ({
      ok: true,
      body: { slots: look(), lock: { adopted: true } },
    }));
    await using listener = await listen();
    await startFace();
    const topic = `${base}/devices/${deviceId}/slots`;
    await listener.json(topic);
    const publishedAt = performance.now();
    app.say({ kind: 'slots', id: deviceId });
    await listener.last(topic, `{"device_id":"${deviceId}","slots":2}`);
    expect(performance.now() - publishedAt).toBeGreaterThan(800);
  });

  it('tries again when the app could not say what there is', async () => {
    let failures = 0;
    app.handlers.set('devices/list', () => {
      failures += 1;
      if (failures > 2) return { ok: true, body: { devices: [...app.devices.values()] } };
      return { ok: false, error: { type: 'internal_error', message: 'Disk on fire.', status: 500 } };
    });
    await using listener = await listen();
    await startFace();
    await listener.json(`${base}/devices/${deviceId}`);
    expect(failures).toBe(3);
  });

  it('does not publish again what has not changed', async () => {
    await using listener = await listen();
    await startFace();
    await listener.json(`${base}/unmanaged_access_codes/${unmanagedId}`);
    app.say({ kind: 'device', id: deviceId });
    app.bridge = { version: '0.1.1' };
    app.say({ kind: 'bridge' });
    await listener.last(`${base}/bridge`, '{"version":"0.1.1"}');
    expect(listener.on(`${base}/devices/${deviceId}`)).toHaveLength(1);
  });

  it('empties retained topics that the store does not know, and no others', async () => {
    await using listener = await listen();
    const strays = [
      `${base}/devices/${strangerId}`,
      `${base}/devices/${strangerId}/slots`,
      `${base}/access_codes/${strangerId}`,
      `${base}/access_codes/not-an-id`,
      `${base}/unmanaged_access_codes/${codeId}`,
    ];
    for (const topic of strays) await listener.publish(topic, '{"stale":true}', { retain: true });
    await listener.publish('lockstep/other/devices/x', 'theirs', { retain: true });
    await startFace();
    for (const topic of strays) await listener.last(topic, '');
    const kept = await retainedNow(broker.url, base);
    expect(strays.filter((topic) => kept.has(topic))).toEqual([]);
    expect(kept.has(`${base}/access_codes/${codeId}`)).toBe(true);
    expect((await retainedNow(broker.url, 'lockstep/other')).get('lockstep/other/devices/x')).toBe('theirs');
  });

  it('replaces a stale retained payload of a code that the store knows', async () => {
    await using listener = await listen();
    const topic = `${base}/access_codes/${codeId}`;
    await listener.publish(topic, '{"stale":true}', { retain: true });
    await startFace();
    await listener.last(topic, `{"access_code_id":"${codeId}","code":null}`);
  });

  it('publishes events in seq order with event_id and seq, and marks each after its acknowledgement', async () => {
    await using listener = await listen();
    await startFace();
    for (let seq = 1; seq <= 100; seq += 1) outbox.append(event(seq));
    app.say({ kind: 'events' });
    const topic = `${base}/events/access_code.set_on_device`;
    await until('100 events marked', () => outbox.marked.length === 100);
    expect(await listener.json(topic, 100)).toEqual({
      event_type: 'access_code.set_on_device',
      code: null,
      event_id: 'event-100',
      seq: 100,
    });
    const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(listener.on(topic).map((text) => Number(/"seq":(\d+)/.exec(text)?.[1]))).toEqual(numbers);
    expect(outbox.marked).toEqual(numbers);
  });

  it('says offline by its last will when its connection is cut', async () => {
    const relay = await startRelay(broker.url);
    await using listener = await listen();
    await startFace(false, relay.url);
    await listener.last(`${base}/status`, 'online');
    relay.cut();
    await until(
      'offline, then online',
      () => listener.on(`${base}/status`).join(' ') === 'online offline online',
    );
    await relay.close();
  });

  it('says offline when it stops, and lets go of the app', async () => {
    await using listener = await listen();
    const face = await startFace();
    await listener.last(`${base}/status`, 'online');
    await face.stop();
    await listener.last(`${base}/status`, 'offline');
    expect((await retainedNow(broker.url, base)).get(`${base}/status`)).toBe('offline');
    // Once: the last will would have said it again.
    expect(listener.on(`${base}/status`)).toEqual(['online', 'offline']);
    expect(app.listeners).toBe(0);
    expect(face.connected).toBe(false);
  });

  it('calls the app with the parameters and answers with the request_id, PINs closed', async () => {
    app.handlers.set('access_codes/create', () => ({
      ok: true,
      body: { access_code: { code: pin('4711') } },
    }));
    await using listener = await listen();
    await startFace('responses');
    await listener.last(`${base}/status`, 'online');
    const payload = {
      device_id: deviceId,
      code: '4711',
      request_id: 'r-1',
      expires_at: '2026-11-22T10:00:00+01:00',
    };
    await listener.publish(`${base}/request/access_codes/create`, JSON.stringify(payload));
    expect(await listener.json(`${base}/response/access_codes/create`)).toEqual({
      request_id: 'r-1',
      ok: true,
      access_code: { code: null },
    });
    expect(app.calls).toEqual([
      {
        route: 'access_codes/create',
        params: { device_id: deviceId, code: '4711' },
        context: { caller: 'mqtt', seesCodes: false, requestId: 'r-1', expiresAt: Date.UTC(2026, 10, 22, 9) },
      },
    ]);
  });

  it('answers a request sent twice twice and leaves it to the app to do it once', async () => {
    app.handlers.set('access_codes/create', () => ({ ok: true, body: { answered: app.calls.length } }));
    await using listener = await listen();
    await startFace();
    await listener.last(`${base}/status`, 'online');
    for (let time = 0; time < 2; time += 1) {
      await listener.publish(`${base}/request/access_codes/create`, '{"request_id":"same"}');
    }
    await listener.json(`${base}/response/access_codes/create`, 2);
    expect(app.calls.map((call) => call.context.requestId)).toEqual(['same', 'same']);
  });

  it("passes the app's errors on, with their validation errors", async () => {
    app.handlers.set('locks/unlock_door', () => ({
      ok: false,
      error: {
        type: 'request_expired',
        message: 'Too late.',
        status: 400,
        data: { now: 'later' },
        validationErrors: { _errors: [] },
      },
    }));
    await using listener = await listen();
    await startFace();
    await listener.last(`${base}/status`, 'online');
    await listener.publish(`${base}/request/locks/unlock_door`, '{"expires_at":"2020-01-01T00:00:00Z"}');
    expect(await listener.json(`${base}/response/locks/unlock_door`)).toEqual({
      ok: false,
      error: {
        type: 'request_expired',
        message: 'Too late.',
        data: { now: 'later' },
        validation_errors: { _errors: [] },
      },
    });
    expect(app.calls[0]?.context.expiresAt).toBe(Date.UTC(2020, 0, 1));
  });

  it.each([
    ['malformed JSON', '{"code":"73918264', 'malformed_json'],
    ['nothing at all', '', 'malformed_json'],
    ['a list', '[]', 'malformed_request'],
    ['__proto__', '{"__proto__":{"admin":true},"request_id":"r"}', 'malformed_request'],
    ['constructor inside', '{"a":[{"constructor":{}}]}', 'malformed_request'],
    ['a megabyte', `{"name":"${'x'.repeat(1_048_576)}"}`, 'payload_too_large'],
    ['a numeric request_id', '{"request_id":7}', 'invalid_input'],
    ['a local expires_at', '{"expires_at":"2026-11-22T10:00:00"}', 'invalid_input'],
  ])('refuses %s with an error response, calls nothing and lives on', async (_name, payload, type) => {
    app.handlers.set('access_codes/create', () => ({ ok: true, body: {} }));
    await using listener = await listen();
    await startFace();
    await listener.last(`${base}/status`, 'online');
    await listener.publish(`${base}/request/access_codes/create`, payload);
    const answer = await listener.json(`${base}/response/access_codes/create`);
    expect(answer).toMatchObject({ ok: false, error: { type } });
    expect(app.calls).toEqual([]);
    await listener.publish(`${base}/request/access_codes/create`, '{}');
    expect(await listener.json(`${base}/response/access_codes/create`, 2)).toEqual({ ok: true });
    expect(JSON.stringify([lines, answer])).not.toContain('73918264');
  });

  it('refuses a request that was retained before it came online', async () => {
    app.handlers.set('locks/unlock_door', () => ({ ok: true, body: {} }));
    await using listener = await listen();
    await listener.publish(`${base}/request/locks/unlock_door`, '{"request_id":"old"}', { retain: true });
    await startFace();
    expect(await listener.json(`${base}/response/locks/unlock_door`)).toMatchObject({
      request_id: 'old',
      ok: false,
      error: { type: 'retained_request' },
    });
    expect(app.calls).toEqual([]);
  });

  it('answers an unknown route under its name, and one that is no route under a fixed name', async () => {
    await using listener = await listen();
    await startFace();
    await listener.last(`${base}/status`, 'online');
    await listener.publish(`${base}/request/access_codes/explode`, '{}');
    await listener.publish(`${base}/request/Status ../x`, '{}');
    expect(await listener.json(`${base}/response/access_codes/explode`)).toMatchObject({
      ok: false,
      error: { type: 'unknown_route' },
    });
    expect(await listener.json(`${base}/response/invalid_route`)).toMatchObject({ ok: false });
  });

  it('does 64 requests at a time and says so to the next', async () => {
    const waiting: (() => void)[] = [];
    app.handlers.set('locks/unlock_door', async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { ok: true, body: {} };
    });
    await using listener = await listen();
    await startFace();
    await listener.last(`${base}/status`, 'online');
    for (let n = 1; n <= 65; n += 1) {
      await listener.publish(`${base}/request/locks/unlock_door`, `{"request_id":"r-${n}"}`);
    }
    const topic = `${base}/response/locks/unlock_door`;
    expect(await listener.json(topic)).toMatchObject({
      request_id: 'r-65',
      error: { type: 'too_many_requests' },
    });
    for (const go of waiting) go();
    await listener.json(topic, 65);
    await listener.publish(`${base}/request/locks/unlock_door`, '{"request_id":"again"}');
    await until('a place for the next', () => waiting.length === 65);
    waiting[64]?.();
    expect(await listener.json(topic, 66)).toEqual({ request_id: 'again', ok: true });
  });

  it('answers requests still in work before it stops', async () => {
    const waiting: (() => void)[] = [];
    app.handlers.set('locks/unlock_door', async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { ok: true, body: {} };
    });
    await using listener = await listen();
    const face = await startFace();
    await listener.last(`${base}/status`, 'online');
    await listener.publish(`${base}/request/locks/unlock_door`, '{}');
    await until('the call', () => app.calls.length === 1);
    realClock.after(100, () => waiting[0]?.());
    await face.stop();
    expect(await listener.json(`${base}/response/locks/unlock_door`)).toEqual({ ok: true });
    await listener.last(`${base}/status`, 'offline');
  });
});
