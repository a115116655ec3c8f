//! The nouns: plain data with their own small rules. No I/O, no clock, no randomness.

pub mod alert;
pub mod author;
pub mod case;
pub mod conversation;
pub mod delivery;
pub mod id;
pub mod message;
pub mod network;
pub mod record;
pub mod severity;
pub mod span;
