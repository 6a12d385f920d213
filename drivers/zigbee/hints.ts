import type { LockAddress } from '../../src/core/ids.ts';
import type { AccessMethod, Hint } from '../../src/ports/lock-driver.ts';
import { eventUserOf } from './quirks/quirk.ts';
import type { Corrections } from './quirks/quirk.ts';
import { clusters, events } from './zcl.ts';

/**
 * What locks say by themselves, as hints. Pure. Events are read from the bytes of their frame: herdsman can't parse
 * one that leaves out its last fields, as real locks do, and its fields hold the PIN.
 */

/** An operation or programming event [ZCL 7.3], without the PIN that it may carry. */
export interface LockEvent {
  readonly kind: 'operation' | 'programming';
  readonly source: number;
  readonly code: number;
  /** As it stands in the frame; 0xffff for none, or all. */
  readonly user: number;
}

/** Frame control [ZCL 2.4]. */
const frameType = { mask: 0b11, clusterCommand: 0b01 } as const;
const manufacturerBit = 0b100;
const toClientBit = 0b1000;

/** Undefined for any other frame of the Door Lock cluster. */
export const eventOf = (frame: Uint8Array): LockEvent | undefined => {
  const control = frame[0];
  if (control === undefined || (control & frameType.mask) !== frameType.clusterCommand) return undefined;
  if ((control & toClientBit) === 0) return undefined;
  // A vendor's own command may have the same number.
  if ((control & manufacturerBit) !== 0) return undefined;
  const [, , command, source, code, low, high] = frame;
  const kind =
    command === events.operation ? 'operation' : command === events.programming ? 'programming' : undefined;
  if (kind === undefined || source === undefined || code === undefined) return undefined;
  return { kind, source, code, user: low === undefined || high === undefined ? 0xffff : low | (high << 8) };
};

const sources = { keypad: 0, radio: 1, manual: 2, card: 3 } as const;

/** Event codes of the Programming Event Notification [ZCL 7.3]. */
const programming = { masterCodeChanged: 1, added: 2, deleted: 3, changed: 4 } as const;

interface Access {
  readonly action: 'locked' | 'unlocked';
  /** Undefined: as the source says. */
  readonly method?: AccessMethod;
}

/** Event codes of the Operation Event Notification that tell of the bolt [ZCL 7.3]; the others tell of failures. */
const operations: ReadonlyMap<number, Access> = new Map<number, Access>([
  [0x01, { action: 'locked' }],
  [0x02, { action: 'unlocked' }],
  [0x07, { action: 'locked', method: 'manual' }],
  [0x08, { action: 'locked', method: 'manual' }],
  [0x09, { action: 'unlocked', method: 'manual' }],
  [0x0a, { action: 'locked', method: 'automatic' }],
  [0x0b, { action: 'locked', method: 'automatic' }],
  [0x0c, { action: 'unlocked', method: 'automatic' }],
  [0x0d, { action: 'locked', method: 'manual' }],
  [0x0e, { action: 'unlocked', method: 'manual' }],
]);

const methodOf = (source: number): AccessMethod => {
  switch (source) {
    case sources.keypad:
      return 'keycode';
    case sources.radio:
      return 'remote';
    case sources.manual:
      return 'manual';
    default:
      return 'unknown';
  }
};

/** Alarm codes of the Door Lock cluster [ZCL 7.3, Alarm Mask]. */
const alarms = { reset: 1, wrongCodes: 4, coverRemoved: 5, forced: 6 } as const;

/** What is to be known of a lock to read its events. */
export interface EventReader {
  readonly corrects: Corrections;
  /** Its first and last slot for codes; undefined while they aren't known. */
  readonly slots: { readonly first: number; readonly last: number } | undefined;
}

const noUser = 0xffff;

/** 0xff stands for "all" on locks that have no such slot, and 0 where one is deleted (ID Lock, zigbee2mqtt 7567). */
const isAll = (user: number, code: number, { slots }: EventReader): boolean =>
  user === noUser ||
  (user === 0xff && (slots?.last ?? 0) < 0xff) ||
  (user === 0 && code === programming.deleted && slots?.first !== 0);

const hintsOfProgramming = (address: LockAddress, event: LockEvent, reader: EventReader): readonly Hint[] => {
  const user = eventUserOf(event.user, reader.corrects);
  // A card or a finger is no code. It may have taken a code's slot all the same: look there.
  const everybody = { kind: 'slot', address, slot: undefined } as const;
  if (isAll(user, event.code, reader))
    return [event.code === programming.deleted ? { ...everybody, allDeleted: true } : everybody];
  return event.code === programming.masterCodeChanged ? [] : [{ kind: 'slot', address, slot: user }];
};

/** The bolt's new state, where an event tells it. */
export const boltOf = (event: LockEvent, { corrects }: EventReader): Access['action'] | undefined =>
  event.kind === 'operation' && corrects.operationEvents !== 'unparsable'
    ? operations.get(event.code)?.action
    : undefined;

/** A programming event by radio may be the echo of what we did to this slot ourselves. */
export const echoOf = (event: LockEvent, { corrects }: EventReader): number | undefined =>
  event.kind === 'programming' && event.source === sources.radio
    ? eventUserOf(event.user, corrects)
    : undefined;

export const hintsOfEvent = (
  address: LockAddress,
  event: LockEvent,
  reader: EventReader,
): readonly Hint[] => {
  if (event.kind === 'programming') return hintsOfProgramming(address, event, reader);
  if (reader.corrects.operationEvents === 'unparsable') return [];
  const access = operations.get(event.code);
  if (access === undefined) return [];
  const method = access.method ?? methodOf(event.source);
  const known = method === 'keycode' && event.user !== noUser;
  return [{ kind: 'access', address, action: access.action, method, slot: known ? event.user : undefined }];
};

/** @param alarm the fields of an Alarm command [ZCL 3.11] */
export const hintsOfAlarm = (
  address: LockAddress,
  alarm: { readonly alarmcode: number; readonly clusterid: number },
): readonly Hint[] => {
  if (alarm.clusterid !== clusters.doorLock) return [];
  if (alarm.alarmcode === alarms.wrongCodes) return [{ kind: 'keypad_lockout', address }];
  if (alarm.alarmcode === alarms.coverRemoved || alarm.alarmcode === alarms.forced)
    return [{ kind: 'tampered', address }];
  return alarm.alarmcode === alarms.reset
    ? [{ kind: 'slot', address, slot: undefined, allDeleted: true }]
    : [];
};
