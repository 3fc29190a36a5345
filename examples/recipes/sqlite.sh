#!/bin/sh
# Records from stdin into a table of the last state of each post. Safe to run again with the same records.
set -eu
database=$1
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
cat >"$lines"
sqlite3 "$database" <<SQL
CREATE TABLE IF NOT EXISTS post (
    id TEXT PRIMARY KEY, revision INTEGER NOT NULL, source TEXT NOT NULL, thread TEXT, author TEXT, published TEXT,
    edited TEXT, text TEXT, deleted INTEGER NOT NULL
);
CREATE TEMP TABLE line (json TEXT);
-- no character of JSON text is this one, so each line is one value
.mode ascii
.separator "\001" "\n"
.import '$lines' line
INSERT INTO post
SELECT json ->> 'id', json ->> 'revision', json ->> 'source', json ->> '\$.thread.title', json ->> '\$.author.name',
    json ->> 'date_published', json ->> '\$.edit.date', json ->> 'text', json ->> 'change' = 'deleted'
FROM line WHERE true
ON CONFLICT (id) DO UPDATE SET
    revision = excluded.revision, thread = excluded.thread, author = excluded.author, published = excluded.published,
    edited = excluded.edited, text = excluded.text, deleted = excluded.deleted
WHERE excluded.revision > post.revision;
SQL
