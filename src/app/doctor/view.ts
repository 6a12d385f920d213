import { countOf } from '../../ports/diagnosis.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import type { AnswerBody } from '../answer.ts';

/**
 * The findings as `lockstep/doctor` and `--json` give them, also where there is no daemon to ask.
 * @param all the worst first
 */
export const doctorView = (all: readonly Diagnosis[], at: number): AnswerBody => ({
  doctor: {
    level: all[0]?.level ?? 'ok',
    checked_at: new Date(at).toISOString(),
    problems: countOf(all, 'problem'),
    warnings: countOf(all, 'warning'),
    findings: all.map(({ area, name, level, message, whatToDo }) => ({
      area,
      name,
      level,
      message,
      what_to_do: whatToDo ?? null,
    })),
  },
});
