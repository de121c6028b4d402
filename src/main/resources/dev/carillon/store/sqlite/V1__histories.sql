-- One row: what holds for the store as a whole.
CREATE TABLE store (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- The epoch of topics that were never used; another one once a topic was forgotten.
  epoch TEXT NOT NULL,
  -- Every table's is over the other columns of its row: what rots is found when it is read.
  checksum INTEGER NOT NULL,
  -- Written to find out whether there is room; empty at all other times.
  room BLOB
);

-- A history each. A purged one keeps its row under a name that no topic can have until its events are removed.
CREATE TABLE topics (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  epoch TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  used INTEGER NOT NULL,
  checksum INTEGER NOT NULL
);

CREATE TABLE events (
  topic INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,
  id TEXT NOT NULL,
  time INTEGER NOT NULL,
  "key" TEXT,
  kind INTEGER NOT NULL,
  data BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (topic, "offset")
) WITHOUT ROWID;

-- Ids that publishers chose, within the deduplication window; they outlive their events.
CREATE TABLE event_ids (
  topic INTEGER NOT NULL,
  id TEXT NOT NULL,
  "offset" INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL,
  time INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (topic, id)
) WITHOUT ROWID;
CREATE INDEX event_ids_by_time ON event_ids (time);
