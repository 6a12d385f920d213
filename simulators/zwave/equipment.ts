import { CommandClasses } from '@zwave-js/core';
import type { MockNodeBehavior, PartialCCCapabilities } from '@zwave-js/testing';
import { autoRelockBehaviour } from './auto-relock.ts';
import { clockBehaviour } from './clock-behaviours.ts';
import { clockAnswerBehaviour } from './clock-questions.ts';
import { configurationBehaviour } from './configuration.ts';
import type { EventLog } from './events.ts';
import { completeParsers } from './late-parsers.ts';
import {
  associationBehaviour,
  batteryBehaviour,
  doorLockBehaviour,
  groupInfoBehaviour,
  notificationBehaviour,
} from './lock-behaviours.ts';
import type { SimulatedLock } from './lock.ts';
import { scheduleEntryLockBehaviour } from './schedule-entry-lock.ts';
import type { LockSpec } from './spec.ts';
import { type LockVoice, userCodeBehaviour } from './user-code.ts';
import { userCredentialBehaviour } from './user-credential.ts';

/** The command classes of a lock as its spec has them. */
export const commandClasses = (spec: LockSpec): PartialCCCapabilities[] => {
  const secure = spec.security !== 'none';
  const all: PartialCCCapabilities[] = [
    { ccId: CommandClasses['Z-Wave Plus Info'], version: 2 },
    { ccId: CommandClasses.Version, version: 2, secure },
    { ccId: CommandClasses['Manufacturer Specific'], version: 1, secure },
    { ccId: CommandClasses.Association, version: 2, secure },
    { ccId: CommandClasses['Association Group Information'], version: 1, secure },
    { ccId: CommandClasses['Door Lock'], version: 4, secure },
    { ccId: CommandClasses.Notification, version: 8, secure },
  ];
  const has = (ccId: CommandClasses, version: number, condition: unknown): void => {
    if (condition !== undefined && condition !== false) all.push({ ccId, version, secure });
  };
  has(CommandClasses['User Code'], spec.user_code_version ?? 0, spec.user_code_version);
  has(CommandClasses['User Credential'], spec.user_credential?.version ?? 0, spec.user_credential);
  has(CommandClasses['Schedule Entry Lock'], spec.schedules?.version ?? 0, spec.schedules);
  has(CommandClasses['Time Parameters'], 1, spec.clock?.time_parameters);
  has(CommandClasses.Time, 2, spec.clock?.time_cc);
  has(CommandClasses.Clock, 1, spec.clock?.clock_cc);
  const parameters =
    spec.configuration || spec.code_length_parameter !== undefined || spec.auto_relock?.by === 'parameters';
  has(CommandClasses.Configuration, 1, parameters);
  has(CommandClasses.Battery, 1, spec.power === 'battery');
  if (spec.supervision) all.push({ ccId: CommandClasses.Supervision, version: 1 });
  if (spec.security === 's0') all.push({ ccId: CommandClasses.Security, version: 1 });
  else if (secure) all.push({ ccId: CommandClasses['Security 2'], version: 1 });
  return all;
};

completeParsers();

/** What the lock does with each command that it knows. */
export const behavioursOf = (lock: SimulatedLock, log: EventLog, voice: LockVoice): MockNodeBehavior[] => {
  lock.tellDropped((slot) => {
    void log.emit(lock.spec.node, 'code_dropped', { slot });
    void voice.notify(13, slot);
  });
  return [
    userCodeBehaviour(lock, log, voice),
    userCredentialBehaviour(lock, log, voice),
    scheduleEntryLockBehaviour(lock, log),
    clockBehaviour(lock, log),
    clockAnswerBehaviour(lock, log, voice),
    configurationBehaviour(lock, log),
    doorLockBehaviour(lock, log, voice),
    autoRelockBehaviour(lock, log),
    batteryBehaviour(lock),
    notificationBehaviour(lock),
    associationBehaviour(),
    groupInfoBehaviour(),
  ];
};
