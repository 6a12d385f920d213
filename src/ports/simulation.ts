import type { Device } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';

/** What became of a person's hand on a simulated keypad. */
export type KeypadOutcome = 'done' | 'refused';

/**
 * What people and faults do at locks that are simulated: there is none of it where locks are real. Throws where the
 * simulator itself can't be reached.
 */
export interface Simulation {
  isSimulated(device: Device): boolean;
  /** The lock is in reach of its radio, or isn't. */
  setReach(device: Device, isInReach: boolean): Promise<void>;
  /** The lock's radio works, or is pulled out. It is the radio of other locks too. */
  setHub(device: Device, isThere: boolean): Promise<void>;
  /** Somebody takes the lock off the door: it forgets its network, and tells nobody. */
  takeAway(device: Device): Promise<void>;
  /** Somebody enters a code. `refused`: the lock doesn't open to it. */
  enterCode(device: Device, code: Pin): Promise<KeypadOutcome>;
  /** Somebody locks at the keypad. */
  lockAtKeypad(device: Device): Promise<void>;
  /** Somebody adds a code at the keypad, in the lowest free slot. Refused where there is none, or it isn't taken. */
  addCode(device: Device, code: Pin): Promise<KeypadOutcome>;
}
