//! The embedded store: sled keeps the tree, and one writer thread makes every acknowledgement true.
//!
//! A document is stored as its revision (8 bytes, big-endian) and then its bytes. Revisions come from one counter and
//! are never used twice, so a document that was deleted and made again is not mistaken for the one before.
//! Once the disk refused a write, memory and disk may differ: the store then refuses reads and writes alike until the
//! process starts again and reads what is really there. It never shows or acknowledges what may not be on disk.

mod disk;
mod open;
#[cfg(test)]
mod tests;
mod writer;

use std::ops::Bound;
use std::path::Path;

use futures::FutureExt;
use futures::future::BoxFuture;
use sled::{Db, IVec};
use tokio::sync::broadcast;

use crate::store::sled::open::{Opened, sort_error};
use crate::store::sled::writer::{BATCH_MAX, Writer};
use crate::store::{Change, Revision, Store, StoreError, Stored, Watch};

/// Changes that a watcher may fall behind before it must scan again: four full batches.
const CHANGES_MAX: usize = 4 * BATCH_MAX;

/// Documents in a folder of this machine, for one process at a time.
///
/// Dropping it waits until what is being written is on disk. The folder is free for certain only when the process ends:
/// sled's threads let go of their lock when they next have something to do.
#[derive(Debug)]
pub struct SledStore {
    // Dropped before the tree, which the writer uses to the end.
    writer: Writer,
    tree: Tree,
    changes: broadcast::Sender<Change>,
}

impl SledStore {
    /// Opens the store in the folder `path`, which is made where it does not exist.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] when another process has it, [`StoreError::Corrupt`] when it cannot be understood, and
    /// [`StoreError::Io`] naming the path when the system refuses it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let Opened { db, disk } = open::open(path)?;
        let (changes, _) = broadcast::channel(CHANGES_MAX);
        let tree = Tree {
            db,
            path: path.display().to_string(),
        };
        Ok(Self {
            writer: Writer::start(tree.clone(), disk, changes.clone())?,
            tree,
            changes,
        })
    }
}

impl Store for SledStore {
    // Not on another thread: a look into memory, or one read of a few kilobytes that the system mostly has cached,
    // costs less than the way there and back.
    fn get(&self, key: &str) -> BoxFuture<'_, Result<Option<Stored>, StoreError>> {
        let found = self.writer.check_alive().and_then(|()| self.tree.get(key));
        std::future::ready(found).boxed()
    }

    fn swap(
        &self,
        key: &str,
        expected: Option<Revision>,
        bytes: Vec<u8>,
    ) -> BoxFuture<'_, Result<Revision, StoreError>> {
        let key = key.to_owned();
        self.writer.write(key, expected, Some(bytes)).boxed()
    }

    fn delete(&self, key: &str, expected: Revision) -> BoxFuture<'_, Result<(), StoreError>> {
        let deleted = self.writer.write(key.to_owned(), Some(expected), None);
        deleted.map(|done| done.map(drop)).boxed()
    }

    // On another thread: a page of documents may come from many places of the disk.
    fn scan(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(String, Stored)>, StoreError>> {
        if let Err(error) = self.writer.check_alive() {
            return std::future::ready(Err(error)).boxed();
        }
        let (tree, prefix, after) = (
            self.tree.clone(),
            prefix.to_owned(),
            after.map(str::to_owned),
        );
        tokio::task::spawn_blocking(move || tree.scan(&prefix, after.as_deref(), limit))
            .map(|page| page.unwrap_or_else(|panic| Err(StoreError::Io(panic.into()))))
            .boxed()
    }

    fn watch(&self, prefix: &str) -> Watch {
        Watch::new(prefix, self.changes.subscribe())
    }
}

/// The tree, and how a document lies in it.
#[derive(Debug, Clone)]
struct Tree {
    db: Db,
    path: String,
}

impl Tree {
    fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let found = self.db.get(key).map_err(|error| self.sort(&error))?;
        found.map(|value| unpack(key, &value)).transpose()
    }

    fn put(&self, key: &str, revision: Revision, bytes: &[u8]) -> Result<(), StoreError> {
        let value = [&revision.to_be_bytes(), bytes].concat();
        let put = self.db.insert(key, value);
        put.map(drop).map_err(|error| self.sort(&error))
    }

    fn remove(&self, key: &str) -> Result<(), StoreError> {
        let removed = self.db.remove(key);
        removed.map(drop).map_err(|error| self.sort(&error))
    }

    /// A revision that no document had before, also after a restart.
    fn next_revision(&self) -> Result<Revision, StoreError> {
        self.db.generate_id().map_err(|error| self.sort(&error))
    }

    /// Hands all that was written to the system, which has not put it on disk yet: on Linux, sled leaves that out.
    fn flush(&self) -> Result<(), StoreError> {
        self.db.flush().map(drop).map_err(|error| self.sort(&error))
    }

    fn scan(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Stored)>, StoreError> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        self.db
            .range::<&str, _>((start, Bound::Unbounded))
            .take_while(|entry| {
                entry
                    .as_ref()
                    .map_or(true, |(key, _)| key.starts_with(prefix.as_bytes()))
            })
            .take(limit)
            .map(|entry| {
                let (key, value) = entry.map_err(|error| self.sort(&error))?;
                let key = self.text(&key)?;
                let stored = unpack(&key, &value)?;
                Ok((key, stored))
            })
            .collect()
    }

    fn text(&self, key: &IVec) -> Result<String, StoreError> {
        String::from_utf8(key.to_vec()).map_err(|_| StoreError::Corrupt {
            path: self.path.clone(),
            reason: "it holds a key that is not text".to_owned(),
        })
    }

    fn sort(&self, error: &sled::Error) -> StoreError {
        sort_error(&self.path, error)
    }
}

fn unpack(key: &str, value: &[u8]) -> Result<Stored, StoreError> {
    let (revision, bytes) = value
        .split_first_chunk()
        .ok_or_else(|| StoreError::Corrupt {
            path: key.to_owned(),
            reason: "it is too short to hold a revision".to_owned(),
        })?;
    Ok(Stored {
        revision: Revision::from_be_bytes(*revision),
        bytes: bytes.to_vec(),
    })
}
