//! Any bytes as a message, read with the shipped packs: language, entities, topics, and the places of what was found.
#![no_main]

use std::sync::LazyLock;

use hark::library::reading::Context;
use hark::library::{Library, shipped};
use hark::model::author::Author;
use hark::model::id::{BrandName, Language, PackName};
use hark::model::network::Visibility;
use libfuzzer_sys::fuzz_target;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    Library::load(&shipped::packs())
        .0
        .expect("the shipped packs are sound")
});

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let packs: Vec<PackName> = LIBRARY.packs().map(|(name, _)| name.clone()).collect();
    let reading = LIBRARY.read(
        &text,
        &Context {
            packs: &packs,
            languages: &["en", "de", "es"].map(Language::from),
            stated_language: None,
            brand: &BrandName::from("northwind"),
            channel: "http",
            visibility: Visibility::Public,
            is_reply: false,
            author: &Author::new("author"),
            airlines: &["XY".to_owned()],
            asked: &["booking".to_owned()],
        },
    );
    let topics = reading.topics.iter().flat_map(|found| &found.spans);
    let entities = reading.entities.iter().map(|entity| &entity.span);
    for span in topics.chain(entities) {
        assert!(
            text.get(span.clone()).is_some_and(|part| !part.is_empty()),
            "{span:?}"
        );
    }
});
