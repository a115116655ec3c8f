//! A TOML text with the place of every key: read table by table, so that one fault hides no other. Pure.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, ValueDeserializer};

use crate::channel::{ChannelConfigs, KINDS};
use crate::config::Source;
use crate::library::diagnostic::{Diagnostic, Level};
use crate::library::spelling::hint;

type Value<'i> = Spanned<DeValue<'i>>;

/// A parsed text and what was found wrong with it so far.
#[derive(Debug)]
pub(super) struct Document<'i> {
    source: &'i Source,
    root: DeTable<'i>,
    problems: Vec<Diagnostic>,
}

impl<'i> Document<'i> {
    /// Parses the text and lays the overrides over it. An override's span lies behind the text, one byte for each.
    pub(super) fn parse(source: &'i Source) -> Result<Self, Vec<Diagnostic>> {
        let mut document = Self {
            source,
            root: DeTable::new(),
            problems: Vec::new(),
        };
        match DeTable::parse(&source.text) {
            Ok(root) => document.root = root.into_inner(),
            // One error of syntax makes nonsense of all that follows it, so nothing more is looked for.
            Err(error) => {
                let span = error.span().unwrap_or_default();
                document.report(span, error.message().to_owned(), None);
                return Err(document.problems);
            }
        }
        for (at, each) in source.overrides.iter().enumerate() {
            let start = source.text.len() + 1 + at;
            document.lay_over(each.keys, &each.value, start..start + 1);
        }
        Ok(document)
    }

    fn lay_over(&mut self, [section, key]: [&'static str; 2], value: &'i str, span: Range<usize>) {
        let at = |key| Spanned::new(span.clone(), DeString::from(key));
        let table = self
            .root
            .entry(at(section))
            .or_insert_with(|| Spanned::new(span.clone(), DeValue::Table(DeTable::new())));
        if let DeValue::Table(table) = table.get_mut() {
            // The old entry goes with its key, whose span tells the place.
            table.remove(key);
            let text = DeValue::String(DeString::from(value));
            table.insert(at(key), Spanned::new(span.clone(), text));
        }
    }

    /// Everything found wrong.
    pub(super) fn into_problems(self) -> Vec<Diagnostic> {
        self.problems
    }

    /// Reports every table that is not one of `known`.
    pub(super) fn only(&mut self, known: &[&str]) {
        let strangers: Vec<_> = self
            .root
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .cloned()
            .collect();
        for key in strangers {
            let name = key.get_ref();
            let message = format!("unknown table `{name}`");
            self.report(
                key.span(),
                message,
                Some(hint("tables", name, known.iter().copied())),
            );
        }
    }

    /// The table `[name]`; its default where it is absent or faulty.
    pub(super) fn section<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        match self.root.get_key_value(name) {
            Some((key, value)) => {
                let (span, mut value) = (key.span(), value.clone());
                self.read(span, &mut value).unwrap_or_default()
            }
            None => T::default(),
        }
    }

    /// The tables `[section.<name>]`, without the faulty ones.
    pub(super) fn named<K: for<'k> From<&'k str> + Ord, T: DeserializeOwned>(
        &mut self,
        section: &str,
    ) -> BTreeMap<K, T> {
        let mut all = BTreeMap::new();
        for (key, mut value) in self.tables_of(section) {
            if let Some(read) = self.read(key.span(), &mut value) {
                all.insert(K::from(key.get_ref()), read);
            }
        }
        all
    }

    /// The tables `[channel.<kind>.<name>]`, without the faulty ones.
    pub(super) fn channels(&mut self) -> ChannelConfigs {
        let mut sound = DeTable::new();
        for (kind, accounts) in self.tables_of("channel") {
            let DeValue::Table(accounts) = accounts.into_inner() else {
                let message = format!("expected [channel.{}.NAME]", kind.get_ref());
                self.report(kind.span(), message, None);
                continue;
            };
            if !KINDS.contains(&kind.get_ref().as_ref()) {
                let message = format!("unknown kind of channel `{}`", kind.get_ref());
                let hint = hint("kinds", kind.get_ref(), KINDS.iter().copied());
                self.report(kind.span(), message, Some(hint));
                continue;
            }
            for (name, value) in accounts {
                let span = name.span();
                let mut one = nest(kind.clone(), nest(name, value));
                if self.read::<ChannelConfigs>(span, &mut one).is_some() {
                    merge(&mut sound, one);
                }
            }
        }
        let sound = Spanned::new(0..0, DeValue::Table(sound));
        // Every account in it was read before; only a clash between them could fail, and there is none.
        ChannelConfigs::deserialize(ValueDeserializer::from(sound)).unwrap_or_default()
    }

