//! A forum that goes on living: replies, edits, deletions and the rest by chance, the same ones for the same seed.

use super::model::{Deletion, Forum};

/// Something that may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Reply,
    NewThread,
    Edit,
    ModeratorEdit,
    SilentEdit,
    NoticeOnly,
    Delete,
    Move,
    Rename,
    Merge,
    Split,
    Stick,
    Lock,
}

/// How often what happens, as weights against each other.
#[derive(Clone, Debug)]
pub struct Growth(pub Vec<(Change, u64)>);

impl Default for Growth {
    /// Mostly replies, a little of all else.
    fn default() -> Growth {
        use Change::*;
        Growth(vec![
            (Reply, 60),
            (NewThread, 8),
            (Edit, 8),
            (ModeratorEdit, 4),
            (SilentEdit, 8),
            (NoticeOnly, 2),
            (Delete, 6),
            (Move, 2),
            (Rename, 2),
            (Merge, 1),
            (Split, 1),
            (Stick, 1),
            (Lock, 1),
        ])
    }
}

impl Growth {
    /// Only what adds, edits and deletes posts: threads stay where and what they are.
    pub fn of_posts() -> Growth {
        let Growth(mut all) = Growth::default();
        all.retain(|(change, _)| {
            !matches!(
                change,
                Change::Move | Change::Rename | Change::Merge | Change::Split | Change::Stick | Change::Lock
            )
        });
        Growth(all)
    }

    /// Only what adds posts.
    pub fn of_replies() -> Growth {
        Growth(vec![(Change::Reply, 9), (Change::NewThread, 1)])
    }
}

impl Forum {
    /// So many things happen, or nearly: what cannot be done where chance points does not happen.
    pub fn grow(&mut self, steps: usize, growth: &Growth) {
        for _ in 0..steps {
            let mut dice = self.rng.below(growth.0.iter().map(|(_, weight)| weight).sum());
            let chosen = growth.0.iter().find(|(_, weight)| {
                let hit = dice < *weight;
                dice = dice.saturating_sub(*weight);
                hit
            });
            if let Some((change, _)) = chosen {
                self.happen(*change);
            }
        }
    }

    fn happen(&mut self, change: Change) {
        let board = 1 + self.rng.below(self.boards.len() as u64) as u32;
        let Some(thread) = self.any_thread() else {
            self.add_thread(board);
            return;
        };
        match change {
            Change::Reply => {
                self.add_reply(thread);
            }
            Change::NewThread => {
                self.add_thread(board);
            }
            Change::Edit => self.on_post(thread, 0, |forum, post| forum.edit_visible(post, None)),
            Change::ModeratorEdit => {
                self.on_post(thread, 0, |forum, post| forum.edit_by_moderator(post, Some("tidied")))
            }
            Change::SilentEdit => self.on_post(thread, 0, Forum::edit_silent),
            Change::NoticeOnly => self.on_post(thread, 0, |forum, post| forum.edit_notice_only(post, None)),
            // An opening post stays: without it there is no thread.
            Change::Delete => self.on_post(thread, 1, |forum, post| forum.delete_post(post, Deletion::Vanishes)),
            Change::Move if self.thread(thread).board != board => self.move_thread(thread, board, true),
            Change::Rename if self.thread(thread).title.len() < 100 => {
                let title = format!("{} again", self.thread(thread).title);
                self.rename(thread, &title);
            }
            Change::Merge => {
                if let Some(into) = self.any_thread().filter(|into| *into != thread) {
                    self.merge(thread, into);
                }
            }
            Change::Split if self.shown(self.thread(thread)).count() > 3 => {
                let at = self.thread(thread).posts.len() - 1;
                self.split_if_shown(thread, at);
            }
            Change::Stick => self.make_sticky(thread, !self.thread(thread).sticky),
            Change::Lock => self.lock(thread, !self.thread(thread).locked),
            Change::Move | Change::Rename | Change::Split => {}
        }
    }

    fn any_thread(&mut self) -> Option<u32> {
        let count = self.threads().count();
        let chosen = self.rng.index(count);
        self.threads().nth(chosen).map(|thread| thread.id)
    }

    /// Does something to any post of a thread that is not deleted, `from` that place (0-based) on; if there is one.
    fn on_post(&mut self, thread: u32, from: usize, act: impl FnOnce(&mut Forum, u32)) {
        let shown = self.shown(self.thread(thread)).skip(from);
        let posts: Vec<u32> = shown.filter(|post| post.deleted.is_none()).map(|post| post.id).collect();
        let chosen = self.rng.index(posts.len());
        if let Some(post) = posts.get(chosen) {
            act(self, *post);
        }
    }

    /// Splits off a last post that is there: a thread of vanished posts alone would be none.
    fn split_if_shown(&mut self, thread: u32, at: usize) {
        if self.post(self.thread(thread).posts[at]).deleted.is_none() {
            self.split(thread, at);
        }
    }
}
