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

/** Zod's issues as Seam shapes them; what was found is named by type only, it may be a PIN. */
export const validationFailure = (error: z.ZodError): Answer => {
  const own: string[] = [];
  const byParameter = new Map<string, string[]>();
  const lines: string[] = [];
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const [within] = issue.path;
      for (const key of issue.keys) {
        const name = within === undefined ? key : String(within);
        const line = within === undefined ? 'unknown parameter' : `unknown property ${key}`;
        byParameter.set(name, [...(byParameter.get(name) ?? []), line]);
        lines.push(`${name}: ${line}`);
      }
      continue;
    }
    const [parameter] = issue.path;
    if (parameter === undefined) {
      own.push(issue.message);
      lines.push(issue.message);
      continue;
    }
    const name = String(parameter);
    // Deep in a parameter, where it is matters: of many entries one is wrong.
    const where = issue.path.length > 2 ? `${issue.path.slice(1).map(String).join('.')} ` : '';
    byParameter.set(name, [...(byParameter.get(name) ?? []), `${where}${issue.message}`]);
    lines.push(`${name}: ${where}${issue.message}`);
  }
  const tree: Record<string, AnswerValue> = { _errors: own };
  for (const [name, messages] of byParameter) tree[name] = { _errors: messages };
  return {
    ok: false,
    error: { type: 'invalid_input', message: lines.join('; '), status: 400, validationErrors: tree },
  };
};
