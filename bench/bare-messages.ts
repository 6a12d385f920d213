import { z } from 'zod';

/** What the bench asks of the process that runs zwave-js alone. */
export const orderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('set'), id: z.number(), node: z.number(), slot: z.number(), pin: z.string() }),
  z.object({ kind: z.literal('clear'), id: z.number(), node: z.number(), slot: z.number() }),
  z.object({ kind: z.literal('stop') }),
]);
export type Order = z.infer<typeof orderSchema>;

/** What it answers. Times are milliseconds of the system's monotonic clock. */
export const wordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), atMs: z.number() }),
  z.object({ kind: z.literal('done'), id: z.number(), calledMs: z.number(), status: z.number().optional() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);
export type Word = z.infer<typeof wordSchema>;
