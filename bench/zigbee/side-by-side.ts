import type { Section } from '../table.ts';
import type { Scale } from '../scale.ts';
import { say } from '../progress.ts';
import type { Workplace } from '../workplace.ts';
import { startBroker } from '../../test/outside/broker.ts';
import { measureAudit } from './audit.ts';
import { measureFrames } from './frames.ts';
import { measureLatency } from './latency.ts';
import { ZigbeeNetwork } from './network.ts';
import { measureOutcomes } from './outcomes.ts';
import { meet, prepare } from './setting.ts';
import { measureStarts } from './starts.ts';
import { findPeer } from './zigbee2mqtt.ts';

const rooms = 3;
const slotsOfARoom = 30;

/**
 * Lockstep, zigbee-herdsman alone and zigbee2mqtt beside each other: in one run, with the same simulated network, the
 * same locks in the same memory of the library, one after the other.
 */
export const measureZigbee = async (place: Workplace, scale: Scale): Promise<Section[]> => {
  say('zigbee: zigbee2mqtt is installed');
  const peer = await findPeer(place, say);
  await using broker = await startBroker();
  const peerHere = peer === undefined ? undefined : { peer, broker };
  const sections: Section[] = [];

  const network = await ZigbeeNetwork.start(rooms, slotsOfARoom);
  const setting = await prepare(place, network, peerHere);
  await meet(setting);
  sections.push(
    ...(await measureStarts(setting, scale)),
    ...(await measureLatency(setting, scale)),
    await measureFrames(setting),
    await measureOutcomes(setting),
  );
  await network.stop();

  const large = await ZigbeeNetwork.start(1, scale.zigbeeSlots);
  sections.push(await measureAudit(await prepare(place, large, peerHere)));
  await large.stop();
  return sections;
};
