/** Structured log. Fields never hold a PIN in clear: pass a `Pin` (it prints as `[pin]`) or nothing. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}
