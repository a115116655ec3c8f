//! Typed documents over the store's bytes: JSON inside an envelope that states its format.
//!
//! An old hark must refuse what a newer one wrote, since it would drop what it does not know when it writes back.
//! What cannot be read is named by its key and place only: documents hold what customers wrote.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::model::conversation::Conversation;
use crate::model::id::{AccountId, AuthorId, ConversationId};
use crate::store::{Revision, Store, StoreError};

/// A type that is stored under keys of its own kind.
pub trait Document: Serialize + DeserializeOwned {
    /// The first part of its keys.
    const KIND: &'static str;
    /// The format that is written, counted from 1; it rises when an older hark could not read it any more.
    const FORMAT: u32;
}

impl Document for Conversation {
    const KIND: &'static str = "conversation";
    const FORMAT: u32 = 1;
}

/// How far an account has been read: whatever its channel must know to go on after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// In a form that only the channel reads.
    pub value: String,
}

impl Document for Bookmark {
    const KIND: &'static str = "bookmark";
    const FORMAT: u32 = 1;
}

/// A customer told the bot to stop: it never writes to them again through this account, in whatever conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptOut {
    /// When they did.
    pub at: Timestamp,
}

impl Document for OptOut {
    const KIND: &'static str = "opt-out";
    const FORMAT: u32 = 1;
}

/// The key of a customer's opt-out: `opt-out/<account>/<customer>`.
pub fn opt_out_key(account: &AccountId, customer: &AuthorId) -> String {
    format!("{}{account}/{customer}", prefix::<OptOut>())
}

/// What all keys of a kind begin with, to scan or watch them.
pub fn prefix<T: Document>() -> String {
    format!("{}/", T::KIND)
}

/// The key of a conversation: `conversation/<id>`.
pub fn conversation_key(id: &ConversationId) -> String {
    format!("{}{id}", prefix::<Conversation>())
}

/// The key of an account's bookmark: `bookmark/<account>/<name>`.
pub fn bookmark_key(account: &AccountId, name: &str) -> String {
    format!("{}{account}/{name}", prefix::<Bookmark>())
}

/// A document and the revision it was read at, to be named in the next [`save`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded<T> {
    /// Its revision.
    pub revision: Revision,
    /// What was stored.
    pub document: T,
}

/// Reads the document under `key`.
///
/// # Errors
///
/// Those of [`Store::get`], and those of [`decode`].
pub async fn load<T: Document>(
    store: &dyn Store,
    key: &str,
) -> Result<Option<Loaded<T>>, StoreError> {
    let Some(stored) = store.get(key).await? else {
        return Ok(None);
    };
    Ok(Some(Loaded {
        revision: stored.revision,
        document: decode(key, &stored.bytes)?,
    }))
}

/// Writes the document under `key` if its revision is still `expected` (`None` = it must not exist).
///
/// # Errors
///
/// Those of [`Store::swap`].
pub async fn save<T: Document>(
    store: &dyn Store,
    key: &str,
    expected: Option<Revision>,
    document: &T,
) -> Result<Revision, StoreError> {
    store.swap(key, expected, encode(document)).await
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    format: u32,
    body: T,
}

/// The envelope alone, for a body that cannot be read.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// The bytes of a document.
///
/// # Panics
///
/// Where a type cannot be written as JSON at all, such as one with a map under keys that are not text.
pub fn encode<T: Document>(document: &T) -> Vec<u8> {
    let envelope = Envelope {
        format: T::FORMAT,
        body: document,
    };
    serde_json::to_vec(&envelope).expect("documents are plain data under text keys")
}

/// Reads the bytes that were found under `key`.
///
/// # Errors
///
/// [`StoreError::Corrupt`] naming the key when they are damaged, or written in a format that this hark does not know.
pub fn decode<T: Document>(key: &str, bytes: &[u8]) -> Result<T, StoreError> {
    let corrupt = |reason| StoreError::Corrupt {
        path: key.to_owned(),
        reason,
    };
    match serde_json::from_slice(bytes) {
        Ok(Envelope { format, body }) if format == T::FORMAT => Ok(body),
        Ok(Envelope { format, .. }) => Err(corrupt(unknown_format::<T>(format))),
        Err(error) => Err(corrupt(match serde_json::from_slice(bytes) {
            Ok(Format { format }) if format != T::FORMAT => unknown_format::<T>(format),
            // Not the error's own text, which quotes what was stored.
            _ => format!(
                "it does not read as a {} (line {}, column {})",
                T::KIND,
                error.line(),
                error.column()
            ),
        })),
    }
}

fn unknown_format<T: Document>(format: u32) -> String {
    let known = T::FORMAT;
    if format > known {
        format!("it was written by a newer hark: format {format}, this one knows up to {known}")
    } else {
        format!("its format is {format}, which no hark ever wrote")
    }
}

#[cfg(test)]
mod tests;
