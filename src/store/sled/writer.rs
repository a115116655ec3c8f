//! The one thread that writes: it takes every waiting write, applies them in order, and syncs once for all of them.
//!
//! Nobody is answered before the batch is on disk. A write that was acknowledged is found after a crash; one that was
//! not may be. The first failure ends the thread, and with it the use of the store.

use std::io;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use tokio::sync::{broadcast, mpsc, oneshot};

use crate::store::sled::Tree;
use crate::store::sled::disk::Disk;
use crate::store::{Change, Revision, StoreError};

/// Most writes that share one sync, and most that wait in the queue; further writers wait for a place in it.
pub(super) const BATCH_MAX: usize = 1024;

/// One document to be put, or removed where `bytes` is `None`.
#[derive(Debug)]
struct Write {
    key: String,
    expected: Option<Revision>,
    bytes: Option<Vec<u8>>,
    done: oneshot::Sender<Result<Revision, StoreError>>,
}

/// Why the thread ended, where a failure was the reason.
type Failure = Arc<OnceLock<StoreError>>;

/// The way to the thread. Dropping it waits for the writes that are under way.
#[derive(Debug)]
pub(super) struct Writer {
    // Dropped before the thread is waited for, since this is what ends it.
    queue: mpsc::Sender<Write>,
    failure: Failure,
    _thread: Joined,
}

impl Writer {
    pub(super) fn start(
        tree: Tree,
        disk: Disk,
        changes: broadcast::Sender<Change>,
    ) -> Result<Self, StoreError> {
        let (queue, waiting) = mpsc::channel(BATCH_MAX);
        let failure = Failure::default();
        let committer = Committer {
            waiting,
            tree,
            disk,
            changes,
            failure: Arc::clone(&failure),
        };
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || committer.run())
            .map_err(StoreError::Io)?;
        Ok(Self {
            queue,
            failure,
            _thread: Joined(Some(thread)),
        })
    }

    /// Puts or removes a document; answers when that is on disk.
    pub(super) async fn write(
        &self,
        key: String,
        expected: Option<Revision>,
        bytes: Option<Vec<u8>>,
    ) -> Result<Revision, StoreError> {
        let (done, answer) = oneshot::channel();
        let write = Write {
            key,
            expected,
            bytes,
            done,
        };
        if self.queue.send(write).await.is_err() {
            return Err(ended(&self.failure));
        }
        answer.await.unwrap_or_else(|_| Err(ended(&self.failure)))
    }

    /// Refuses once the thread has ended, because memory may then hold what the disk does not.
    pub(super) fn check_alive(&self) -> Result<(), StoreError> {
        if self.queue.is_closed() {
            return Err(ended(&self.failure));
        }
        Ok(())
    }
}

/// What everyone is told after the failure.
fn ended(failure: &Failure) -> StoreError {
    let (kind, reason) = match failure.get() {
        Some(StoreError::Io(error)) => (error.kind(), error.to_string()),
        Some(other) => (io::ErrorKind::Other, other.to_string()),
        None => (io::ErrorKind::Other, "the writer thread ended".to_owned()),
    };
    let text = format!("{reason}; the store stays closed until hark is started again");
    StoreError::Io(io::Error::new(kind, text))
}

/// A thread that is waited for.
#[derive(Debug)]
struct Joined(Option<JoinHandle<()>>);

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some(Err(_)) = self.0.take().map(JoinHandle::join) {
            tracing::error!("the thread that writes the store panicked");
        }
    }
}

struct Committer {
    waiting: mpsc::Receiver<Write>,
    tree: Tree,
    disk: Disk,
    changes: broadcast::Sender<Change>,
    failure: Failure,
}

impl Committer {
    fn run(mut self) {
        while let Some(batch) = take_batch(&mut self.waiting) {
            if !self.commit(batch) {
                break;
            }
        }
    }

    /// Puts a batch on disk and answers its writers; `false` when the disk refused.
    fn commit(&mut self, batch: Vec<Write>) -> bool {
        match self.apply_and_sync(&batch) {
            Ok(results) => {
                for (write, result) in batch.into_iter().zip(results) {
                    self.answer(write, result);
                }
                true
            }
            Err(error) => {
                tracing::error!(%error, "the store failed and is closed");
                self.failure.get_or_init(|| error);
                // Before anyone hears of the failure, so that no reader comes after it and sees what is not on disk.
                self.waiting.close();
                for write in batch {
                    drop(write.done.send(Err(ended(&self.failure))));
                }
                false
            }
        }
    }

    /// The outcome of each write, or the failure of all.
    fn apply_and_sync(
        &mut self,
        batch: &[Write],
    ) -> Result<Vec<Result<Revision, StoreError>>, StoreError> {
        let results = batch
            .iter()
            .map(|write| self.apply(write))
            .collect::<Result<Vec<_>, _>>()?;
        if results.iter().any(Result::is_ok) {
            self.tree.flush()?;
            self.disk.sync().map_err(StoreError::Io)?;
        }
        Ok(results)
    }

    /// Changes the tree in memory, where the next write of the same batch finds it; the inner error is the writer's own.
    fn apply(&self, write: &Write) -> Result<Result<Revision, StoreError>, StoreError> {
        match self.tree.get(&write.key) {
            Err(error) => return Ok(Err(error)),
            Ok(found) if found.as_ref().map(|stored| stored.revision) != write.expected => {
                let key = write.key.clone();
                return Ok(Err(StoreError::Conflict { key }));
            }
            Ok(_) => {}
        }
        let revision = self.tree.next_revision()?;
        match &write.bytes {
            Some(bytes) => self.tree.put(&write.key, revision, bytes)?,
            None => self.tree.remove(&write.key)?,
        }
        Ok(Ok(revision))
    }

    fn answer(&self, write: Write, result: Result<Revision, StoreError>) {
        if let Ok(revision) = &result {
            // Nobody may be watching, and the writer may have gone: neither changes what is on disk.
            drop(self.changes.send(Change {
                key: write.key,
                revision: write.bytes.is_some().then_some(*revision),
            }));
        }
        drop(write.done.send(result));
    }
}

/// All that waits, or `None` when no writer is left.
fn take_batch(waiting: &mut mpsc::Receiver<Write>) -> Option<Vec<Write>> {
    let mut batch = Vec::new();
    let taken = waiting.blocking_recv_many(&mut batch, BATCH_MAX);
    (taken > 0).then_some(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_waits_shares_one_sync() {
        let (queue, mut waiting) = mpsc::channel(BATCH_MAX);
        for n in 0..BATCH_MAX {
            let write = Write {
                key: n.to_string(),
                expected: None,
                bytes: None,
                done: oneshot::channel().0,
            };
            queue.try_send(write).unwrap();
        }
        drop(queue);
        let batch = take_batch(&mut waiting).unwrap();
        assert_eq!(batch.len(), BATCH_MAX);
        assert!(
            batch
                .iter()
                .map(|write| &write.key)
                .eq(&(0..BATCH_MAX).map(|n| n.to_string()).collect::<Vec<_>>())
        );
        assert!(take_batch(&mut waiting).is_none());
    }
}
