//! What every store must do alike, run over each of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use tempfile::TempDir;

use crate::store::memory::MemoryStore;
use crate::store::sled::SledStore;
use crate::store::{Change, Lagged, Store, StoreError, Stored, Watch};

/// Each store, empty, with its name and the folder that it lives in.
fn stores() -> Vec<(&'static str, Arc<dyn Store>, Option<TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let sled = SledStore::open(folder.path()).unwrap();
    vec![
        ("memory", Arc::new(MemoryStore::default()), None),
        ("sled", Arc::new(sled), Some(folder)),
    ]
}

fn is_conflict<T>(result: &Result<T, StoreError>, on: &str) -> bool {
    matches!(result, Err(StoreError::Conflict { key }) if key == on)
}

#[tokio::test]
async fn what_was_swapped_in_is_read_back() {
    for (name, store, _folder) in stores() {
        assert_eq!(store.get("a").await.unwrap(), None, "{name}");
        for bytes in [b"one".to_vec(), Vec::new(), vec![0xff; 300_000]] {
            let before = store.get("a").await.unwrap().map(|stored| stored.revision);
            let revision = store.swap("a", before, bytes.clone()).await.unwrap();
            assert!(Some(revision) > before, "{name}: revisions grow");
            let found = store.get("a").await.unwrap();
            assert_eq!(found, Some(Stored { revision, bytes }), "{name}");
        }
    }
}

#[tokio::test]
async fn a_write_at_another_revision_changes_nothing() {
    for (name, store, _folder) in stores() {
        let first = store.swap("a", None, b"1".to_vec()).await.unwrap();
        let second = store.swap("a", Some(first), b"2".to_vec()).await.unwrap();
        for expected in [None, Some(first), Some(second + 1)] {
            let swapped = store.swap("a", expected, b"3".to_vec()).await;
            assert!(is_conflict(&swapped, "a"), "{name}: {swapped:?}");
        }
        let deleted = store.delete("a", first).await;
        assert!(is_conflict(&deleted, "a"), "{name}: {deleted:?}");
        let missing = store.swap("b", Some(second), b"3".to_vec()).await;
        assert!(is_conflict(&missing, "b"), "{name}: {missing:?}");
        let found = store.get("a").await.unwrap().unwrap();
        assert_eq!(found.bytes, b"2", "{name}");
    }
}

#[tokio::test]
async fn a_deleted_document_is_gone_and_its_revision_never_returns() {
    for (name, store, _folder) in stores() {
        let first = store.swap("a", None, b"1".to_vec()).await.unwrap();
        store.delete("a", first).await.unwrap();
        assert_eq!(store.get("a").await.unwrap(), None, "{name}");
        assert!(is_conflict(&store.delete("a", first).await, "a"), "{name}");
        let again = store.swap("a", None, b"2".to_vec()).await.unwrap();
        assert!(again > first, "{name}");
        let stale = store.swap("a", Some(first), b"3".to_vec()).await;
        assert!(is_conflict(&stale, "a"), "{name}");
    }
}

#[tokio::test]
async fn a_scan_pages_through_one_prefix_in_key_order() {
    for (name, store, _folder) in stores() {
        for key in ["c/2", "c/1", "c/10", "d/1", "c", "b/9", "c/é"] {
            store
                .swap(key, None, key.as_bytes().to_vec())
                .await
                .unwrap();
        }
        let table: [(&str, Option<&str>, usize, &[&str]); 8] = [
            ("c/", None, 9, &["c/1", "c/10", "c/2", "c/é"]),
            ("c/", None, 2, &["c/1", "c/10"]),
            ("c/", Some("c/10"), 2, &["c/2", "c/é"]),
            ("c/", Some("c/1x"), 1, &["c/2"]),
            ("c/", Some("c/é"), 9, &[]),
            ("c/", Some("a"), 1, &["c/1"]),
            ("c/", Some("d"), 9, &[]),
            ("", None, 3, &["b/9", "c", "c/1"]),
        ];
        for (prefix, after, limit, expected) in table {
            let page = store.scan(prefix, after, limit).await.unwrap();
            let keys: Vec<&str> = page.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(keys, expected, "{name}: {prefix:?} after {after:?}");
            assert!(
                page.iter()
                    .all(|(key, stored)| key.as_bytes() == stored.bytes),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn a_watcher_hears_of_its_own_prefix_in_order_until_the_store_closes() {
    for (name, store, _folder) in stores() {
        let mut watch = store.watch("c/");
        let first = store.swap("c/1", None, b"1".to_vec()).await.unwrap();
        store.swap("d/1", None, b"1".to_vec()).await.unwrap();
        let second = store.swap("c/1", Some(first), b"2".to_vec()).await.unwrap();
        assert!(store.swap("c/1", None, b"3".to_vec()).await.is_err());
        store.delete("c/1", second).await.unwrap();
        drop(store);
        for revision in [Some(first), Some(second), None] {
            let key = "c/1".to_owned();
            let heard = watch.next().await;
            assert_eq!(heard, Some(Ok(Change { key, revision })), "{name}");
        }
        assert_eq!(watch.next().await, None, "{name}");
    }
}

#[tokio::test]
async fn a_watcher_that_fell_behind_is_told_once_and_goes_on() {
    let (sender, receiver) = tokio::sync::broadcast::channel(2);
    let mut watch = Watch::new("", receiver);
    for revision in 0..5 {
        let key = "a".to_owned();
        let revision = Some(revision);
        sender.send(Change { key, revision }).unwrap();
    }
    assert_eq!(watch.next().await, Some(Err(Lagged)));
    let next = watch.next().await.unwrap().unwrap();
    assert_eq!(next.revision, Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_writers_of_one_document_lose_nothing() {
    const WRITERS: u64 = 64;
    const EACH: u64 = 5;
    for (name, store, _folder) in stores() {
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| tokio::spawn(count_up(Arc::clone(&store), EACH)))
            .collect();
        let mut revisions = BTreeSet::new();
        for writer in writers {
            revisions.extend(writer.await.unwrap());
        }
        let found = store.get("count").await.unwrap().unwrap();
        let count = u64::from_be_bytes(found.bytes.try_into().unwrap());
        assert_eq!(count, WRITERS * EACH, "{name}");
        let acknowledged = u64::try_from(revisions.len()).unwrap();
        assert_eq!(acknowledged, WRITERS * EACH, "{name}: each has its own");
    }
}

/// Adds 1 to the document `times` times, and returns the revisions that were acknowledged.
async fn count_up(store: Arc<dyn Store>, times: u64) -> Vec<u64> {
    let mut revisions = Vec::new();
    while u64::try_from(revisions.len()).unwrap() < times {
        let found = store.get("count").await.unwrap();
        let count = found.as_ref().map_or(0, |stored| {
            u64::from_be_bytes(stored.bytes.clone().try_into().unwrap())
        });
        let expected = found.map(|stored| stored.revision);
        let next = (count + 1).to_be_bytes().to_vec();
        match store.swap("count", expected, next).await {
            Ok(revision) => revisions.push(revision),
            Err(StoreError::Conflict { .. }) => tokio::task::yield_now().await,
            Err(other) => panic!("{other}"),
        }
    }
    revisions
}
