//! The id of a record: the same post has the same one in every run and on every machine.

use std::collections::HashMap;

use super::hash::identity_hash;

/// Gives the ids of one page's records.
pub(super) struct Identities<'a> {
    source: &'a str,
    thread: Option<&'a str>,
    /// Whether the engine's post ids are unique in the forum, so that one survives a moved or merged thread.
    unique: bool,
    /// How often a hash was given on this page: equal posts are told apart by their order.
    given: HashMap<String, usize>,
}

/// An id.
pub(super) struct Identity {
    pub id: String,
    /// Made from the post's content, because the page prints no id.
    pub hashed: bool,
}

impl<'a> Identities<'a> {
    pub(super) fn new(source: &'a str, thread: Option<&'a str>, unique: bool) -> Identities<'a> {
        Identities { source, thread, unique, given: HashMap::new() }
    }

    /// The id of a post: `<source>/<post>`, `<source>/<thread>/<post>`, or `<source>/<16 hex digits>` of thread, author, printed
    /// date, text and the ordinal among equals.
    pub(super) fn of(
        &mut self,
        post: Option<&str>,
        author: Option<&str>,
        date_raw: Option<&str>,
        text: Option<&str>,
    ) -> Identity {
        let source = self.source;
        let id = match (post, self.thread) {
            (Some(post), Some(thread)) if !self.unique => [source, "/", thread, "/", post].concat(),
            (Some(post), _) => [source, "/", post].concat(),
            (None, thread) => {
                let parts = [thread, author, date_raw, text];
                let first = identity_hash(&parts, 0);
                let ordinal = self.given.entry(first.clone()).and_modify(|given| *given += 1).or_insert(0);
                let hash = if *ordinal == 0 { first } else { identity_hash(&parts, *ordinal) };
                return Identity { id: format!("{source}/{hash}"), hashed: true };
            }
        };
        Identity { id, hashed: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_engines_and_of_content() {
        let id = |identities: &mut Identities, post| identities.of(post, Some("anna"), Some("today"), Some("text")).id;
        assert_eq!(id(&mut Identities::new("board", Some("7"), true), Some("12")), "board/12");
        assert_eq!(id(&mut Identities::new("board", Some("7"), false), Some("12")), "board/7/12");
        assert_eq!(id(&mut Identities::new("board", None, false), Some("12")), "board/12");
        let mut identities = Identities::new("board", None, false);
        let first = id(&mut identities, None);
        let second = id(&mut identities, None);
        assert_ne!(first, second);
        assert_eq!(first.len(), "board/".len() + 16);
        let mut again = Identities::new("board", None, false);
        assert_eq!([id(&mut again, None), id(&mut again, None)], [first, second]);
        assert_ne!(
            id(&mut Identities::new("board", Some("1"), false), None),
            id(&mut Identities::new("board", Some("2"), false), None)
        );
    }
}
