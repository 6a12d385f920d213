import type { AccessCode } from './model.ts';

/**
 * Whether nothing is open about an access code but that its time is yet to come: as long as it owns no slot, neither its
 * record nor what is wanted of the lock differs for it until then, and it needn't be looked at. What says something of
 * the lock as a whole in the records of its codes (an empty backup pool, a third party that writes) wakes all of them.
 */
export const isAtRest = (code: AccessCode): boolean =>
  code.status === 'unset' &&
  code.timeFrame !== undefined &&
  code.deletingSince === undefined &&
  code.errors.length === 0 &&
  code.warnings.length === 0 &&
  code.previousPin === undefined &&
  code.timeFrameBefore === undefined &&
  code.nameBefore === undefined &&
  code.setAt === undefined &&
  !code.isScheduledOnDevice &&
  code.externalChange === undefined &&
  // Their own time frames follow another code's.
  !code.isBackup &&
  code.backupFor === undefined &&
  code.pulledBackupId === undefined &&
  code.arrivalRisk === undefined;
