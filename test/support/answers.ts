import type { Answer, AnswerError, AnswerValue } from '../../src/app/answer.ts';
import { isList, isRecord } from '../../src/app/json.ts';
import { Pin } from '../../src/core/pin.ts';

type Body = Readonly<Record<string, AnswerValue>>;

/** Why the application said no; throws where it didn't. */
export const refused = (answer: Answer): AnswerError => {
  if (answer.ok) throw new Error(`not refused: ${JSON.stringify(answer.body)}`);
  return answer.error;
};

/** What the application answered; throws where it said no. */
export const body = (answer: Answer): Body => {
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  return answer.body;
};

/** One object of an answer. */
export const objectOf = (answer: Answer, key: string): Body => {
  return recordOf(body(answer)[key]);
};

/** A value of an answer that must be an object. */
export const recordOf = (value: AnswerValue | undefined): Body => {
  if (!isRecord(value)) throw new Error('no object');
  return value;
};

/** The objects in a list of an answer. */
export const listOf = (answer: Answer, key: string): Body[] => {
  const value = body(answer)[key];
  if (!isList(value)) throw new Error(`${key} is no list`);
  return value.filter(isRecord);
};

/** The digits of an object's `code`, opened. */
export const digitsOf = (object: Body): string => {
  const { code } = object;
  if (!(code instanceof Pin)) throw new Error('no PIN in this object');
  return code.reveal();
};

/** An object's own id. */
export const idOf = (object: Body, key = 'access_code_id'): string => {
  const id = object[key];
  if (typeof id !== 'string') throw new Error(`no ${key} in this object`);
  return id;
};
