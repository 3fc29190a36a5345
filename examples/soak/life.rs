//! Many forums that live: one thing happens in one of them after the other.

use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use super::forum::{Engine, Forum, ForumServer, Growth, Setup};

/// Forums on ports of their own, so that each is an origin.
pub(super) struct Forums {
    pub(super) servers: Vec<ForumServer>,
}

impl Forums {
    pub(super) fn start(count: usize) -> io::Result<Forums> {
        let servers = (0..count)
            .map(|number| {
                let engine = Engine::ALL[number % Engine::ALL.len()];
                let mut forum = Forum::new(Setup {
                    boards: 2,
                    threads: 6,
                    longest: 20,
                    now: wall_clock(),
                    ..Setup::new(engine, 100 + number as u64)
                });
                forum.step = 0;
                ForumServer::start(forum)
            })
            .collect::<io::Result<_>>()?;
        Ok(Forums { servers })
    }

    /// The forums' clocks go with the machine's.
    pub(super) fn tick(&self) {
        let now = wall_clock();
        self.servers.iter().for_each(|server| {
            let mut forum = server.forum();
            forum.now = forum.now.max(now);
        });
    }

    /// Something happens in the forum whose turn it is.
    pub(super) fn grow(&self, number: usize) {
        self.servers[number % self.servers.len()].forum().grow(1, &Growth::of_posts());
    }

    pub(super) fn name(number: usize) -> String {
        format!("forum-{number:02}")
    }
}

fn wall_clock() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}
