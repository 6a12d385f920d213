/** Time: the care of the locks' clocks, what a code may do as the lock tells it, and codes that may not work in time. */
export const time = `
ALTER TABLE lock_state ADD COLUMN clock_care TEXT;
ALTER TABLE slots ADD COLUMN user_type TEXT;
ALTER TABLE intents ADD COLUMN manner TEXT;
ALTER TABLE access_codes ADD COLUMN arrival_risk TEXT;
CREATE INDEX access_codes_by_start ON access_codes (starts_at) WHERE starts_at IS NOT NULL;
`;
