//! What to fetch next, and what is known: the state, in SQLite.
