//! A page becomes raw posts and listing rows. Pure: no clock, network, lock or await.
