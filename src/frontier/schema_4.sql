-- Version 4: a row of the outbox holds all lines of a commit, and has the number of the last of them. Rows of one line are such rows.
PRAGMA user_version;
