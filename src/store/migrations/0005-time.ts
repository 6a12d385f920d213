/** Time: the care of the locks' clocks, what a code may do as the lock tells it, and codes that may not work in time. */
export const time = `
ALTER TABLE lock_state ADD COLUMN clock_care TEXT;
ALTER TABLE slots ADD COLUMN user_type TEXT;
ALTER TABLE slots ADD COLUMN schedule_free INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN manner TEXT;
ALTER TABLE access_codes ADD COLUMN arrival_risk TEXT;
CREATE INDEX access_codes_by_start ON access_codes (starts_at) WHERE starts_at IS NOT NULL;
-- 0, or for a code at rest its starts_at: only codes that are awake are looked at.
ALTER TABLE access_codes ADD COLUMN awake_from INTEGER NOT NULL DEFAULT 0;
UPDATE access_codes SET awake_from = starts_at WHERE status = 'unset' AND starts_at IS NOT NULL
  AND deleting_since IS NULL AND errors = '[]' AND warnings = '[]' AND previous_pin IS NULL
  AND time_frame_before IS NULL AND name_before IS NULL AND set_at IS NULL AND is_scheduled_on_device = 0
  AND external_change IS NULL AND is_backup = 0 AND backup_for IS NULL AND pulled_backup_id IS NULL;
CREATE INDEX access_codes_awake ON access_codes (device_id, awake_from, position, id);
`;
