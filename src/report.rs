//! What a run did, counted; the counting law is checked here.
