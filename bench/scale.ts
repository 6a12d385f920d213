import type { DeparturesScale } from './time/departures.ts';
import type { RushScale } from './time/lateness.ts';
import type { PendingScale } from './time/pending.ts';

/** How much is measured. */
export interface Scale {
  /** First starts, and restarts from the cache. */
  readonly firstStarts: number;
  readonly restarts: number;
  /** Alternating blocks, and sets in each, at no delay of the lock. */
  readonly fastBlocks: number;
  readonly fastSets: number;
  /** The same at a real lock's pace, seconds each. */
  readonly slowBlocks: number;
  readonly slowSets: number;
  /** Numbers of locks for which restarts and memory are compared, and restarts with each. */
  readonly fleets: readonly number[];
  readonly fleetRestarts: number;
  readonly idleSeconds: number;
  readonly cycles: number;
  /** Cycles between two looks at the memory. */
  readonly cyclesEach: number;
  /** Starts of each program with the simulated Zigbee network. */
  readonly zigbeeStarts: number;
  /** Blocks of sets there, by each program in turn, and sets in each. */
  readonly zigbeeBlocks: number;
  readonly zigbeeSets: number;
  /** Slots of the lock that is looked at as a whole. */
  readonly zigbeeSlots: number;
  /** Rounds of creates over HTTP and MQTT; creates in each, twice as many where several are on their way. */
  readonly createRounds: number;
  readonly creates: number;
  /** What is in the large file, and reads of each kind from it. */
  readonly largeCodes: number;
  readonly largeEvents: number;
  readonly largeReads: number;
  /** Blocks of calls of Seam's SDK, by each server in turn, and rounds of calls in each. */
  readonly sdkBlocks: number;
  readonly sdkRounds: number;
  /** Codes that wait for their time, and codes that all start within an hour. */
  readonly pending: PendingScale;
  readonly rush: RushScale;
  /** Guests who all leave at once. */
  readonly departures: DeparturesScale;
}

export const full: Scale = {
  firstStarts: 3,
  restarts: 5,
  fastBlocks: 4,
  fastSets: 15,
  slowBlocks: 3,
  slowSets: 8,
  fleets: [1, 10, 50],
  fleetRestarts: 3,
  idleSeconds: 60,
  cycles: 10_000,
  cyclesEach: 500,
  zigbeeStarts: 3,
  zigbeeBlocks: 3,
  zigbeeSets: 20,
  zigbeeSlots: 250,
  createRounds: 5,
  creates: 60,
  largeCodes: 100_000,
  largeEvents: 1_000_000,
  largeReads: 30,
  sdkBlocks: 3,
  sdkRounds: 20,
  pending: { codes: 100_000, few: 100, locks: 200, wakeUps: 100 },
  rush: { codes: 10_000, locks: 50, load: 0.9 },
  departures: { guests: 45, doors: 5 },
};

export const quick: Scale = {
  firstStarts: 1,
  restarts: 1,
  fastBlocks: 2,
  fastSets: 4,
  slowBlocks: 1,
  slowSets: 4,
  fleets: [1, 10],
  fleetRestarts: 1,
  idleSeconds: 5,
  cycles: 300,
  cyclesEach: 30,
  zigbeeStarts: 1,
  zigbeeBlocks: 1,
  zigbeeSets: 9,
  zigbeeSlots: 30,
  createRounds: 2,
  creates: 30,
  largeCodes: 10_000,
  largeEvents: 100_000,
  largeReads: 10,
  sdkBlocks: 1,
  sdkRounds: 10,
  pending: { codes: 10_000, few: 50, locks: 50, wakeUps: 50 },
  rush: { codes: 500, locks: 10, load: 0.9 },
  departures: { guests: 10, doors: 2 },
};
