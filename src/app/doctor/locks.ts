import type { UnmanagedWish } from '../../core/convert.ts';
import type { Deferral } from '../../core/deferral.ts';
import { isDisplaced } from '../../core/ids.ts';
import type { AccessCode, Device, Instant, LockState } from '../../core/model.ts';
import { fine, problem, warning } from '../../ports/diagnosis.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import type { LockInspection } from '../../ports/lock-inspection.ts';
import { judgeLockClock } from './clock.ts';
import { judgeLoading } from './loading.ts';
import { counted, percent, span } from './words.ts';

export interface LockChart {
  readonly device: Device;
  readonly state: LockState;
  /** Its access codes with errors, or on their way off. */
  readonly troubled: readonly AccessCode[];
  /** How many access codes it has in all. */
  readonly codeCount: number;
  /** What was asked for codes of others on it. */
  readonly wishes?: readonly UnmanagedWish[];
  /** Why its next code isn't loaded ahead of its time, where that is for the lock. */
  readonly deferral?: Deferral | undefined;
  /** Its radio has it among its locks. */
  readonly listed: boolean;
  /** Undefined where the driver knows nothing of it. */
  readonly inspection: LockInspection | undefined;
  /** Slots that codes may go into now. */
  readonly usable: readonly number[];
  /** Its radio works: only then the lock itself can be to blame. */
  readonly radioReady: boolean;
  /** Nightly audits are on. */
  readonly audits: boolean;
  readonly now: Instant;
}

/** Removing a code takes seconds; after this long somebody has to know (core/lifecycle). */
const overdueMs = 30 * 60_000;
const auditOverdueMs = 2 * 24 * 60 * 60_000;
/** The first talk with a battery lock takes minutes. */
const interviewMs = 60 * 60_000;
/** A slot that didn't answer so often is no accident of the air. */
const silentMisses = 2;
/** Fewer commands say nothing about a link. */
const sentLeast = 20;
const lostProblem = 0.3;
const lostWarning = 0.1;
/** Waking a battery lock takes up to two seconds. */
const roundTripWarningMs = 4_000;
const batteryProblem = 0.1;
const batteryWarning = 0.2;

/** All that is to be said of one lock; where nothing is, one line that says so. Pure. */
export const judgeLock = (chart: LockChart): Diagnosis[] => {
  const name = chart.device.name;
  if (chart.device.removedAt !== undefined) return [departed(chart)];
  if (isDisplaced(chart.device.address)) return [displaced(chart)];
  const found = [
    ...reset(chart),
    ...codes(chart),
    ...reach(chart),
    ...learning(chart),
    ...link(chart),
    ...security(chart),
    ...battery(chart),
    ...ownTime(chart),
    ...audit(chart),
  ];
  if (found.length > 0) return found;
  const { inspection } = chart;
  const about = [
    inspection?.reach === 'asleep' ? 'asleep' : 'reachable',
    inspection?.security,
    inspection?.roundTripMs === undefined ? undefined : `answers in ${Math.round(inspection.roundTripMs)} ms`,
    inspection?.quirk === undefined ? undefined : `quirk row ${inspection.quirk.name}`,
    counted(chart.codeCount, 'code'),
  ];
  return [fine('lock', name, about.filter((one) => one !== undefined).join(', '))];
};

/** Its clock, and the schedules that go by it: what is wrong with the one is not told of the other again. */
const ownTime = ({ device, state, deferral, now }: LockChart): Diagnosis[] => {
  const clock = judgeLockClock(device.name, state, now);
  const isOfClock = deferral?.reason === 'clock_wrong' || deferral?.reason === 'clock_silent';
  return isOfClock && clock.length > 0
    ? clock
    : [...clock, ...judgeLoading(device.name, short(device), deferral, now)];
};

const departed = ({ device, codeCount }: LockChart): Diagnosis =>
  warning(
    'lock',
    device.name,
    `has left the network; ${counted(codeCount, 'code waits', 'codes wait')} for its successor; it may still hold their PINs`,
    `lockstep replace ${short(device)} NEW moves them; or delete them.`,
  );

