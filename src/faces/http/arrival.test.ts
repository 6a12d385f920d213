import { request as httpRequest, Agent } from 'node:http';
import type { ClientRequest } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { House } from '../../../test/support/house.ts';
import { openHttp } from '../../../test/support/http-house.ts';
import type { HttpHouse } from '../../../test/support/http-house.ts';
import { until } from '../../../test/support/until.ts';

// Whether a request without an idempotency key is the repetition of one whose answer didn't arrive.

let house: House;
let http: HttpHouse;
let body: string;
beforeEach(async () => {
  house = new House();
  await house.settle();
  http = await openHttp(house);
  body = JSON.stringify({ device_id: house.deviceId, name: 'Anna' });
});
afterEach(async () => {
  await http[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

const sdk = { 'seam-sdk-name': 'seam/http', 'seam-lts-version': '1.0.0' };
const codes = (): number => house.store.accessCodes().length;

const begin = (agent: Agent | false, headers: Record<string, string> = {}): ClientRequest =>
  httpRequest(`${http.url}/access_codes/create`, {
    method: 'POST',
    agent,
    headers: { authorization: `Bearer ${http.key}`, 'content-type': 'application/json', ...headers },
  });

/** Asks, reads the answer, and ends the connection in order. */
const ask = async (headers: Record<string, string> = {}, text = body): Promise<string> => {
  const agent = new Agent({ keepAlive: true });
  const id = await askOn(agent, headers, text);
  agent.destroy();
  return id;
};
const askOn = async (agent: Agent, headers: Record<string, string> = {}, text = body): Promise<string> => {
  const request = begin(agent, headers);
  request.end(text);
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>];
  let answer = '';
  for await (const chunk of response) answer += String(chunk);
  const { access_code } = JSON.parse(answer) as { access_code?: { access_code_id: string } };
  return access_code?.access_code_id ?? answer;
};

/** Sends the request by hand, and reads nothing; what becomes of the connection is the caller's. */
const send = async (headers: Record<string, string> = {}): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port: http.port }).pause();
  await once(socket, 'connect');
  const lines = Object.entries({
    host: 'x',
    authorization: `Bearer ${http.key}`,
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST /access_codes/create HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  return socket;
};
const created = (count: number): Promise<unknown> => until('the code', () => codes() === count);
/** The daemon has seen what became of a connection. */
const seen = (): Promise<void> => wait(20);

describe('two requests that are equal', () => {
  it('make two codes where both were answered, on one connection or several', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ids = [await askOn(agent), await askOn(agent), await ask(), await ask({ connection: 'close' })];
    agent.destroy();
    expect(new Set([...ids, ...(await Promise.all([ask(), ask(), ask(sdk)]))]).size).toBe(7);
    expect(codes()).toBe(7);
  });

  it('make two for the SDK too, at once or one after another', async () => {
    const agent = new Agent({ keepAlive: true });
    const ids = await Promise.all([askOn(agent, sdk), askOn(agent, sdk), askOn(agent, sdk)]);
    ids.push(await askOn(agent, sdk));
    expect(new Set(ids).size).toBe(4);
    agent.destroy();
  });
});

describe('a request that is made again after its connection was dropped', () => {
  it('before the answer could be read has one effect and the same answer', async () => {
    const socket = await send();
    await created(1);
    // The answer is in the socket's buffer, unread: the kernel resets the connection.
    socket.destroy();
    await seen();
    const [one] = house.store.accessCodes();
    expect(await ask()).toBe(one?.accessCodeId);
    expect(codes()).toBe(1);
    await ask();
    expect(codes(), 'that answer arrived: the next one is meant').toBe(2);
  });

  it('as soon as it was sent: at most one effect', async () => {
    for (let n = 1; n <= 5; n += 1) {
      body = JSON.stringify({ device_id: house.deviceId, name: `Anna ${n}` });
      const socket = await send();
      socket.resetAndDestroy();
      await seen();
      await ask();
      expect(codes()).toBe(n);
    }
  });

  it('of the SDK, by something in between that had read the answer', async () => {
    const socket = await send(sdk);
    socket.resume();
    await once(socket, 'data');
    socket.destroy();
    await seen();
    const [one] = house.store.accessCodes();
    expect(await ask(sdk)).toBe(one?.accessCodeId);
    expect(codes()).toBe(1);
  });

  it('is a new one with other parameters, of another route or of another caller', async () => {
    const socket = await send();
    await created(1);
    socket.destroy();
    await seen();
    await ask({}, JSON.stringify({ device_id: house.deviceId, name: 'Ben' }));
    expect(codes()).toBe(2);
    const context = { caller: 'http:other', requestId: undefined, expiresAt: undefined };
    await house.app.call('access_codes/create', JSON.parse(body), context);
    expect(codes()).toBe(3);
    expect(await ask()).toBe(house.store.accessCodes()[0]?.accessCodeId);
  });

  it('is a new one where another request came on the connection before that ended', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await askOn(agent, sdk);
    const second = await askOn(agent, sdk, body.replace('Anna', 'Ben'));
    agent.destroy();
    await seen();
    expect(await ask(sdk), 'its client had gone on').not.toBe(first);
    expect(await ask(sdk, body.replace('Anna', 'Ben'))).toBe(second);
  });

  it('is a new one after a minute', async () => {
    const socket = await send();
    await created(1);
    socket.destroy();
    await seen();
    await house.settle(61_000);
    await ask();
    expect(codes()).toBe(2);
  });

  it('is a new one where the end in order of an SDK is longer ago than its retries', async () => {
    const socket = await send(sdk);
    socket.resume();
    await once(socket, 'data');
    socket.destroy();
    await seen();
    await house.settle(410);
    await ask(sdk);
    expect(codes()).toBe(2);
  });

  it('is known after a crash of the bridge too, where its answer may not have arrived', async () => {
    const other = JSON.stringify({ device_id: house.deviceId, name: 'Ben' });
    const first = await ask({}, other);
    await seen();
    await house.settle(100);
    const socket = await send();
    await created(2);
    const second = house.store.accessCodes()[1]?.accessCodeId;
    const { key } = http;
    // The process is gone, the connection with it: nothing is noted any more.
    await house.restart();
    socket.destroy();
    await http[Symbol.asyncDispose]();
    http = await openHttp(house, key);
    expect(await ask(), 'its answer may not have arrived').toBe(second);
    expect(await ask({}, other), 'its answer had arrived').not.toBe(first);
    expect(codes()).toBe(3);
    await seen();
    await house.settle(100);
    await ask();
    expect(codes(), 'the repetition was answered').toBe(4);
  });
});

describe('a request with an idempotency-key', () => {
  it('has one effect however it comes again, and refuses that key with other parameters', async () => {
    const key = { 'idempotency-key': 'k-1' };
    const first = await ask(key);
    expect(await ask(key)).toBe(first);
    await http[Symbol.asyncDispose]();
    await house.restart();
    http = await openHttp(house, http.key);
    expect(await ask(key)).toBe(first);
    expect(codes()).toBe(1);
    expect(JSON.parse(await ask(key, body.replace('Anna', 'Ben')))).toMatchObject({
      ok: false,
      error: { type: 'idempotency_conflict' },
    });
    expect(codes()).toBe(1);
  });
});
