/**
 * What is known of a reset, of names and schedules beside codes, and what `lockstep certify` saw of a lock. `wipe`,
 * `reset_unseen` and `calibration` are JSON without secrets.
 */
export const resetNamesCalibration = `
ALTER TABLE lock_state ADD COLUMN wipe TEXT;
ALTER TABLE lock_state ADD COLUMN reset_at INTEGER;
ALTER TABLE lock_state ADD COLUMN reset_why TEXT;
ALTER TABLE lock_state ADD COLUMN reset_unseen TEXT;

ALTER TABLE slots ADD COLUMN written_name TEXT;
ALTER TABLE slots ADD COLUMN side_failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE slots ADD COLUMN side_after INTEGER;
ALTER TABLE slots ADD COLUMN may_be_scheduled INTEGER NOT NULL DEFAULT 0;

ALTER TABLE devices ADD COLUMN calibration TEXT;
`;
