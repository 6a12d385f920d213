import type { AdapterNvMemory } from 'zigbee-herdsman/dist/adapter/z-stack/adapter/adapter-nv-memory.js';
import { NvItemsIds } from 'zigbee-herdsman/dist/adapter/z-stack/constants/common.js';
import * as Structs from 'zigbee-herdsman/dist/adapter/z-stack/structs/index.js';
import type { OnStick, StickMemory, Strategy } from './start-rule.ts';

/**
 * What herdsman writes once a network is complete; without it, it takes the coordinator for blank, though another
 * program may have put a network there.
 */
const configured = 0x55;

/** No network has this PAN id: it stands for "none yet" (IEEE 802.15.4, macPANId). */
const noPan = 0xffff;

const stickOf = async (nv: AdapterNvMemory): Promise<OnStick> => {
  // Items that aren't there are read as nothing, whatever the library's types say.
  const read = (id: NvItemsIds): Promise<Buffer | null> => nv.readItem(id, 0);
  const flags = [
    await read(NvItemsIds.ZNP_HAS_CONFIGURED_ZSTACK3),
    await read(NvItemsIds.ZNP_HAS_CONFIGURED_ZSTACK1),
  ];
  const raw = await read(NvItemsIds.NIB);
  if (raw === null) return { kind: 'blank' };
  const nib = Structs.nib(raw);
  if (nib.nwkPanId === noPan) return { kind: 'blank' };
  return {
    kind: 'network',
    panId: nib.nwkPanId,
    extendedPanId: nib.extendedPANID.toString('hex'),
    channel: nib.nwkLogicalChannel,
    unmarked: !flags.some((flag) => flag?.[0] === configured),
  };
};

const strategies: readonly unknown[] = [
  'startup',
  'restoreBackup',
  'startCommissioning',
] satisfies Strategy[];
const isStrategy = (value: unknown): value is Strategy => strategies.includes(value);

const isNvMemory = (value: object): value is AdapterNvMemory =>
  typeof Reflect.get(value, 'readItem') === 'function';

/** Reads only. Rejects where the coordinator doesn't answer. */
export const lookAtStick = async (nv: object, decide: () => Promise<unknown>): Promise<StickMemory> => {
  if (!isNvMemory(nv)) throw new Error('zigbee-herdsman has no readItem any more');
  const stick = await stickOf(nv);
  let strategy: unknown;
  try {
    strategy = await decide();
  } catch (error) {
    // It refuses where the coordinator and the backup agree on another network than ours; its words hold both keys.
    if (error instanceof Error && error.message.includes('configuration-adapter mismatch'))
      strategy = 'mismatch';
    else throw error;
  }
  if (strategy === 'mismatch' || isStrategy(strategy)) return { stick, strategy };
  throw new Error('zigbee-herdsman has a start strategy that is not known here');
};
