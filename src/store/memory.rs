//! A store in memory, for tests and for the simulator: what was acknowledged outlives every "crash" of what uses it.
//!
//! It keeps every promise of the trait but the one about the disk.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::broadcast;

use crate::store::{Change, Revision, Store, StoreError, Stored, Watch};

/// Changes that a watcher may fall behind before it must scan again.
const CHANGES_MAX: usize = 1024;

/// Documents in memory.
#[derive(Debug)]
pub struct MemoryStore {
    documents: Mutex<Documents>,
    changes: broadcast::Sender<Change>,
}

#[derive(Debug, Default)]
struct Documents {
    by_key: BTreeMap<String, Stored>,
    last_revision: Revision,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self {
            documents: Mutex::default(),
            changes: broadcast::channel(CHANGES_MAX).0,
        }
    }
}

impl MemoryStore {
    fn lock(&self) -> MutexGuard<'_, Documents> {
        self.documents
            .lock()
            .expect("nothing panics while it holds the documents")
    }

    fn write(
        &self,
        key: &str,
        expected: Option<Revision>,
        bytes: Option<Vec<u8>>,
    ) -> Result<Revision, StoreError> {
        let mut documents = self.lock();
        let found = documents.by_key.get(key).map(|stored| stored.revision);
        if found != expected {
            return Err(StoreError::Conflict {
                key: key.to_owned(),
            });
        }
        documents.last_revision += 1;
        let revision = documents.last_revision;
        let change = Change {
            key: key.to_owned(),
            revision: bytes.is_some().then_some(revision),
        };
        match bytes {
            Some(bytes) => {
                let stored = Stored { revision, bytes };
                documents.by_key.insert(key.to_owned(), stored);
            }
            None => {
                documents.by_key.remove(key);
            }
        }
        // While the documents are held, so that changes are told in their order. Nobody may be watching.
        drop(self.changes.send(change));
        Ok(revision)
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &str) -> BoxFuture<'_, Result<Option<Stored>, StoreError>> {
        std::future::ready(Ok(self.lock().by_key.get(key).cloned())).boxed()
    }

    fn swap(
        &self,
        key: &str,
        expected: Option<Revision>,
        bytes: Vec<u8>,
    ) -> BoxFuture<'_, Result<Revision, StoreError>> {
        std::future::ready(self.write(key, expected, Some(bytes))).boxed()
    }

    fn delete(&self, key: &str, expected: Revision) -> BoxFuture<'_, Result<(), StoreError>> {
        std::future::ready(self.write(key, Some(expected), None).map(drop)).boxed()
    }

    fn scan(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(String, Stored)>, StoreError>> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let page = self
            .lock()
            .by_key
            .range::<str, _>((start, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(limit)
            .map(|(key, stored)| (key.clone(), stored.clone()))
            .collect();
        std::future::ready(Ok(page)).boxed()
    }

    fn watch(&self, prefix: &str) -> Watch {
        Watch::new(prefix, self.changes.subscribe())
    }
}
