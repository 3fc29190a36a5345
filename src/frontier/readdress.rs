//! A thread whose address has changed: where addresses hold words of the title, a renamed thread has a new one, and not every
//! engine leads the old one there. The listing that was read last is right.

use rusqlite::{OptionalExtension, params};

use super::{plan, work::Work};

/// Gives the pages of a known thread the address that a listing names it by. Nothing is fetched for that alone.
pub(super) fn readdress(work: &Work<'_>, thread: i64, address: &str) -> rusqlite::Result<()> {
    work.db
        .prepare_cached("UPDATE thread SET address = ?2 WHERE id = ?1")?
        .execute(params![thread, plan::number_of(address)])?;
    let mut first = work.db.prepare_cached(
        "SELECT url FROM page WHERE thread = ?1 AND number = 1 AND kind = 3 AND state <> 4 ORDER BY id DESC LIMIT 1",
    )?;
    let before: Option<String> = first.query_row([thread], |row| row.get(0)).optional()?;
    let Some(before) = before.filter(|before| before != address) else { return Ok(()) };
    let change = Change::of(&before, address);
    let pages: Vec<(i64, String)> = work
        .db
        .prepare_cached("SELECT id, url FROM page WHERE thread = ?1 AND kind = 3 AND state <> 4")?
        .query_map([thread], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (id, url) in pages {
        let Some(url) = change.apply(&url) else { continue };
        // what is stored of the old page holds; only the server's validators are another address's
        let moved = work
            .db
            .prepare_cached("UPDATE OR IGNORE page SET url = ?2, etag = NULL, last_modified = NULL WHERE id = ?1")?
            .execute(params![id, url])?;
        if moved == 0 {
            // the new address is known already: the old row is one too many
            work.db
                .prepare_cached("UPDATE page SET state = 4, recheck_at = NULL WHERE id = ?1 AND state <> 2")?
                .execute([id])?;
        }
    }
    Ok(())
}

/// What differs between the old and the new address of a thread's first page. Its other pages differ in the same place: they
/// begin as the first one does, up to the end of what differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change<'a> {
    /// The beginning of the old address, to the end of what differs.
    before: &'a str,
    /// The same of the new one.
    after: &'a str,
}

impl<'a> Change<'a> {
    fn of(old: &'a str, new: &'a str) -> Change<'a> {
        let tail: usize = {
            let same = old.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b);
            same.map(|(a, _)| a.len_utf8()).sum()
        };
        let head: usize = {
            let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
            same.map(|(a, _)| a.len_utf8()).sum()
        };
        // words that repeat themselves could be counted for both ends
        let tail = tail.min(old.len() - head).min(new.len() - head);
        Change { before: &old[..old.len() - tail], after: &new[..new.len() - tail] }
    }

    fn apply(&self, url: &str) -> Option<String> {
        url.strip_prefix(self.before).map(|rest| format!("{}{rest}", self.after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_renamed_thread_follow_it() {
        for (old, new, page, expected) in [
            (
                "/topic/9/old-words",
                "/topic/9/new-words",
                "/topic/9/old-words?page=2",
                Some("/topic/9/new-words?page=2"),
            ),
            ("/topic/9/tea", "/topic/9/tea-again", "/topic/9/tea?page=2", Some("/topic/9/tea-again?page=2")),
            ("/topic/9/tea-again", "/topic/9/tea", "/topic/9/tea-again?page=2", Some("/topic/9/tea?page=2")),
            ("/threads/aa.9/", "/threads/aaa.9/", "/threads/aa.9/page-2", Some("/threads/aaa.9/page-2")),
            ("/thread-old.html", "/thread-new.html", "/thread-old-page-2.html", Some("/thread-new-page-2.html")),
            ("/v.php?f=2&t=9", "/v.php?f=13&t=9", "/v.php?f=2&t=9&start=10", Some("/v.php?f=13&t=9&start=10")),
            ("/t/é/9", "/t/ê/9", "/t/é/9/2", Some("/t/ê/9/2")),
            ("/topic/9/a", "/topic/9/b", "/api/topic/9?page=2", None),
        ] {
            let change = Change::of(old, new);
            assert_eq!(change.apply(old).as_deref(), Some(new));
            assert_eq!(change.apply(page).as_deref(), expected, "{old} -> {new}");
        }
    }
}
