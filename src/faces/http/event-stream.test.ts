import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpBench } from '../../../test/support/http-bench.ts';
import { Pin } from '../../core/pin.ts';

const pin = Pin.parse('4711')!;

let bench: HttpBench;

beforeEach(() => {
  bench = new HttpBench(['lockstep/status', 'lockstep/events']);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('the event stream', () => {
  /** Serves numbered events up to `last`. */
  const serve = (state: { last: number }): void => {
    bench.app.answers.set('lockstep/status', () => ({
      ok: true,
      body: { bridge: { last_seq: state.last } },
    }));
    bench.app.answers.set('lockstep/events', (params) => {
      const { after, limit } = params as { after: number; limit: number };
      const count = Math.max(0, Math.min(limit, state.last - after));
      return {
        ok: true,
        body: { events: Array.from({ length: count }, (_, n) => ({ seq: after + 1 + n, code: pin })) },
      };
    });
  };
  const reader = async (path: string) => {
    const response = await bench.open(path);
    const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
    let buffered = '';
    const seqs = async (count: number): Promise<number[]> => {
      const found: number[] = [];
      while (found.length < count) {
        const end = buffered.indexOf('\n');
        if (end === -1) {
          const next = await chunks.next();
          if (next.done === true) break;
          buffered += String(next.value);
          continue;
        }
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + 1);
        if (line !== '') found.push((JSON.parse(line) as { seq: number }).seq);
      }
      return found;
    };
    return { response, seqs };
  };

  it('gives all events after the one named, in order, and those that come later', async () => {
    await bench.start();
    const state = { last: 250 };
    serve(state);
    const { response, seqs } = await reader('/lockstep/events/stream?after=3');
    expect(await seqs(247)).toEqual(Array.from({ length: 247 }, (_, n) => n + 4));
    state.last = 252;
    bench.app.change('events');
    expect(await seqs(2)).toEqual([251, 252]);
    response.destroy();
  });

  it('begins with what comes when no event is named', async () => {
    await bench.start();
    const state = { last: 7 };
    serve(state);
    const { response, seqs } = await reader('/lockstep/events/stream');
    state.last = 8;
    bench.app.change('events');
    expect(await seqs(1)).toEqual([8]);
    response.destroy();
  });

  it('stops listening when its reader goes away', async () => {
    await bench.start();
    serve({ last: 0 });
    const { response } = await reader('/lockstep/events/stream');
    await expect.poll(() => bench.app.listeners.size).toBe(1);
    response.destroy();
    await expect.poll(() => bench.app.listeners.size).toBe(0);
  });

  it('ends when the face closes', async () => {
    const face = await bench.start();
    serve({ last: 1 });
    const { seqs } = await reader('/lockstep/events/stream?after=0');
    expect(await seqs(1)).toEqual([1]);
    await face.close();
    expect(await seqs(1)).toEqual([]);
    expect(bench.app.listeners.size).toBe(0);
  });

  it('allows sixteen at a time, and again when one has ended', async () => {
    await bench.start();
    serve({ last: 0 });
    const readers = await Promise.all(Array.from({ length: 16 }, () => reader('/lockstep/events/stream')));
    const refused = await bench.ask('/lockstep/events/stream');
    expect([refused.status, refused.body]).toMatchObject([429, { error: { type: 'too_many_requests' } }]);
    readers[0]?.response.destroy();
    await expect.poll(() => bench.app.listeners.size).toBe(15);
    const again = await bench.open('/lockstep/events/stream');
    expect(again.statusCode).toBe(200);
    for (const { response } of [...readers, { response: again }]) response.destroy();
  });

  it('does not ask again and again when an event brings no new number', async () => {
    await bench.start();
    bench.app.answers.set('lockstep/events', () => ({ ok: true, body: { events: [{ seq: 1 }] } }));
    const { response, seqs } = await reader('/lockstep/events/stream?after=5');
    await seqs(1);
    bench.app.change('events');
    await seqs(1);
    const asked = bench.app.calls.filter((call) => call.route === 'lockstep/events').length;
    expect(asked).toBe(2);
    response.destroy();
  });
});
