//! A forum that goes on living: replies, threads, edits and deletions by chance, the same ones for the same seed.

use super::model::{Deletion, Forum};

/// How often what happens, as weights against each other.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    pub replies: u64,
    pub threads: u64,
    pub edits: u64,
    pub silent_edits: u64,
    pub deletions: u64,
    pub moves: u64,
    pub renames: u64,
}

impl Default for Growth {
    fn default() -> Growth {
        Growth { replies: 60, threads: 8, edits: 12, silent_edits: 8, deletions: 6, moves: 3, renames: 3 }
    }
}

impl Forum {
    /// So many things happen.
    pub fn grow(&mut self, steps: usize, growth: Growth) {
        for _ in 0..steps {
            self.step(growth);
        }
    }

    fn step(&mut self, growth: Growth) {
        let Growth { replies, threads, edits, silent_edits, deletions, moves, renames } = growth;
        let weights = [replies, threads, edits, silent_edits, deletions, moves, renames];
        let mut dice = self.rng.below(weights.iter().sum());
        let mut what = 0;
        while what + 1 < weights.len() && dice >= weights[what] {
            dice -= weights[what];
            what += 1;
        }
        let Some(thread) = self.any_thread() else {
            self.add_thread(1);
            return;
        };
        match what {
            0 => {
                self.add_reply(thread);
            }
            1 => {
                let board = 1 + self.rng.below(self.boards.len() as u64) as u32;
                self.add_thread(board);
            }
            2 => {
                if let Some(post) = self.any_post(thread, 0) {
                    self.edit_visible(post, None);
                }
            }
            3 => {
                if let Some(post) = self.any_post(thread, 0) {
                    self.edit_silent(post);
                }
            }
            4 => {
                // An opening post stays: without it there is no thread.
                if let Some(post) = self.any_post(thread, 1) {
                    self.delete_post(post, Deletion::Vanishes);
                }
            }
            5 => {
                let board = 1 + self.rng.below(self.boards.len() as u64) as u32;
                if self.thread(thread).board != board {
                    self.move_thread(thread, board, true);
                }
            }
            _ => {
                let title = format!("{} again", self.thread(thread).title);
                if title.len() < 120 {
                    self.rename(thread, &title);
                }
            }
        }
    }

    fn any_thread(&mut self) -> Option<u32> {
        let mut rng = self.rng.clone();
        let threads: Vec<u32> = self.threads().map(|thread| thread.id).collect();
        let chosen = threads.get(rng.index(threads.len())).copied();
        self.rng = rng;
        chosen
    }

    /// A post of a thread that is not deleted, `from` that place (0-based) on.
    fn any_post(&mut self, thread: u32, from: usize) -> Option<u32> {
        let shown = self.shown(self.thread(thread)).skip(from);
        let posts: Vec<u32> = shown.filter(|post| post.deleted.is_none()).map(|post| post.id).collect();
        let at = self.rng.index(posts.len());
        posts.get(at).copied()
    }
}
