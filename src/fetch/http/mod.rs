//! The network: one honest try a request, each redirect hop checked anew.

mod answer;
mod client;
mod failure;

pub use client::HttpFetch;
