//! Which parameters the methods take, and of which types: the reference as tables.

use serde_json::{Map, Value};

/// The type of a parameter, as the Bot API's reference gives it.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Integer,
    Text,
    Boolean,
    IntegerOrText,
    Texts,
    Object(&'static [Parameter]),
}

/// Name, type, and whether it must be there.
pub(super) type Parameter = (&'static str, Kind, bool);

pub(super) const GET_UPDATES: &[Parameter] = &[
    ("offset", Kind::Integer, false),
    ("limit", Kind::Integer, false),
    ("timeout", Kind::Integer, false),
    ("allowed_updates", Kind::Texts, false),
];
pub(super) const SEND_MESSAGE: &[Parameter] = &[
    ("chat_id", Kind::IntegerOrText, true),
    ("text", Kind::Text, true),
    ("message_thread_id", Kind::Integer, false),
    ("parse_mode", Kind::Text, false),
    ("disable_notification", Kind::Boolean, false),
    ("protect_content", Kind::Boolean, false),
    ("link_preview_options", Kind::Object(LINK_PREVIEW), false),
    ("reply_parameters", Kind::Object(REPLY), false),
];
const LINK_PREVIEW: &[Parameter] = &[
    ("is_disabled", Kind::Boolean, false),
    ("url", Kind::Text, false),
    ("prefer_small_media", Kind::Boolean, false),
    ("prefer_large_media", Kind::Boolean, false),
    ("show_above_text", Kind::Boolean, false),
];
const REPLY: &[Parameter] = &[
    ("message_id", Kind::Integer, true),
    ("chat_id", Kind::IntegerOrText, false),
    ("allow_sending_without_reply", Kind::Boolean, false),
    ("quote", Kind::Text, false),
];

pub(super) fn follows(given: &Map<String, Value>, parameters: &[Parameter]) -> bool {
    let known = given
        .keys()
        .all(|key| parameters.iter().any(|(name, ..)| name == key));
    known
        && parameters
            .iter()
            .all(|(name, kind, required)| match given.get(*name) {
                Some(value) => is_of(value, *kind),
                None => !required,
            })
}

fn is_of(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Integer => value.is_i64(),
        Kind::Text => value.is_string(),
        Kind::Boolean => value.is_boolean(),
        Kind::IntegerOrText => value.is_i64() || value.is_string(),
        Kind::Texts => value
            .as_array()
            .is_some_and(|list| list.iter().all(Value::is_string)),
        Kind::Object(parameters) => value
            .as_object()
            .is_some_and(|given| follows(given, parameters)),
    }
}
