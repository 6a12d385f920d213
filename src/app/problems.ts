import type { z } from 'zod';
import type { Answer, AnswerError, AnswerValue } from './answer.ts';

/** A rule of the request was broken: thrown by use cases before any effect, answered as an error. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: AnswerError;

  constructor(error: AnswerError) {
    super(error.message);
    this.error = error;
  }
}

export const failure = (type: string, message: string, status: number): Answer => ({
  ok: false,
  error: { type, message, status },
});

export const notFound = (
  what: 'device' | 'access_code' | 'action_attempt' | 'connected_account',
  message: string,
): Refusal => new Refusal({ type: `${what}_not_found`, message, status: 404 });

/** 400 about one parameter, in the shape zod's own refusals have. */
export const invalid = (parameter: string, message: string, type = 'invalid_input'): Refusal =>
  new Refusal({
    type,
    message: `${parameter}: ${message}`,
    status: 400,
    validationErrors: { _errors: [], [parameter]: { _errors: [message] } },
  });

/** What is wrong is told so often at most: a body may hold thousands of mistakes. */
const toldMax = 50;

/** Zod's issues as Seam shapes them; what was found is named by type only, it may be a PIN. */
export const validationFailure = (error: z.ZodError): Answer => {
  const own: string[] = [];
  const byParameter = new Map<string, string[]>();
  const lines: string[] = [];
  const tell = (name: string, what: string): void => {
    if (lines.length >= toldMax) return;
    byParameter.set(name, [...(byParameter.get(name) ?? []), what]);
    lines.push(`${name}: ${what}`);
  };
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const [within] = issue.path;
      for (const key of issue.keys)
        if (within === undefined) tell(key, 'unknown parameter');
        else tell(String(within), `unknown property ${key}`);
      continue;
    }
    const [parameter] = issue.path;
    if (parameter === undefined) {
      own.push(issue.message);
      lines.push(issue.message);
      continue;
    }
    // Deep in a parameter, where it is matters: of many entries one is wrong.
    const where = issue.path.length > 2 ? `${issue.path.slice(1).map(String).join('.')} ` : '';
    tell(String(parameter), `${where}${issue.message}`);
  }
  const tree: Record<string, AnswerValue> = { _errors: own };
  for (const [name, messages] of byParameter) tree[name] = { _errors: messages };
  return {
    ok: false,
    error: { type: 'invalid_input', message: lines.join('; '), status: 400, validationErrors: tree },
  };
};
