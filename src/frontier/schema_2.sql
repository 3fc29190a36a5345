-- Version 2. address: a number for the address that the listing named the thread by. confirm: a confirming read is wanted when the
-- page has had its turn. Pages of one thread are read one after the other.
ALTER TABLE thread ADD COLUMN address INTEGER;
ALTER TABLE page ADD COLUMN confirm INTEGER NOT NULL DEFAULT 0;
DROP INDEX page_pending;
CREATE INDEX page_pending ON page (source, origin, rank, thread, id) WHERE state = 1;
