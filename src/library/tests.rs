//! The shipped packs are sound, and every fault of a pack is found at its place.

use super::*;
use crate::library::diagnostic::Level;

#[test]
fn the_shipped_packs_load_without_a_word() {
    let (library, found) = Library::load(&shipped::packs());
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(library.is_some());
    let _ = Level::Error;
}
