import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decideNetwork } from '../../drivers/zigbee/network-file.ts';
import { Session } from '../../drivers/zigbee/session.ts';
import { filesIn, prepareFolder } from '../../drivers/zigbee/storage.ts';
import type { DriverHost, RadioState } from '../../src/ports/lock-driver.ts';
import { until } from './until.ts';
import type { SimNetworkFile } from './zigbee-sim.ts';

/** A session with a coordinator, without the driver around it. */
export interface OpenSession extends AsyncDisposable {
  readonly session: Session;
  /** The states it has been in, one after the other. */
  readonly states: readonly RadioState[];
  /** Resolves once it is in that state. */
  until(state: RadioState): Promise<void>;
}

/** A host whose clock runs faster: for waits that are long in the field. */
export const hurried = (host: DriverHost, times: number): DriverHost => ({
  ...host,
  clock: {
    now: () => host.clock.now(),
    monotonic: () => host.clock.monotonic() * times,
    after: (delayMs, fn) => host.clock.after(delayMs / times, fn),
  },
});

/** Gives the driver of this host its network, as an operator would. */
export const giveNetwork = async (host: DriverHost, network: SimNetworkFile): Promise<void> => {
  await mkdir(host.dataDir, { recursive: true, mode: 0o700 });
  await writeFile(join(host.dataDir, 'network.json'), JSON.stringify(network), { mode: 0o600 });
};

export const openSession = async (
  host: DriverHost,
  path: string,
  accepts: (ieee: string) => boolean = () => true,
): Promise<OpenSession> => {
  const files = filesIn(host.dataDir);
  const place = {
    file: join(host.dataDir, 'network.json'),
    marker: join(host.dataDir, 'no-coordinator-yet'),
  };
  const network = await decideNetwork(place, host.firstStart, []);
  await prepareFolder(files);
  const states: RadioState[] = [];
  const session = new Session(
    {
      path,
      adapter: 'zstack',
      networkFile: undefined,
      baudRate: undefined,
      rtscts: undefined,
      place,
      network,
      files,
    },
    host,
    () => states.push(session.state),
    () => undefined,
    accepts,
  );
  session.start();
  return {
    session,
    states,
    until: async (state) => {
      await until(`a radio that is ${state}`, () => session.state === state, {
        instead: () => [session.state, session.detail],
      });
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
};
