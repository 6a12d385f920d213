import {
  AddNodeToNetworkRequest,
  AddNodeType,
  RemoveNodeFromNetworkRequest,
  RemoveNodeType,
} from '@zwave-js/serial/serialapi';
import { KEXFailType } from '@zwave-js/cc';
import { InclusionState } from 'zwave-js';
import type { ZWaveController } from 'zwave-js';
import type { Clock } from '../../src/ports/clock.ts';
import { Watch } from '../shared/watch.ts';
import { attempt, commandMs } from './membership-work.ts';
import type { Work } from './membership-work.ts';

/** A lock that is being secured, with nobody left to answer for it, gives up by then (Security 2 CC, timer TAI2). */
const busyMs = 300_000;

/** True where the controller neither takes anybody in nor lets anybody out. */
export const isQuiet = ({ controller }: Work): boolean =>
  controller.inclusionState === InclusionState.Idle ||
  controller.inclusionState === InclusionState.SmartStart;

class StateWatch extends Watch {
  readonly #controller: ZWaveController;

  constructor(clock: Clock, controller: ZWaveController) {
    super(clock);
    this.#controller = controller;
    controller.on('inclusion state changed', this.#onState);
  }

  stop(): void {
    this.#controller.off('inclusion state changed', this.#onState);
  }

  readonly #onState = (): void => {
    this.changed();
  };
}

const stopListening = async (work: Work): Promise<void> => {
  const { clock, controller, lost } = work;
  if (controller.inclusionState === InclusionState.Including)
    await attempt(work, commandMs, () => controller.stopInclusion());
  if (controller.inclusionState === InclusionState.Excluding)
    await attempt(work, commandMs, () => controller.stopExclusion());
  if (controller.inclusionState !== InclusionState.Busy) return;
  controller.cancelSecureBootstrapS2(KEXFailType.BootstrappingCanceled);
  const watch = new StateWatch(clock, controller);
  await watch.within(busyMs, () => isQuiet(work), lost, work.closing);
  watch.stop();
};

/** A controller keeps listening when the program that told it to has died; a new Driver knows nothing of that. */
const stopStranger = async (work: Work): Promise<void> => {
  const common = { callbackId: 0, highPower: true, networkWide: true };
  // Both, in any order: the one that isn't on does nothing.
  await attempt(work, commandMs, () =>
    work.driver.sendMessage(new AddNodeToNetworkRequest({ ...common, addNodeType: AddNodeType.Stop })),
  );
  await attempt(work, commandMs, () =>
    work.driver.sendMessage(
      new RemoveNodeFromNetworkRequest({ ...common, removeNodeType: RemoveNodeType.Stop }),
    ),
  );
};

/** What `tidy` is to expect. */
export interface Leftovers {
  /** Another Driver, perhaps of another process, began it: the controller may be in a mode that ours knows nothing of. */
  readonly strange: boolean;
  /** A node may have slipped in without zwave-js having noticed. */
  readonly missed: boolean;
}

/**
 * After a pairing or removal, however it ended: nobody is let in or out any more, no announced lock is expected, and
 * what had joined in vain is marked. Where the controller can't be told, everything stays open for the next try.
 * @returns nodes that have joined in vain and are still there. Throws the file system's error.
 */
export const tidy = async (work: Work, { strange, missed }: Leftovers): Promise<readonly number[]> => {
  const { controller, homeId, lost, marks } = work;
  if (lost.aborted) return [];
  for (const { dsk } of controller.getProvisioningEntries()) controller.unprovisionSmartStartNode(dsk);
  if (!isQuiet(work)) await stopListening(work);
  if (strange && marks.open(homeId) !== undefined) await stopStranger(work);
  if (marks.open(homeId) === undefined || !isQuiet(work)) return [];
  const present = new Set(controller.nodes.keys());
  if (strange || missed) {
    const told = await attempt(work, commandMs, () => controller.getSerialApiInitData());
    if (told === undefined) return [];
    for (const node of told.nodeIds) present.add(node);
  }
  return marks.end(homeId, present);
};
