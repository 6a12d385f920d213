import { z } from 'zod';
import type { Bridge } from './bridge.ts';
import { until } from './until.ts';

const findingSchema = z.looseObject({ area: z.string(), name: z.string(), message: z.string() });
const doctorSchema = z.looseObject({ doctor: z.looseObject({ findings: z.array(findingSchema) }) });

/** Where a bridge takes requests over TCP, once it does: the test's config leaves the port to the system. */
export const urlOf = async (bridge: Bridge): Promise<string> => {
  const where = await until('the bridge to tell where it listens', async () => {
    const { stdout } = await bridge.cli(['--json', 'doctor']);
    const { findings } = doctorSchema.parse(JSON.parse(stdout)).doctor;
    return findings.find(({ area, name }) => area === 'listen' && name === 'http')?.message;
  });
  return `http://${where}`;
};

/** That, with a key made by its command line. */
export const httpOf = async (bridge: Bridge): Promise<{ readonly url: string; readonly key: string }> => {
  const url = await urlOf(bridge);
  const { stdout, stderr } = await bridge.cli(['keys', 'create', '--name', 'test']);
  if (stdout === '') throw new Error(`no key: ${stderr}`);
  return { url, key: z.object({ api_key: z.string() }).parse(JSON.parse(stdout)).api_key };
};
