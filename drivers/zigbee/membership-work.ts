import { Zdo } from 'zigbee-herdsman';
import type { Controller, Models } from 'zigbee-herdsman';
import { LockAddress } from '../../src/core/ids.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import { bounded } from '../shared/bounded.ts';
import { Watch } from '../shared/watch.ts';
import type { MembershipMarks } from './membership-marks.ts';
import { whereOf } from './quiet-herdsman.ts';

export type Device = Models.Device;

/** How long a command to the coordinator, or one question to a device, may take. */
export const commandMs = 12_000;
/** From the device's yes to the coordinator's report that it has left. */
const leaveMs = 3_000;

/** What one pairing or removal needs. */
export interface Work {
  readonly host: DriverHost;
  readonly controller: Controller;
  readonly marks: MembershipMarks;
  /** The caller's wish to stop, or the bridge closes. */
  readonly aborted: AbortSignal;
  /** The line broke or the coordinator hangs: nothing can be told to anybody. */
  readonly lost: AbortSignal;
  /** The list of locks may have changed. */
  listChanged(): void;
  /** Binds the lock's reports and asks for them. Never rejects. @returns whether the lock took it all. */
  configure(device: Device, signal: AbortSignal): Promise<boolean>;
  /** herdsman's word for a failure, to be passed to the watchdog. */
  failed(error: unknown): void;
}

export const addressOf = (ieee: string): LockAddress => LockAddress(`zigbee:${ieee}`);

/** The device of an address; undefined where it isn't in the network. */
export const deviceOf = (controller: Controller, lock: LockAddress): Device | undefined => {
  const ieee = /^zigbee:(0x[0-9a-f]{16})$/.exec(lock)?.[1];
  const device = ieee === undefined ? undefined : controller.getDeviceByIeeeAddr(ieee);
  return device?.type === 'Coordinator' ? undefined : device;
};

/** The EUI-64s of all devices besides the coordinator. */
export const present = (controller: Controller): readonly string[] =>
  [...controller.getDevicesIterator((device) => device.type !== 'Coordinator')].map(
    ({ ieeeAddr }) => ieeeAddr,
  );

/**
 * What `action` gives; undefined where herdsman refuses, takes too long, or the line is lost: what was under way then
 * may stay unsettled for ever.
 */
export const attempt = async <T>(
  work: Work,
  limitMs: number,
  action: () => Promise<T>,
): Promise<T | undefined> => {
  if (work.lost.aborted) return undefined;
  try {
    return await bounded<T | undefined>(work.host.clock, work.lost, limitMs, action, () => undefined);
  } catch (error) {
    work.failed(error);
    work.host.log.debug({ where: whereOf(error) }, 'a step of taking a lock in or out failed');
    return undefined;
  }
};

const done = { isDone: true } as const;

/** Whether it was done at all; see `attempt`. */
export const achieved = async (
  work: Work,
  limitMs: number,
  action: () => Promise<unknown>,
): Promise<boolean> => (await attempt(work, limitMs, () => action().then(() => done))) === done;

/** Whether the device answers; undefined where the line was lost meanwhile. */
export const answers = async (work: Work, device: Device): Promise<boolean | undefined> => {
  // A device that isn't interviewed has no endpoint to ask; it is asked for its descriptor instead.
  const ask = (): Promise<unknown> =>
    device.endpoints.length === 0 ? device.updateNodeDescriptor() : device.ping();
  const heard = await achieved(work, commandMs, ask);
  return work.lost.aborted ? undefined : heard;
};

/** Hears a device leave. */
class LeaveWatch extends Watch {
  readonly #controller: Controller;
  readonly #ieee: string;
  hasLeft = false;

  constructor(clock: Clock, controller: Controller, ieee: string) {
    super(clock);
    this.#controller = controller;
    this.#ieee = ieee;
    controller.on('deviceLeave', this.#onLeave);
  }

  stop(): void {
    this.#controller.off('deviceLeave', this.#onLeave);
  }

  readonly #onLeave = ({ ieeeAddr }: { readonly ieeeAddr: string }): void => {
    if (ieeeAddr !== this.#ieee) return;
    this.hasLeft = true;
    this.changed();
  };
}

/** Takes a device off the list that doesn't exist any more. Nothing is sent. */
export const strikeOff = (work: Work, device: Device): void => {
  device.removeFromDatabase();
  try {
    work.marks.forget(device.ieeeAddr);
  } catch (error) {
    work.host.log.error({ err: error }, 'what has left could not be recorded');
  }
};

const asked = async ({ controller }: Work, { ieeeAddr, networkAddress }: Device): Promise<boolean> => {
  const answer = await controller.sendRaw({
    ieeeAddress: ieeeAddr,
    networkAddress,
    profileId: Zdo.ZDO_PROFILE_ID,
    clusterKey: Zdo.ClusterId.LEAVE_REQUEST,
    zdoParams: [ieeeAddr, Zdo.LeaveRequestFlags.WITHOUT_REJOIN],
  });
  return Array.isArray(answer) && answer[0] === Zdo.Status.SUCCESS;
};

/**
 * Tells a device to leave for good (ZDO Mgmt_Leave_req, Zigbee specification 2.4.3.3.5), and makes sure that it has.
 * Half a minute at most. @returns `silent`: it didn't hear.
 */
export const letGo = async (work: Work, device: Device): Promise<'left' | 'silent' | 'stays'> => {
  const watch = new LeaveWatch(work.host.clock, work.controller, device.ieeeAddr);
  try {
    const said = await attempt(work, commandMs, () => asked(work, device));
    if (said === undefined && !watch.hasLeft) return 'silent';
    await watch.within(leaveMs, () => watch.hasLeft, work.lost);
  } finally {
    watch.stop();
  }
  // Some say yes and no more, and some leave without a word to the coordinator.
  if (!watch.hasLeft && (await answers(work, device)) !== false)
    return work.lost.aborted ? 'silent' : 'stays';
  strikeOff(work, device);
  return 'left';
};
