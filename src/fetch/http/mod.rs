//! The network: one honest try a request, each redirect hop checked anew.

mod answer;
mod client;
mod failure;
mod robots;
mod scope;
mod session;

pub use client::HttpFetch;
pub use session::Sessions;
