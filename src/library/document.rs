//! Reads a TOML file of a pack key by key, so that every problem is found at its place; a derived reader would stop at
//! the first.

use std::fmt::Write;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::library::SourceFile;
use crate::library::diagnostic::{Diagnostic, Level};
use crate::library::spelling;

/// A value and the bytes of the file that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

impl<T> Placed<T> {
    /// The same place, another value.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Placed<U> {
        Placed {
            value: change(self.value),
            span: self.span,
        }
    }
}

/// Gathers the problems of one file.
#[derive(Debug)]
pub(crate) struct Problems<'a> {
    pub(crate) file: &'a SourceFile,
    pub(crate) found: Vec<Diagnostic>,
}

impl<'a> Problems<'a> {
    pub(crate) fn new(file: &'a SourceFile) -> Self {
        Self {
            file,
            found: Vec::new(),
        }
    }

    /// Notes an error at a byte of the file.
    pub(crate) fn error(&mut self, at: usize, message: impl Into<String>, hint: impl Into<String>) {
        self.found
            .push(diagnostic(self.file, Level::Error, at, message, hint));
    }

    /// Notes a warning at a byte of the file.
    pub(crate) fn warning(
        &mut self,
        at: usize,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.found
            .push(diagnostic(self.file, Level::Warning, at, message, hint));
    }
}

/// A problem at a byte of a file.
pub(crate) fn diagnostic(
    file: &SourceFile,
    level: Level,
    at: usize,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Diagnostic {
    let (line, column) = position(&file.text, at);
    let hint = hint.into();
    Diagnostic {
        level,
        path: file.path.clone(),
        line,
        column,
        message: message.into(),
        hint: (!hint.is_empty()).then_some(hint),
    }
}

/// Line and column, both from 1, of a byte; the column counts characters.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// Parses a file; what cannot be parsed is reported and what is left is read on.
pub(crate) fn parse<'a>(problems: &mut Problems<'a>) -> Spanned<DeTable<'a>> {
    let (root, errors) = DeTable::parse_recoverable(&problems.file.text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        problems.error(at, error.message(), "");
    }
    root
}

/// A table whose keys are being read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'t> {
    entries: &'t DeTable<'t>,
    /// Where it starts in the file.
    pub(crate) at: usize,
}

impl<'t> Table<'t> {
    /// The whole file.
    pub(crate) fn root(root: &'t Spanned<DeTable<'t>>) -> Self {
        Self {
            entries: root.get_ref(),
            at: 0,
        }
    }

    /// Reports every key that is not in `known`.
    pub(crate) fn expect_keys(&self, problems: &mut Problems<'_>, known: &[&str]) {
        for key in self.entries.keys() {
            let name = key.get_ref();
            if !known.contains(&name.as_ref()) {
                problems.error(
                    key.span().start,
                    format!("unknown key `{name}`"),
                    spelling::hint("keys", name, known.iter().copied()),
                );
            }
        }
    }

    /// The keys and values as they stand, for tables whose keys are free.
    pub(crate) fn entries(
        &self,
    ) -> impl Iterator<Item = (Placed<&'t str>, &'t Spanned<DeValue<'t>>)> + use<'t> {
        self.entries.iter().map(|(key, value)| {
            let key = Placed {
                value: key.get_ref().as_ref(),
                span: key.span(),
            };
            (key, value)
        })
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Where the value of a key starts; the table itself where the key is not there.
    pub(crate) fn start_of(&self, key: &str) -> usize {
        self.value(key).map_or(self.at, |value| value.span().start)
    }

    fn value(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.entries.get(key)
    }

    /// A text, where the key is there.
    pub(crate) fn text(&self, problems: &mut Problems<'_>, key: &str) -> Option<Placed<String>> {
        as_text(problems, key, self.value(key)?)
    }

    /// A text that must be there and say something.
    pub(crate) fn required_text(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
    ) -> Option<Placed<String>> {
        if !self.has(key) {
            problems.error(
                self.at,
                format!("`{key}` is missing"),
                format!("write {key} = \"…\""),
            );
        }
        let text = self.text(problems, key)?;
        if text.value.trim().is_empty() {
            problems.error(
                text.span.start,
                format!("`{key}` is empty"),
                "say something",
            );
            return None;
        }
        Some(text)
    }

    /// A list of texts; empty where the key is not there.
    pub(crate) fn texts(&self, problems: &mut Problems<'_>, key: &str) -> Vec<Placed<String>> {
        self.value(key)
            .map(|value| as_texts(problems, key, value))
            .unwrap_or_default()
    }

    /// A whole number.
    pub(crate) fn integer<T: TryFrom<i64>>(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
    ) -> Option<T> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .and_then(|number| T::try_from(number).ok()),
            _ => None,
        };
        if number.is_none() {
            wrong_kind(problems, key, "a whole number in range", value);
        }
        number
    }

