//! A deterministic forum of our own on loopback, for flow, increment, crash and soak tests.
//!
//! A [`Forum`] is a model of boards, threads and posts grown from a seed; operations change it and leave an [`Event`]
//! each. A [`ForumServer`] shows it over HTTP/1.1 in the shape of one of five [`Engine`]s, keeps an access log, and
//! misbehaves on demand ([`Fault`], traps). [`Forum::truth`] says what a record of each post must say, and
//! [`Verdict`] holds emitted records against it.
//!
//! Every word in the pages is invented here; only ids, classes and addresses have the engines' shapes.

#![allow(dead_code, unused_imports, unreachable_pub, reason = "shared by several programs, each of which uses a part")]

mod calendar;
mod client;
mod content;
mod fault;
mod grow;
mod http;
mod model;
mod on;
mod operations;
mod plant;
mod play;
mod render;
mod rng;
mod server;
mod setup;
mod trap;
mod truth;
mod verdict;
mod words;

pub use calendar::{http_date, instant, iso};
pub use client::{Got, get};
pub use content::{Block, Body};
pub use fault::{Fault, RetryAfter, Wall};
pub use grow::{Change, Growth};
pub use model::{Board, Deletion, Edit, Forum, Post, Quote, Thread, User};
pub use on::On;
pub use render::Kind;
pub use rng::Rng;
pub use server::{Access, ForumServer, Robots};
pub use setup::{Engine, Setup};
pub use truth::{Event, PostTruth, QuoteTruth};
pub use verdict::Verdict;
