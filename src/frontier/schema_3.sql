-- Version 3: how a source has been doing (model/health.rs), and when its boards want to be read (poll.rs).
ALTER TABLE source ADD COLUMN failed_runs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN incident TEXT;
ALTER TABLE source ADD COLUMN incident_since INTEGER;

-- One row a board that is read by its own rate. news, seconds: posts and time, older ones counting less. run: of the first read.
CREATE TABLE poll (
    source INTEGER NOT NULL,
    url TEXT NOT NULL,
    name TEXT,
    run INTEGER NOT NULL DEFAULT 0,
    news REAL NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    polled_at INTEGER,
    next_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, url)
) WITHOUT ROWID;
