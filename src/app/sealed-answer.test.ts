import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../core/secret.ts';
import { pin } from '../../test/support/lock-states.ts';
import type { Answer, AnswerValue } from './answer.ts';
import { deserialise, serialise } from './sealed-answer.ts';

const anyValue = fc.letrec<{ value: AnswerValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.stringMatching(/^\d{4,12}$/).map(pin),
    fc.string().map((text) => new Secret(text)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test('an answer comes back as it went in, its PINs as PINs with their leading zeros', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), anyValue, { noNullPrototype: true }),
      (body) => {
        const answer: Answer = { ok: true, body };
        expect(deserialise(serialise(answer))).toEqual(answer);
      },
    ),
  );
  const back = deserialise(serialise({ ok: true, body: { access_code: { code: pin('0042') } } }));
  const code = back?.ok === true ? back.body['access_code'] : undefined;
  expect(code).toEqual({ code: pin('0042') });
  expect(JSON.stringify(back)).not.toContain('0042');
});

test('a refusal comes back with its status, data and parameter tree', () => {
  const refusal: Answer = {
    ok: false,
    error: {
      type: 'duplicate_access_code',
      message: 'm',
      status: 409,
      data: { managed_access_code_id: 'x' },
      validationErrors: { _errors: [], code: { _errors: ['m'] } },
    },
  };
  expect(deserialise(serialise(refusal))).toEqual(refusal);
});

test('what looks like a sealed PIN but is not one stays as it is', () => {
  for (const odd of [{ $pin: 7 }, { $pin: null }, { $secret: 7 }]) {
    const answer: Answer = { ok: true, body: { odd } };
    expect(deserialise(serialise(answer))).toEqual(answer);
  }
  expect(deserialise('"text"')).toBeUndefined();
  expect(deserialise('{"neither":1}')).toBeUndefined();
});
