import { fine, problem, warning } from '../../ports/diagnosis.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';

/** Exit code for wrong settings or files (EX_CONFIG), after which systemd doesn't start it again. */
const exitConfig = '78';

const log = 'journalctl -u lockstep -n 30 says why';

/**
 * What systemd says of the service while nobody answers on its socket. Pure.
 * @param shown the properties of `systemctl show`; undefined where there is no systemd
 */
export const judgeService = (shown: Readonly<Record<string, string>> | undefined): Diagnosis[] => {
  if (shown === undefined || shown['LoadState'] === undefined) return [];
  if (shown['LoadState'] === 'not-found') return [fine('service', 'systemd', 'not installed as a service')];
  const { ActiveState: state = 'unknown', Result: result = '', ExecMainStatus: status = '' } = shown;
  const unit = (message: string, whatToDo: string, level = problem): Diagnosis =>
    level('service', 'systemd', message, whatToDo);
  switch (state) {
    case 'active':
      return [
        unit(
          'lockstep.service runs, but not on this socket',
          'Ask with the --config that the service has.',
          warning,
        ),
      ];
    case 'activating':
    case 'reloading':
      return [unit('lockstep.service is being started', `Wait a little; ${log}.`, warning)];
    case 'failed':
      return status === exitConfig
        ? [
            unit(
              'lockstep.service has ended because its settings or key files are wrong',
              `${log}; put it right, then: systemctl start lockstep`,
            ),
          ]
        : [
            unit(
              `lockstep.service has failed (${result}, exit code ${status})`,
              `${log}; systemctl start lockstep`,
            ),
          ];
    default:
      return [unit(`lockstep.service is ${state}`, 'systemctl enable --now lockstep')];
  }
};
