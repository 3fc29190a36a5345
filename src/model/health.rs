//! Whether a source does what it used to, and whom to tell when that changes: once when an incident begins, once when it
//! is over.

use std::fmt;

use jiff::Timestamp;

use super::{Counts, FailureClass};

/// What is wrong with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Its runs lose pages, so many in a row.
    Failed,
    /// It was read, and nothing came that could be read, though posts came before.
    Empty,
    /// It does not want to be read: a challenge, or a refusal of everything.
    Blocked,
}

impl Trouble {
    /// The name that stands in messages and in the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Trouble::Failed => "failed",
            Trouble::Empty => "empty",
            Trouble::Blocked => "blocked",
        }
    }

    /// The trouble of that name.
    pub fn from_name(name: &str) -> Option<Trouble> {
        [Trouble::Failed, Trouble::Empty, Trouble::Blocked].into_iter().find(|trouble| trouble.as_str() == name)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a source has been doing; kept in the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Runs in a row that lost something.
    pub failed_runs: u64,
    /// The incident that goes on, and when it began.
    pub incident: Option<(Trouble, Timestamp)>,
    /// Posts are known: there is something that it used to yield.
    pub has_yielded: bool,
}

/// What those who look after a source are to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// An incident begins.
    Trouble(Trouble),
    /// The incident that began then is over.
    Recovered(Trouble, Timestamp),
}

impl Health {
    /// What a run makes of it. `broke`: the run could not be made at all. `patience`: so many failed runs in a row are an
    /// incident. While one goes on, nothing more is told.
    pub fn after(self, counts: &Counts, broke: bool, patience: u64, now: Timestamp) -> (Health, Option<News>) {
        let pages = &counts.pages;
        let has_read = pages.read + pages.unchanged > 0;
        let failed =
            broke || pages.failed + pages.unrecognised > 0 || (!has_read && counts.failures.values().any(|n| *n > 0));
        let failed_runs = if failed { self.failed_runs + 1 } else { 0 };
        let tried = |class: FailureClass| counts.failures.get(&class).is_some_and(|count| *count > 0);
        let trouble = if tried(FailureClass::Blocked) || (!has_read && tried(FailureClass::Denied)) {
            Some(Trouble::Blocked)
        } else if !broke && !has_read && pages.leased > 0 && counts.failures.is_empty() && self.has_yielded {
            Some(Trouble::Empty)
        } else {
            (failed_runs >= patience).then_some(Trouble::Failed)
        };
        let health = Health { failed_runs, ..self };
        match (self.incident, trouble) {
            (None, Some(trouble)) => {
                (Health { incident: Some((trouble, now)), ..health }, Some(News::Trouble(trouble)))
            }
            // a run that lost something ends no incident
            (Some((trouble, since)), None) if !failed && has_read => {
                (Health { incident: None, ..health }, Some(News::Recovered(trouble, since)))
            }
            _ => (health, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PageCounts;

    /// A run as `read unchanged noticed failed` and what failed.
    fn run(text: &str) -> Counts {
        let mut words = text.split(' ');
        let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let (read, unchanged, noticed, failed) = (number(), number(), number(), number());
        let leased = read + unchanged + noticed + failed;
        let class = match words.next() {
            Some("blocked") => Some(FailureClass::Blocked),
            Some("denied") => Some(FailureClass::Denied),
            Some("connect") => Some(FailureClass::Connect),
            _ => None,
        };
        Counts {
            pages: PageCounts { leased, read, unchanged, noticed, failed, ..PageCounts::default() },
            failures: class.map(|class| (class, 1)).into_iter().collect(),
            ..Counts::default()
        }
    }

    /// What is told after each of these runs, of a source that has yielded posts and may fail twice.
    fn check(runs: &[&str], expected: &[&str]) {
        let mut health = Health { has_yielded: true, ..Health::default() };
        let mut told = Vec::new();
        for text in runs {
            let (after, news) = health.after(&run(text), false, 2, Timestamp::UNIX_EPOCH);
            health = after;
            told.push(match news {
                None => "-".to_owned(),
                Some(News::Trouble(trouble)) => trouble.to_string(),
                Some(News::Recovered(trouble, _)) => format!("recovered from {trouble}"),
            });
        }
        assert_eq!(told, expected, "{runs:?}");
    }

    #[test]
    fn an_incident_is_told_once_and_so_is_its_end() {
        check(&["5 0 0 0", "0 1 0 0"], &["-", "-"]);
        check(
            &["0 0 0 1 connect", "3 0 0 1 connect", "0 0 0 1 connect", "4 0 0 0", "4 0 0 0"],
            &["-", "failed", "-", "recovered from failed", "-"],
        );
        check(&["1 0 0 1 connect", "5 0 0 0", "1 0 0 1 connect"], &["-", "-", "-"]);
        check(&["0 0 1 0", "0 0 1 0", "0 1 0 0"], &["empty", "-", "recovered from empty"]);
        check(&["0 0 0 1 blocked", "0 0 0 1 connect", "2 0 0 0"], &["blocked", "-", "recovered from blocked"]);
        // one closed page is no ban
        check(&["4 0 0 1 denied", "4 0 0 0"], &["-", "-"]);
        check(&["0 0 0 1 denied"], &["blocked"]);
        // a run that made no request tells nothing
        check(&["0 0 1 0", "0 0 0 0", "2 0 0 0"], &["empty", "-", "recovered from empty"]);
        // what failed later goes on as the same incident
        check(&["0 0 1 0", "2 0 0 1 connect", "2 0 0 0"], &["empty", "-", "recovered from empty"]);
    }

    #[test]
    fn what_never_yielded_is_not_missed() {
        let (health, news) = Health::default().after(&run("0 0 1 0"), false, 2, Timestamp::UNIX_EPOCH);
        assert_eq!((health.incident, news), (None, None));
        let (_, news) = Health::default().after(&Counts::default(), true, 1, Timestamp::UNIX_EPOCH);
        assert_eq!(news, Some(News::Trouble(Trouble::Failed)), "a run that could not be made is a failed one");
    }
}
