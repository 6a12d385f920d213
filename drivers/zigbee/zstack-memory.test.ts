import { NvItemsIds } from 'zigbee-herdsman/dist/adapter/z-stack/constants/common.js';
import * as Structs from 'zigbee-herdsman/dist/adapter/z-stack/structs/index.js';
import { expect, test } from 'vitest';
import { lookAtStick } from './zstack-memory.ts';

const marks = [NvItemsIds.ZNP_HAS_CONFIGURED_ZSTACK3, NvItemsIds.ZNP_HAS_CONFIGURED_ZSTACK1] as const;

/** A stick with this PAN id in its network information base, and herdsman's mark in this item. */
const stickWith = (panId: number | undefined, mark?: NvItemsIds): object => {
  const nib = Structs.nib();
  nib.nwkPanId = panId ?? 0;
  nib.nwkLogicalChannel = 20;
  nib.extendedPANID = Buffer.from('0123456789abcdef', 'hex');
  return {
    readItem: (id: NvItemsIds) => {
      if (id === NvItemsIds.NIB) return Promise.resolve(panId === undefined ? null : nib.serialize());
      return Promise.resolve(id === mark ? Buffer.from([0x55]) : null);
    },
  };
};

const look = async (nv: object) => (await lookAtStick(nv, () => Promise.resolve('startCommissioning'))).stick;

const network = { kind: 'network', panId: 99, extendedPanId: '0123456789abcdef', channel: 20 };

test.each(marks)("the network of a stick with herdsman's mark in item %s is seen", async (mark) => {
  expect(await look(stickWith(99, mark))).toEqual({ ...network, unmarked: false });
});

test('FIELD-BUGS 34: one that another program formed, without that mark, is seen too', async () => {
  expect(await look(stickWith(99))).toEqual({ ...network, unmarked: true });
});

test.each([undefined, 0xffff])('without a PAN (%s) it is blank, whatever mark it has', async (panId) => {
  for (const mark of [undefined, ...marks])
    expect(await look(stickWith(panId, mark))).toEqual({ kind: 'blank' });
});

test('what herdsman decides is passed on, and what it may not be is not', async () => {
  const nv = stickWith(99, marks[0]);
  const refusal = new Error('startup failed - configuration-adapter mismatch - see logs above');
  expect((await lookAtStick(nv, () => Promise.reject(refusal))).strategy).toBe('mismatch');
  expect((await lookAtStick(nv, () => Promise.resolve('restoreBackup'))).strategy).toBe('restoreBackup');
  await expect(lookAtStick(nv, () => Promise.reject(new Error('line')))).rejects.toThrow('line');
  await expect(lookAtStick(nv, () => Promise.resolve('wipe'))).rejects.toThrow('not known here');
});
