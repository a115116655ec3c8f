//! Examples: texts that teach the classifier what a topic, or none of them, sounds like. Reads them from pack files and
//! checks them.

use std::collections::BTreeMap;

use crate::library::compile::{PackDraft, visible};
use crate::library::diagnostic::{Diagnostic, Level};
use crate::library::document::{self, Placed, Problems, Table, diagnostic};
use crate::library::topic_file::TopicDraft;
use crate::library::{Library, SourceFile, spelling};
use crate::model::id::Language;
use crate::text::tokens::TokenText;

/// A probability from which hark answers on a guess alone. Of guesses this sure at most one in seven is wrong; a customer
/// minds a wrong answer more than waiting for a person.
pub(crate) const REPLY_AT: f64 = 0.85;

/// A probability from which a guess is worth a question: it is more likely right than not.
pub(crate) const ASK_AT: f64 = 0.6;

/// A text that teaches, as written.
#[derive(Debug)]
pub(crate) struct ExampleDraft {
    /// Where the file names it; else it is the pack's first.
    pub(crate) language: Option<Placed<Language>>,
    pub(crate) text: Placed<String>,
}

impl ExampleDraft {
    /// The language it is in; none where the pack has no language.
    pub(crate) fn language<'d>(&'d self, pack: &'d PackDraft<'_>) -> Option<&'d Language> {
        let first = pack.file.languages.first();
        let written = self.language.as_ref();
        written.or(first).map(|language| &language.value)
    }
}

/// `[classifier]` of pack.toml, as written.
#[derive(Debug, Default)]
pub(crate) struct ClassifierDraft {
    pub(crate) reply_at: Option<Placed<f64>>,
    pub(crate) ask_at: Option<Placed<f64>>,
    /// Texts that are about none of the topics.
    pub(crate) none: Vec<ExampleDraft>,
}

/// Reads a list of texts, or a table with such a list per language.
pub(crate) fn read(problems: &mut Problems<'_>, table: &Table<'_>, key: &str) -> Vec<ExampleDraft> {
    let Some((_, value)) = table.entries().find(|(name, _)| name.value == key) else {
        return Vec::new();
    };
    if value.get_ref().as_array().is_some() {
        let texts = document::as_texts(problems, key, value).into_iter();
        return texts
            .map(|text| ExampleDraft {
                language: None,
                text,
            })
            .collect();
    }
    let Some(languages) = document::as_table(problems, key, value) else {
        return Vec::new();
    };
    let mut examples = Vec::new();
    for (language, value) in languages.entries() {
        for text in document::as_texts(problems, language.value, value) {
            examples.push(ExampleDraft {
                language: Some(language.clone().map(Language::new)),
                text,
            });
        }
    }
    examples
}

/// Reads `[classifier]`.
pub(crate) fn read_classifier(problems: &mut Problems<'_>, table: &Table<'_>) -> ClassifierDraft {
    let Some(table) = table.table(problems, "classifier") else {
        return ClassifierDraft::default();
    };
    table.expect_keys(problems, &["reply_at", "ask_at", "none"]);
    let draft = ClassifierDraft {
        reply_at: read_probability(problems, &table, "reply_at"),
        ask_at: read_probability(problems, &table, "ask_at"),
        none: read(problems, &table, "none"),
    };
    let value = |bar: &Option<Placed<f64>>, default| bar.as_ref().map_or(default, |bar| bar.value);
    let (reply_at, ask_at) = (
        value(&draft.reply_at, REPLY_AT),
        value(&draft.ask_at, ASK_AT),
    );
    if reply_at < ask_at {
        let at = draft.reply_at.as_ref().or(draft.ask_at.as_ref());
        problems.error(
            at.map_or(table.at, |bar| bar.span.start),
            format!("`reply_at` ({reply_at}) is below `ask_at` ({ask_at})"),
            "what is too unsure to ask about is too unsure to answer",
        );
    }
    draft
}

