//! Where documents are kept: `get`, `swap`, `delete`, `scan`, `watch`, and nothing else.
//!
//! A swap that returns is on disk. Two stores keep this promise the same way: `sled` in one process, and the memory
//! store that the simulator crashes at will.

pub mod document;
pub mod memory;
pub mod sled;
#[cfg(test)]
mod tests;

use futures::future::BoxFuture;
use tokio::sync::broadcast;

/// A document's revision; grows with every swap of its key.
pub type Revision = u64;

/// A document as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its revision, to be named in the next swap.
    pub revision: Revision,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A key that changed; `None` = deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: String,
    /// Its new revision.
    pub revision: Option<Revision>,
}

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the document first: read it again.
    #[error("`{key}` changed meanwhile")]
    Conflict {
        /// The document.
        key: String,
    },
    /// Another process has the store.
    #[error(
        "the store at {path} is in use by another process: stop the other hark, or set `store.path` to a folder of its own"
    )]
    Locked {
        /// The folder.
        path: String,
    },
    /// What is on disk cannot be read.
    #[error("the store at {path} is damaged: {reason}")]
    Corrupt {
        /// The folder, or the document.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk refused: full, read-only, gone.
    #[error("the store cannot use its disk")]
    Io(#[source] std::io::Error),
}

/// A store of documents under text keys.
pub trait Store: Send + Sync + 'static {
    /// The document under `key`.
    fn get(&self, key: &str) -> BoxFuture<'_, Result<Option<Stored>, StoreError>>;

    /// Puts `bytes` under `key` if its revision is still `expected` (`None` = it must not exist). On disk on return.
    fn swap(
        &self,
        key: &str,
        expected: Option<Revision>,
        bytes: Vec<u8>,
    ) -> BoxFuture<'_, Result<Revision, StoreError>>;

    /// Removes `key` if its revision is still `expected`. On disk on return.
    fn delete(&self, key: &str, expected: Revision) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Up to `limit` documents whose key starts with `prefix`, in key order, after the key `after`.
    fn scan(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(String, Stored)>, StoreError>>;

    /// Changes of keys that start with `prefix`, from now on.
    fn watch(&self, prefix: &str) -> Watch;
}

/// Changes under one prefix.
#[derive(Debug)]
pub struct Watch {
    prefix: String,
    changes: broadcast::Receiver<Change>,
}

/// The watcher was too slow and missed changes: scan again, then go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("changes were missed: scan again")]
pub struct Lagged;

impl Watch {
    /// Watches what a store broadcasts, narrowed to keys that start with `prefix`.
    pub fn new(prefix: &str, changes: broadcast::Receiver<Change>) -> Self {
        Self {
            prefix: prefix.to_owned(),
            changes,
        }
    }

    /// The next change; `None` when the store is closed.
    pub async fn next(&mut self) -> Option<Result<Change, Lagged>> {
        loop {
            match self.changes.recv().await {
                Ok(change) if change.key.starts_with(&self.prefix) => return Some(Ok(change)),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return Some(Err(Lagged)),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}
