//! What a run did, told at its end; the counting laws are checked here.
//!
//! The pipeline counts ([`Counts`]), this room adds up, checks and words. It never decides what a run ends in beyond the
//! plain question whether something was lost.

use std::{fmt, io, io::Write, sync::Arc};

use crate::model::{Counts, FailureClass, SourceCounts};

/// What a run did, source by source.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order in which the sources were asked for.
    pub sources: Vec<SourceCounts>,
}

/// A law that the numbers break: a page or post is not accounted for, which is a bug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLaw {
    /// Whose numbers.
    pub source: Arc<str>,
    /// The law, with the numbers in it.
    pub law: String,
}

impl fmt::Display for BrokenLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.law)
    }
}

impl Report {
    /// Every law that the numbers break. Each page under lease came to one end, and so did each post that was read.
    pub fn broken_laws(&self) -> Vec<BrokenLaw> {
        let mut broken = Vec::new();
        for source in &self.sources {
            let (pages, posts) = (&source.counts.pages, &source.counts.posts);
            let ends = [pages.read, pages.unchanged, pages.noticed, pages.unrecognised, pages.failed, pages.given_back];
            if pages.leased != ends.iter().sum::<u64>() {
                let law = format!(
                    "{} pages leased, but {} read + {} unchanged + {} noticed + {} unrecognised + {} failed + {} given back",
                    pages.leased, ends[0], ends[1], ends[2], ends[3], ends[4], ends[5]
                );
                broken.push(BrokenLaw { source: source.name.clone(), law });
            }
            if posts.read != posts.new + posts.edited + posts.unchanged {
                let law = format!(
                    "{} posts read, but {} new + {} edited + {} unchanged",
                    posts.read, posts.new, posts.edited, posts.unchanged
                );
                broken.push(BrokenLaw { source: source.name.clone(), law });
            }
        }
        broken
    }

    /// Whether a source or page failed, so that the run must not say that all is done.
    pub fn has_losses(&self) -> bool {
        self.sources.iter().any(|source| {
            source.error.is_some() || source.counts.pages.failed > 0 || source.counts.pages.unrecognised > 0
        })
    }

    /// Why pages were lost, in a sentence for people; `None` where none was.
    pub fn failure(&self) -> Option<String> {
        let told = |source: &SourceCounts| -> Option<String> {
            let pages = &source.counts.pages;
            let lost = list([("failed", pages.failed), ("unrecognised", pages.unrecognised)].into_iter());
            let why = list(failures(&source.counts));
            match &source.error {
                Some(error) => Some(error.clone()),
                None if lost.is_empty() => None,
                None if why.is_empty() => Some(format!("pages: {lost}")),
                None => Some(format!("pages: {lost} ({why})")),
            }
        };
        let all: Vec<String> = self.sources.iter().filter_map(told).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// Writes the table for people.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_table(&self, out: &mut dyn Write) -> io::Result<()> {
        const HEADS: [&str; 11] = [
            "source",
            "pages",
            "unchanged",
            "noticed",
            "failed",
            "posts",
            "new",
            "edited",
            "deleted",
            "cut off",
            "received",
        ];
        let mut rows = vec![HEADS.map(str::to_owned)];
        rows.extend(self.sources.iter().map(row));
        let widths: Vec<usize> = (0..HEADS.len())
            .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
            .collect();
        for row in &rows {
            let mut line = format!("{:<width$}", row[0], width = widths[0]);
            for (cell, width) in row.iter().zip(&widths).skip(1) {
                line.push_str(&format!("  {cell:>width$}"));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        for source in &self.sources {
            write_notes(source, out)?;
        }
        Ok(())
    }

    /// Tells the same to the log, one event a source.
    pub fn log(&self) {
        for SourceCounts { name, counts, error } in &self.sources {
            let (pages, posts, cut) = (&counts.pages, &counts.posts, &counts.cut);
            tracing::info!(
                source = %name,
                pages_leased = pages.leased, pages_read = pages.read, pages_unchanged = pages.unchanged,
                pages_noticed = pages.noticed, pages_unrecognised = pages.unrecognised, pages_failed = pages.failed,
                pages_given_back = pages.given_back,
                posts_read = posts.read, posts_new = posts.new, posts_edited = posts.edited,
                posts_unchanged = posts.unchanged, posts_deleted = posts.deleted,
                cut_threads = cut.threads, cut_pages = cut.pages, cut_boards = cut.boards,
                bytes = counts.bytes, failures = list(failures(counts)), refusals = list(refusals(counts)),
                "source read"
            );
            if let Some(error) = error {
                tracing::error!(source = %name, error, "source failed");
            }
        }
        for broken in self.broken_laws() {
            tracing::error!(source = %broken.source, law = broken.law, "the counts do not add up; please report this");
        }
    }
}

fn row(source: &SourceCounts) -> [String; 11] {
    let (pages, posts, cut) = (&source.counts.pages, &source.counts.posts, &source.counts.cut);
    [
        source.name.to_string(),
        pages.read.to_string(),
        pages.unchanged.to_string(),
        pages.noticed.to_string(),
        (pages.failed + pages.unrecognised).to_string(),
        posts.read.to_string(),
        posts.new.to_string(),
        posts.edited.to_string(),
        posts.deleted.to_string(),
        (cut.threads + cut.pages + cut.boards).to_string(),
        bytes(source.counts.bytes),
    ]
}

/// What does not fit into a column: why things failed, were refused or cut off.
fn write_notes(source: &SourceCounts, out: &mut dyn Write) -> io::Result<()> {
    let Counts { pages, cut, .. } = &source.counts;
    let cuts = [("threads", cut.threads), ("pages", cut.pages), ("boards", cut.boards)];
    let unread = [("unrecognised", pages.unrecognised), ("given back", pages.given_back)];
    let notes = [
        ("failures", list(failures(&source.counts))),
        ("refused", list(refusals(&source.counts))),
        ("cut off", list(cuts.into_iter())),
        ("pages", list(unread.into_iter())),
    ];
    for (head, note) in notes.iter().filter(|(_, note)| !note.is_empty()) {
        writeln!(out, "{}: {head}: {note}", source.name)?;
    }
    match &source.error {
        Some(error) => writeln!(out, "{}: {error}", source.name),
        None => Ok(()),
    }
}

fn failures(counts: &Counts) -> impl Iterator<Item = (&'static str, u64)> {
    counts.failures.iter().map(|(class, count)| (class_name(*class), *count))
}

fn refusals(counts: &Counts) -> impl Iterator<Item = (&'static str, u64)> {
    counts.refusals.iter().map(|(name, count)| (*name, *count))
}

/// `3 timeout, 1 dns`; what is nought is not told.
fn list<'a>(counted: impl Iterator<Item = (&'a str, u64)>) -> String {
    let told: Vec<String> =
        counted.filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
    told.join(", ")
}

