import { ControlServer } from './control.ts';
import { type ControllerHandle, createController } from './controller.ts';
import { EventLog } from './events.ts';
import { type NetworkKeys, testKeys } from './keys.ts';
import { SimulatedLock } from './lock.ts';
import { createLockNode } from './node.ts';
import { Person, type Place } from './person.ts';
import { preset } from './presets.ts';
import { seededRandom } from './random.ts';
import { SerialLine } from './serial-line.ts';
import type { LockSpec } from './spec.ts';
import { StateFile } from './state-file.ts';

export interface NetworkOptions {
  /** Serial port over TCP, 0 or absent = a free one. */
  readonly port?: number;
  /** HTTP control port, 0 or absent = a free one. */
  readonly controlPort?: number;
  /** Keys the locks were included with; absent = the built-in test keys. */
  readonly keys?: NetworkKeys;
  /** Absent = the default preset. */
  readonly locks?: readonly LockSpec[];
  /** Seed of the lies, default 1. */
  readonly seed?: number;
  /** Processing delay of every lock that doesn't set its own, in milliseconds. */
  readonly delayMs?: number;
  readonly homeId?: number;
  /** Where slots, bolt and battery of the locks survive a restart; absent = nothing does. */
  readonly stateFile?: string;
}

export class PortInUseError extends Error {
  readonly flag: string;
  readonly port: number;

  constructor(flag: string, port: number) {
    super(`port ${port} is in use: choose another with ${flag}, or 0 for a free one`);
    this.flag = flag;
    this.port = port;
  }
}

export interface SimulatedNetwork {
  readonly serialUrl: string;
  readonly controlUrl: string;
  readonly places: ReadonlyMap<number, Place>;
  readonly log: EventLog;
  readonly line: SerialLine;
  /** Resolves when `POST /stop` asks for the end. */
  readonly stopRequested: Promise<void>;
  /** Ends everything within a second; harmless when repeated. */
  stop(): Promise<void>;
}

const bind = async (flag: string, port: number, open: () => Promise<void>): Promise<void> => {
  try {
    await open();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new PortInUseError(flag, port);
    throw error;
  }
};

const buildLocks = (options: NetworkOptions, state: StateFile | undefined): SimulatedLock[] =>
  (options.locks ?? preset('default') ?? []).map((spec) => {
    const random = seededRandom((options.seed ?? 1) * 1_000 + spec.node);
    const lock = new SimulatedLock(spec, random, state?.recall(spec));
    lock.keepWith((memory) => state?.keep([[spec.node, memory]]));
    if (options.delayMs !== undefined && spec.behaviour.delay_ms === undefined)
      lock.change({ delay_ms: options.delayMs });
    return lock;
  });

const buildPlaces = async (
  handle: ControllerHandle,
  locks: readonly SimulatedLock[],
  log: EventLog,
): Promise<Map<number, Place>> => {
  const places = new Map<number, Place>();
  for (const lock of locks) {
    const node = await createLockNode(handle.controller, lock, log);
    places.set(lock.spec.node, { ...node, person: new Person(node, log) });
  }
  return places;
};

/**
 * Starts a Z-Wave network: a stick served over TCP, its locks, and the control interface.
 * @throws PortInUseError, StateFileError
 */
export const startNetwork = async (options: NetworkOptions = {}): Promise<SimulatedNetwork> => {
  const state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile);
  const locks = buildLocks(options, state);
  const log = new EventLog();
  let places: ReadonlyMap<number, Place> = new Map();
  let receive: ControllerHandle['receive'] = () => Promise.resolve();
  const line = new SerialLine({
    frame: (frame) => receive(frame),
    connection: (connected) => {
      for (const place of places.values()) place.radio.forgetClient();
      void log.emit(0, connected ? 'client_connected' : 'client_disconnected');
    },
  });
  const airway = {
    reach: async (nodeId: number, abort: AbortSignal): Promise<boolean> =>
      (await places.get(nodeId)?.radio.reach(abort)) ?? false,
  };
  const handle = await createController(line, airway, options.keys ?? testKeys, options.homeId ?? 0x7e570001);
  places = await buildPlaces(handle, locks, log);
  receive = (frame) => handle.receive(frame);
  const control = new ControlServer({ places, log, line });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= Promise.all([line.close(), control.close(), handle.close()]).then(() => state?.close());
    return stopping;
  };
  try {
    await bind('--port', options.port ?? 0, () => line.open(options.port ?? 0));
    await bind('--control-port', options.controlPort ?? 0, () => control.open(options.controlPort ?? 0));
    // Finds out now whether the file can be written. After the ports: a second simulator that was started on the
    // same ones by mistake ends without having touched the file.
    state?.keep(locks.map((lock) => [lock.spec.node, lock.memory]));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    serialUrl: `tcp://127.0.0.1:${line.port}`,
    controlUrl: `http://127.0.0.1:${control.port}`,
    places,
    log,
    line,
    stopRequested: control.stopRequested,
    stop,
  };
};
