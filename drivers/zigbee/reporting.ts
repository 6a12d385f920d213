import type { Models } from 'zigbee-herdsman';
import type { ReadOutcome } from '../../src/ports/lock-driver.ts';
import { toldCapabilities } from './capabilities.ts';
import { autoLockOf, endpointWith, powerAttributes } from './locks.ts';
import { note, notesOf } from './notes.ts';
import { readSlot } from './reading.ts';
import { attempt, isMishap, readAttributes, sending } from './sending.ts';
import type { Attributes, ExchangeContext, Target } from './sending.ts';
import { clusters, eventMasks, lockAttributes } from './zcl.ts';

/**
 * What is done once with each lock: it is asked what it can do, bound to the coordinator, and told to report its
 * events, its bolt and its battery. After that it speaks by itself, and no healthy lock is ever polled (facts page,
 * "Radio cost"). About 13 exchanges.
 */

/** Runs one exchange when it is the lock's turn; undefined where that didn't come, or it took too long. */
export type Step = <T>(exchange: (context: ExchangeContext) => Promise<T>) => Promise<T | undefined>;

export interface Configuration {
  readonly target: Target;
  /** The coordinator's endpoint that reports are sent to. */
  readonly coordinator: Models.Endpoint;
  readonly step: Step;
}

/** In portions that fit a frame, and that small stacks bear. */
const about: readonly (readonly number[])[] = [
  [
    lockAttributes.lockState,
    lockAttributes.totalUsers,
    lockAttributes.pinUsers,
    lockAttributes.yearDaySchedules,
    lockAttributes.maxPinLength,
    lockAttributes.minPinLength,
  ],
  [lockAttributes.sendPinOverTheAir, lockAttributes.requirePinForRf, lockAttributes.autoRelockTime],
];

const locationDescription = 0x0010;
const masks = Object.values(eventMasks);
const maskIds = masks.map(({ id }) => id);
/** PIN added, deleted, changed [ZCL 7.3, Keypad Programming Event Mask]. */
const programmingBits = 0b11100;

/** Seconds. The lock says where its bolt stands once an hour, which also shows that it lives. */
export const boltReportMaxS = 3_600;
const batteryReport = { minS: 3_600, maxS: 43_200, changeHalves: 2 } as const;

/** Undefined where the lock couldn't be reached; empty where it refused. */
const told = (
  { step }: Configuration,
  endpoint: Models.Endpoint,
  cluster: number,
  attributes: readonly number[],
): Promise<Attributes | undefined> =>
  step(async (context) => {
    const asked = await readAttributes(endpoint, cluster, attributes, context);
    return isMishap(asked) ? undefined : (asked ?? new Map<number, unknown>());
  });

/** True where the lock did it; false where it refused; undefined where it couldn't be reached. */
const done = ({ step }: Configuration, work: () => Promise<unknown>): Promise<boolean | undefined> =>
  step(async (context) => {
    const outcome = await attempt(context, async () => {
      await work();
      return true;
    });
    return isMishap(outcome) ? undefined : outcome === true;
  });

const nameIn = (attributes: Attributes): string | undefined => {
  const value = attributes.get(locationDescription);
  const name = typeof value === 'string' ? value.replace(/[\0 ]+$/, '') : '';
  return name === '' ? undefined : name;
};

/** Whether a lock took a question, whatever it answered, if anything. */
const wasReached = (read: ReadOutcome | undefined): boolean =>
  read !== undefined && (read.kind !== 'failed' || read.why === 'timeout');

/**
 * Whether its slots can be read at all is found out by reading one, before all of them would be tried. One that keeps
 * silent is a lock all the same (FIELD-BUGS 15). False where it couldn't be reached.
 */
const tryRead = async ({ target, step }: Configuration): Promise<boolean> => {
  const first = toldCapabilities(target.device)?.slots.first;
  if (first === undefined || notesOf(target.device).reads !== undefined) return true;
  return wasReached(await step((context) => readSlot(target, first, context)));
};

/** What it can do and how it is. False where it couldn't be asked all. */
export const ask = async (configuration: Configuration): Promise<boolean> => {
  const { device, endpoint } = configuration.target;
  for (const attributes of about)
    if ((await told(configuration, endpoint, clusters.doorLock, attributes)) === undefined) return false;
  const power = endpointWith(device, clusters.power);
  if (
    power !== undefined &&
    (await told(configuration, power, clusters.power, powerAttributes)) === undefined
  )
    return false;
  const basic = endpointWith(device, clusters.basic);
  const described =
    basic === undefined
      ? new Map<number, unknown>()
      : await told(configuration, basic, clusters.basic, [locationDescription]);
  if (described === undefined || !(await tryRead(configuration))) return false;
  const name = nameIn(described);
  note(device, { asked: true, ...(name === undefined ? {} : { name }) });
  return true;
};

const clustersToBind = [clusters.doorLock, clusters.power, clusters.alarms] as const;

