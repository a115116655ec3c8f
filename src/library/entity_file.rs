//! Reads `[entities.NAME]` of `pack.toml`: what a pack wants found beside what hark finds by itself.

use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use crate::library::document::{self, Placed, Problems, Table};
use crate::text::entities::{Checksum, Custom, KINDS};

const KEYS: &[&str] = &["pattern", "cues", "checksum", "private"];

/// A kind of entity of a pack.
#[derive(Debug)]
pub(crate) struct EntityDraft {
    pub(crate) name: Placed<String>,
    pub(crate) custom: Arc<Custom>,
}

/// Reads every kind that the pack adds; one with a fault is reported and left out. `languages` are those of the pack.
pub(crate) fn read(
    problems: &mut Problems<'_>,
    table: &Table<'_>,
    languages: &[&str],
) -> Vec<EntityDraft> {
    let Some(entities) = table.table(problems, "entities") else {
        return Vec::new();
    };
    entities
        .entries()
        .filter_map(|(name, value)| read_one(problems, name.map(str::to_owned), value, languages))
        .collect()
}

fn read_one(
    problems: &mut Problems<'_>,
    name: Placed<String>,
    value: &Spanned<DeValue<'_>>,
    languages: &[&str],
) -> Option<EntityDraft> {
    let table = document::as_table(problems, &name.value, value)?;
    table.expect_keys(problems, KEYS);
    let is_sound = check_name(problems, &name);
    let pattern = table.required_text(problems, "pattern");
    let cues = read_cues(problems, &table, languages);
    let checksum = table.choice(problems, "checksum", Checksum::ALL);
    let private = !table.has("private") || table.flag(problems, "private");
    let pattern = pattern?;
    if cues.is_empty() && checksum.is_none() && is_digits_only(&pattern.value) {
        problems.warning(
            pattern.span.start,
            format!("any number of this length becomes a `{}`", name.value),
            "name words of which one must stand near: cues = [\"…\"]",
        );
    }
    let checksum = checksum.map(|checksum| checksum.value);
    match Custom::new(&name.value, &pattern.value, &cues, checksum, private) {
        Ok(custom) if is_sound => Some(EntityDraft {
            name,
            custom: Arc::new(custom),
        }),
        Ok(_) => None,
        Err(fault) => {
            problems.error(
                pattern.span.start,
                fault,
                "write a regular expression such as '[A-Z]{2}\\d{6}'",
            );
            None
        }
    }
}

fn check_name(problems: &mut Problems<'_>, name: &Placed<String>) -> bool {
    let may_stand =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if KINDS.contains(&name.value.as_str()) {
        problems.error(
            name.span.start,
            format!("hark finds `{}` by itself", name.value),
            "choose another name",
        );
        return false;
    }
    let is_name = name.value.starts_with(|c: char| c.is_ascii_lowercase())
        && name.value.chars().all(may_stand);
    if !is_name {
        problems.error(
            name.span.start,
            format!("`{}` is not a name of an entity", name.value),
            "write small letters, digits, - and _, a letter first",
        );
    }
    is_name
}

/// A list of words, or a table of lists by language; all of them count in every language.
fn read_cues(problems: &mut Problems<'_>, table: &Table<'_>, languages: &[&str]) -> Vec<String> {
    let mut cues = Vec::new();
    if table.is_table("cues") {
        if let Some(by_language) = table.table(problems, "cues") {
            by_language.expect_keys(problems, languages);
            for (language, value) in by_language.entries() {
                cues.extend(document::as_texts(problems, language.value, value));
            }
        }
    } else {
        cues = table.texts(problems, "cues");
    }
    for cue in &cues {
        if cue.value.trim().is_empty() {
            problems.error(
                cue.span.start,
                "this cue is empty",
                "write a word or take it out",
            );
        }
    }
    cues.into_iter().map(|cue| cue.value).collect()
}

/// Whether a pattern speaks of no letter at all.
fn is_digits_only(pattern: &str) -> bool {
    let rest = [r"\d", r"\b", r"\s"]
        .iter()
        .fold(pattern.to_owned(), |text, class| text.replace(class, ""));
    !rest.contains(|c: char| c.is_alphabetic() || c == '\\')
}
