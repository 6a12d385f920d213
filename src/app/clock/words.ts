import type { ClockReport } from '../../ports/clock-trust.ts';

const trustedOn: Readonly<Record<NonNullable<ClockReport['by']>, string>> = {
  system: 'the system says that it is synchronised',
  operator: "an operator's word (lockstep clock trust)",
  config: "the config's word (clock.trust: always)",
  carried: 'it was trusted, and has run on steadily since',
};

/** Whose word the clock is trusted on, or why it isn't. Holds no time that runs on. */
export const reasonOf = ({ distrust, by, synchronised }: ClockReport): string => {
  switch (distrust) {
    case undefined:
      return by === undefined ? 'nothing speaks against it' : trustedOn[by];
    case 'unsynchronised':
      return synchronised === false
        ? 'the system says that it is not synchronised with a time server'
        : 'nothing here says whether it is synchronised with a time server';
    case 'behind_floor':
      return 'it shows a time that is surely over';
    case 'leapt':
      return 'it has leapt ahead, and only a second look in a minute or two can bear that out';
    default:
      return distrust satisfies never;
  }
};

/** Undefined: nothing is to be done. */
export const remedyOf = ({ distrust, synchronised }: ClockReport): string | undefined => {
  switch (distrust) {
    case undefined:
      return undefined;
    case 'unsynchronised':
      return synchronised !== undefined
        ? 'See what keeps it from its time server: timedatectl timesync-status. If you know that it is right: lockstep clock trust'
        : 'If you know that it is right: lockstep clock trust. For good: run systemd-timesyncd or chrony, or have clock.synchronised_file name the file that tells; clock.trust: always where a clock chip or the host of a container keeps the time';
    case 'behind_floor':
      return 'Put it right: let it reach a time server (timedatectl timesync-status), or timedatectl set-time. Only if it is right already, and the bridge once believed a wrong one: lockstep clock trust --set-floor';
    case 'leapt':
      return 'Wait two minutes. If it stays so, see timedatectl timesync-status; if you know that it is right: lockstep clock trust';
    default:
      return distrust satisfies never;
  }
};

/** What the bridge does, and doesn't, while it doesn't know the time (DESIGN §5). */
export const consequence =
  "While it isn't trusted, codes with a time frame wait: none is put on a lock, and those whose end is surely over are taken " +
  'off. Codes without times are set as ever. No lock is told the time, and an unlock that expires is refused.';
