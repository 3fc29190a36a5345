//! Pages: an address of the engine's shape in, a status and HTML out.
//!
//! What is common to all engines stands here: which page an address means, what is on it, what is told instead.
//! The engines' own files only write it down.

mod discuz;
mod fluxbb;
mod html;
mod mybb;
mod phpbb;
mod route;
mod smf;
mod view;

pub use route::{Kind, Route, post_address, route, thread_address};
pub use view::{BoardView, Message, Row, ThreadView, Visit};

use super::{model::Forum, setup::Engine};

/// A page, or what comes instead of one.
pub struct Answer {
    pub status: u16,
    /// Where else to look.
    pub location: Option<String>,
    pub html: String,
}

/// What the forum answers to this path and query.
pub fn answer(forum: &Forum, target: &str, visit: &Visit) -> Answer {
    let page = view::Page { forum, visit };
    match route(forum.setup.engine, forum, target) {
        Route::Index => page.answer(200, index(&page)),
        Route::Board { board, page: number } => page.board(board, number),
        Route::Thread { thread, page: number } => page.thread(thread, number),
        Route::Post { post, redirect } => page.post(post, redirect),
        Route::Trap | Route::Other => page.told(Message::Missing, 404),
    }
}

/// The page that tells a message, in the engine's clothes.
pub fn message(forum: &Forum, visit: &Visit, message: Message) -> String {
    write_message(&view::Page { forum, visit }, message)
}

fn index(page: &view::Page) -> String {
    match page.forum.setup.engine {
        Engine::Discuz => discuz::index(page),
        Engine::Phpbb => phpbb::index(page),
        Engine::Mybb => mybb::index(page),
        Engine::Smf => smf::index(page),
        Engine::Fluxbb => fluxbb::index(page),
    }
}

fn write_board(page: &view::Page, view: &BoardView) -> String {
    match page.forum.setup.engine {
        Engine::Discuz => discuz::board(page, view),
        Engine::Phpbb => phpbb::board(page, view),
        Engine::Mybb => mybb::board(page, view),
        Engine::Smf => smf::board(page, view),
        Engine::Fluxbb => fluxbb::board(page, view),
    }
}

fn write_thread(page: &view::Page, view: &ThreadView) -> String {
    match page.forum.setup.engine {
        Engine::Discuz => discuz::thread(page, view),
        Engine::Phpbb => phpbb::thread(page, view),
        Engine::Mybb => mybb::thread(page, view),
        Engine::Smf => smf::thread(page, view),
        Engine::Fluxbb => fluxbb::thread(page, view),
    }
}

fn write_message(page: &view::Page, message: Message) -> String {
    match page.forum.setup.engine {
        Engine::Discuz => discuz::message(page, message),
        Engine::Phpbb => phpbb::message(page, message),
        Engine::Mybb => mybb::message(page, message),
        Engine::Smf => smf::message(page, message),
        Engine::Fluxbb => fluxbb::message(page, message),
    }
}
