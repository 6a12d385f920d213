import { describe, expect, it } from 'vitest';
import { Pin } from '../core/pin.ts';
import { createLog } from './log.ts';
import type { LogOptions } from './log.ts';

const record = (options: Omit<LogOptions, 'stream'>) => {
  const lines: string[] = [];
  const log = createLog({ ...options, stream: { write: (line: string) => lines.push(line) } });
  return { lines, log };
};
const pin = Pin.parse('918273')!;

class CodedError extends Error {
  readonly pin = pin;
}

describe('the log', () => {
  it.each([false, true])('never shows a Pin, wherever it is put (FIELD-BUGS 26, pretty: %s)', (pretty) => {
    const { lines, log } = record({ level: 'debug', pretty });
    log.info({ pin, nested: { list: [pin, { pin }] } }, 'fields');
    log.info(pin, 'the fields themselves');
    log.error({ err: new CodedError('no answer') }, 'an error that carries one');
    log.warn({ map: Object.fromEntries([['code', pin]]) }, `a message with ${pin.toString()}`);
    log.child({ pin, deep: { pin } }).debug({}, 'bindings');
    expect(lines).toHaveLength(5);
    expect(lines.join('')).not.toContain('918273');
    expect(lines[0]).toContain('[pin]');
    expect(lines[4]).toContain('[pin]');
  });

  it('writes JSON lines with the level by name, an ISO time, the message and the fields', () => {
    const { lines, log } = record({ level: 'info' });
    log.child({ radio: 'zwave' }).warn({ node: 2 }, 'lock is silent');
    const anIsoTime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'warn',
      time: anIsoTime,
      radio: 'zwave',
      node: 2,
      msg: 'lock is silent',
    });
  });

  it('leaves out what is below its level', () => {
    const { lines, log } = record({ level: 'warn' });
    log.info({}, 'hidden');
    log.warn({}, 'shown');
    expect(lines).toHaveLength(1);
  });

  it('writes one readable line in the pretty form', () => {
    const { lines, log } = record({ level: 'info', pretty: true });
    log.info({ node: 2, name: 'Front door', tags: ['a'] }, 'lock found');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d INFO {2}lock found node=2 name="Front door" tags=\["a"\]\n$/);
  });

  it('keeps a hostile name from forging a line or colouring the terminal', () => {
    const { lines, log } = record({ level: 'info', pretty: true });
    log.info({ name: 'x\n09:00:00 INFO  forged\u001b[31m\u009b31m' }, 'lock\nfound');
    expect(lines[0]!.trimEnd()).not.toMatch(/\p{Cc}/u);
  });
});
