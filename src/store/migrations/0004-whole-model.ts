/**
 * The rest of Seam's model: time frames, linked and backup codes, what callers say of locks, action attempts, webhooks
 * and API keys. Events are found by what they concern. JSON columns hold no secrets.
 */
export const wholeModel = `
ALTER TABLE access_codes ADD COLUMN starts_at INTEGER;
ALTER TABLE access_codes ADD COLUMN ends_at INTEGER;
ALTER TABLE access_codes ADD COLUMN time_frame_before TEXT;
ALTER TABLE access_codes ADD COLUMN name_before TEXT;
ALTER TABLE access_codes ADD COLUMN common_code_key TEXT;
ALTER TABLE access_codes ADD COLUMN is_backup INTEGER NOT NULL DEFAULT 0;
ALTER TABLE access_codes ADD COLUMN backup_for TEXT;
ALTER TABLE access_codes ADD COLUMN pulled_backup_id TEXT;
ALTER TABLE access_codes ADD COLUMN external_changes_allowed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE access_codes ADD COLUMN is_one_time_use INTEGER NOT NULL DEFAULT 0;
ALTER TABLE access_codes ADD COLUMN prefer_native_scheduling INTEGER NOT NULL DEFAULT 1;
ALTER TABLE access_codes ADD COLUMN is_scheduled_on_device INTEGER NOT NULL DEFAULT 0;
ALTER TABLE access_codes ADD COLUMN external_change TEXT;
ALTER TABLE access_codes ADD COLUMN set_at INTEGER;
CREATE INDEX access_codes_by_status ON access_codes (status);
CREATE INDEX access_codes_troubled ON access_codes (position) WHERE errors <> '[]' OR deleting_since IS NOT NULL;
CREATE INDEX access_codes_by_key ON access_codes (common_code_key) WHERE common_code_key IS NOT NULL;

ALTER TABLE slots ADD COLUMN schedule TEXT;
ALTER TABLE lock_state ADD COLUMN clock_seen_at INTEGER;
ALTER TABLE lock_state ADD COLUMN clock_offset_ms INTEGER;
ALTER TABLE lock_state ADD COLUMN preload_after INTEGER;

ALTER TABLE devices ADD COLUMN wishes TEXT;
ALTER TABLE devices ADD COLUMN foreign_changes TEXT;
ALTER TABLE devices ADD COLUMN auto_lock TEXT;

-- Each ends in seq, the rowid: a page in order of time is read off the index, without sorting.
CREATE INDEX events_by_device ON events (device_id, occurred_at) WHERE device_id IS NOT NULL;
CREATE INDEX events_by_device_and_type ON events (device_id, event_type, occurred_at) WHERE device_id IS NOT NULL;
CREATE INDEX events_by_access_code ON events (access_code_id, occurred_at) WHERE access_code_id IS NOT NULL;
CREATE INDEX events_by_type ON events (event_type, occurred_at);

ALTER TABLE devices ADD COLUMN pool_lack TEXT;

-- What was asked for a code that was found on a lock, until it is done.
CREATE TABLE unmanaged_wishes (
  access_code_id TEXT PRIMARY KEY NOT NULL,
  device_id TEXT NOT NULL REFERENCES devices (id),
  kind TEXT NOT NULL,
  since INTEGER NOT NULL,
  pin BLOB,
  external_changes_allowed INTEGER NOT NULL,
  errors TEXT NOT NULL,
  warnings TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX unmanaged_wishes_by_device ON unmanaged_wishes (device_id, since);

CREATE TABLE action_attempts (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  action_type TEXT NOT NULL,
  device_id TEXT,
  status TEXT NOT NULL,
  result TEXT,
  error TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX action_attempts_by_device ON action_attempts (device_id, position);
CREATE INDEX action_attempts_by_time ON action_attempts (created_at);
CREATE INDEX action_attempts_pending ON action_attempts (position) WHERE status = 'pending';

-- At most one row: events that the broker never gets, and the notice that stands for them in the outbox.
CREATE TABLE outbox_gap (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  event_id TEXT NOT NULL,
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE webhooks (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  event_types TEXT NOT NULL,
  secret BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  taken_at INTEGER,
  failing_since INTEGER,
  last_failure TEXT,
  lost INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row for each event that a webhook hasn't taken yet.
CREATE TABLE deliveries (
  webhook_id TEXT NOT NULL REFERENCES webhooks (id),
  seq INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (webhook_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_by_due ON deliveries (webhook_id, due_at, seq);
CREATE INDEX deliveries_by_seq ON deliveries (seq);

-- The key itself is nowhere, only its hash.
CREATE TABLE api_keys (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT,
  hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
`;
