import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Mosquitto } from '../../../test/support/mosquitto.ts';
import {
  FakeApp,
  FakeOutbox,
  Listener,
  memoryLog,
  realClock,
  retainedNow,
  until,
} from '../../../test/support/mqtt-face.ts';
import { testCertificate, testKey } from '../../../test/support/tls-identity.ts';
import { Pin } from '../../core/pin.ts';
import type { StoredEvent } from '../../ports/store.ts';
import { startMqttFace, type IncludeCodes, type MqttFace, type MqttSettings } from './index.ts';

const deviceId = '11111111-1111-4111-8111-111111111111';
const base = 'lockstep/home';
const createTopic = `${base}/request/access_codes/create`;
const answerTopic = `${base}/response/access_codes/create`;

const event = (seq: number): StoredEvent => ({
  seq,
  eventId: `event-${seq}`,
  eventType: 'device.connected',
  occurredAt: 0,
  deviceId: undefined,
  accessCodeId: undefined,
  payload: {},
  pin: undefined,
});

const sequence = (texts: readonly string[]): number[] =>
  texts.map((text) => Number(/"seq":(\d+)/.exec(text)?.[1]));

let broker: Mosquitto;
let app: FakeApp;
let outbox: FakeOutbox;
let face: MqttFace | undefined;
let lines: string[];

beforeEach(async () => {
  broker = await Mosquitto.start();
  app = new FakeApp();
  outbox = new FakeOutbox();
  app.devices.set(deviceId, { device_id: deviceId });
});

afterEach(async () => {
  await face?.stop();
  face = undefined;
  await broker[Symbol.asyncDispose]();
});

const startFace = async (
  includeCodes: IncludeCodes = false,
  settings: Partial<MqttSettings> = {},
): Promise<MqttFace> => {
  const memory = memoryLog();
  lines = memory.lines;
  const started = await startMqttFace({
    app,
    outbox,
    renderEvent: (stored) => ({ event_type: stored.eventType }),
    bridgeId: 'home',
    settings: { url: broker.url, baseTopic: 'lockstep', includeCodes, ...settings },
    clock: realClock,
    log: memory.log,
  });
  face = started;
  return started;
};

const online = async (): Promise<void> => until('the face to be online', () => face?.connected === true);

