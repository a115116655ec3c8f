//! Reads `pack.toml`: what a pack is called, builds on, speaks, and which words it knows.

use std::collections::BTreeSet;

use crate::library::SourceFile;
use crate::library::diagnostic::Diagnostic;
use crate::library::document::{self, Placed, Problems, Table, place_in_text};
use crate::library::entity_file::{self, EntityDraft};
use crate::library::examples::{self, ClassifierDraft};
use crate::model::id::{Language, PackName};
use crate::text::query;

const KEYS: &[&str] = &[
    "title",
    "description",
    "extends",
    "languages",
    "desks",
    "airlines",
    "lists",
    "classifier",
    "entities",
];

/// A word list of a pack.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListDraft {
    pub(crate) name: Placed<String>,
    pub(crate) words: Vec<(Language, Vec<String>)>,
}

/// `pack.toml`, read.
#[derive(Debug)]
pub(crate) struct PackFile<'a> {
    pub(crate) file: &'a SourceFile,
    pub(crate) title: String,
    pub(crate) extends: Vec<Placed<PackName>>,
    pub(crate) languages: Vec<Placed<Language>>,
    pub(crate) desks: Vec<Placed<String>>,
    pub(crate) airlines: Vec<String>,
    pub(crate) lists: Vec<ListDraft>,
    pub(crate) classifier: ClassifierDraft,
    pub(crate) entities: Vec<EntityDraft>,
}

/// Reads `pack.toml`.
pub(crate) fn read(file: &SourceFile) -> (PackFile<'_>, Vec<Diagnostic>) {
    let mut problems = Problems::new(file);
    let root = document::parse(&mut problems);
    let table = Table::root(&root);
    table.expect_keys(&mut problems, KEYS);
    let title = table
        .required_text(&mut problems, "title")
        .map(|title| title.value)
        .unwrap_or_default();
    table.text(&mut problems, "description");
    let languages = read_languages(&mut problems, &table);
    let lists = read_lists(&mut problems, &table, &languages);
    let codes: Vec<&str> = languages.iter().map(|code| code.value.as_str()).collect();
    let entities = entity_file::read(&mut problems, &table, &codes);
    let pack = PackFile {
        file,
        title,
        extends: table
            .texts(&mut problems, "extends")
            .into_iter()
            .map(|name| name.map(PackName::new))
            .collect(),
        languages,
        desks: table.texts(&mut problems, "desks"),
        airlines: table
            .texts(&mut problems, "airlines")
            .into_iter()
            .map(|airline| airline.value)
            .collect(),
        lists,
        classifier: examples::read_classifier(&mut problems, &table),
        entities,
    };
    (pack, problems.found)
}

fn read_languages(problems: &mut Problems<'_>, table: &Table<'_>) -> Vec<Placed<Language>> {
    let languages = table.texts(problems, "languages");
    if languages.is_empty() {
        problems.error(
            0,
            "`languages` is missing",
            "name the languages that the replies are written in: languages = [\"en\"]",
        );
    }
    for language in &languages {
        let is_code =
            language.value.len() == 2 && language.value.bytes().all(|b| b.is_ascii_lowercase());
        if !is_code {
            problems.error(
                language.span.start,
                format!("`{}` is not a language", language.value),
                "write the two-letter ISO 639-1 code in lower case, such as `en`",
            );
        }
    }
    languages
        .into_iter()
        .map(|language| language.map(Language::new))
        .collect()
}

fn read_lists(
    problems: &mut Problems<'_>,
    table: &Table<'_>,
    languages: &[Placed<Language>],
) -> Vec<ListDraft> {
    let Some(lists) = table.table(problems, "lists") else {
        return Vec::new();
    };
    let mut drafts = Vec::new();
    for (name, value) in lists.entries() {
        let mut words = Vec::new();
        let Some(list) = document::as_table(problems, name.value, value) else {
            continue;
        };
        let known: Vec<&str> = languages
            .iter()
            .map(|language| language.value.as_str())
            .collect();
        list.expect_keys(problems, &known);
        for (language, value) in list.entries() {
            let entries = document::as_texts(problems, language.value, value);
            if entries.is_empty() {
                problems.error(
                    language.span.start,
                    format!("list `{}` has no words here", name.value),
                    "write words or take the line out",
                );
            }
            let mut known = BTreeSet::new();
            for entry in &entries {
                check_entry(problems, entry, &mut known);
            }
            let entries = entries.into_iter().map(|entry| entry.value).collect();
            words.push((Language::new(language.value), entries));
        }
        drafts.push(ListDraft {
            name: name.map(str::to_owned),
            words,
        });
    }
    drafts
}

/// An entry is read as a rule reads a phrase; `known` are those before it.
fn check_entry(problems: &mut Problems<'_>, entry: &Placed<String>, known: &mut BTreeSet<String>) {
    match query::check_entry(&entry.value) {
        Ok(folded) if !known.insert(folded.clone()) => problems.warning(
            entry.span.start,
            format!("`{}` stands in this list already", entry.value),
            format!("take it out; both are read as {folded}"),
        ),
        Ok(_) => {}
        Err(error) => {
            let at = place_in_text(&problems.file.text, &entry.span, error.at);
            problems.error(at, error.message, error.hint.unwrap_or_default());
        }
    }
}
