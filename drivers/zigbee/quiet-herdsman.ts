import { setLogger } from 'zigbee-herdsman';

/**
 * Silences zigbee-herdsman's logger, which is one for the process. Its debug lines hold PINs, an error of its start
 * the network's key, and its error messages the bytes that were to be sent (facts page, "Secrets"). What matters is
 * reported as states and outcomes, in our words.
 */
export const silenceHerdsman = (): void => {
  const nothing = (): void => undefined;
  setLogger({ debug: nothing, info: nothing, warning: nothing, error: nothing });
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Node's name of what the system refused, such as `ENOSPC`. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Why a line could not be opened, for people. */
const systemWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ETIMEDOUT: 'the host does not answer',
  ENOENT: 'there is no such device',
  EACCES: 'this user may not open it',
  EBUSY: 'another program uses it',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk cannot be written',
};

/** What the serial port library and herdsman say, and what to make of it. Nothing of their text is passed on. */
const knownWords: readonly (readonly [RegExp, string])[] = [
  [/no such file or directory/i, 'there is no such device'],
  [/permission denied|access denied/i, 'this user may not open it'],
  [/cannot lock port|resource temporarily unavailable|busy/i, 'another program uses it'],
  [
    /failed to connect to the adapter|SRSP - |HOST_FATAL|timeout|timed out after \d+/i,
    'the coordinator does not answer',
  ],
  [/not been initialized|while transport is closed|port is not open/i, 'the line closed'],
  [/commissioning timed out|nib to settle/i, 'the coordinator could not form the network'],
  [/panid collision/i, 'another network nearby has the same PAN id'],
  [/too small to import|cannot be restored onto/i, 'the backup does not fit this kind of coordinator'],
];

/** Why something failed at the coordinator, in our words: herdsman's text may hold a PIN or a key. */
export const reasonOf = (error: unknown): string => {
  const code = systemCode(error);
  const known = code === undefined ? undefined : systemWords[code];
  if (known !== undefined) return known;
  const text = messageOf(error);
  return (
    knownWords.find(([pattern]) => pattern.test(text))?.[1] ?? 'zigbee-herdsman failed in an unexpected way'
  );
};

/**
 * Where an error was thrown: its kind and the nearest frames of its stack, without its message.
 * For the log, where its words say nothing.
 */
export const whereOf = (error: unknown): string => {
  if (!(error instanceof Error)) return typeof error;
  const { message, stack = '' } = error;
  // The message may have lines that look like frames.
  const frames = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, 3).map((line) => line.trim())].join(' ');
};

/**
 * True where an error speaks of the coordinator, not of a lock: it left a command without its answer
 * (`SRSP - … after 6000ms`, facts page "Timing and faults"), or the line is closed.
 */
export const isRadioDown = (error: unknown): boolean => {
  const text = messageOf(error);
  return /\bSRSP - |not been initialized|while transport is closed|port is not open|Writing aborted/i.test(
    text,
  );
};