fn read_probability(
    problems: &mut Problems<'_>,
    table: &Table<'_>,
    key: &str,
) -> Option<Placed<f64>> {
    let number = table.number(problems, key)?;
    if !(0.0..=1.0).contains(&number.value) {
        problems.error(
            number.span.start,
            format!("`{key}` is a probability"),
            "write a number from 0 to 1, such as 0.85",
        );
    }
    Some(number)
}

/// Every fault of the packs' examples: of languages that their pack does not have, empty, or in two topics.
pub(crate) fn check(drafts: &[PackDraft<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pack in drafts {
        for (file, _, example) in examples(pack) {
            check_language(pack, file, example, &mut found);
            if example.text.value.trim().is_empty() {
                let at = example.text.span.start;
                let message = "this example is empty";
                found.push(diagnostic(file, Level::Error, at, message, "take it out"));
            }
        }
        check_twice(drafts, pack, &mut found);
    }
    found
}

/// All examples of a pack: the file each stands in, and its topic, if any.
fn examples<'d, 'a>(
    pack: &'d PackDraft<'a>,
) -> impl Iterator<Item = (&'a SourceFile, Option<&'d TopicDraft<'a>>, &'d ExampleDraft)> {
    let of_topics = pack.topics.iter().flat_map(|topic| {
        let examples = topic.examples.iter();
        examples.map(move |example| (topic.file, Some(topic), example))
    });
    let of_none = pack.file.classifier.none.iter();
    of_topics.chain(of_none.map(|example| (pack.file.file, None, example)))
}

fn check_language(
    pack: &PackDraft<'_>,
    file: &SourceFile,
    example: &ExampleDraft,
    found: &mut Vec<Diagnostic>,
) {
    let Some(language) = &example.language else {
        return;
    };
    let languages = pack.file.languages.iter();
    let known: Vec<&str> = languages.map(|known| known.value.as_str()).collect();
    let name = language.value.as_str();
    let place = (language.span.start, format!("unknown language `{name}`"));
    let is_reported = found
        .last()
        .is_some_and(|last| last.path == file.path && last.message == place.1);
    if !known.contains(&name) && !is_reported {
        let hint = spelling::hint("languages", name, known.into_iter());
        found.push(diagnostic(file, Level::Error, place.0, place.1, hint));
    }
}

/// The same text under two topics that a brand can have at once teaches nothing.
fn check_twice(drafts: &[PackDraft<'_>], pack: &PackDraft<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<(Option<&Language>, String), Option<&TopicDraft<'_>>> = BTreeMap::new();
    // The pack itself is last, so that what it adds is reported, and not what it builds on.
    for seen_pack in visible(drafts, pack).into_iter().rev() {
        for (file, topic, example) in examples(seen_pack) {
            let key = (example.language(seen_pack), folded(&example.text.value));
            let first = *seen.entry(key).or_insert(topic);
            if first.map(|topic| &topic.name) == topic.map(|topic| &topic.name) {
                continue;
            }
            if seen_pack.name == pack.name {
                let name = first.map_or("classifier.none", |topic| topic.name.as_str());
                found.push(diagnostic(
                    file,
                    Level::Error,
                    example.text.span.start,
                    format!("this example also stands under `{name}`"),
                    "leave it where it says most",
                ));
            }
        }
    }
}

/// The words as they are compared.
fn folded(text: &str) -> String {
    let tokens = TokenText::new(text);
    let words: Vec<&str> = tokens.tokens().map(|token| token.text).collect();
    words.join(" ")
}

/// Examples that never teach what they are for, as the rules of another topic of the pack's brands decide them.
pub(crate) fn decided_by_others(library: &Library, drafts: &[PackDraft<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pack in drafts {
        for (file, topic, example) in examples(pack) {
            let Some(language) = example.language(pack) else {
                continue;
            };
            let packs = std::slice::from_ref(pack.name);
            let decides = library.decided_by_rule(&example.text.value, language, packs);
            let own = topic.map(|topic| &topic.name);
            let Some(other) = decides.filter(|decides| Some(&decides.name) != own) else {
                continue;
            };
            found.push(diagnostic(
                file,
                Level::Warning,
                example.text.span.start,
                format!("a rule of `{}` decides this example", other.name),
                "move it there, or make that rule stricter",
            ));
        }
    }
    found
}
