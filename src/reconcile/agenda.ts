import { foreignSince } from '../core/foreign-changes.ts';
import type { AccessCode, Capabilities, Device, Instant, LockState } from '../core/model.ts';
import { canPreload, clockFreshMs } from '../core/native.ts';
import type { Store } from '../ports/store.ts';

/** So long before their `startsAt` things are done for codes, milliseconds. */
export interface Horizons {
  /** Written where the lock has no schedules of its own. */
  readonly leadMs: number;
  /** Loaded with a schedule of the lock's. */
  readonly preloadMs: number;
  /** Said to be at risk. */
  readonly arrivalNoticeMs?: number;
}

/** So long before its `startsAt` the earliest is done that ever is for a code of this lock, milliseconds. */
export const horizonOf = (
  { leadMs, preloadMs, arrivalNoticeMs = 0 }: Horizons,
  capabilities: Capabilities | undefined,
): number => {
  // A lock's clock is looked at before it is relied on.
  const loadMs = capabilities !== undefined && canPreload(capabilities) ? preloadMs + clockFreshMs : 0;
  return Math.max(leadMs, loadMs, arrivalNoticeMs);
};

/** The access codes of a lock that have to be looked at now. */
export interface Agenda {
  /** In order of creation. */
  readonly codes: readonly AccessCode[];
  /** When others have to be as well although nothing has happened. */
  readonly nextAt: Instant | undefined;
}

type CodeStore = Pick<Store, 'accessCodes' | 'awakeCodes'>;

/**
 * What there is to look at among a lock's codes: nothing that waits for its time costs anything until then. Looking at
 * all of them would come to the same. The order of the codes is that of their creation.
 * @param device as it is recorded now
 * @param horizonMs undefined: all codes are looked at
 */
export const agendaOf = (
  store: CodeStore,
  device: Device,
  state: LockState,
  now: Instant,
  horizonMs: number | undefined,
): Agenda => {
  const { deviceId } = device;
  const all = (): Agenda => ({ codes: store.accessCodes({ deviceId }), nextAt: undefined });
  if (horizonMs === undefined || concernsAll(device, now)) return all();
  const { codes, nextStart } = store.awakeCodes(deviceId, now + horizonMs);
  const awake = new Set(codes.map(({ accessCodeId }) => accessCodeId));
  for (const { owner } of state.slots.values()) if (owner !== undefined && !awake.has(owner)) return all();
  return { codes, nextAt: nextStart === undefined ? undefined : nextStart - horizonMs };
};

/** Said in the records of all codes of the lock. */
const concernsAll = ({ poolLack, foreignChanges }: Device, now: Instant): boolean =>
  poolLack?.kind === 'empty' || foreignSince(foreignChanges, now) !== undefined;
