import { bind } from '../shared/listen.ts';
import { seededRandom } from '../shared/random.ts';
import { unitIds } from '../shared/unit-ids.ts';
import { ControlServer } from './control.ts';
import { NetworkControl } from './control-coordinator.ts';
import { Coordinator } from './coordinator.ts';
import { EventLog } from './events.ts';
import { Neighbourhood, type NeighbourhoodTools } from './neighbourhood.ts';
import { type NetworkFile, parametersOf, testNetwork } from './network-file.ts';
import type { NetworkParameters } from './nv-items.ts';
import { preset } from './presets.ts';
import { Radio } from './radio.ts';
import { type NumberedStick, type SavedNetwork, loadStick } from './saved-network.ts';
import type { LockSpec } from './spec.ts';
import { StateFile } from './state-file.ts';
import { blankStick, commissionedStick } from './sticks.ts';
import { type Unit, type UnitOptions, buildUnit, closeUnit, emptyUnit, unitKey } from './unit.ts';

export interface NetworkOptions {
  /** The coordinator's serial port over TCP, 0 or absent = a free one. */
  readonly port?: number;
  /** HTTP control port, 0 or absent = a free one. */
  readonly controlPort?: number;
  /** The network that coordinator and locks were commissioned with; absent = a built-in one for tests. */
  readonly network?: NetworkFile;
  /** The coordinator is fresh from the factory; the locks are in the network all the same. */
  readonly blank?: boolean;
  /** Absent = the default preset. */
  readonly locks?: readonly LockSpec[];
  /** Seed of addresses and lies, default 1. */
  readonly seed?: number;
  /** Processing delay of every lock that doesn't set its own, in milliseconds. */
  readonly delayMs?: number;
  /** Where what locks and coordinator hold survives a restart; absent = nothing does. */
  readonly stateFile?: string;
}

export interface SimulatedNetwork {
  readonly serialUrl: string;
  readonly controlUrl: string;
  readonly network: NetworkFile;
  readonly neighbourhood: Neighbourhood;
  readonly coordinator: Coordinator;
  readonly radio: Radio;
  readonly log: EventLog;
  /** Resolves when `POST /stop` asks for the end. */
  readonly stopRequested: Promise<unknown>;
  /** Ends everything within a second; harmless when repeated. */
  stop(): Promise<void>;
}

interface Delivered {
  readonly units: readonly Unit[];
  readonly unitOptions: UnitOptions;
}

/** The locks, as they left the factory or as the state file remembers them. */
const buildUnits = (
  options: NetworkOptions,
  log: EventLog,
  state: StateFile | undefined,
  saved: SavedNetwork | undefined,
): Delivered => {
  const specs = options.locks ?? preset('default') ?? [];
  const unitOptions: UnitOptions = {
    seed: options.seed ?? 1,
    log,
    ...(options.delayMs === undefined ? {} : { delayMs: options.delayMs }),
    keep: (key, memory) => {
      state?.keep([[key, memory]]);
    },
  };
  const ids = unitIds(specs);
  const units = specs.map((spec, index): Unit => {
    const id = ids[index] ?? '';
    const key = unitKey(spec, id);
    return buildUnit(spec, id, saved?.units[key]?.generation ?? 0, state?.recall(key, spec), unitOptions);
  });
  return { units, unitOptions };
};

type StickMaker = (serial: number, network: NetworkParameters | undefined) => NumberedStick;

const stickMaker =
  (seed: number, devices: number, random: () => number): StickMaker =>
  (serial, network) => {
    const options = { seed, serial, devices, random };
    return {
      serial,
      stick: network === undefined ? blankStick(options) : commissionedStick(network, options),
    };
  };

interface Sticks {
  readonly first: NumberedStick;
  readonly shelf: NumberedStick | undefined;
}

/** The stick in the port, and the one that another took the place of. */
const sticksOf = (
  options: NetworkOptions,
  saved: SavedNetwork | undefined,
  make: StickMaker,
  random: () => number,
): Sticks => {
  if (saved === undefined) {
    const network = options.blank === true ? undefined : parametersOf(options.network ?? testNetwork);
    return { first: make(0, network), shelf: undefined };
  }
  const { stick, shelf } = saved;
  return { first: loadStick(stick, random), shelf: shelf === null ? undefined : loadStick(shelf, random) };
};

interface Surroundings {
  readonly radio: Radio;
  readonly coordinator: Coordinator;
  readonly neighbourhood: Neighbourhood;
}

/** Puts a stick, the air and the locks together. */
const assemble = (
  { first, shelf }: Sticks,
  log: EventLog,
  tools: Pick<NeighbourhoodTools, 'unpack' | 'newStick' | 'keep'>,
): Surroundings => {
  const radio: Radio = new Radio(first.stick, {
    indicate: (frame) => {
      coordinator.indicate(frame);
    },
    left: (member, rejoin) => {
      neighbourhood.left(member, rejoin);
    },
    permitted: (seconds) => {
      neighbourhood.permitted(seconds);
    },
    changed: () => {
      neighbourhood.keep();
    },
  });
  const coordinator = new Coordinator(radio, {
    tell: (type) => {
      void log.emit('', '', type);
    },
  });
  const neighbourhood: Neighbourhood = new Neighbourhood(first, shelf, { ...tools, radio, coordinator, log });
  return { radio, coordinator, neighbourhood };
};

/**
 * Starts a Zigbee network: a coordinator served over TCP, its locks, and the control interface.
 * @throws PortInUseError, StateFileError
 */
export const startNetwork = async (options: NetworkOptions = {}): Promise<SimulatedNetwork> => {
  const network = options.network ?? testNetwork;
  const seed = options.seed ?? 1;
  const random = seededRandom(seed);
  const state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile);
  const saved = state?.network;
  const log = new EventLog();
  const { units, unitOptions } = buildUnits(options, log, state, saved);
  const newStick = stickMaker(seed, units.length, random);
  const { radio, coordinator, neighbourhood } = assemble(sticksOf(options, saved, newStick, random), log, {
    unpack: (unit, generation) => emptyUnit(unit, generation, unitOptions),
    newStick,
    keep: (value) => {
      state?.keepNetwork(value);
    },
  });
  const control = new ControlServer({
    units: neighbourhood.units,
    log,
    membership: new NetworkControl(neighbourhood, coordinator, radio),
  });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    radio.close();
    for (const unit of neighbourhood.units.values()) closeUnit(unit);
    stopping ??= Promise.all([coordinator.line.close(), control.close()]).then(() => state?.close());
    return stopping;
  };
  try {
    neighbourhood.settle(units, parametersOf(network), saved);
    await bind('--port', options.port, coordinator.line);
    await bind('--control-port', options.controlPort, control);
    // Finds out now whether the file can be written. After the ports: a second simulator that was started on the
    // same ones by mistake ends without having touched the file.
    neighbourhood.keepAll();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    serialUrl: `tcp://127.0.0.1:${coordinator.line.port}`,
    controlUrl: `http://127.0.0.1:${control.port}`,
    network,
    neighbourhood,
    coordinator,
    radio,
    log,
    stopRequested: control.stopRequested,
    stop,
  };
};
