//! How a forum comes to be: its members, boards, threads and posts, all from the seed.

use super::{
    content::Body,
    model::{Board, Deletion, Edit, Forum, Thread, User},
    rng::{Rng, mix},
    setup::{Engine, Setup},
    words,
};

impl Forum {
    /// The forum that this setup grows into; the same at every call.
    pub fn new(setup: Setup) -> Forum {
        let mut rng = Rng::new(setup.seed);
        let users = users(setup.engine);
        let boards = boards(&setup);
        let now = setup.now;
        let mut forum = Forum {
            setup,
            now,
            step: 61,
            changed: now,
            users,
            boards,
            threads: vec![],
            posts: vec![],
            events: vec![],
            rng: rng.clone(),
        };
        let total = forum.setup.boards * forum.setup.threads;
        for n in 0..total {
            let board = forum.boards[n % forum.setup.boards].id;
            // Old threads first, so that ids grow with time.
            let age = 400 * 86_400 * (total - n) as i64 / total as i64;
            forum.grow_thread(&mut rng, board, now - age.max(7200));
        }
        forum.rng = Rng::new(mix(forum.setup.seed ^ 0x5eed));
        forum
    }

    fn grow_thread(&mut self, rng: &mut Rng, board: u32, start: i64) {
        let id = self.threads.len() as u32 + 1;
        let longest = self.setup.longest.max(1) as u64;
        // Three in four threads are short, some fill several pages.
        let length = if rng.chance(75) { 1 + rng.below(longest.min(8)) } else { 1 + rng.below(longest) };
        self.threads.push(Thread {
            id,
            board,
            title: words::title(rng, u64::from(id)),
            posts: vec![],
            sticky: rng.chance(4),
            locked: rng.chance(6),
            descending: false,
            endless: false,
            stubs: vec![],
            gone: None,
            views: rng.below(5000),
        });
        let span = (self.now - 3600 - start).min(length as i64 * 86_400).max(length as i64);
        let mut at = start;
        for n in 0..length {
            let author = rng.index(self.users.len());
            let seed = rng.next();
            let quoted = if n > 0 && rng.chance(25) { Some(rng.below(n)) } else { None };
            let quote = quoted.map(|k| self.quote_of(self.threads[id as usize - 1].posts[k as usize]));
            let post = self.push_post(id, author, at, Body::Grown(seed), quote);
            if rng.chance(8) {
                let reason = if rng.chance(50) { Some(words::sentence(rng, seed % 1000)) } else { None };
                let by = if rng.chance(80) { author } else { self.moderator() };
                let count = 1 + rng.below(3) as u32;
                let edit = Edit { by, at: (at + 120 + rng.below(40_000) as i64).min(self.now - 60), reason, count };
                let post = &mut self.posts[post as usize - 1];
                (post.edit, post.edits_made) = (Some(edit), count);
            }
            if n > 0 && self.setup.engine.marks_deletions() && rng.chance(2) {
                self.posts[post as usize - 1].deleted = Some(Deletion::LeavesMarker);
            }
            at += 1 + rng.below((span / length as i64).max(1) as u64) as i64;
        }
    }
}

fn users(engine: Engine) -> Vec<User> {
    let (member, moderator) = match engine {
        Engine::Discuz => ("Member", "Moderator"),
        Engine::Phpbb => ("Posts", "Global Moderator"),
        Engine::Mybb => ("Junior Member", "Moderator"),
        Engine::Smf => ("Newbie", "Global Moderator"),
        Engine::Fluxbb => ("Member", "Moderator"),
    };
    let count = words::NAMES.len();
    let mut users: Vec<User> = (0..count)
        .map(|n| User {
            id: n as u32 + 2,
            name: words::NAMES[n].to_owned(),
            role: if n == count - 1 { moderator } else { member },
            signature: words::SIGNATURES.get(n / 2).copied().filter(|_| n % 2 == 1),
        })
        .collect();
    if engine != Engine::Discuz {
        let role = if engine == Engine::Mybb { "Unregistered" } else { "Guest" };
        users.push(User { id: 0, name: "Passer-by".into(), role, signature: None });
    }
    users
}

fn boards(setup: &Setup) -> Vec<Board> {
    (0..setup.boards)
        .map(|n| {
            let (name, description) = words::BOARDS[n % words::BOARDS.len()];
            let round = n / words::BOARDS.len();
            Board {
                id: n as u32 + 1,
                name: if round == 0 { name.to_owned() } else { format!("{name} {}", round + 1) },
                description: description.to_owned(),
                closed: setup.closed_board && n + 1 == setup.boards,
                jammer: setup.engine == Engine::Discuz && n == 1,
            }
        })
        .collect()
}
