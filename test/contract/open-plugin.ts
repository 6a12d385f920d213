import { openDrivers, preparePlugins } from '../../src/plugins.ts';
import type { Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../support/driver-host.ts';
import { until } from '../support/until.ts';

/** Opens a third party's driver as the bridge does: found by its path, loaded, its settings checked, guarded. */
export const openPlugin = async (
  file: string,
  options: Readonly<Record<string, unknown>>,
): Promise<
  {
    readonly driver: LockDriver;
    readonly hints: Hint[];
    readonly logged: readonly string[];
  } & AsyncDisposable
> => {
  await using stack = new AsyncDisposableStack();
  const { host, lines } = stack.use(await temporaryHost());
  const [driver] = await openDrivers(await preparePlugins([{ driver: file, options }], [], host.clock), {
    config: { dataDir: host.dataDir },
    store: { devices: () => [] },
    log: host.log,
    clock: host.clock,
    timeZoneOf: (lock) => host.timeZoneOf(lock),
    timeToTell: () => host.timeToTell(),
    closing: () => undefined,
  });
  if (driver === undefined) throw new Error('no driver');
  stack.use(driver);
  const hints: Hint[] = [];
  driver.onHint((hint) => {
    hints.push(hint);
  });
  await until(`${driver.radio} to be ready`, () => driver.state === 'ready', {
    instead: () => driver.stateDetail,
  });
  const kept = stack.move();
  return { driver, hints, logged: lines, [Symbol.asyncDispose]: () => kept.disposeAsync() };
};
