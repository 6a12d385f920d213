import { ControlServer } from './control.ts';
import { type Airway, type ControllerHandle, createController } from './controller.ts';
import { EventLog } from './events.ts';
import { type NetworkKeys, testKeys } from './keys.ts';
import { Neighbourhood } from './neighbourhood.ts';
import type { Place } from './person.ts';
import { preset } from './presets.ts';
import { SerialLine } from './serial-line.ts';
import { bind } from '../shared/listen.ts';
import { sleep } from '../shared/sleep.ts';
import { unitIds } from '../shared/unit-ids.ts';
import type { LockSpec } from './spec.ts';
import { StateFile } from './state-file.ts';
import { type Unit, type UnitOptions, buildUnit, unitKey } from './unit.ts';

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

export interface SimulatedNetwork {
  readonly serialUrl: string;
  readonly controlUrl: string;
  /** The locks that are nodes, by node id; changes as they come and go. */
  readonly places: ReadonlyMap<number, Place>;
  readonly neighbourhood: Neighbourhood;
  readonly log: EventLog;
  readonly line: SerialLine;
  /** Resolves when `POST /stop` asks for the end. */
  readonly stopRequested: Promise<void>;
  /** Ends everything within a second; harmless when repeated. */
  stop(): Promise<void>;
}

/** How long the stick tries to reach a node behind which there is no lock. */
const noAckMs = 100;

const buildUnits = async (
  options: NetworkOptions,
  unitOptions: UnitOptions,
  state: StateFile | undefined,
): Promise<Unit[]> => {
  const specs = options.locks ?? preset('default') ?? [];
  const ids = unitIds(specs);
  const build = (spec: LockSpec, index: number): Promise<Unit> => {
    const id = ids[index] ?? '';
    const key = unitKey(spec, id);
    const generation = state?.membership?.units[key]?.generation ?? 0;
    return buildUnit(spec, id, generation, state?.recall(key, spec), unitOptions);
  };
  return Promise.all(specs.map(build));
};

/**
 * Starts a Z-Wave network: a stick served over TCP, its locks, and the control interface.
 * @throws PortInUseError, StateFileError
 */
export const startNetwork = async (options: NetworkOptions = {}): Promise<SimulatedNetwork> => {
  const state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile);
  const unitOptions: UnitOptions = {
    seed: options.seed ?? 1,
    delayMs: options.delayMs,
    keep: (key, memory) => state?.keep([[key, memory]]),
  };
  const units = await buildUnits(options, unitOptions, state);
  const log = new EventLog();
  const neighbourhood = new Neighbourhood(log, unitOptions, (membership) =>
    state?.keepMembership(membership),
  );
  const { places } = neighbourhood;
  let receive: ControllerHandle['receive'] = () => Promise.resolve();
  const line = new SerialLine({
    frame: (frame) => receive(frame),
    connection: (connected) => {
      for (const place of places.values()) place.radio.forgetClient();
      void log.emit(0, connected ? 'client_connected' : 'client_disconnected');
    },
  });
  const airway: Airway = {
    rssiDbm: (nodeId) => places.get(nodeId)?.lock.behaviour.rssi_dbm,
    reach: async (nodeId: number, abort: AbortSignal): Promise<boolean> => {
      const place = places.get(nodeId);
      if (place !== undefined) return place.radio.reach(abort);
      await sleep(noAckMs, abort);
      return false;
    },
  };
  const handle = await createController(
    line,
    airway,
    neighbourhood,
    options.keys ?? testKeys,
    options.homeId ?? 0x7e570001,
  );
  await neighbourhood.settle(handle.controller, handle.inclusion, units, state?.membership);
  receive = (frame) => handle.receive(frame);
  const control = new ControlServer({ neighbourhood, inclusion: handle.inclusion, log, line });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    neighbourhood.close();
    stopping ??= Promise.all([line.close(), control.close(), handle.close()]).then(() => state?.close());
    return stopping;
  };
  try {
    await bind('--port', options.port, line);
    await bind('--control-port', options.controlPort, control);
    // Finds out now whether the file can be written. After the ports: a second simulator that was started on the
    // same ones by mistake ends without having touched the file.
    state?.keep(units.map(({ key, lock }) => [key, lock.memory]));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    serialUrl: `tcp://127.0.0.1:${line.port}`,
    controlUrl: `http://127.0.0.1:${control.port}`,
    places,
    neighbourhood,
    log,
    line,
    stopRequested: control.stopRequested,
    stop,
  };
};
