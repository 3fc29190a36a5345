//! Edit notices: a grammar as data, and its reader.