/// The name of a class as logs, table and metrics write it.
pub fn class_name(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Dns => "dns",
        FailureClass::Connect => "connect",
        FailureClass::Tls => "tls",
        FailureClass::Proxy => "proxy",
        FailureClass::Timeout => "timeout",
        FailureClass::Broken => "broken",
        FailureClass::TooLarge => "too_large",
        FailureClass::Redirects => "redirects",
        FailureClass::Busy => "busy",
        FailureClass::Server => "server",
        FailureClass::Denied => "denied",
        FailureClass::Missing => "missing",
        FailureClass::Status => "status",
        FailureClass::Blocked => "blocked",
        FailureClass::Login => "login",
    }
}

fn bytes(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if size < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{size:.1} {unit}") };
        }
        size /= 1024.0;
    }
    format!("{size:.1} TiB")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CutCounts, PageCounts, PostTally};

    fn source(name: &str, pages: [u64; 7], posts: [u64; 5]) -> SourceCounts {
        let [leased, read, unchanged, noticed, unrecognised, failed, given_back] = pages;
        let pages = PageCounts { leased, read, unchanged, noticed, unrecognised, failed, given_back };
        let [read, new, edited, unchanged, deleted] = posts;
        let posts = PostTally { read, new, edited, unchanged, deleted };
        SourceCounts { name: name.into(), counts: Counts { pages, posts, ..Counts::default() }, error: None }
    }

    #[test]
    fn every_page_and_post_is_accounted_for() {
        let check = |pages, posts, expected: &[&str]| {
            let laws = Report { sources: vec![source("a", pages, posts)] }.broken_laws();
            assert_eq!(laws.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        };
        check([0; 7], [0; 5], &[]);
        check([21, 6, 5, 4, 3, 2, 1], [6, 3, 2, 1, 9], &[]);
        check(
            [20, 6, 5, 4, 3, 2, 1],
            [6, 3, 2, 1, 9],
            &["a: 20 pages leased, but 6 read + 5 unchanged + 4 noticed + 3 unrecognised + 2 failed + 1 given back"],
        );
        check([21, 6, 5, 4, 3, 2, 1], [7, 3, 2, 1, 0], &["a: 7 posts read, but 3 new + 2 edited + 1 unchanged"]);
    }

    #[test]
    fn a_loss_is_a_loss() {
        let check = |pages, expected| {
            assert_eq!(Report { sources: vec![source("a", pages, [0; 5])] }.has_losses(), expected, "{pages:?}");
        };
        check([4, 1, 1, 1, 0, 0, 1], false);
        check([1, 0, 0, 0, 1, 0, 0], true);
        check([1, 0, 0, 0, 0, 1, 0], true);
        let mut failed = source("a", [0; 7], [0; 5]);
        failed.error = Some("no such host".to_owned());
        assert!(Report { sources: vec![failed] }.has_losses());
    }

    #[test]
    fn the_table_tells_what_happened_and_why() {
        let mut long = source("current-affairs", [120, 100, 10, 4, 1, 2, 3], [2000, 1500, 20, 480, 7]);
        long.counts.bytes = 5 << 20;
        long.counts.cut = CutCounts { threads: 12, pages: 0, boards: 1 };
        long.counts.failures = [(FailureClass::Timeout, 4), (FailureClass::Dns, 1)].into();
        long.counts.refusals = [("robots", 2)].into();
        long.error = Some("gave up".to_owned());
        let mut table = Vec::new();
        Report { sources: vec![source("b", [1, 1, 0, 0, 0, 0, 0], [3, 3, 0, 0, 0]), long] }
            .write_table(&mut table)
            .unwrap();
        let expected = "\
source           pages  unchanged  noticed  failed  posts   new  edited  deleted  cut off  received
b                    1          0        0       0      3     3       0        0        0       0 B
current-affairs    100         10        4       3   2000  1500      20        7       13   5.0 MiB
current-affairs: failures: 1 dns, 4 timeout
current-affairs: refused: 2 robots
current-affairs: cut off: 12 threads, 1 boards
current-affairs: pages: 1 unrecognised, 3 given back
current-affairs: gave up
";
        assert_eq!(String::from_utf8(table).unwrap(), expected);
    }
}
