//! The shipped packs are sound, every fault of a pack is found at its place, and replies come out as promised.

mod entities;
mod faults;
mod guesses;
mod overlap;
mod replies;

use std::sync::LazyLock;

use super::*;
use crate::model::author::Author;
use crate::model::id::BrandName;
use crate::model::network::{TextUnit, Visibility};

const PACK: &str =
    "title = \"Air\"\nlanguages = [\"en\"]\n\n[lists.bag]\nen = [\"bag\", \"suit case\"]\n";
const TOPIC: &str = r#"title = "Bag"
when = ['''lost AND $bag''']
reply = "bag"
[[test]]
say = "lost my bag"
expect = { topic = "bag" }
"#;
const REPLY: &str = "We are looking for it.\n";

/// A pack `air` that is sound, with some of its files replaced or added; an empty text takes a file away.
fn air(changes: &[(&str, &str)]) -> PackSource {
    let mut files = BTreeMap::from([
        ("pack.toml", PACK),
        ("topics/bag.toml", TOPIC),
        ("replies/en/bag.hbs", REPLY),
    ]);
    files.extend(changes.iter().copied());
    let files = files.into_iter().filter(|(_, text)| !text.is_empty());
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    shipped::from_files("air", "air", files)
}

fn problems(sources: &[PackSource]) -> Vec<String> {
    let (_, found) = Library::load(sources);
    found.iter().map(ToString::to_string).collect()
}

fn library(sources: &[PackSource]) -> Library {
    let (library, found) = Library::load(sources);
    library.unwrap_or_else(|| panic!("{found:?}"))
}

fn topics(library: &Library, text: &str, packs: &[PackName]) -> Vec<String> {
    let reading = library.read(text, &context(packs));
    reading.topics.iter().map(|t| t.topic.to_string()).collect()
}

/// A public message in English by somebody.
fn context(packs: &[PackName]) -> Context<'_> {
    static WORLD: LazyLock<(Vec<Language>, BrandName, Author)> = LazyLock::new(|| {
        let languages = vec![Language::from("en")];
        (languages, BrandName::from("northwind"), Author::new("ann"))
    });
    let (languages, brand, author) = &*WORLD;
    Context {
        packs,
        languages,
        stated_language: None,
        brand,
        channel: "http",
        visibility: Visibility::Public,
        is_reply: false,
        author,
        airlines: &[],
        asked: &[],
    }
}

#[test]
fn the_shipped_packs_load_without_a_word() {
    let found = problems(&shipped::packs());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_tests_of_the_shipped_packs_hold() {
    let library = library(&shipped::packs());
    let mut failures = Vec::new();
    for (pack, _) in library.packs() {
        assert!(!library.tests(pack).is_empty(), "{pack} has no tests");
        for test in library.tests(pack) {
            let (reading, topic) = test.read(&library);
            for failure in test.check(&reading, topic) {
                let (path, line, say) = (&test.path, test.line, &test.say);
                failures.push(format!("{path}:{line}: {failure}\n  {say}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_pack_that_is_sound_has_no_problems() {
    assert_eq!(problems(&[air(&[])]), Vec::<String>::new());
}

#[test]
fn topics_come_critical_first_then_by_priority_then_by_weight_then_by_name() {
    let topic = |severity: &str, priority: i32, when: &str| {
        let answer = match severity {
            "critical" => "handoff = { when = \"always\" }",
            _ => "reply = \"bag\"",
        };
        format!(
            "title = \"T\"\nseverity = \"{severity}\"\npriority = {priority}\nwhen = ['{when}']\n{answer}\n"
        )
    };
    let files = [
        ("topics/a.toml", topic("high", 0, "lost")),
        ("topics/b.toml", topic("low", 9, "the OR gone")),
        ("topics/c.toml", topic("critical", -5, "the OR away")),
        (
            "topics/d.toml",
            topic("low", 0, "lost BEFORE/2 bag BEFORE/2 forever"),
        ),
        ("topics/e.toml", topic("low", 0, "forever")),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let library = library(&[air(&files)]);
    assert_eq!(
        topics(&library, "lost the bag forever", &["air".into()]),
        ["c", "b", "d", "bag", "a", "e"]
    );
}

#[test]
fn a_pack_hides_topics_of_what_it_builds_on_and_core_is_always_on() {
    let core = shipped::packs()
        .into_iter()
        .filter(|pack| pack.name.as_str() == CORE);
    let brand = shipped::from_files("brand", "brand", [
        ("pack.toml".to_owned(), "title = \"B\"\nlanguages = [\"en\"]\nextends = [\"air\"]\n".to_owned()),
        (
            "topics/bag.toml".to_owned(),
            "title = \"Our bag\"\nwhen = ['gone NEAR/3 $bag']\nreply = \"bag\"\n[[test]]\nsay = \"gone bag\"\nexpect = { topic = \"bag\" }\n".to_owned(),
        ),
    ]);
    let mut sources = vec![air(&[]), brand];
    sources.extend(core);
    let library = library(&sources);
    let brand: [PackName; 1] = ["brand".into()];
    assert_eq!(topics(&library, "my bag is gone", &brand), ["bag"]);
    assert_eq!(topics(&library, "lost my bag", &["air".into()])[0], "bag");
    assert_eq!(topics(&library, "hello", &brand), ["greeting"]);
    let title = |packs: &[PackName]| library.topic(&"bag".into(), packs).map(|t| t.title.clone());
    assert_eq!(title(&brand).as_deref(), Some("Our bag"));
    assert_eq!(title(&["air".into()]).as_deref(), Some("Bag"));
    assert_eq!(title(&[]), None);
}

#[test]
fn only_the_packs_in_use_and_what_they_build_on_are_loaded() {
    let pack = |name: &str, file: &str| {
        shipped::from_files(name, name, [("pack.toml".to_owned(), file.to_owned())])
    };
    let mut sources = vec![
        pack(
            "brand",
            "title = \"B\"\nlanguages = [\"en\"]\nextends = [\"air\"]\n",
        ),
        pack("broken", "title ="),
        air(&[]),
    ];
    sources.extend(shipped::packs());
    let (library, problems) = Library::load_used(&sources, &[&"brand".into()]);
    assert_eq!(problems, []);
    let library = library.expect("nothing is wrong with the packs in use");
    let names: Vec<&str> = library.packs().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["air", "brand", "core"]);
    assert!(
        Library::load(&sources).0.is_none(),
        "a check reads them all"
    );
}
