import { print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { statusSchema } from '../shapes.ts';
import { clean, facts } from '../text.ts';
import { age } from '../time.ts';

/** `lockstep status`. */
export const status = async (context: Context): Promise<Outcome> => {
  const answer = await context.client.call('lockstep/status', {}, statusSchema);
  if (!answer.ok) return answer.failure;
  if (context.json) {
    printJson(context, answer.value.raw);
    return undefined;
  }
  const { bridge } = answer.value.data;
  const { paint } = context;
  const count = (key: string): number => bridge.counts[key] ?? 0;
  const withErrors = count('with_errors');
  const codes = [`${count('access_codes')}: ${count('set')} set`];
  if (count('setting') > 0) codes.push(paint('warn', `${count('setting')} setting`));
  if (count('removing') > 0) codes.push(paint('warn', `${count('removing')} removing`));
  if (withErrors > 0) codes.push(paint('bad', `${withErrors} with errors`));
  const drivers = bridge.drivers.map((driver): [string, string] => {
    const state = paint(driver.state === 'ready' ? 'good' : 'bad', driver.state);
    const detail = driver.detail === null || driver.detail === undefined ? '' : ` (${clean(driver.detail)})`;
    return [driver.driver, `${state}${detail}, locks: ${driver.locks}`];
  });
  const { connected } = bridge.mqtt;
  const lines: [string, string][] = [
    [
      'bridge',
      `${bridge.bridge_id}, version ${bridge.version}, started ${age(bridge.started_at, context.io.clock.now())}`,
    ],
    ...drivers,
    ['mqtt', paint(connected ? 'good' : 'bad', connected ? 'connected' : 'not connected')],
    ['locks', `${count('devices')}, ${count('online')} online`],
    ['codes', codes.join(', ')],
    ['unmanaged', String(count('unmanaged'))],
    ['last event', bridge.last_seq === 0 ? 'none' : String(bridge.last_seq)],
  ];
  print(context, facts(lines));
  return undefined;
};
