/** The operator's settings are wrong: shown as it is, exit code 78 (EX_CONFIG), before any radio is opened. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The database or its key can't be used. Its message says what was found and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Something this process needs is taken or missing (port, directory, second daemon): exit code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
