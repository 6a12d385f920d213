import type { Instant } from './capabilities-model.ts';

/** Whose word the trust rests on. `carried`: it was trusted before, and has run on steadily since. */
export type TrustedBy = 'system' | 'operator' | 'config' | 'carried';

/**
 * Why the system's clock isn't believed (DESIGN §5). `unsynchronised`: nothing says that it is synchronised.
 * `behind_floor`: it shows a time that is surely over. `leapt`: it has leapt ahead, and a second synchronised reading has
 * to bear that out.
 */
export type Distrust = 'unsynchronised' | 'behind_floor' | 'leapt';

/** A clock may be off by so much and still be the one that was trusted, milliseconds. */
export const steadyMs = 5 * 60_000;
/** Two synchronised readings bear a leap out when they are at least so far apart, milliseconds. */
export const leapWaitMs = 60_000;

/** Machines count what has elapsed in steps of a hundredth of a second, and less. */
const roundingMs = 1_000;

/** What is known of the system's clock. `elapsed`: milliseconds that have surely passed, suspended or not. */
export interface TrustState {
  /** No earlier than this could it be at `floorAt`; it runs on with what has passed since. */
  readonly floor: Instant;
  readonly floorAt: number;
  /** Wall less elapsed when the clock was last known to be right: the clock runs on steadily while that holds. */
  readonly offset: number | undefined;
  /** The same of a leap ahead that somebody has vouched for once, and when. */
  readonly candidate: { readonly offset: number; readonly at: number } | undefined;
  readonly distrust: Distrust | undefined;
  /** Undefined: it isn't trusted. */
  readonly by: TrustedBy | undefined;
}

/** One look at the machine. */
export interface ClockReading {
  /** What the system's clock shows. */
  readonly wall: Instant;
  /** Milliseconds since an arbitrary start, those of a suspended machine included. */
  readonly elapsed: number;
  /** Who says that the wall is right. Undefined: nobody does, or nobody was asked. */
  readonly vouched: 'system' | 'config' | undefined;
}

/** Before the first reading: nothing is known but that it can't be earlier than this. */
export const startOfTrust = (floor: Instant, elapsed: number): TrustState => ({
  floor,
  floorAt: elapsed,
  offset: undefined,
  candidate: undefined,
  distrust: 'unsynchronised',
  by: undefined,
});

/** No earlier than this can it be now. */
export const floorNow = ({ floor, floorAt }: TrustState, elapsed: number): Instant =>
  floor + Math.max(0, elapsed - floorAt);

const distrusted = (
  state: TrustState,
  { elapsed }: ClockReading,
  distrust: Distrust,
  candidate?: TrustState['candidate'],
): TrustState => ({
  ...state,
  floor: floorNow(state, elapsed),
  floorAt: elapsed,
  candidate,
  distrust,
  by: undefined,
});

const trusted = (
  state: TrustState,
  { wall, elapsed }: ClockReading,
  offset: number,
  by: TrustedBy,
): TrustState => ({
  floor: Math.max(floorNow(state, elapsed), wall),
  floorAt: elapsed,
  offset,
  candidate: undefined,
  distrust: undefined,
  by,
});

/**
 * What a look at the machine makes of the trust. Pure.
 * @param isFirst the first look of this process: what the config vouches for needs no second reading then
 */
export const learnReading = (state: TrustState, reading: ClockReading, isFirst = false): TrustState => {
  const { wall, elapsed, vouched } = reading;
  const least = floorNow(state, elapsed);
  if (wall < least - steadyMs) return distrusted(state, reading, 'behind_floor');
  const offset = wall - elapsed;
  if (state.offset !== undefined && Math.abs(offset - state.offset) <= steadyMs)
    // Bound anew only where somebody vouches for it: many small steps would else lead anywhere.
    return trusted(
      state,
      reading,
      vouched === undefined ? state.offset : offset,
      vouched ?? state.by ?? 'carried',
    );
  // Never before the clock that was right: each time that one was trusted, the floor was raised to it.
  const isAhead = wall > least + steadyMs;
  if (vouched === undefined)
    return distrusted(state, reading, state.offset !== undefined && isAhead ? 'leapt' : 'unsynchronised');
  if (!isAhead || (isFirst && vouched === 'config')) return trusted(state, reading, offset, vouched);
  const { candidate } = state;
  if (candidate === undefined || Math.abs(offset - candidate.offset) > steadyMs)
    return distrusted(state, reading, 'leapt', { offset, at: elapsed });
  if (elapsed - candidate.at < leapWaitMs) return distrusted(state, reading, 'leapt', candidate);
  return trusted(state, reading, offset, vouched);
};

/**
 * The operator says that the wall is right; `behind_floor`: it can't be, and nothing is learned. Only `setFloor` lowers
 * the floor, to the wall.
 */
export const learnWord = (
  state: TrustState,
  reading: Pick<ClockReading, 'wall' | 'elapsed'>,
  setFloor: boolean,
): TrustState | 'behind_floor' => {
  const { wall, elapsed } = reading;
  if (wall < floorNow(state, elapsed) - steadyMs && !setFloor) return 'behind_floor';
  const from = setFloor ? { ...state, floor: wall, floorAt: elapsed } : state;
  return trusted(from, { ...reading, vouched: undefined }, wall - elapsed, 'operator');
};

/** In how many milliseconds a leap that was vouched for can be borne out; undefined where none was. */
export const leapOpenMs = ({ candidate }: TrustState, elapsed: number): number | undefined =>
  candidate === undefined ? undefined : Math.max(0, candidate.at + leapWaitMs - elapsed);

/** What outlives the process. */
export interface ClockMemory {
  readonly floor: Instant;
  readonly floorAt: number;
  /** Names the time since the machine was started: only within it does `elapsed` go on. */
  readonly boot: string;
  readonly offset?: number | undefined;
  /** Since when it has been trusted, or not. */
  readonly since: Instant;
  readonly isTrusted: boolean;
  /** A build's time that the operator said can't be right. */
  readonly overruled?: Instant | undefined;
}

/**
 * What is known at a start, before the first reading.
 * @param builtAt when this program was built: it can't be earlier, unless the operator said that that is wrong
 */
export const recalled = (
  memory: ClockMemory | undefined,
  builtAt: Instant,
  boot: string | undefined,
  elapsed: number,
): TrustState => {
  if (memory === undefined) return startOfTrust(builtAt, elapsed);
  // A container that was started anew may count from its own start.
  const goesOn = memory.boot === boot && elapsed >= memory.floorAt - roundingMs;
  const floor = memory.floor + (goesOn ? Math.max(0, elapsed - memory.floorAt) : 0);
  const least = memory.overruled === builtAt ? floor : Math.max(floor, builtAt);
  const state = startOfTrust(least, elapsed);
  return goesOn ? { ...state, offset: memory.offset } : state;
};
