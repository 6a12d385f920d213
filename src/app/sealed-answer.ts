import { Pin } from '../core/pin.ts';
import { Secret } from '../core/secret.ts';
import type { Answer, AnswerValue } from './answer.ts';

const pinKey = '$pin';
const secretKey = '$secret';

/** An answer as text that keeps its PINs and secrets: only for the store, which encrypts it. */
export const serialise = (answer: Answer): string =>
  JSON.stringify(answer, function (this: Record<string, unknown>, key: string, value: unknown): unknown {
    const original = this[key];
    if (original instanceof Pin) return { [pinKey]: original.reveal() };
    return original instanceof Secret ? { [secretKey]: original.reveal() } : value;
  });

/** The reverse of `serialise`; undefined where the text isn't one. */
export const deserialise = (text: string): Answer | undefined => {
  const value: unknown = JSON.parse(text, (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null) return one;
    if (secretKey in one) return typeof one[secretKey] === 'string' ? new Secret(one[secretKey]) : one;
    if (!(pinKey in one)) return one;
    const digits = one[pinKey];
    return typeof digits === 'string' ? Pin.parse(digits) : one;
  });
  return isAnswer(value) ? value : undefined;
};

const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && 'ok' in value && ('body' in value || 'error' in value);

export type { AnswerValue };
