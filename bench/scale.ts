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
};
