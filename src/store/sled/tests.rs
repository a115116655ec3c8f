//! What only the store on disk promises: one owner, plain errors, and syncs that are shared.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;

use futures::future::join_all;
use tempfile::TempDir;

use super::*;

/// A folder with more documents than one segment of the log holds, and one that is too large for the log.
async fn filled() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    let swaps = (0..2_000).map(|n| {
        let (store, key) = (&store, format!("k/{n}"));
        async move { store.swap(&key, None, vec![7; 2_000]).await }
    });
    for swapped in join_all(swaps).await {
        swapped.unwrap();
    }
    store.swap("large", None, vec![9; 1_500_000]).await.unwrap();
    folder
}

/// The folder as the next process finds it: this one may still hold the lock on the original.
fn copy(folder: &Path) -> TempDir {
    let copied = tempfile::tempdir().unwrap();
    fs::create_dir(copied.path().join("blobs")).unwrap();
    for part in ["", "blobs"] {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                let to = copied.path().join(part).join(entry.file_name());
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }
    copied
}

#[tokio::test]
async fn the_next_process_finds_everything_and_counts_on() {
    let first = filled().await;
    let second = copy(first.path());
    let store = SledStore::open(second.path()).unwrap();
    assert_eq!(store.scan("k/", None, 9_999).await.unwrap().len(), 2_000);
    let large = store.get("large").await.unwrap().unwrap();
    assert_eq!(large.bytes, vec![9; 1_500_000]);
    let new = store.swap("new", None, Vec::new()).await.unwrap();
    assert!(new > large.revision);
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

type Damage = fn(&Path);

fn cut_log(folder: &Path, bytes: u64) {
    let log = fs::File::options().write(true).open(folder.join("db"));
    log.unwrap().set_len(bytes).unwrap();
}

fn replace(file: &Path) {
    fs::write(file, [0xa5; 200]).unwrap();
}

#[tokio::test]
async fn damage_is_contained_and_says_what_to_do() {
    // Opened once more, as every store in use was: from then on sled keeps a second witness beside the log.
    let filled = filled().await;
    let intact = copy(filled.path());
    drop(SledStore::open(intact.path()).unwrap());
    // sled reports some of these and panics on others; which is its own affair.
    let table: [(&str, Damage); 4] = [
        ("settings", |path| replace(&path.join("conf"))),
        ("log", |path| replace(&path.join("db"))),
        ("log cut in the middle", |path| cut_log(path, 1_000_000)),
        ("log cut at the start", |path| cut_log(path, 100)),
    ];
    for (name, damage) in table {
        let folder = copy(intact.path());
        damage(folder.path());
        match SledStore::open(folder.path()) {
            Err(StoreError::Corrupt { reason, .. }) => {
                assert!(reason.contains("the last backup"), "{name}: {reason}");
            }
            Err(other) => panic!("{name}: {other}"),
            Ok(store) => {
                let page = store.scan("", None, 9_999).await;
                panic!("{name}: opened with {:?}", page.map(|page| page.len()));
            }
        }
    }
}
