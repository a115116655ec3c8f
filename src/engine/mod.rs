//! Decisions. One event in, one new conversation out, with the reasons; pure, so that a year passes in a test at once.
//!
//! - [`judge`](judge::judge) reads a message and says what should happen; it changes nothing.
//! - [`decide`](decide::decide) applies an event to a conversation; the only code that changes one.
//! - [`owed`](duty::owed) says what a committed conversation still owes; whoever does it reports back with an event.

pub mod action;
pub mod compose;
pub mod decide;
pub mod duty;
pub mod event;
pub mod explain;
pub mod handoff;
pub mod judge;
pub mod outcome;
pub mod restraint;
pub mod world;

#[cfg(test)]
mod tests;
