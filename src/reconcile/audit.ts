import { schedule, validate } from 'node-cron';

/**
 * Runs `audit` at the times of a five-field cron expression, in the bridge's time zone. node-cron keeps its own
 * clock, which can't be injected: this is the one place that uses it, and all it does is ask for an audit.
 * @returns ends the schedule
 */
export const startAudits = (
  expression: string,
  timeZone: string,
  audit: () => void,
): (() => Promise<void>) => {
  const task = schedule(expression, audit, { timezone: timeZone, name: 'audit' });
  return async () => {
    await task.destroy();
  };
};

/** Whether node-cron understands the expression. */
export const isCronExpression = (expression: string): boolean => validate(expression);
