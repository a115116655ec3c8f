//! The shipped packs are sound, and every fault of a pack is found at its place.

use super::*;

#[test]
fn the_shipped_packs_load_without_a_word() {
    let (library, found) = Library::load(&shipped::packs());
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(library.is_some());
}

#[test]
fn the_tests_of_the_shipped_packs_hold() {
    let (library, _) = Library::load(&shipped::packs());
    let library = library.unwrap();
    let mut failures = Vec::new();
    for (pack, _) in library.packs() {
        for test in library.tests(pack) {
            let (reading, topic) = test.read(&library);
            for failure in test.check(&reading, topic) {
                failures.push(format!(
                    "{}:{}: {failure}\n  {}",
                    test.path, test.line, test.say
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