    /// The names in `[section.<name>]`, the faulty ones too.
    pub(super) fn names(&self, section: &str) -> Vec<String> {
        let table = self
            .root
            .get(section)
            .and_then(|it| it.get_ref().as_table());
        table.map_or_else(Vec::new, |table| {
            table.keys().map(|key| key.get_ref().to_string()).collect()
        })
    }

    fn tables_of(&mut self, section: &str) -> Vec<(Spanned<DeString<'i>>, Value<'i>)> {
        let Some((key, value)) = self.root.get_key_value(section) else {
            return Vec::new();
        };
        let Some(table) = value.get_ref().as_table() else {
            let span = key.span();
            self.report(span, format!("expected [{section}.NAME]"), None);
            return Vec::new();
        };
        table
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// Reads a value. Each fault is reported and its entry taken out, until the rest can be read or nothing is left
    /// to take out; so the answer may lack what was faulty.
    fn read<T: DeserializeOwned>(&mut self, key: Range<usize>, value: &mut Value<'i>) -> Option<T> {
        let mut taken_out = Vec::new();
        loop {
            let error = match T::deserialize(ValueDeserializer::from(value.clone())) {
                Ok(read) => return Some(read),
                Err(error) => error,
            };
            let fault = Fault::of(error.message());
            if fault.is_missing
                && fault
                    .key
                    .is_some_and(|key| taken_out.iter().any(|it| it == key))
            {
                return None;
            }
            let entry = match (error.span(), fault.key) {
                _ if fault.is_missing => None,
                (Some(span), Some(name)) => entry_at(value, &span)
                    .map(|path| (span, path))
                    .or_else(|| entry_named(value, name)),
                (Some(span), None) => entry_at(value, &span).map(|path| (span, path)),
                (None, Some(name)) => entry_named(value, name),
                (None, None) => None,
            };
            let span = entry.as_ref().map_or(key.clone(), |(span, _)| span.clone());
            self.report(span, fault.message, fault.hint);
            let (_, path) = entry?;
            take_out(value, &path);
            taken_out.extend(path.into_iter().next_back());
        }
    }

    /// Reports an error at a span.
    fn report(&mut self, span: Range<usize>, message: String, hint: Option<String>) {
        let mut problem = self.at(&span);
        problem.message = message;
        problem.hint = hint;
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// An error without words at the value of a key, or at the nearest table above it that exists.
    pub(super) fn place(&self, keys: &[&str]) -> Diagnostic {
        let mut span = 0..0;
        let mut table = Some(&self.root);
        let mut whole = true;
        for (depth, key) in keys.iter().enumerate() {
            let Some((name, value)) = table.and_then(|table| table.get_key_value(*key)) else {
                break;
            };
            whole = false;
            table = value.get_ref().as_table();
            let is_leaf = depth + 1 == keys.len() && table.is_none();
            span = if is_leaf { value.span() } else { name.span() };
        }
        let mut place = self.at(&span);
        if whole {
            (place.line, place.column) = (0, 0);
        }
        place
    }

    /// An error without words at a span.
    fn at(&self, span: &Range<usize>) -> Diagnostic {
        let Source {
            path,
            text,
            overrides,
        } = self.source;
        let behind = span.start.checked_sub(text.len() + 1);
        let mut place = Diagnostic {
            level: Level::Error,
            path: path.clone(),
            line: 0,
            column: 0,
            message: String::new(),
            hint: None,
        };
        if let Some(each) = behind.and_then(|at| overrides.get(at)) {
            each.variable.clone_into(&mut place.path);
        } else {
            let before = text.get(..span.start).unwrap_or(text);
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            place.line = before.matches('\n').count() + 1;
            place.column = before[line_start..].chars().count() + 1;
        }
        place
    }
}

/// What a deserializer's error says, in our words and without values: a value may be a secret in the wrong place.
struct Fault<'e> {
    /// The key that it names.
    key: Option<&'e str>,
    is_missing: bool,
    message: String,
    hint: Option<String>,
}

impl<'e> Fault<'e> {
    fn of(error: &'e str) -> Self {
        let mut quoted = error.split('`').skip(1).step_by(2);
        let named = |prefix: &str| {
            error
                .strip_prefix(prefix)
                .and_then(|_| error.split('`').nth(1))
        };
        if let Some(key) = named("missing field ").or_else(|| named("missing key ")) {
            return Self {
                key: Some(key),
                is_missing: true,
                message: format!("`{key}` is missing"),
                hint: error.split_once("`: ").map(|(_, known)| known.to_owned()),
            };
        }
        let unknown = named("unknown field ")
            .map(|key| (Some(key), "key", key))
            .or_else(|| named("unknown variant ").map(|value| (None, "value", value)));
        if let Some((key, what, word)) = unknown {
            return Self {
                key,
                is_missing: false,
                message: format!("unknown {what} `{word}`"),
                hint: Some(hint(&format!("{what}s"), word, quoted.by_ref().skip(1))),
            };
        }
        Self {
            key: None,
            is_missing: false,
            message: without_value(error),
            hint: None,
        }
    }
}

/// Takes the value out of `invalid type: string "…", expected …` and of `…: "…"`.
fn without_value(error: &str) -> String {
    let start = error.find("string \"").map(|at| at + "string".len());
    if let (Some(start), Some(end)) = (start, error.rfind("\", expected "))
        && start < end
    {
        return format!("{}{}", &error[..start], &error[end + 1..]);
    }
    let value = error.find(": \"").filter(|_| error.ends_with('"'));
    error[..value.unwrap_or(error.len())].to_owned()
}

fn nest<'i>(key: Spanned<DeString<'i>>, value: Value<'i>) -> Value<'i> {
    let mut table = DeTable::new();
    let span = value.span();
    table.insert(key, value);
    Spanned::new(span, DeValue::Table(table))
}

/// Moves the entries of `one` into `all`, table by table.
fn merge<'i>(all: &mut DeTable<'i>, one: Value<'i>) {
    let DeValue::Table(one) = one.into_inner() else {
        return;
    };
    for (key, value) in one {
        match all.get_mut(key.get_ref().as_ref()).map(Spanned::get_mut) {
            Some(DeValue::Table(inner)) => merge(inner, value),
            _ => {
                all.insert(key, value);
            }
        }
    }
}

