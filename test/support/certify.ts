import { z } from 'zod';
import type { Bridge } from './bridge.ts';

const rowSchema = z.object({ found: z.looseObject({ read_back_delay_ms: z.number() }) });
const answerSchema = z.object({ certification: z.object({ row: rowSchema }) });

/** What a trial found. */
export type CertifyRow = z.infer<typeof rowSchema>;

/** Tries a lock out as a person does, by the CLI. */
export const certify = async (bridge: Bridge, name: string, ...more: string[]): Promise<CertifyRow> => {
  const { code, stdout, stderr } = await bridge.cli(['certify', name, '--yes', '--json', ...more]);
  if (code !== 0) throw new Error(`certify ${name} ended with ${code}: ${stderr}`);
  return answerSchema.parse(JSON.parse(stdout)).certification.row;
};

const triesMost = 4;

/**
 * How long a lock takes to show a code, by trials: the least of some, for a busy machine makes a look late, never early.
 * @param expectedMs where it is found, no more trials are made
 */
export const leastDelayMs = async (bridge: Bridge, name: string, expectedMs: number): Promise<number> => {
  let least = Infinity;
  for (let tries = 0; tries < triesMost && least > expectedMs; tries += 1)
    least = Math.min(least, (await certify(bridge, name, '--quick')).found.read_back_delay_ms);
  return least;
};