    /// A number, whole or not.
    pub(crate) fn number(&self, problems: &mut Problems<'_>, key: &str) -> Option<Placed<f64>> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            wrong_kind(problems, key, "a number", value);
        }
        number.map(|number| Placed {
            value: number,
            span: value.span(),
        })
    }

    /// Yes or no; no where the key is not there.
    pub(crate) fn flag(&self, problems: &mut Problems<'_>, key: &str) -> bool {
        match self.value(key) {
            Some(value) => value.get_ref().as_bool().unwrap_or_else(|| {
                wrong_kind(problems, key, "true or false", value);
                false
            }),
            None => false,
        }
    }

    /// A table in this one.
    pub(crate) fn table(&self, problems: &mut Problems<'_>, key: &str) -> Option<Table<'t>> {
        as_table(problems, key, self.value(key)?)
    }

    /// Whether the key holds a table.
    pub(crate) fn is_table(&self, key: &str) -> bool {
        self.value(key)
            .is_some_and(|value| value.get_ref().as_table().is_some())
    }

    /// A list of tables: `[[key]]`.
    pub(crate) fn tables(&self, problems: &mut Problems<'_>, key: &str) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            wrong_kind(problems, key, "a list of tables", value);
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| as_table(problems, key, item))
            .collect()
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &self,
        problems: &mut Problems<'_>,
        key: &str,
        choices: &[(&str, T)],
    ) -> Option<Placed<T>> {
        let text = self.text(problems, key)?;
        let found = choices.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            problems.error(
                text.span.start,
                format!("`{}` is not a value of `{key}`", text.value),
                spelling::hint("values", &text.value, choices.iter().map(|(word, _)| *word)),
            );
        }
        found.map(|(_, value)| text.map(|_| *value))
    }
}

/// A text, or a problem.
pub(crate) fn as_text(
    problems: &mut Problems<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
) -> Option<Placed<String>> {
    let text = value.get_ref().as_str();
    if text.is_none() {
        wrong_kind(problems, key, "a text", value);
    }
    text.map(|text| Placed {
        value: text.to_owned(),
        span: value.span(),
    })
}

/// A list of texts; what is no text is reported and left out.
pub(crate) fn as_texts(
    problems: &mut Problems<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
) -> Vec<Placed<String>> {
    let Some(items) = value.get_ref().as_array() else {
        wrong_kind(problems, key, "a list of texts", value);
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| as_text(problems, key, item))
        .collect()
}

/// A table, or a problem.
pub(crate) fn as_table<'t>(
    problems: &mut Problems<'_>,
    key: &str,
    value: &'t Spanned<DeValue<'t>>,
) -> Option<Table<'t>> {
    let entries = value.get_ref().as_table();
    if entries.is_none() {
        wrong_kind(problems, key, "a table", value);
    }
    entries.map(|entries| Table {
        entries,
        at: value.span().start,
    })
}

fn wrong_kind(
    problems: &mut Problems<'_>,
    key: &str,
    expected: &str,
    value: &Spanned<DeValue<'_>>,
) {
    let mut message = format!("`{key}` must be {expected}");
    let kind = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let _ = write!(message, ", not {kind}");
    problems.error(value.span().start, message, "");
}

/// The byte of the file at which byte `at` of a text stands that the file writes, quoted, in `span`.
pub(crate) fn place_in_text(file: &str, span: &Range<usize>, at: usize) -> usize {
    let raw = &file[span.clone()];
    let quotes = ["'''", "\"\"\"", "'", "\""]
        .into_iter()
        .find(|quotes| raw.starts_with(quotes))
        .unwrap_or("");
    let escapes = quotes.starts_with('"');
    let mut rest = &raw[quotes.len()..];
    if quotes.len() == 3 {
        // TOML drops a line break that stands right after the opening quotes.
        rest = rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix('\n'))
            .unwrap_or(rest);
    }
    let mut decoded = 0;
    while decoded < at && !rest.is_empty() {
        let (raw_bytes, decoded_bytes) = next_character(rest, escapes);
        rest = &rest[raw_bytes..];
        decoded += decoded_bytes;
    }
    span.end - rest.len()
}

/// How many bytes the next character takes as written, and how many in the text that it stands for.
fn next_character(raw: &str, escapes: bool) -> (usize, usize) {
    let first = raw.chars().next().map_or(1, char::len_utf8);
    if !escapes || !raw.starts_with('\\') {
        return (first, first);
    }
    let hex_digits = match raw.as_bytes().get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b' ' | b'\t' | b'\r' | b'\n') => {
            return (raw.len() - raw[1..].trim_start().len(), 0);
        }
        // One escaped character; any other than those of TOML is an error elsewhere, and may take several bytes.
        _ => return (1 + raw[1..].chars().next().map_or(0, char::len_utf8), 1),
    };
    let end = raw[2..]
        .char_indices()
        .nth(hex_digits)
        .map_or(raw.len(), |(at, _)| 2 + at);
    let character = raw
        .get(2..end)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .and_then(char::from_u32);
    (end, character.map_or(1, char::len_utf8))
}