describe('over an outage of the broker', () => {
  it('starts without a broker and comes online when there is one', async () => {
    await broker.stop();
    const started = await startFace();
    await until('a failed attempt', () => lines.some((line) => line.includes('not reachable')));
    expect(started.connected).toBe(false);
    expect(started.status.reason).toContain('ECONNREFUSED');
    await broker.start();
    await online();
  });

  it('restores all retained topics after the broker lost them (FIELD-BUGS 35)', async () => {
    await startFace();
    await online();
    await broker.stop();
    await until('the loss to be noticed', () => face?.connected === false);
    app.devices.set(deviceId, { device_id: deviceId, name: 'renamed meanwhile' });
    await broker.start();
    await using listener = await Listener.connect(broker.url, `${base}/#`);
    await listener.last(
      `${base}/devices/${deviceId}`,
      `{"device_id":"${deviceId}","name":"renamed meanwhile"}`,
    );
    await listener.json(`${base}/devices/${deviceId}/slots`);
    expect([...(await retainedNow(broker.url, base)).keys()].sort()).toEqual([
      `${base}/arrivals`,
      `${base}/bridge`,
      `${base}/devices/${deviceId}`,
      `${base}/devices/${deviceId}/slots`,
      `${base}/status`,
    ]);
  });

  it('delivers events of the outage afterwards, in seq order, each once', async () => {
    await startFace();
    await online();
    await broker.stop();
    await until('the loss to be noticed', () => face?.connected === false);
    for (let seq = 1; seq <= 150; seq += 1) {
      outbox.append(event(seq));
      app.say({ kind: 'events' });
    }
    expect(outbox.marked).toEqual([]);
    await broker.start();
    await using listener = await Listener.connect(broker.url, `${base}/events/#`);
    await until('the outbox to empty', () => outbox.marked.length === 150);
    const numbers = Array.from({ length: 150 }, (_, index) => index + 1);
    expect(outbox.marked).toEqual(numbers);
    const topic = `${base}/events/device.connected`;
    await listener.json(topic);
    // The listener may have come back after the face: what it heard must still be in order, to the end.
    await until('the last event', () => sequence(listener.on(topic)).at(-1) === 150);
    const heard = sequence(listener.on(topic));
    expect(heard).toEqual(numbers.slice(150 - heard.length));
  });

  it('loses no event and keeps the order when the broker dies in the middle of a stream', async () => {
    await startFace();
    await online();
    const heard: number[] = [];
    let appended = 0;
    for (let round = 0; round < 3; round += 1) {
      await using listener = await Listener.connect(broker.url, `${base}/events/#`);
      const goal = outbox.marked.length + 20;
      for (let n = 0; n < 200; n += 1) outbox.append(event((appended += 1)));
      app.say({ kind: 'events' });
      await until('some events', () => outbox.marked.length >= goal);
      await broker.stop();
      heard.push(...sequence(listener.on(`${base}/events/device.connected`)));
      await broker.start();
    }
    await until('the outbox to empty', () => outbox.marked.length === 600);
    expect(outbox.marked).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
    // At least once: one whose acknowledgement was lost comes again, but nothing comes before its predecessor.
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
  });

  /** An event on its way to a broker that hangs: sent, never acknowledged. */
  const sendIntoTheVoid = async (): Promise<void> => {
    broker.freeze();
    const looks = outbox.looks;
    outbox.append(event(1));
    app.say({ kind: 'events' });
    await until('the event to be sent', () => outbox.looks > looks);
  };

  it('keeps an event without acknowledgement and publishes it after the next connect', async () => {
    await startFace();
    await online();
    await sendIntoTheVoid();
    await broker.stop();
    await until('the loss to be noticed', () => face?.connected === false);
    expect(outbox.marked).toEqual([]);
    outbox.append(event(2));
    await broker.start();
    await until('the outbox to empty', () => outbox.marked.length === 2);
    expect(outbox.marked).toEqual([1, 2]);
  });

  it('stops while the broker hangs, and marks nothing', async () => {
    const started = await startFace();
    await online();
    await sendIntoTheVoid();
    await started.stop();
    expect(outbox.marked).toEqual([]);
  });

  it('stops while the broker takes the connection and says nothing', async () => {
    broker.freeze();
    const started = await startFace();
    await started.stop();
    expect(started.connected).toBe(false);
  });

  it('says once, not every few seconds, what is wrong, and tries 3.1.1 where MQTT 5 is met with silence', async () => {
    const levels: (number | undefined)[] = [];
    const mute = createServer((socket) => {
      // Byte 8 of a short CONNECT is the protocol level.
      socket.once('data', (packet) => {
        levels.push(packet[8]);
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const started = await startFace(false, { url: `mqtt://127.0.0.1:${port}` });
    await until('four attempts', () => levels.length === 4);
    await started.stop();
    mute.close();
    expect(levels).toEqual([5, 5, 4, 5]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('closed by the broker before CONNACK');
  });
});

describe('with MQTT 5', () => {
  const v5 = { protocolVersion: 5 } as const;
  const connectClient = (filter = '#'): Promise<Listener> => Listener.connect(broker.url, filter, v5);

  it('answers on the response topic with the correlation data instead of the normal topic', async () => {
    app.handlers.set('access_codes/create', () => ({ ok: true, body: { done: true } }));
    await startFace();
    await online();
    await using client = await connectClient();
    const properties = { responseTopic: 'clients/7/answers', correlationData: Buffer.from('c-1') };
    await client.publish(createTopic, '{"request_id":"r"}', { properties });
    await client.json('clients/7/answers');
    const answer = client.heard.find((message) => message.topic === 'clients/7/answers');
    expect(answer).toMatchObject({
      text: '{"request_id":"r","ok":true,"done":true}',
      correlationData: 'c-1',
    });
    expect(client.on(answerTopic)).toEqual([]);
  });

  it.each([
    [false, null, null],
    ['responses', null, '4711'],
    [true, '4711', '4711'],
  ] as const)(
    'with include_codes %s shows the PIN as %s on the normal topic and %s on a response topic (FIELD-BUGS 26)',
    async (includeCodes, normal, asked) => {
      app.handlers.set('access_codes/create', () => ({ ok: true, body: { code: Pin.parse('4711')! } }));
      await startFace(includeCodes);
      await online();
      await using client = await connectClient();
      await client.publish(createTopic, '{}');
      await client.publish(createTopic, '{}', { properties: { responseTopic: 'answers' } });
      expect(await client.json(answerTopic)).toEqual({ ok: true, code: normal });
      expect(await client.json('answers')).toEqual({ ok: true, code: asked });
    },
  );

  it.each([`${base}/status`, base, `${base}/request/locks/unlock_door`, '$share/x'])(
    'refuses the response topic %s on the normal topic and does nothing',
    async (responseTopic) => {
      app.handlers.set('access_codes/create', () => ({ ok: true, body: { code: Pin.parse('4711')! } }));
      await startFace('responses');
      await online();
      await using client = await connectClient();
      await client.publish(createTopic, '{"request_id":"r"}', { properties: { responseTopic } });
      expect(await client.json(answerTopic)).toMatchObject({
        request_id: 'r',
        ok: false,
        error: { type: 'invalid_response_topic' },
      });
      expect(app.calls).toEqual([]);
      expect(client.on(`${base}/status`)).toEqual(['online']);
    },
  );

  it('refuses a request published with the retain flag while it is online', async () => {
    app.handlers.set('access_codes/create', () => ({ ok: true, body: {} }));
    await startFace();
    await online();
    await using client = await connectClient();
    await client.publish(createTopic, '{}', { retain: true });
    expect(await client.json(answerTopic)).toMatchObject({ ok: false, error: { type: 'retained_request' } });
    expect(app.calls).toEqual([]);
  });
});

describe('a broker with locks of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-mqtt-'));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o644 });
    return path;
  };

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('that asks for a password refuses the face, which logs why and keeps trying', async () => {
    await broker[Symbol.asyncDispose]();
    broker = await Mosquitto.start(['allow_anonymous false']);
    const passwordFile = file('password', 'open sesame\n');
    await startFace(false, { username: 'lockstep', passwordFile });
    await until('the refusal in the log', () => lines.some((line) => line.includes('Not authorized')));
    expect(face?.connected).toBe(false);
    expect(lines.join()).not.toContain('open sesame');
  });

  it('that refuses our events keeps them in the outbox, and gets all it takes', async () => {
    const acl = file('acl', `topic readwrite ${base}/status\ntopic readwrite ${base}/devices/#\n`);
    chmodSync(folder, 0o755);
    await broker[Symbol.asyncDispose]();
    broker = await Mosquitto.start([`acl_file ${acl}`]);
    outbox.append(event(1));
    await startFace();
    await using listener = await Listener.connect(broker.url, `${base}/#`);
    await listener.json(`${base}/devices/${deviceId}/slots`);
    await until('the refusal in the log', () => lines.some((line) => line.includes('refused an event')));
    expect(lines.filter((line) => line.includes('refused a retained topic')).join()).toContain('bridge');
    expect(outbox.marked).toEqual([]);
    expect(face?.connected).toBe(true);
    const refused = expect.objectContaining({ eventType: event(1).eventType, seq: 1 }) as object;
    expect(face?.status).toMatchObject({ connected: true, reason: undefined, refused });
  });

  it('with TLS is spoken to when mqtt.ca_file vouches for it, and not otherwise', async () => {
    const certFile = file('test.crt', testCertificate);
    const keyFile = file('test.key', testKey);
    chmodSync(folder, 0o755);
    await broker[Symbol.asyncDispose]();
    broker = await Mosquitto.start([`certfile ${certFile}`, `keyfile ${keyFile}`]);
    const url = broker.url.replace('mqtt:', 'mqtts:');
    const started = await startFace(false, { url });
    await until('the refusal in the log', () =>
      lines.some((line) => line.includes('self-signed certificate')),
    );
    expect(started.connected).toBe(false);
    expect(started.status.reason).toContain('self-signed certificate');
    await started.stop();
    await startFace(false, { url, caFile: certFile });
    await online();
  });
});
