-- Version 1. Times are milliseconds since 1970. Small integers stand for words (kind, reason, rank: queue.rs).
-- page.state: 0 known, 1 pending, 2 leased, 3 to be tried again by the next run, 4 gone.
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('last_seq', 0), ('confirmed', 0), ('serial', 0);

CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    engine TEXT,
    knowledge TEXT,
    run INTEGER NOT NULL DEFAULT 0,
    started INTEGER,
    finished INTEGER,
    whole INTEGER NOT NULL DEFAULT 0,
    edits INTEGER NOT NULL DEFAULT 0,
    deletions INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    last_failure TEXT
);

CREATE TABLE origin (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, next_allowed INTEGER NOT NULL DEFAULT 0);

-- Few and often repeated: kept once. boards: a thread's boards as JSON. permalink: an address with {post} and {thread}.
CREATE TABLE boards (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE permalink (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, shape TEXT NOT NULL, UNIQUE (source, shape));

-- replies, last_post, mark: what a listing told last, at the commit offered; run: in which run. settled: read to its end since then. gone: serial of the read that
-- did not find it; -1 when that is proven.
CREATE TABLE thread (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    key TEXT NOT NULL,
    url TEXT,
    title TEXT,
    boards INTEGER,
    replies INTEGER,
    last_post INTEGER,
    mark INTEGER,
    offered INTEGER,
    settled INTEGER NOT NULL DEFAULT 0,
    run INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, key)
);

-- One row a page, known or wanted. lo, hi: places (as in post) of the first and last post when it was read. mark: what the listing
-- that names a board told of it, and seen: the same when it was read last.
CREATE TABLE page (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    url TEXT NOT NULL,
    kind INTEGER NOT NULL,
    board_id TEXT,
    thread_id TEXT,
    thread INTEGER,
    number INTEGER,
    base INTEGER,
    parent INTEGER,
    reason INTEGER NOT NULL DEFAULT 0,
    state INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    due INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    run INTEGER NOT NULL DEFAULT 0,
    read_at INTEGER,
    serial INTEGER NOT NULL DEFAULT 0,
    lo INTEGER,
    hi INTEGER,
    recheck_at INTEGER,
    stage INTEGER NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0,
    mark TEXT,
    seen TEXT,
    names_boards INTEGER NOT NULL DEFAULT 0,
    etag TEXT,
    last_modified TEXT,
    UNIQUE (source, url)
);
CREATE INDEX page_pending ON page (source, origin, rank, id) WHERE state = 1;
CREATE INDEX page_thread ON page (thread, number) WHERE thread IS NOT NULL;
CREATE INDEX page_recheck ON page (source, recheck_at) WHERE recheck_at IS NOT NULL;
CREATE INDEX page_parent ON page (parent) WHERE parent IS NOT NULL AND kind IN (1, 2);

-- place: twice its 1-based position in its thread, 0 where not known. gone: 0, the serial of the read that missed it, -1 when deleted.
CREATE TABLE post (
    source INTEGER NOT NULL,
    key TEXT NOT NULL,
    thread INTEGER NOT NULL,
    place INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    run INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    permalink INTEGER,
    hash BLOB NOT NULL,
    PRIMARY KEY (source, key)
) WITHOUT ROWID;
CREATE INDEX post_thread ON post (thread, place);

CREATE TABLE outbox (seq INTEGER PRIMARY KEY, line BLOB NOT NULL);
