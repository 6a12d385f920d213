import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxRequestBytes, parseRequest, type ParsedRequest } from './request.ts';

const parse = (text: string): ParsedRequest => parseRequest(Buffer.from(text));

const typeOf = (text: string | Buffer): string => {
  const request = parseRequest(Buffer.from(text));
  return request.kind === 'refused' ? request.error.type : 'request';
};

describe('a request', () => {
  it('is its parameters without the envelope', () => {
    expect(parse('{"code":"0042","request_id":"r","expires_at":"2026-01-01T00:00:00.5Z"}')).toEqual({
      kind: 'request',
      params: { code: '0042' },
      requestId: 'r',
      expiresAt: Date.UTC(2026, 0, 1) + 500,
    });
    expect(parse('{}')).toEqual({ kind: 'request', params: {}, requestId: undefined, expiresAt: undefined });
  });

  it.each(['', ' ', 'x', '{"a":1', '{} {}', "{'a':1}", '\0'])('that is %j is malformed JSON', (text) => {
    expect(typeOf(text)).toBe('malformed_json');
  });

  it('in another encoding than UTF-8 is malformed JSON', () => {
    expect(typeOf(Buffer.from('{"name":"Tür"}', 'latin1'))).toBe('malformed_json');
  });

  it.each(['null', '1', '"x"', '[]', '[{}]'])('that is %s is no object', (text) => {
    expect(typeOf(text)).toBe('malformed_request');
  });

  it.each(['__proto__', 'constructor', 'prototype'])('with the key %s anywhere is refused', (key) => {
    expect(typeOf(`{"${key}":1}`)).toBe('malformed_request');
    expect(typeOf(`{"a":{"b":[{"${key}":{}}]}}`)).toBe('malformed_request');
  });

  it('nested deeper than any of ours is refused, as deep as 64 KB allow', () => {
    expect(typeOf(`{"a":${'['.repeat(31)}${']'.repeat(31)}}`)).toBe('request');
    expect(typeOf(`{"a":${'['.repeat(32)}${']'.repeat(32)}}`)).toBe('malformed_request');
    expect(typeOf(`{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)).toBe('malformed_request');
  });

  it('may have 64 KB and not a byte more', () => {
    const filler = 'x'.repeat(maxRequestBytes - '{"n":""}'.length);
    expect(typeOf(`{"n":"${filler}"}`)).toBe('request');
    expect(typeOf(`{"n":"${filler}x"}`)).toBe('payload_too_large');
  });

  it.each(['""', '7', 'null', `"${'x'.repeat(129)}"`])('with the request_id %s is refused', (id) => {
    expect(typeOf(`{"request_id":${id}}`)).toBe('invalid_input');
  });

  it.each(['"2026-01-01T00:00:00"', '"2026-01-01"', '1767225600', '"2026-02-30T00:00:00Z"', 'null'])(
    'with expires_at %s is refused and still answered by its request_id',
    (expiry) => {
      expect(parse(`{"request_id":"r","expires_at":${expiry}}`)).toMatchObject({
        kind: 'refused',
        requestId: 'r',
        error: { type: 'invalid_input' },
      });
    },
  );

  it('never throws and never repeats the payload, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const request = parse(text);
        if (request.kind === 'refused' && text.length > 20) expect(request.error.message).not.toContain(text);
      }),
    );
  });
});
