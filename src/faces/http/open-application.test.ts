import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HttpBench } from '../../../test/support/http-bench.ts';
import type { Asked, AskOptions } from '../../../test/support/http-bench.ts';
import { routeInfo } from '../../../test/support/route-info.ts';
import { isUuid } from '../../core/ids.ts';
import { Pin } from '../../core/pin.ts';
import { StoreError } from '../../ports/errors.ts';
import type { Health } from './open-application.ts';
import { strangersMax } from './strangers.ts';

const key = `seam_lk_${'k'.repeat(43)}`;

let bench: HttpBench;
let port: number | undefined;
beforeEach(async () => {
  const list = {
    ...routeInfo('access_codes/list'),
    schema: z.looseObject({ device_ids: z.array(z.string()).optional(), limit: z.number().optional() }),
  };
  const remove = { ...routeInfo('access_codes/delete'), methods: ['POST', 'DELETE'] as const };
  const change = { ...routeInfo('access_codes/update'), methods: ['POST', 'PATCH', 'PUT'] as const };
  const local = { ...routeInfo('lockstep/keys/list'), isLocal: true };
  bench = new HttpBench(['access_codes/create', list, remove, change, local]);
  bench.keys.set(key, 'key-1');
  ({ port } = await bench.start({ listen: { host: '127.0.0.1', port: 0 } }));
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const ask = (path: string, options: AskOptions = {}, bearer = key): Promise<Asked> =>
  bench.ask(path, { port, ...options, headers: { authorization: `Bearer ${bearer}`, ...options.headers } });
const calls = (): unknown[] => bench.app.calls.map(({ route, params }) => [route, params]);

describe('without a key that is good', () => {
  it.each([
    ['none', {}],
    ['an unknown key', { authorization: `Bearer ${key}x` }],
    [
      'a client session',
      { authorization: 'Bearer seam_cst1_4711', 'client-session-token': 'seam_cst1_4711' },
    ],
    ['a personal access token', { authorization: 'Bearer seam_at1_4711', 'seam-workspace': 'w' }],
    ['a publishable key', { 'seam-publishable-key': 'seam_pk1_4711' }],
    ['the key in another scheme', { authorization: `Basic ${key}` }],
    ['an endless one', { authorization: `Bearer seam_${'x'.repeat(5_000)}` }],
    ['an empty one', { authorization: 'Bearer ' }],
  ])('refuses everything: %s', async (_name, headers) => {
    for (const [path, options] of [
      ['/access_codes/list', {}],
      ['/access_codes/create', { body: '{"device_id":"d"}' }],
      ['/access_codes/create', { body: 'x'.repeat(100_000) }],
      ['/lockstep/events/stream', {}],
      ['/no/such', {}],
      ['/health', { method: 'DELETE' }],
      ['/health/../lockstep/status', {}],
      ['/access_codes/list', { method: 'OPTIONS' }],
      ['/access_codes/list', { method: 'PROPFIND' }],
    ] as const) {
      const answer = await bench.ask(path, { ...options, port, headers });
      expect([answer.status, answer.body], path).toMatchObject([
        401,
        { ok: false, error: { type: 'unauthorized' } },
      ]);
      expect(isUuid(String(answer.headers['seam-request-id']))).toBe(true);
    }
    expect(bench.app.calls).toEqual([]);
  });

  it('answers /health, and that it is not well where a radio or the broker is away, or the time is not known', async () => {
    expect((await bench.ask('/health', { port })).body).toEqual({
      ok: true,
      status: 'ok',
      drivers: [{ driver: 'simulated', state: 'ready' }],
      mqtt: { connected: true },
      clock: { trusted: true, why: null },
    });
    const radio = { driver: 'zwave', state: 'ready' };
    const well = { drivers: [radio], mqtt: { connected: true }, clock: { trusted: true, why: undefined } };
    const sick: Health[] = [
      { ...well, drivers: [{ ...radio, state: 'lost' }] },
      { ...well, mqtt: { connected: false } },
      { ...well, clock: { trusted: false, why: 'leapt' } },
    ];
    let now: Health = well;
    bench.socketPath += '2';
    const other = await bench.start({ listen: { host: '127.0.0.1', port: 0 }, health: () => now });
    for (now of [well, ...sick]) {
      const { status, body } = await bench.ask('/health', { port: other.port });
      expect([status, body]).toMatchObject([200, { ok: true, status: now === well ? 'ok' : 'degraded' }]);
    }
    expect((await bench.ask('/health', { port: other.port })).body).toMatchObject({
      clock: { trusted: false, why: 'leapt' },
    });
  });

  it('answers /openapi.json', async () => {
    const { status, body } = await bench.ask('/openapi.json', { port });
    expect(status).toBe(200);
    expect(body).toMatchObject({ openapi: '3.0.0', paths: { '/access_codes/create': { post: {} } } });
    expect(JSON.stringify(body)).not.toContain('lockstep/keys');
  });
});

describe('with a key', () => {
  it('asks in the name of that key, never as somebody of this machine', async () => {
    const answer = await ask('/access_codes/create', {
      body: '{"device_id":"d"}',
      headers: { 'idempotency-key': 'k-1' },
    });
    expect([answer.status, answer.body]).toEqual([200, { asked: 'access_codes/create', ok: true }]);
    expect(bench.app.calls).toEqual([
      {
        route: 'access_codes/create',
        params: { device_id: 'd' },
        context: { caller: 'http:key-1', requestId: 'k-1', expiresAt: undefined },
      },
    ]);
    expect(isUuid(String(answer.headers['seam-request-id']))).toBe(true);
  });

  it('is refused from the moment that its key is', async () => {
    expect((await ask('/access_codes/list')).status).toBe(200);
    bench.keys.delete(key);
    expect((await ask('/access_codes/list')).status).toBe(401);
  });

  it("takes a route's own verbs, and names them where it is asked by another", async () => {
    await ask('/access_codes/update', { method: 'PATCH', body: '{"name":"a"}' });
    await ask('/access_codes/update', { method: 'PUT', body: '{"name":"b"}' });
    await ask('/access_codes/delete?access_code_id=c&_strict=true', { method: 'DELETE' });
    const body = '{"access_code_id":"d"}';
    await ask('/access_codes/delete', {
      method: 'DELETE',
      body,
      headers: { 'content-length': String(body.length) },
    });
    await ask('/access_codes/list?device_ids=a&limit=3');
    await ask('/access_codes/list', { method: 'POST' });
    expect(calls()).toEqual([
      ['access_codes/update', { name: 'a' }],
      ['access_codes/update', { name: 'b' }],
      ['access_codes/delete', { access_code_id: 'c' }],
      ['access_codes/delete', { access_code_id: 'd' }],
      ['access_codes/list', { device_ids: ['a'], limit: 3 }],
      ['access_codes/list', {}],
    ]);
    for (const [path, method, allow] of [
      ['/access_codes/create', 'GET', 'POST'],
      ['/access_codes/list', 'DELETE', 'GET, HEAD, POST'],
      ['/access_codes/update', 'DELETE', 'POST, PATCH, PUT'],
      ['/access_codes/update', 'PROPFIND', 'POST, PATCH, PUT'],
      ['/health', 'POST', 'GET, HEAD'],
    ] as const) {
      const answer = await ask(path, { method });
      expect([answer.status, answer.headers.allow], path).toEqual([405, allow]);
      expect(answer.body).toMatchObject({ ok: false, error: { type: 'method_not_allowed' } });
    }
    expect(calls()).toHaveLength(6);
  });

  it('answers HEAD as GET without a body, and OPTIONS with the verbs', async () => {
    for (const [path, method, status] of [
      ['/access_codes/list', 'HEAD', 200],
      ['/health', 'HEAD', 200],
      ['/access_codes/create', 'HEAD', 405],
      ['/access_codes/list', 'OPTIONS', 204],
    ] as const) {
      const response = await bench.open(path, { method, port, headers: { authorization: `Bearer ${key}` } });
      let length = 0;
      for await (const chunk of response) length += String(chunk).length;
      expect([response.statusCode, length], `${method} ${path}`).toEqual([status, 0]);
      if (method === 'OPTIONS') expect(response.headers.allow).toBe('GET, HEAD, POST');
    }
  });

  it.each([
    ['an unknown route', '/no/such', { body: '{}' }, 404, 'not_found'],
    ['a local route', '/lockstep/keys/list', {}, 404, 'not_found'],
    ['a name of JavaScript', '/__proto__', {}, 404, 'not_found'],
    ['malformed JSON', '/access_codes/create', { body: '{"code":"4711"' }, 400, 'invalid_input'],
    ['a query beside a body', '/access_codes/create?code=4711', { body: '{}' }, 400, 'invalid_input'],
    [
      'a body over 64 KB',
      '/access_codes/create',
      { body: `{"a":"${'x'.repeat(65_536)}"}` },
      413,
      'payload_too_large',
    ],
    [
      'a form',
      '/access_codes/create',
      { body: 'a=1', headers: { 'content-type': 'text/plain' } },
      415,
      'invalid_input',
    ],
    ['__proto__ in a query', '/access_codes/list?__proto__=1', {}, 400, 'invalid_input'],
  ])('refuses %s in JSON', async (_name, path, options, status, type) => {
    const answer = await ask(path, options);
    expect([answer.status, answer.body]).toMatchObject([status, { ok: false, error: { type } }]);
    expect(isUuid(String(answer.headers['seam-request-id']))).toBe(true);
    expect(answer.text).not.toContain('4711');
    expect(calls()).toEqual([]);
  });

  it('shows PINs, and logs neither them nor queries nor the key', async () => {
    bench.app.answers.set('access_codes/list', () => ({
      ok: true,
      body: { access_codes: [{ code: Pin.parse('4711')! }] },
    }));
    const answer = await ask('/access_codes/list?search=4711');
    expect(answer.body).toEqual({ access_codes: [{ code: '4711' }], ok: true });
    await expect.poll(() => bench.logged.length).toBe(1);
    expect(bench.logged.join()).toContain('"route":"access_codes/list","status":200');
    expect(bench.logged.join()).not.toMatch(/4711|kkkk/);
  });

  it('names the next page as a URL, where there is one and it was asked for by GET', async () => {
    const page = (has_next_page: boolean): void => {
      const next_page_cursor = has_next_page ? 'abc+/=' : null;
      const pagination = { has_next_page, next_page_cursor, next_page_url: null };
      bench.app.answers.set('access_codes/list', () => ({
        ok: true,
        body: { access_codes: [], pagination },
      }));
    };
    const urlOf = async (path: string, options: AskOptions = {}): Promise<unknown> => {
      const { body } = await ask(path, options);
      return z.object({ pagination: z.object({ next_page_url: z.unknown() }) }).parse(body).pagination
        .next_page_url;
    };
    page(true);
    const headers = { host: 'bridge.lan:7080' };
    expect(
      await urlOf('/access_codes/list?device_ids=a&device_ids=b&page_cursor=old&_strict=true', { headers }),
    ).toBe(
      'http://bridge.lan:7080/access_codes/list?device_ids=a&device_ids=b&page_cursor=abc%2B%2F%3D&_strict=true',
    );
    expect(await urlOf('/access_codes/list', { method: 'POST', headers })).toBe(null);
    expect(await urlOf('/access_codes/list', { headers: { host: 'x"><script>' } })).toBe(null);
    page(false);
    expect(await urlOf('/access_codes/list', { headers })).toBe(null);
  });

  it('says when to ask again what was asked too often', async () => {
    const error = { type: 'rate_limit_exceeded', message: 'later', status: 429, retryAfterS: 12 };
    bench.app.answers.set('access_codes/create', () => ({ ok: false, error }));
    const answer = await ask('/access_codes/create', { body: '{}' });
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '12']);
    expect(answer.body).toEqual({ error: { type: 'rate_limit_exceeded', message: 'later' }, ok: false });
  });

  it.each([
    ['is not HTTP at all', 'hello\r\n\r\n', '400 Bad Request'],
    [
      'has two lengths',
      'POST /access_codes/list HTTP/1.1\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n',
      '400 Bad',
    ],
    [
      'is too long',
      `GET /access_codes/list?a=${'x'.repeat(17_000)} HTTP/1.1\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
  ])('hangs up on what %s, with an answer, and goes on', async (_name, sent, status) => {
    const socket = connect({ host: '127.0.0.1', port: port ?? 0 });
    socket.write(sent);
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
    expect(text).toContain(status);
    expect(text).toMatch(/seam-request-id: [0-9a-f-]{36}\r\n/);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toContain(`content-length: ${body.length}`);
    expect(JSON.parse(body)).toMatchObject({ ok: false, error: { type: 'invalid_input' } });
    expect((await ask('/access_codes/list')).status).toBe(200);
    expect(calls()).toHaveLength(1);
  });

  it('has room for who has a key, however many connections without one there are', async () => {
    const connected = async (): Promise<Socket> => {
      const socket = connect({ host: '127.0.0.1', port: port ?? 0 }).resume();
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    };
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = async (): Promise<number | undefined> =>
      (await ask('/access_codes/list', { agent })).status;
    expect(await before()).toBe(200);
    const sockets: Socket[] = [];
    for (let count = 0; count <= strangersMax; count += 1) sockets.push(await connected());
    const [first, second, third, fourth] = sockets;
    await expect.poll(() => first?.closed).toBe(true);
    expect(second?.closed, 'only the oldest').toBe(false);
    expect((await ask('/access_codes/list', { agent: false })).status).toBe(200);
    await expect.poll(() => second?.closed).toBe(true);
    bench.keys.delete(key);
    expect(await before(), 'its key is none any more: its connection counts').toBe(401);
    expect(third?.closed).toBe(false);
    sockets.push(await connected());
    await expect.poll(() => third?.closed).toBe(true);
    expect(fourth?.closed).toBe(false);
    expect(bench.logged.filter((line) => line.includes('without an API key'))).toHaveLength(1);
    for (const socket of sockets) socket.destroy();
    agent.destroy();
  });

  it('answers with 503 where keys cannot be looked up', async () => {
    bench.socketPath += '2';
    const other = await bench.start({
      listen: { host: '127.0.0.1', port: 0 },
      callerOf: () => {
        throw new StoreError('disk I/O error');
      },
    });
    const answer = await ask('/access_codes/list', { port: other.port });
    expect([answer.status, answer.body]).toMatchObject([503, { error: { type: 'service_unavailable' } }]);
    expect(bench.logged.join()).toContain('a request failed unexpectedly');
    expect(bench.app.calls).toEqual([]);
  });
});
