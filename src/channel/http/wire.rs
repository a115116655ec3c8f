//! The JSON of the `http` channel: a message that comes in, a reply that goes out. Pure.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::model::author::Author;
use crate::model::delivery::{Attempted, Outbound};
use crate::model::id::{AccountId, Language, MessageId};
use crate::model::message::{Inbound, TEXT_BYTES_MAX, cut_to_bytes};
use crate::model::network::Visibility;
use crate::net::client::Verdict;
use crate::net::guard;

/// Longest id that is taken, in bytes. An id cannot be cut: it would be another one.
const ID_BYTES_MAX: usize = 512;
/// Longest name that is kept, in bytes; a longer one is cut.
const NAME_BYTES_MAX: usize = 512;
/// Longest `reply_url`, in bytes.
const URL_BYTES_MAX: usize = 2048;
/// How far the sender's clock may be ahead.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);

/// The fields of a message.
const MESSAGE: &[&str] = &[
    "account",
    "id",
    "author",
    "text",
    "conversation",
    "visibility",
    "addressed",
    "sent_at",
    "reply_url",
    "language",
];
/// The fields of its author.
const AUTHOR: &[&str] = &["id", "name", "handle", "followers", "verified", "is_bot"];

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: `author.id`.
    pub path: String,
    /// What: `missing`.
    pub problem: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

/// Why a message cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// The text is longer than [`TEXT_BYTES_MAX`].
    #[error("text: {bytes} bytes, more than {TEXT_BYTES_MAX}")]
    TextTooLong {
        /// Its length.
        bytes: usize,
    },
    /// Every field that is wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Fields(Vec<FieldError>),
}

/// Reads the body of `POST /api/v1/messages`. `fallback_id` is the message's id where it brings none.
pub fn parse(body: &[u8], now: Timestamp, fallback_id: MessageId) -> Result<Inbound, Unreadable> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| Unreadable::NotJson(error.to_string()))?;
    if let Some(text) = value["text"].as_str()
        && text.len() > TEXT_BYTES_MAX
    {
        return Err(Unreadable::TextTooLong { bytes: text.len() });
    }
    let mut fields =
        Fields::of("", &value, MESSAGE).map_err(|error| Unreadable::Fields(vec![error]))?;
    let account = account(&mut fields);
    let id = fields.id("id").map_or(fallback_id, MessageId::new);
    let author = author(&mut fields);
    let text = fields.required("text", Fields::text);
    let conversation = fields.id("conversation");
    let visibility = visibility(&mut fields);
    let addressed = fields.flag("addressed").unwrap_or(true);
    let sent_at = sent_at(&mut fields, now);
    let return_address = reply_url(&mut fields);
    let language = language(&mut fields);
    match (account, author, text) {
        (Some(account), Some(author), Some(text)) if fields.problems.is_empty() => Ok(Inbound {
            id,
            account,
            author,
            text,
            visibility,
            addressed,
            thread: conversation.clone(),
            reference: conversation,
            return_address,
            sent_at,
            language,
            automated: None,
        }),
        _ => Err(Unreadable::Fields(fields.problems)),
    }
}

fn account(fields: &mut Fields<'_>) -> Option<AccountId> {
    let text = fields.required("account", Fields::text)?;
    match AccountId::parse(&text) {
        Some(account) if account.kind == "http" => Some(account),
        Some(_) | None => {
            fields.problem("account", "expected `http/<name>`");
            None
        }
    }
}

fn author(message: &mut Fields<'_>) -> Option<Author> {
    let Some(value) = message.get("author") else {
        message.problem("author", "missing");
        return None;
    };
    let mut fields = match Fields::of("author.", value, AUTHOR) {
        Ok(fields) => fields,
        Err(error) => {
            message.problems.push(error);
            return None;
        }
    };
    let id = fields.required("id", Fields::id);
    let (name, handle) = (fields.name("name"), fields.name("handle"));
    let followers = fields.count("followers");
    let (verified, is_bot) = (fields.flag("verified"), fields.flag("is_bot"));
    message.problems.append(&mut fields.problems);
    id.map(|id| Author {
        name,
        handle: handle.trim_start_matches('@').to_owned(),
        followers,
        verified: verified.unwrap_or(false),
        is_bot: is_bot.unwrap_or(false),
        ..Author::new(id)
    })
}

fn visibility(fields: &mut Fields<'_>) -> Visibility {
    match fields.text("visibility").as_deref() {
        None | Some("private") => Visibility::Private,
        Some("public") => Visibility::Public,
        Some(_) => {
            fields.problem("visibility", "expected `public` or `private`");
            Visibility::Private
        }
    }
}

fn sent_at(fields: &mut Fields<'_>, now: Timestamp) -> Timestamp {
    let Some(text) = fields.text("sent_at") else {
        return now;
    };
    match text.parse::<Timestamp>() {
        Ok(at) if at < Timestamp::UNIX_EPOCH => fields.problem("sent_at", "before 1970"),
        Ok(at) if at.duration_since(now) > AHEAD_MAX => {
            fields.problem("sent_at", "more than a day ahead");
        }
        Ok(at) => return at,
        Err(_) => fields.problem("sent_at", "expected a time such as `2026-05-04T03:02:01Z`"),
    }
    now
}

