import { z } from 'zod';
import { doctorView } from '../../../app/doctor/view.ts';
import { countOf, problem, worstFirst } from '../../../ports/diagnosis.ts';
import { print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import type { Failure } from '../io.ts';
import { clean, wrap } from '../text.ts';
import type { Tone } from '../text.ts';

const findingSchema = z.object({
  area: z.string(),
  name: z.string(),
  level: z.enum(['ok', 'warning', 'problem']),
  message: z.string(),
  what_to_do: z.string().nullable(),
});
type Finding = z.output<typeof findingSchema>;
/** All but a daemon. */
type Room = Omit<Context, 'client'>;

const doctorSchema = z.object({ doctor: z.object({ findings: z.array(findingSchema) }) });

/**
 * `lockstep doctor`. Exit code 0: no problem; 1: problems, with `strict` also for warnings; 3: no daemon reached,
 * with what could be found without it.
 */
export const doctor = async (
  context: Context,
  options: { readonly strict?: boolean | undefined; readonly config?: string | undefined },
): Promise<Outcome> => {
  const answer = await context.client.call('lockstep/doctor', {}, doctorSchema);
  if (!answer.ok) {
    if (answer.failure.exit !== 3) return answer.failure;
    return doctorAlone(context, answer.failure, options.config);
  }
  const { findings } = answer.value.data.doctor;
  const count = (level: Finding['level']): number => findings.filter((one) => one.level === level).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const sick = problems > 0 || (options.strict === true && warnings > 0);
  if (!context.json) show(context, findings);
  if (sick) return { exit: 1, message: `${tally(problems, warnings)}.`, body: answer.value.raw };
  if (context.json) printJson(context, answer.value.raw);
  else print(context, warnings === 0 ? 'All is well.' : `No problems, ${tally(0, warnings)}.`);
  return undefined;
};

const tally = (problems: number, warnings: number): string =>
  [
    ...(problems > 0 ? [`${problems} ${problems === 1 ? 'problem' : 'problems'}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ].join(', ');

const todo =
  'Start it (systemctl start lockstep, or lockstep daemon --config FILE); if it runs, see its log: journalctl -u lockstep';

const todoUnnamed = "Put it right, or name the daemon's socket: lockstep doctor --socket PATH";

/** What can be found out where no daemon answers, or it isn't even known which one is meant. */
export const doctorAlone = async (
  context: Room,
  failure: Failure,
  config: string | undefined,
): Promise<Outcome> => {
  const [first = ''] = failure.message.split('\n');
  const silent =
    failure.exit === 3
      ? problem('daemon', 'socket', first, todo)
      : problem('daemon', 'socket', first.replace(/:$/, '.'), todoUnnamed);
  const all = worstFirst([silent, ...(await context.io.localChecks(config))]);
  const body = doctorView(all, context.io.clock.now());
  if (!context.json) show(context, doctorSchema.parse(body).doctor.findings);
  const counted = tally(countOf(all, 'problem'), countOf(all, 'warning'));
  return { exit: 3, message: `no daemon reached; looked at without it: ${counted}.`, body };
};

const tones: Readonly<Record<Finding['level'], Tone>> = { problem: 'bad', warning: 'warn', ok: 'good' };
const indent = 2;

/** What wants doing first, each with what to do; then what is well. */
const show = (context: Room, findings: readonly Finding[]): void => {
  for (const finding of findings.filter((one) => one.level !== 'ok'))
    print(context, paragraph(context, finding));
  const well = findings.filter((one) => one.level === 'ok');
  if (well.length === 0) return;
  const margin = Math.max(...well.map((one) => one.area.length)) + 2 * indent;
  const lines = well.flatMap(({ area, name, message }) => {
    const [first = '', ...more] = wrap(clean(`${name}: ${message}`), context.width - margin);
    const label = `${' '.repeat(indent)}${area}`.padEnd(margin);
    return [label + first, ...more.map((line) => ' '.repeat(margin) + line)];
  });
  print(context, `${context.paint('good', 'OK')}\n${lines.join('\n')}\n`);
};

const paragraph = ({ paint, width }: Room, finding: Finding): string => {
  const lines = (text: string): string =>
    wrap(clean(text), width - indent)
      .map((line) => `${' '.repeat(indent)}${line}\n`)
      .join('');
  const head = `${paint(tones[finding.level], finding.level.toUpperCase())}  ${clean(`${finding.area}: ${finding.name}`)}`;
  const todo = finding.what_to_do === null ? '' : lines(`→ ${finding.what_to_do}`);
  return `${head}\n${lines(finding.message)}${todo}\n`;
};
