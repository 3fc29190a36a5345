//! THE FLOW, wired in one function.
