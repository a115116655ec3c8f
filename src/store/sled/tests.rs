//! What only the store on disk promises: one owner, plain errors, and syncs that are shared.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;

use futures::future::join_all;

use super::*;

/// Opens and writes enough for a log of several segments and a document in a file of its own.
async fn filled(path: &Path) {
    let store = SledStore::open(path).unwrap();
    let keys: Vec<String> = (0..2_000).map(|n| format!("k/{n}")).collect();
    let swaps = keys
        .iter()
        .map(|key| store.swap(key, None, vec![7; 2_000]));
    for swapped in join_all(swaps).await {
        swapped.unwrap();
    }
    store.swap("large", None, vec![9; 1_500_000]).await.unwrap();
}

#[tokio::test]
async fn what_was_closed_opens_again_at_once_and_counts_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = None;
    for round in 0..10_u8 {
        let store = SledStore::open(folder.path()).unwrap();
        let revision = store.swap("a", last, vec![round; 3]).await.unwrap();
        assert!(Some(revision) > last);
        last = Some(revision);
    }
    filled(folder.path()).await;
    let store = SledStore::open(folder.path()).unwrap();
    assert_eq!(store.scan("k/", None, 9_999).await.unwrap().len(), 2_000);
    let large = store.get("large").await.unwrap().unwrap();
    assert_eq!(large.bytes, vec![9; 1_500_000]);
}

#[tokio::test]
async fn a_folder_has_one_owner() {
    let folder = tempfile::tempdir().unwrap();
    let first = SledStore::open(folder.path()).unwrap();
    let second = SledStore::open(folder.path());
    assert!(
        matches!(&second, Err(StoreError::Locked { path }) if *path == folder.path().display().to_string()),
        "{second:?}"
    );
    first.swap("a", None, b"1".to_vec()).await.unwrap();
}

#[test]
fn a_path_that_the_system_refuses_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("below")] {
        let Err(StoreError::Io(error)) = SledStore::open(&path) else {
            panic!("{} opened", path.display());
        };
        assert!(
            error.to_string().contains(&path.display().to_string()),
            "{error}"
        );
    }
}

#[test]
fn what_customers_wrote_is_closed_to_other_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    drop(SledStore::open(&path).unwrap());
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn a_value_too_short_for_its_revision_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    store.tree.db.insert("a", b"short").unwrap();
    let found = store.get("a").await;
    assert!(matches!(&found, Err(StoreError::Corrupt { path, .. }) if path == "a"));
    let swapped = store.swap("a", None, b"1".to_vec()).await;
    assert!(matches!(swapped, Err(StoreError::Corrupt { .. })));
    store.swap("b", None, b"1".to_vec()).await.unwrap();
}

#[tokio::test]
async fn after_a_refused_sync_nothing_is_acknowledged_or_shown() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    let first = store.swap("a", None, b"1".to_vec()).await.unwrap();
    fs::remove_dir_all(folder.path().join("blobs")).unwrap();
    let writes = (0..10).map(|_| store.swap("a", Some(first), b"2".to_vec()));
    for refused in join_all(writes).await {
        assert!(matches!(refused, Err(StoreError::Io(_))), "{refused:?}");
    }
    let Err(StoreError::Io(error)) = store.get("a").await else {
        panic!("shows what may not be on disk");
    };
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(store.scan("", None, 9).await.is_err());
    assert!(store.swap("b", None, Vec::new()).await.is_err());
}

#[test]
fn damage_is_contained_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    drop(SledStore::open(path).unwrap());
    fs::write(path.join("conf"), "segment_size: 17\nuse_compression: maybe\n????").unwrap();
    let Err(StoreError::Corrupt { reason, .. }) = SledStore::open(path) else {
        panic!("opened");
    };
    assert!(reason.contains("hark restore"), "{reason}");
}
