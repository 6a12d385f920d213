import { z } from 'zod';
import type { Bridge } from './bridge.ts';
import type { BridgeClient } from './bridge-client.ts';
import { until } from './until.ts';

const doctorSchema = z.object({
  doctor: z.object({
    findings: z.array(
      z.object({
        area: z.string(),
        name: z.string(),
        level: z.enum(['ok', 'warning', 'problem']),
        message: z.string(),
        what_to_do: z.string().nullable(),
      }),
    ),
  }),
});
export type DoctorFinding = z.infer<typeof doctorSchema>['doctor']['findings'][number];

/** Runs `lockstep doctor` against a bridge. */
export const askDoctor = async (
  bridge: Bridge,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly findings: readonly DoctorFinding[] }> => {
  const { code, stdout } = await bridge.cli([
    ...['--json', 'doctor', '--config', bridge.configFile],
    ...args,
  ]);
  return { code, findings: doctorSchema.parse(JSON.parse(stdout)).doctor.findings };
};

/**
 * Waits until what the daemon has to complain of fits: what is found out by radio takes its time, and asking over MQTT
 * costs a fraction of a process.
 */
export const untilComplaints = (
  what: string,
  client: BridgeClient,
  fit: (complaints: readonly string[]) => boolean,
): Promise<true> =>
  until(what, async () => {
    const { doctor } = doctorSchema.parse(await client.ask('lockstep/doctor', {}));
    return fit(complaints(doctor.findings)) || undefined;
  });

/** What is worse than ok, as `level area name: message`. */
export const complaints = (findings: readonly DoctorFinding[]): string[] =>
  findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, area, name, message }) => `${level} ${area} ${name}: ${message}`);

/**
 * What the machine that runs the tests has to say of itself (its clock, its disk, its memory) isn't the bridge's
 * doing.
 */
export const ofTheBridge = (findings: readonly DoctorFinding[]): DoctorFinding[] =>
  findings.filter(({ area }) => !['clock', 'disk', 'memory'].includes(area));
