//! The fields of a past message as a file states them, each as text; whatever else an export carries is left alone.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// The one field that a message must have.
pub(super) const TEXT: &str = "text";

/// Which field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// What was written.
    Text,
    /// What its network calls it.
    Id,
    /// Who wrote it.
    Author,
    /// What they call themselves.
    AuthorName,
    /// When.
    At,
    /// Where it came in.
    Channel,
    /// Who could read it.
    Visibility,
    /// Whether it spoke to us.
    Addressed,
    /// The language that the network stated.
    Lang,
    /// How many follow the author.
    Followers,
}

impl Field {
    /// All of them, by the names they have in files.
    pub(super) const NAMED: [(&'static str, Self); 10] = [
        (TEXT, Self::Text),
        ("id", Self::Id),
        ("author", Self::Author),
        ("author_name", Self::AuthorName),
        ("at", Self::At),
        ("channel", Self::Channel),
        ("visibility", Self::Visibility),
        ("addressed", Self::Addressed),
        ("lang", Self::Lang),
        ("followers", Self::Followers),
    ];

    /// Its name in files.
    pub(super) fn name(self) -> &'static str {
        let mut named = Self::NAMED.iter().filter(|(_, field)| *field == self);
        named.next().map_or("", |(name, _)| name)
    }

    fn find(name: &str) -> Option<Self> {
        let mut named = Self::NAMED.iter().filter(|(known, _)| *known == name);
        named.next().map(|(_, field)| *field)
    }
}

/// The fields that a message has.
#[derive(Default)]
pub(super) struct Fields {
    values: [Option<String>; Field::NAMED.len()],
    /// A field that holds what is no text.
    unreadable: Option<Field>,
}

impl Fields {
    /// Of one JSON object, or what is wrong with it.
    pub(super) fn of_object(bytes: &[u8]) -> Result<Self, String> {
        let fields: Self = serde_json::from_slice(bytes).map_err(|error| {
            if error.is_data() {
                "this is not a JSON object".to_owned()
            } else {
                format!("this is not JSON, from column {} on", error.column())
            }
        })?;
        match fields.unreadable {
            Some(field) => Err(format!("`{}` is not text", field.name())),
            None => Ok(fields),
        }
    }

    /// States a field; the last statement counts.
    pub(super) fn set(&mut self, field: Field, value: Option<String>) {
        self.values[field as usize] = value;
    }

    /// Takes a field out. What is empty is not there.
    pub(super) fn take(&mut self, field: Field) -> Option<String> {
        let value = self.values[field as usize].take();
        value.filter(|value| field == Field::Text || !value.is_empty())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(Key(field)) = map.next_key()? {
            let Some(field) = field else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            match map.next_value()? {
                Cell::Nothing => fields.set(field, None),
                Cell::Text(value) => fields.set(field, Some(value)),
                Cell::Plain(value) if field != Field::Text => fields.set(field, Some(value)),
                Cell::Plain(_) | Cell::Other => fields.unreadable = Some(field),
            }
        }
        Ok(fields)
    }
}

/// The name of a field, where it is one of ours.
struct Key(Option<Field>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(Key(Field::find(name)))
    }
}

/// What a field holds.
enum Cell {
    Nothing,
    Text(String),
    /// A number, or yes or no.
    Plain(String),
    Other,
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Nothing)
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Cell, E> {
        Ok(Cell::Plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Cell, E> {
        Ok(Number::from_f64(value).map_or(Cell::Other, |value| Cell::Plain(value.to_string())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cell::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Cell, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cell::Other)
    }
}
