import { z } from 'zod';

const requestDeadlineMs = 5_000;
const listSchema = z.object({ locks: z.array(z.object({ id: z.string() })) });
const lockSchema = z.object({
  ieee: z.string(),
  network_address: z.number(),
  manufacturer: z.string(),
  model: z.string(),
  manufacturer_code: z.number(),
  date_code: z.string(),
  sw_build: z.string(),
  /** As it tells it itself. */
  power_source: z.number(),
  endpoints: z.array(
    z.object({
      endpoint: z.number(),
      profile: z.number(),
      device_id: z.number(),
      input_clusters: z.array(z.number()),
      output_clusters: z.array(z.number()),
    }),
  ),
});
type Lock = z.infer<typeof lockSchema>;

/** herdsman's words for attribute 0x0007 of the Basic cluster (ZCL table 3-8). */
const powerSources: ReadonlyMap<number, string> = new Map([
  [1, 'Mains (single phase)'],
  [3, 'Battery'],
]);

/** The coordinator gets the next free number by itself. */
const firstId = 2;

/**
 * A simulated network's locks as zigbee-herdsman's database has them after an interview: the memory of the hub that
 * they were paired with, without which a Zigbee library knows nobody in a network that is already there. Nothing is
 * bound or configured yet.
 * @param control the network's control interface
 */
export const zigbeeDatabase = async (control: string): Promise<string> => {
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${control}${path}`, { signal: AbortSignal.timeout(requestDeadlineMs) });
    return response.json();
  };
  const { locks } = listSchema.parse(await get('/locks'));
  const all = await Promise.all(locks.map(async ({ id }) => lockSchema.parse(await get(`/locks/${id}`))));
  return all.map((lock, index) => `${JSON.stringify(rowOf(lock, firstId + index))}\n`).join('');
};

const rowOf = (lock: Lock, id: number): object => ({
  id,
  type: 'EndDevice',
  ieeeAddr: lock.ieee,
  nwkAddr: lock.network_address,
  manufId: lock.manufacturer_code,
  manufName: lock.manufacturer,
  modelId: lock.model,
  powerSource: powerSources.get(lock.power_source) ?? 'Unknown',
  dateCode: lock.date_code,
  swBuildId: lock.sw_build,
  interviewCompleted: true,
  interviewState: 'SUCCESSFUL',
  meta: {},
  epList: lock.endpoints.map(({ endpoint }) => endpoint),
  endpoints: Object.fromEntries(
    lock.endpoints.map((one) => [
      one.endpoint,
      {
        profId: one.profile,
        epId: one.endpoint,
        devId: one.device_id,
        inClusterList: one.input_clusters,
        outClusterList: one.output_clusters,
        clusters: {},
        binds: [],
        configuredReportings: [],
        meta: {},
      },
    ]),
  ),
});
