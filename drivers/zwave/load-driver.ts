import type { ZwaveLockDriver } from './lock-driver.ts';

/**
 * Loads the driver and with it zwave-js (119 MB): a bridge without Z-Wave never pays for it.
 *
 * zwave-js has source-map-support write all stacks of the process from then on, and makes a stack for each frame that
 * it sends: the source map of every file in those stacks is read and parsed, a fifth of a start. Our stacks need none.
 */
export const loadDriver = async (): Promise<typeof ZwaveLockDriver> => {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const loaded = await import('./lock-driver.ts');
  if (before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
  else Object.defineProperty(Error, 'prepareStackTrace', before);
  return loaded.ZwaveLockDriver;
};
