import { z } from 'zod';
import type { OnStick } from './start-rule.ts';

/** What herdsman's EZSP layer answers: status, kind of node, parameters. */
const answerSchema = z.tuple([
  z.int(),
  z.int(),
  z.looseObject({ panId: z.int(), extendedPanId: z.array(z.int()), radioChannel: z.int() }),
]);

/** The network that an Ember coordinator is in, as far as it tells. Reads only. */
export const foreignEmber = async (ezsp: object): Promise<OnStick> => {
  const ask: unknown = Reflect.get(ezsp, 'ezspGetNetworkParameters');
  const answer: unknown = typeof ask === 'function' ? await Reflect.apply(ask, ezsp, []) : undefined;
  const { data } = answerSchema.safeParse(answer);
  const [, , found] = data ?? [0, 0, { panId: 0, extendedPanId: [], radioChannel: 0 }];
  return {
    kind: 'network',
    panId: found.panId,
    extendedPanId: Buffer.from(found.extendedPanId).toString('hex'),
    channel: found.radioChannel,
  };
};