const bind = async (configuration: Configuration): Promise<boolean> => {
  const { target, coordinator } = configuration;
  for (const cluster of clustersToBind) {
    const from = cluster === clusters.doorLock ? target.endpoint : endpointWith(target.device, cluster);
    if (from === undefined) continue;
    const bound = await done(configuration, () => from.bind(cluster, coordinator));
    if (bound === undefined) return false;
    if (cluster !== clusters.doorLock) continue;
    if (!bound) return false;
    note(target.device, { boundTo: coordinator.deviceIeeeAddress });
  }
  return true;
};

/** @returns whether it reports codes changed at its keypad; undefined where it couldn't be reached */
const readMasks = async (
  configuration: Configuration,
): Promise<{ readonly missing: readonly (typeof masks)[number][]; readonly tells: boolean } | undefined> => {
  const found = await told(configuration, configuration.target.endpoint, clusters.doorLock, maskIds);
  if (found === undefined) return undefined;
  const valueOf = (id: number): number | undefined => {
    const value = found.get(id);
    return typeof value === 'number' ? value : undefined;
  };
  const missing = masks.filter(({ id, all }) => {
    const value = valueOf(id);
    return value !== undefined && (value & all) !== all;
  });
  const keypad = valueOf(eventMasks.keypadProgramming.id) ?? 0;
  return { missing, tells: (keypad & programmingBits) === programmingBits };
};

const bitmap16 = 0x19;

/** Sets what is missing, and believes it only when it is read back: a lock may have masks that can't be changed. */
const setMasks = async (configuration: Configuration): Promise<boolean> => {
  const { device, endpoint } = configuration.target;
  let found = await readMasks(configuration);
  if (found === undefined) return false;
  if (found.missing.length > 0) {
    const wanted = Object.fromEntries(
      found.missing.map(({ id, all }) => [id, { value: all, type: bitmap16 }]),
    );
    const set = await done(configuration, () => endpoint.write(clusters.doorLock, wanted, sending));
    if (set === undefined) return false;
    found = await readMasks(configuration);
    if (found === undefined) return false;
  }
  note(device, { tellsProgramming: found.tells });
  return true;
};

/** A setting that people change at the lock: only its changes are reported. False where it couldn't be reached. */
const reportRelock = async (configuration: Configuration): Promise<boolean> => {
  const { device, endpoint } = configuration.target;
  if (autoLockOf(device) === undefined) return true;
  const rule = {
    attribute: 'autoRelockTime',
    minimumReportInterval: 0,
    maximumReportInterval: 0,
    reportableChange: 1,
  } as const;
  const set = await done(configuration, () =>
    endpoint.configureReporting('closuresDoorLock', [rule], sending),
  );
  return set !== undefined;
};

const report = async (configuration: Configuration): Promise<boolean> => {
  const { device, endpoint } = configuration.target;
  const bolt = await done(configuration, () =>
    endpoint.configureReporting(
      'closuresDoorLock',
      [{ attribute: 'lockState', minimumReportInterval: 0, maximumReportInterval: boltReportMaxS }],
      sending,
    ),
  );
  if (bolt === undefined || !(await reportRelock(configuration))) return false;
  const power = endpointWith(device, clusters.power);
  if (power === undefined) return true;
  const battery = await done(configuration, () =>
    power.configureReporting(
      'genPowerCfg',
      [
        {
          attribute: 'batteryPercentageRemaining',
          minimumReportInterval: batteryReport.minS,
          maximumReportInterval: batteryReport.maxS,
          reportableChange: batteryReport.changeHalves,
        },
      ],
      sending,
    ),
  );
  return battery !== undefined;
};

/** Whether there is something left to do that a lock may still take. No radio. */
export const isConfigured = ({ target, coordinator }: Omit<Configuration, 'step'>): boolean => {
  const { asked, boundTo, tellsProgramming, configured } = notesOf(target.device);
  return (
    asked === true &&
    configured === true &&
    tellsProgramming !== undefined &&
    boundTo === coordinator.deviceIeeeAddress
  );
};

/**
 * Does what is left to be done, in the order of its worth. Nothing is done twice that the lock took before.
 * @returns true where all stands; false where the lock didn't answer, or wouldn't be bound: to be tried again later
 */
export const configure = async (configuration: Configuration): Promise<boolean> => {
  const { device } = configuration.target;
  if (notesOf(device).asked !== true && !(await ask(configuration))) return false;
  for (const stage of [bind, setMasks, report]) if (!(await stage(configuration))) return false;
  note(device, { configured: true });
  return true;
};

/**
 * Looks whether a lock that was away still has its settings; two exchanges.
 * @returns false where they are gone, as after a reset to factory settings; undefined where it didn't answer
 */
export const stands = async (configuration: Configuration): Promise<boolean | undefined> => {
  const { target, coordinator } = configuration;
  const found = await readMasks(configuration);
  if (found === undefined) return undefined;
  if (found.missing.length > 0 && !found.tells && notesOf(target.device).tellsProgramming === true)
    return false;
  const bound = await done(configuration, () => target.endpoint.bind(clusters.doorLock, coordinator));
  return bound === undefined ? undefined : true;
};
