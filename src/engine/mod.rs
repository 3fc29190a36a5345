//! Engines are data: profiles, their checking, and the recognition of an engine.
