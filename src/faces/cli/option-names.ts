import type { Failure } from './io.ts';

/** Parameters of routes, by the options that give them. */
const options: readonly (readonly [parameter: RegExp, option: string])[] = [
  [/\bstarts_at\b/g, '--starts'],
  [/\bends_at\b/g, '--ends'],
  [/\bx_code\b/g, '--code'],
  [/\bx_replace(: true)?\b/g, '--replace'],
  [/\bpreferred_code_length\b/g, '--length'],
  [/\bis_one_time_use\b/g, '--one-time'],
  [/\bis_external_modification_allowed\b/g, '--allow-external-changes'],
];

/** A refusal in the words of the command line: who typed `--ends` never wrote `ends_at`. The body stays the route's. */
export const inOptions = (failure: Failure): Failure => ({
  ...failure,
  message: options.reduce((text, [parameter, option]) => text.replace(parameter, option), failure.message),
});
