//! The loops: take messages in, apply events to documents, do what documents owe, keep channels running.
//!
//! One rule holds everywhere: read a document, decide, swap it; only what was swapped is acted on.

pub mod bookmarks;
pub mod health;
pub mod inbox;
pub mod index;
pub mod ledger;
pub mod reconcile;
pub mod schedule;
pub mod supervise;
