/**
 * Every BLOB column is sealed by the vault (vault.ts). Instants are milliseconds since the epoch, UTC.
 * Vocabularies that may grow (grade, source, suspicion, status) are checked when a row is read, not here: a
 * new word must not need a rebuilt table.
 */
export const initial = `
CREATE TABLE meta (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  radio TEXT NOT NULL,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  manufacturer TEXT,
  model TEXT,
  capabilities TEXT,
  online INTEGER NOT NULL,
  battery REAL,
  locked INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE device_identities (
  identity TEXT PRIMARY KEY NOT NULL,
  device_id TEXT NOT NULL REFERENCES devices (id),
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX device_identities_by_device ON device_identities (device_id, position);

CREATE TABLE access_codes (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  device_id TEXT NOT NULL REFERENCES devices (id),
  name TEXT,
  pin BLOB NOT NULL,
  previous_pin BLOB,
  created_at INTEGER NOT NULL,
  wished_at INTEGER NOT NULL,
  deleting_since INTEGER,
  status TEXT NOT NULL,
  errors TEXT NOT NULL,
  warnings TEXT NOT NULL
) STRICT;
CREATE INDEX access_codes_by_device ON access_codes (device_id, position);

CREATE TABLE lock_state (
  device_id TEXT PRIMARY KEY NOT NULL REFERENCES devices (id),
  adopted INTEGER NOT NULL,
  checksum BLOB,
  checksum_at INTEGER,
  checksum_trusted INTEGER NOT NULL,
  seen_to_lie INTEGER NOT NULL,
  audit_due INTEGER NOT NULL,
  audit_cursor INTEGER NOT NULL,
  last_audit_at INTEGER,
  checksum_misses INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  retry_at INTEGER,
  CHECK ((checksum IS NULL) = (checksum_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE slots (
  device_id TEXT NOT NULL REFERENCES devices (id),
  slot INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('unknown', 'empty', 'masked', 'readable')),
  enabled INTEGER,
  pin BLOB,
  grade TEXT NOT NULL,
  evidence_at INTEGER,
  source TEXT NOT NULL,
  owner TEXT,
  unmanaged_id TEXT,
  unmanaged_since INTEGER,
  written BLOB,
  written_at INTEGER,
  landed TEXT NOT NULL,
  confirmed INTEGER NOT NULL,
  suspicion TEXT,
  misses INTEGER NOT NULL,
  look_after INTEGER,
  PRIMARY KEY (device_id, slot),
  CHECK ((state = 'readable') = (pin IS NOT NULL)),
  CHECK ((state IN ('masked', 'readable')) = (enabled IS NOT NULL)),
  CHECK ((unmanaged_id IS NULL) = (unmanaged_since IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  device_id TEXT NOT NULL REFERENCES devices (id),
  access_code_id TEXT NOT NULL,
  count INTEGER NOT NULL,
  not_before INTEGER,
  terminal TEXT,
  last_failure TEXT,
  PRIMARY KEY (device_id, access_code_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE intents (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  device_id TEXT NOT NULL REFERENCES devices (id),
  slot INTEGER NOT NULL,
  kind TEXT NOT NULL,
  access_code_id TEXT NOT NULL,
  pin BLOB,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX intents_by_device ON intents (device_id, position);

CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  device_id TEXT,
  access_code_id TEXT,
  slot INTEGER,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_device ON journal (device_id, id);
CREATE INDEX journal_by_access_code ON journal (access_code_id, id);
CREATE INDEX journal_by_time ON journal (at);

-- AUTOINCREMENT: a number is never given twice, not even after the newest rows were pruned.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  event_type TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  device_id TEXT,
  access_code_id TEXT,
  payload TEXT NOT NULL,
  pin BLOB,
  published INTEGER NOT NULL
) STRICT;
CREATE INDEX events_unpublished ON events (seq) WHERE published = 0;
CREATE INDEX events_by_time ON events (occurred_at);

CREATE TABLE answers (
  route TEXT NOT NULL,
  request_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  answer BLOB NOT NULL,
  answered_at INTEGER NOT NULL,
  PRIMARY KEY (route, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_time ON answers (answered_at);
`;