/// The path of the innermost entry whose key or value holds `span`.
fn entry_at(value: &Value<'_>, span: &Range<usize>) -> Option<Vec<String>> {
    let holds = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    for (key, inner) in value.get_ref().as_table()? {
        let deeper = entry_at(inner, span);
        if deeper.is_some() || holds(key.span()) || holds(inner.span()) {
            let mut path = vec![key.get_ref().clone().into_owned()];
            path.extend(deeper.into_iter().flatten());
            return Some(path);
        }
    }
    None
}

/// The place and path of the first entry called `name`.
fn entry_named(value: &Value<'_>, name: &str) -> Option<(Range<usize>, Vec<String>)> {
    for (key, inner) in value.get_ref().as_table()? {
        if key.get_ref() == name {
            return Some((key.span(), vec![name.to_owned()]));
        }
        if let Some((span, mut path)) = entry_named(inner, name) {
            path.insert(0, key.get_ref().clone().into_owned());
            return Some((span, path));
        }
    }
    None
}

fn take_out(value: &mut Value<'_>, path: &[String]) {
    let DeValue::Table(table) = value.get_mut() else {
        return;
    };
    match path {
        [] => {}
        [last] => {
            table.remove(last.as_str());
        }
        [first, rest @ ..] => {
            if let Some(inner) = table.get_mut(first.as_str()) {
                take_out(inner, rest);
            }
        }
    }
}
