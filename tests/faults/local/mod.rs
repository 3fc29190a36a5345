//! A module for each kind of thing that goes wrong.

mod bugs;
mod clock;
mod configuration;
mod disk;
mod power;
mod rig;
mod signals;
mod standard;
mod state;
mod text;
