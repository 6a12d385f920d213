import { z } from 'zod';

const slot = { id: z.number(), lock: z.string(), slot: z.number() };

/** What the bench asks of a process that has the radio and no bridge around it. Locks by their IEEE address. */
export const orderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('set'), ...slot, pin: z.string() }),
  z.object({ kind: z.literal('read'), ...slot }),
  z.object({ kind: z.literal('clear'), ...slot }),
  z.object({ kind: z.literal('pair'), seconds: z.number() }),
  z.object({ kind: z.literal('stop') }),
]);
export type Order = z.infer<typeof orderSchema>;
export type SlotOrder = Extract<Order, { id: number }>;

/** What it answers. Times are milliseconds of the system's monotonic clock. */
export const wordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), atMs: z.number() }),
  /** `said` is what the caller of the library has been told. */
  z.object({ kind: z.literal('done'), id: z.number(), calledMs: z.number(), said: z.string() }),
  z.object({ kind: z.literal('interviewed'), lock: z.string() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);
export type Word = z.infer<typeof wordSchema>;

/** A Zigbee network's parameters as in a `network_file`. */
export const networkSchema = z.object({
  pan_id: z.number(),
  extended_pan_id: z.string(),
  channel: z.number(),
  network_key: z.string(),
});
export type NetworkParameters = z.infer<typeof networkSchema>;

/** The half of a process that hears orders and answers. */
export const obeyParent = (obey: (order: Order) => Promise<void>): ((word: Word) => void) => {
  const say = (word: Word): void => {
    process.send?.(word);
  };
  process.on('message', (message) => {
    obey(orderSchema.parse(message)).catch((error: unknown) => {
      say({ kind: 'failed', message: error instanceof Error ? error.message : 'unknown' });
    });
  });
  process.once('disconnect', () => process.exit(1));
  return say;
};
