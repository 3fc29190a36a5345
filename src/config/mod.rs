//! The configuration: read once, then trusted.
