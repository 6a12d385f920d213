import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpBench } from '../../../test/support/http-bench.ts';
import { isUuid } from '../../core/ids.ts';

let bench: HttpBench;

beforeEach(() => {
  bench = new HttpBench(['access_codes/create', 'access_codes/list', 'lockstep/status']);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('TCP, as long as there are no API keys', () => {
  it('answers /health', async () => {
    const { port } = await bench.start({ listen: { host: '127.0.0.1', port: 0 } });
    const answer = await bench.ask('/health', { port });
    expect([answer.status, answer.body]).toEqual([200, { ok: true }]);
  });

  it.each([
    ['/access_codes/list', {}],
    ['/access_codes/create', { body: '{"device_id":"d"}' }],
    ['/lockstep/events/stream', {}],
    ['/no/such', {}],
    ['/health', { method: 'DELETE' }],
    ['/health/../lockstep/status', {}],
    ['/access_codes/create', { body: 'x'.repeat(100_000) }],
  ])('refuses %s %o as unauthorized', async (path, options) => {
    const { port } = await bench.start({ listen: { host: '127.0.0.1', port: 0 } });
    const answer = await bench.ask(path, { ...options, port });
    expect([answer.status, answer.body]).toMatchObject([401, { ok: false, error: { type: 'unauthorized' } }]);
    expect(isUuid(String(answer.headers['seam-request-id']))).toBe(true);
    expect(bench.app.calls).toEqual([]);
  });
});