const displaced = ({ device, codeCount }: LockChart): Diagnosis =>
  problem(
    'lock',
    device.name,
    `another lock answers at its place; ${counted(codeCount, 'code waits', 'codes wait')} for its successor`,
    `lockstep replace ${short(device)} NEW moves them; then lockstep remove ${short(device)} --gone`,
  );

const short = (device: Device): string => device.deviceId.slice(0, 8);

const reset = ({ device, state, now }: LockChart): Diagnosis[] =>
  state.reset === undefined
    ? []
    : [
        problem(
          'lock',
          device.name,
          `was reset or exchanged (found ${span(now - state.reset.at)} ago): frozen, nothing is written to it`,
          `If it still hangs at your door: lockstep repair ${short(device)} --restore`,
        ),
      ];

const codes = ({ device, troubled: all, wishes = [], now }: LockChart): Diagnosis[] => {
  const found: Diagnosis[] = [];
  const overdue = all.filter(
    ({ deletingSince }) => deletingSince !== undefined && now - deletingSince > overdueMs,
  );
  if (overdue.length > 0)
    found.push(
      problem(
        'lock',
        device.name,
        `${counted(overdue.length, 'removed code')} (${named(overdue)}) may still open the door`,
        `It is tried on and on; see lockstep slots ${short(device)}, and go there if it matters.`,
      ),
    );
  const strangers = wishes.filter(({ kind, since }) => kind === 'delete' && now - since > overdueMs);
  if (strangers.length > 0)
    found.push(
      problem(
        'lock',
        device.name,
        `${counted(strangers.length, 'unmanaged code')} (${firstOf(strangers.map((one) => one.accessCodeId.slice(0, 8)))}) to be deleted may still open the door`,
        `It is tried on and on; see lockstep slots ${short(device)}, and go there if it matters.`,
      ),
    );
  const failing = all.filter((code) => code.errors.length > 0 && !overdue.includes(code));
  const [first] = failing;
  if (first !== undefined)
    found.push(
      problem(
        'lock',
        device.name,
        `${counted(failing.length, 'code')} with errors (${named(failing)}): ${first.errors[0]?.message ?? ''}`,
        `lockstep codes list ${short(device)} shows them.`,
      ),
    );
  return found;
};

const namesShown = 3;

const firstOf = (all: readonly string[]): string =>
  all.length > namesShown ? `${all.slice(0, namesShown).join(', ')} …` : all.join(', ');

const named = (all: readonly AccessCode[]): string =>
  firstOf(all.map((code) => code.name ?? code.accessCodeId.slice(0, 8)));

const reach = ({ device, state, inspection, radioReady, listed, now }: LockChart): Diagnosis[] => {
  if (radioReady && !listed)
    return [
      problem(
        'lock',
        device.name,
        'is not among the locks of its radio: it has left the network or was reset, or has not told yet what it is',
        `If it stays so, pair it again (lockstep pair ${device.radio}): its codes wait here. Should it come back as another lock, lockstep replace moves them.`,
      ),
    ];
  if (!radioReady || (device.online && inspection?.reach !== 'dead')) return [];
  const seen =
    inspection?.lastSeenAt === undefined ? '' : `, last heard ${span(now - inspection.lastSeenAt)} ago`;
  const { retryAt } = state.health;
  const next = retryAt === undefined || retryAt <= now ? '' : `, tried again in ${span(retryAt - now)}`;
  return [
    problem(
      'lock',
      device.name,
      `does not answer${seen}${next}`,
      'See to its batteries; if they are fresh, put a mains-powered device of this radio between it and the stick.',
    ),
  ];
};

