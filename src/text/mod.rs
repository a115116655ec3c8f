//! How a message is read: folded, cut into tokens, searched for entities, matched against every rule at once. Pure.

pub mod classify;
pub mod entities;
pub mod language;
pub mod matcher;
pub mod query;
pub mod tokens;
