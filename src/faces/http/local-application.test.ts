import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HttpBench } from '../../../test/support/http-bench.ts';
import { routeInfo } from '../../../test/support/route-info.ts';
import { isUuid } from '../../core/ids.ts';
import { Pin } from '../../core/pin.ts';

const pin = Pin.parse('4711')!;

let bench: HttpBench;

beforeEach(() => {
  const schema = z.looseObject({
    limit: z.number().optional(),
    access_code_ids: z.array(z.string()).optional(),
  });
  const list = { ...routeInfo('access_codes/list'), schema };
  bench = new HttpBench(['access_codes/create', list, 'slow/get']);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('the application on the Unix socket', () => {
  it('passes a POST to the application and answers in the shape of Seam', async () => {
    await bench.start();
    const answer = await bench.ask('/access_codes/create', {
      body: '{"device_id":"d"}',
      headers: { 'idempotency-key': 'k-1' },
    });
    expect(answer.body).toEqual({ asked: 'access_codes/create', ok: true });
    expect(isUuid(String(answer.headers['seam-request-id']))).toBe(true);
    expect(bench.app.calls).toEqual([
      {
        route: 'access_codes/create',
        params: { device_id: 'd' },
        context: { caller: 'cli', isLocal: true, requestId: 'k-1', expiresAt: undefined },
      },
    ]);
  });

  it('takes an absent body for one without parameters', async () => {
    await bench.start();
    await bench.ask('/access_codes/list', { method: 'POST' });
    await bench.ask('/access_codes/list', { body: '' });
    expect(bench.app.calls.map((call) => call.params)).toEqual([{}, {}]);
  });

  it('answers a read by GET, its query as parameters', async () => {
    await bench.start();
    await bench.ask('/access_codes/list?device_id=d&limit=5&search=0042&access_code_ids=a&_strict=true');
    expect(bench.app.calls[0]?.params).toEqual({
      device_id: 'd',
      limit: 5,
      search: '0042',
      access_code_ids: ['a'],
    });
  });

  it('gives an error its status, data and validation errors, and nothing else of it', async () => {
    await bench.start();
    bench.app.answers.set('access_codes/create', () => ({
      ok: false,
      error: {
        type: 'duplicate_access_code',
        message: 'taken',
        status: 409,
        data: { access_code_id: 'x' },
        validationErrors: { _errors: [], code: { _errors: ['too short'] } },
      },
    }));
    const answer = await bench.ask('/access_codes/create', { body: '{}' });
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({
      error: {
        type: 'duplicate_access_code',
        message: 'taken',
        data: { access_code_id: 'x' },
        validation_errors: { _errors: [], code: { _errors: ['too short'] } },
      },
      ok: false,
    });
  });

  it('shows PINs only to who asks for them (FIELD-BUGS 26)', async () => {
    await bench.start();
    bench.app.answers.set('access_codes/list', () => ({
      ok: true,
      body: { access_codes: [{ code: pin, name: 'Anna', tags: [pin] }] },
    }));
    const hidden = await bench.ask('/access_codes/list');
    expect(hidden.body).toEqual({ access_codes: [{ code: null, name: 'Anna', tags: [null] }], ok: true });
    const other = await bench.ask('/access_codes/list', { headers: { 'x-lockstep-show-codes': 'yes' } });
    expect(other.body).toEqual(hidden.body);
    const shown = await bench.ask('/access_codes/list', { headers: { 'x-lockstep-show-codes': '1' } });
    expect(shown.body).toEqual({ access_codes: [{ code: '4711', name: 'Anna', tags: ['4711'] }], ok: true });
  });

  it('says that it is there', async () => {
    await bench.start();
    expect((await bench.ask('/health')).body).toEqual({ ok: true });
  });

  it.each([
    ['malformed JSON', '/access_codes/create', { body: '{"code":"4711"' }, 400, 'invalid_input'],
    [
      '__proto__ in the body',
      '/access_codes/create',
      { body: '{"__proto__":{"a":1}}' },
      400,
      'invalid_input',
    ],
    [
      'a poisoned constructor',
      '/access_codes/create',
      { body: '{"constructor":{"prototype":{"a":1}}}' },
      400,
      'invalid_input',
    ],
    ['__proto__ in the query', '/access_codes/list?__proto__=1', {}, 400, 'invalid_input'],
    [
      'a body that is no JSON',
      '/access_codes/create',
      { body: 'a=1', headers: { 'content-type': 'text/plain' } },
      415,
      'invalid_input',
    ],
    [
      'a body over 64 KB',
      '/access_codes/create',
      { body: `{"name":"${'x'.repeat(65_536)}"}` },
      413,
      'payload_too_large',
    ],
    ['an unknown route', '/no/such', { body: '{}' }, 404, 'not_found'],
    ['a name of JavaScript as route', '/__proto__', {}, 404, 'not_found'],
    ['a broken URL', '/%zz', {}, 400, 'invalid_input'],
    ['GET on a route that changes something', '/access_codes/create', {}, 405, 'method_not_allowed'],
    ['DELETE', '/access_codes/list', { method: 'DELETE' }, 405, 'method_not_allowed'],
    ['POST to the stream', '/lockstep/events/stream', { body: '{}' }, 405, 'method_not_allowed'],
    ['a stream from nowhere', '/lockstep/events/stream?after=-1', {}, 400, 'invalid_input'],
    [
      'an endless idempotency key',
      '/access_codes/create',
      { body: '{}', headers: { 'idempotency-key': 'k'.repeat(129) } },
      400,
      'invalid_input',
    ],
  ])('refuses %s in JSON and goes on', async (_name, path, options, status, type) => {
    await bench.start();
    const answer = await bench.ask(path, options);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ ok: false, error: { type } });
    expect(isUuid(String(answer.headers['seam-request-id']))).toBe(true);
    expect(answer.text).not.toMatch(/4711|node_modules|\n\s+at /);
    expect(bench.app.calls).toEqual([]);
    expect((await bench.ask('/health')).status).toBe(200);
  });

  it('survives a body of 1 MB', async () => {
    await bench.start();
    const body = `{"name":"${'x'.repeat(1_000_000)}"}`;
    // The refusal may be lost when the connection is closed on a client that goes on writing.
    const answer = await bench.ask('/access_codes/create', { body }).catch(() => undefined);
    expect([413, undefined]).toContain(answer?.status);
    expect(bench.app.calls).toEqual([]);
    expect((await bench.ask('/health')).status).toBe(200);
  });

  it('answers what is not HTTP in JSON too', async () => {
    await bench.start();
    const socket = connect({ path: bench.socketPath });
    socket.write('hello\r\n\r\n');
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
    expect(text).toContain('400 Bad Request');
    expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toMatchObject({ error: { type: 'invalid_input' } });
  });

  it('answers a bug with internal_error, without its stack', async () => {
    await bench.start();
    bench.app.answers.set('slow/get', () => {
      throw new Error('kaboom');
    });
    const answer = await bench.ask('/slow/get');
    expect([answer.status, answer.body]).toMatchObject([
      500,
      { error: { type: 'internal_error' }, ok: false },
    ]);
    expect(answer.text).not.toContain('kaboom');
    expect(bench.logged.join('\n')).toContain('failed unexpectedly');
  });

  it('logs routes, but neither queries nor bodies nor unknown paths', async () => {
    await bench.start();
    await bench.ask('/access_codes/list?search=4711');
    await bench.ask('/4711');
    await bench.ask('/access_codes/create', { body: '{"code":"4711"' });
    await expect.poll(() => bench.logged.length).toBe(3);
    expect(bench.logged[0]).toContain('"route":"access_codes/list","status":200');
    expect(bench.logged.join('\n')).not.toContain('4711');
  });
});
