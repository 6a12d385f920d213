import { startEmbeddedBroker } from '../../src/faces/mqtt/broker.ts';
import type { Log } from '../../src/ports/log.ts';
import { Mosquitto, mosquittoBelongs } from '../support/mosquitto.ts';

const quiet = (): void => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => log };

export interface Broker extends AsyncDisposable {
  readonly url: string;
  readonly name: string;
}

/** A broker for somebody else's bridge: mosquitto, as its users have, or where there is none our embedded one. */
export const startBroker = async (): Promise<Broker> => {
  if (mosquittoBelongs()) {
    const mosquitto = await Mosquitto.start();
    return {
      url: mosquitto.url,
      name: 'mosquitto',
      [Symbol.asyncDispose]: () => mosquitto[Symbol.asyncDispose](),
    };
  }
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log });
  return { url: broker.url, name: 'aedes', [Symbol.asyncDispose]: () => broker.close() };
};