fn reply_url(fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.text("reply_url")?;
    let checked = match Url::parse(&text) {
        Ok(_) if text.len() > URL_BYTES_MAX => Err(format!("longer than {URL_BYTES_MAX} bytes")),
        Ok(url) => guard::check(&url).map_err(|blocked| blocked.to_string()),
        Err(_) => Err("expected an address such as `https://partner.example/replies`".to_owned()),
    };
    match checked {
        Ok(()) => Some(text),
        Err(problem) => {
            fields.problem("reply_url", problem);
            None
        }
    }
}

/// Takes `de`, `DE` and `de-AT`; the region does not matter to a reply.
fn language(fields: &mut Fields<'_>) -> Option<Language> {
    let tag = fields.text("language")?.to_ascii_lowercase();
    let code = tag.split(['-', '_']).next().unwrap_or_default();
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Some(Language::from(code));
    }
    fields.problem("language", "expected an ISO 639-1 code such as `en`");
    None
}

/// The fields of one JSON object and all that is wrong with them. `null` counts as absent.
struct Fields<'a> {
    prefix: &'static str,
    object: &'a Map<String, Value>,
    problems: Vec<FieldError>,
}

impl<'a> Fields<'a> {
    fn of(prefix: &'static str, value: &'a Value, known: &[&str]) -> Result<Self, FieldError> {
        let Some(object) = value.as_object() else {
            return Err(FieldError {
                path: prefix.trim_end_matches('.').to_owned(),
                problem: "expected an object".to_owned(),
            });
        };
        let mut fields = Self {
            prefix,
            object,
            problems: Vec::new(),
        };
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            fields.problem(name, format!("unknown; known are {}", known.join(", ")));
        }
        Ok(fields)
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn problem(&mut self, name: &str, problem: impl Into<String>) {
        self.problems.push(FieldError {
            path: format!("{}{name}", self.prefix),
            problem: problem.into(),
        });
    }

    fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<T> {
        if self.get(name).is_none() {
            self.problem(name, "missing");
        }
        read(self, name)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let value = self.get(name)?;
        if let Some(text) = value.as_str() {
            return Some(text.to_owned());
        }
        self.problem(name, "expected text");
        None
    }

    fn name(&mut self, name: &str) -> String {
        let mut text = self.text(name).unwrap_or_default();
        cut_to_bytes(&mut text, NAME_BYTES_MAX);
        text
    }

    /// Text or a whole number, since many systems number their customers and messages.
    fn id(&mut self, name: &str) -> Option<String> {
        let value = self.get(name)?;
        let id = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
            _ => {
                self.problem(name, "expected text or a whole number");
                return None;
            }
        };
        if id.is_empty() {
            self.problem(name, "empty");
        } else if id.len() > ID_BYTES_MAX {
            self.problem(name, format!("longer than {ID_BYTES_MAX} bytes"));
        }
        Some(id)
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.get(name)?;
        if !value.is_boolean() {
            self.problem(name, "expected true or false");
        }
        value.as_bool()
    }

    fn count(&mut self, name: &str) -> Option<u64> {
        let value = self.get(name)?;
        if !value.is_u64() {
            self.problem(name, "expected a whole number, 0 or more");
        }
        value.as_u64()
    }
}

/// A reply as it is posted.
#[derive(Serialize)]
struct Reply<'a> {
    r#type: &'static str,
    id: &'a str,
    conversation: &'a str,
    in_reply_to: Option<&'a str>,
    account: String,
    text: &'a str,
    language: &'a str,
    visibility: Visibility,
}

/// The body of a reply: the same on every attempt.
#[expect(
    clippy::missing_panics_doc,
    reason = "plain data with text keys always serializes"
)]
pub fn reply(message: &Outbound) -> Vec<u8> {
    let reply = Reply {
        r#type: "reply",
        id: message.id.as_str(),
        conversation: message
            .reference
            .as_deref()
            .unwrap_or(message.conversation.as_str()),
        in_reply_to: message.in_reply_to.as_ref().map(MessageId::as_str),
        account: message.account.to_string(),
        text: &message.text,
        language: message.language.as_str(),
        visibility: message.visibility,
    };
    serde_json::to_vec(&reply).expect("text and names always serialize")
}

/// What an answer means for a reply.
pub fn attempted(status: u16, verdict: Verdict) -> Attempted {
    let later = |retry_after_s, reason| Attempted::Later {
        retry_after_s,
        reason,
    };
    let refused = |reason| Attempted::Refused { reason };
    match verdict {
        Verdict::Taken => Attempted::Sent { message: None },
        Verdict::Later { retry_after_s } => {
            later(retry_after_s, format!("the receiver answered {status}"))
        }
        Verdict::Unauthorized => later(
            None,
            "the receiver does not accept our signature (401); check `secret`".to_owned(),
        ),
        Verdict::Elsewhere => refused(format!(
            "the receiver answered {status}; redirects are not followed, `reply_url` must be the final address"
        )),
        Verdict::Gone => refused("the receiver is gone (410)".to_owned()),
        Verdict::Forbidden | Verdict::Refused => {
            refused(format!("the receiver refused it ({status})"))
        }
    }
}
