-- What could not be delivered: an event, or a range of a history, which has its events itself.
CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  subscriber TEXT NOT NULL,
  reason TEXT NOT NULL,
  time INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  event_id TEXT,
  event_time INTEGER,
  "key" TEXT,
  kind INTEGER,
  data BLOB,
  epoch TEXT,
  first INTEGER,
  last INTEGER
);
CREATE INDEX dead_letters_by_topic ON dead_letters (topic, id);
CREATE INDEX dead_letters_by_subscriber ON dead_letters (subscriber, id);
CREATE INDEX dead_letters_by_time ON dead_letters (time);
