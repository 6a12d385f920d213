import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Log } from '../ports/log.ts';
import { prettyLine } from './pretty-line.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: LogLevel;
  /** One readable line for each record (`npm start`) instead of JSON (a service's journal). */
  readonly pretty?: boolean;
  /** Where lines go, each ending in a newline. Default: standard output, written synchronously. */
  readonly stream?: { write(line: string): unknown };
}

/**
 * A log on pino. PINs are safe as long as they are `Pin`s: pino serialises them by `toJSON`, to `[pin]`. Its
 * `redact` option isn't used, since it misses what it wasn't told to look for (DESIGN §7).
 */
export const createLog = (options: LogOptions): Log => {
  const sink = options.stream ?? pino.destination({ dest: 1, sync: true });
  const stream =
    options.pretty === true
      ? {
          write: (line: string): void => {
            sink.write(prettyLine(line));
          },
        }
      : sink;
  // No process id and host name on each line: the journal of a service adds both.
  const fields = { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const levelByName = { formatters: { level: (label: string) => ({ level: label }) } };
  return wrap(pino({ ...fields, ...levelByName }, stream));
};

const wrap = (logger: Logger): Log => ({
  debug: (fields, message) => {
    logger.debug(fields, message);
  },
  info: (fields, message) => {
    logger.info(fields, message);
  },
  warn: (fields, message) => {
    logger.warn(fields, message);
  },
  error: (fields, message) => {
    logger.error(fields, message);
  },
  child: (fields) => wrap(logger.child(fields)),
});
