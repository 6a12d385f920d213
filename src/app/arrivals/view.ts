import type { Outlook } from '../../core/arrivals.ts';
import type { Deferral } from '../../core/deferral.ts';
import type { AccessCodeId } from '../../core/ids.ts';
import type { AccessCode, Device, Instant } from '../../core/model.ts';
import { pullableSpares } from '../../core/pool.ts';
import type { AnswerBody } from '../answer.ts';
import { iso } from '../objects/common.ts';
import type { AppParts } from '../parts.ts';

/** What of a lock shows on the arrivals at its door. */
export interface LockArrivals {
  readonly device: Device;
  readonly outlook: (code: AccessCode) => Outlook;
  /** A code of the lock's backup pool that could be pulled now. */
  readonly spare: () => AccessCodeId | undefined;
}

export const arrivalsOf = ({ store, reconciler, clock }: AppParts, device: Device): LockArrivals => {
  let spare: { readonly id: AccessCodeId | undefined } | undefined;
  return {
    device,
    outlook: reconciler.outlooks(device),
    spare: () => {
      spare ??= { id: firstSpare(store, device, clock.now()) };
      return spare.id;
    },
  };
};

const firstSpare = (
  store: AppParts['store'],
  { deviceId, wishes, capabilities }: Device,
  now: Instant,
): AccessCodeId | undefined => {
  if (wishes?.backupPool !== true) return undefined;
  const state = store.lockState(deviceId);
  // A spare is never at rest: it is among those that have to be looked at.
  const { codes } = store.awakeCodes(deviceId, now);
  return pullableSpares(codes, state, capabilities)[0]?.accessCodeId;
};

const becauseOf = ({ reason, message, until }: Deferral): AnswerBody => ({
  reason,
  message,
  until: until === undefined ? null : iso(until),
});

/** An arrival as it is answered: no PIN, and no time that runs on by itself. */
export const arrivalView = (
  { bridge, reconciler }: AppParts,
  code: AccessCode,
  { device, spare }: LockArrivals,
  { how, deferral, proof, evidenceAt, risk }: Outlook,
): AnswerBody => {
  const { timeFrame, pulledBackupId, arrivalRisk } = code;
  if (timeFrame === undefined) throw new Error('an arrival has a time frame');
  const { startsAt, endsAt } = timeFrame;
  const told = arrivalRisk !== undefined && arrivalRisk.reason === risk?.reason ? arrivalRisk : undefined;
  const since = told?.since ?? risk?.since;
  const backup = pulledBackupId ?? spare();
  return {
    access_code_id: code.accessCodeId,
    device_id: device.deviceId,
    device_name: device.wishes?.name ?? device.name,
    name: code.name,
    starts_at: iso(startsAt),
    ends_at: iso(endsAt),
    time_zone: bridge.timeZoneOf(device),
    status: code.status,
    how,
    scheduled_at: how === 'deferred' ? iso(startsAt - reconciler.leadMs) : null,
    deferred_because: deferral === undefined ? null : becauseOf(deferral),
    proof,
    proof_at: evidenceAt === undefined ? null : iso(evidenceAt),
    risk:
      risk === undefined
        ? null
        : { reason: risk.reason, message: risk.message, since: since === undefined ? null : iso(since) },
    backup_access_code_id: backup ?? null,
    is_backup_access_code_available: pulledBackupId === undefined && backup !== undefined,
  };
};