const learning = ({ device, state, usable, inspection, radioReady, now }: LockChart): Diagnosis[] => {
  const offline = !device.online || inspection?.reach === 'dead';
  if (!radioReady || offline) return [];
  if (device.capabilities === undefined) {
    const late = now - device.createdAt > interviewMs;
    return [
      (late ? problem : warning)(
        'lock',
        device.name,
        `what it can do isn't known${late ? '' : ' yet'}: no code can be set`,
        'Wake it by its keypad: it is asked as soon as it is heard.',
      ),
    ];
  }
  if (device.capabilities.readBack === 'none') {
    if (usable.length > 0) return [];
    return [
      warning(
        'lock',
        device.name,
        'can not be read: codes of others on it are not seen, so that only slots named in the config are written',
        'Name slots that nobody else uses: slots under devices in the config.',
      ),
    ];
  }
  if (state.adopted) return [];
  const seen = [...state.slots.values()];
  const known = seen.filter((one) => one.state.kind !== 'unknown').length;
  const all = device.capabilities.slots.last - device.capabilities.slots.first + 1;
  const silent = seen.filter((one) => one.state.kind === 'unknown' && one.misses >= silentMisses);
  const about = `its slots are being looked at for the first time: ${known} of ${all} known`;
  if (silent.length === 0)
    return [warning('lock', device.name, about, 'Nothing: codes asked for meanwhile go first.')];
  return [
    warning(
      'lock',
      device.name,
      `${about}, no answer for ${firstOf(silent.map((one) => String(one.slot)))}`,
      'They are asked three times. Codes can be set; trying out (certify) and replace wait for it.',
    ),
  ];
};

const link = ({ device, inspection }: LockChart): Diagnosis[] => {
  if (inspection === undefined) return [];
  const { sent, undelivered, unanswered, roundTripMs, signalDbm } = inspection;
  const share = sent === 0 ? 0 : (undelivered + unanswered) / sent;
  const nearer =
    'Shorten its way: a mains-powered device of this radio near it, or the stick on a longer cable.';
  if (sent >= sentLeast && share >= lostWarning) {
    const signal = signalDbm === undefined ? '' : `, signal ${Math.round(signalDbm)} dBm`;
    const lost =
      `${percent(share)} of ${sent} commands were lost ` +
      `(${undelivered} not delivered, ${unanswered} not answered)${signal}`;
    return [(share >= lostProblem ? problem : warning)('lock', device.name, `weak link: ${lost}`, nearer)];
  }
  if (roundTripMs !== undefined && roundTripMs > roundTripWarningMs)
    return [
      warning('lock', device.name, `slow link: answers after ${(roundTripMs / 1000).toFixed(1)} s`, nearer),
    ];
  return [];
};

const security = ({ device, inspection }: LockChart): Diagnosis[] =>
  inspection?.weakSecurity === true
    ? [
        warning(
          'lock',
          device.name,
          `weak security (${inspection.security ?? 'unknown'}): the link can be listened to or forged from nearby`,
          'Remove it and pair it again with S2, by the code on its label, if the lock has S2.',
        ),
      ]
    : [];

const battery = ({ device }: LockChart): Diagnosis[] => {
  const level = device.battery;
  if (level === undefined || level >= batteryWarning) return [];
  const judge = level < batteryProblem ? problem : warning;
  return [judge('lock', device.name, `battery at ${percent(level)}`, 'Change its batteries.')];
};

const audit = ({ device, state, audits, radioReady, now }: LockChart): Diagnosis[] => {
  const found: Diagnosis[] = [];
  if (state.seenToLie)
    found.push(
      warning(
        'lock',
        device.name,
        'has said yes to a code and not stored it; its codes are looked at twice since',
        'See whether there is newer firmware for it.',
      ),
    );
  const { lastAuditAt } = state;
  if (audits && state.adopted && radioReady && device.online && lastAuditAt !== undefined)
    if (now - lastAuditAt > auditOverdueMs)
      found.push(
        warning(
          'lock',
          device.name,
          `not audited for ${span(now - lastAuditAt)}: a change at its keypad may have gone unseen`,
          `lockstep audit ${short(device)}`,
        ),
      );
  return found;
};
