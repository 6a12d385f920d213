import type { ApsFrame, Device } from './air.ts';
import { commandName } from './command-names.ts';

interface Counts {
  to_lock: number;
  from_lock: number;
  aps_acks: number;
  data_polls: number;
  mac_acks: number;
  unanswered: number;
}
const none: Counts = { to_lock: 0, from_lock: 0, aps_acks: 0, data_polls: 0, mac_acks: 0, unanswered: 0 };

/**
 * The airtime of one lock, in frames, as the facts page counts it ("Radio cost"): each frame costs its MAC
 * acknowledgement, a frame to a sleeping lock the data poll that fetches it (itself acknowledged), a frame from the
 * lock the coordinator's APS acknowledgement. A set with its answer is 8 for a sleeping lock, 6 for another.
 */
export class FrameCount {
  #counts: Counts = { ...none };
  #commands = new Map<string, number>();

  /** A frame for the lock, which it got. */
  toLock(device: Pick<Device, 'listensAlways'>, frame: ApsFrame): void {
    this.#counts.to_lock += 1;
    this.#counts.mac_acks += 1;
    if (!device.listensAlways) {
      this.#counts.data_polls += 1;
      this.#counts.mac_acks += 1;
    }
    this.#named(frame);
  }

  /** A frame for the lock that nobody acknowledged. */
  unanswered(frame: ApsFrame): void {
    this.#counts.unanswered += 1;
    this.#named(frame);
  }

  fromLock(frame: ApsFrame): void {
    this.#counts.from_lock += 1;
    this.#counts.aps_acks += 1;
    this.#counts.mac_acks += 2;
    this.#named(frame);
  }

  reset(): void {
    this.#counts = { ...none };
    this.#commands = new Map();
  }

  snapshot(): Record<string, unknown> {
    const { to_lock, from_lock, aps_acks, data_polls, mac_acks, unanswered } = this.#counts;
    return {
      application: { to_lock, from_lock, total: to_lock + from_lock },
      aps_acks,
      data_polls,
      mac_acks,
      total: to_lock + from_lock + aps_acks + data_polls + mac_acks,
      unanswered,
      by_command: Object.fromEntries(this.#commands),
    };
  }

  #named(frame: ApsFrame): void {
    const name = commandName(frame);
    this.#commands.set(name, (this.#commands.get(name) ?? 0) + 1);
  }
}
