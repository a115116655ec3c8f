//! The store on disk across the end of its process: what was acknowledged is there again.
//!
//! The test binary starts itself as the process that ends, with the folder in `HARK_TEST_STORE`.

#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use hark::store::sled::SledStore;
use hark::store::{Store, StoreError};
use tempfile::TempDir;

const FOLDER: &str = "HARK_TEST_STORE";
const WRITERS: usize = 32;
const ROUNDS: usize = 6;
/// A soft limit on the size of a file, in the shell's blocks of 512 or 1,024 bytes: room for a few segments of the log.
const FILE_BLOCKS_MAX: u32 = 16_384;

/// Not a test by itself: the process that the tests below start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_writes_until_it_ends() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let store = Arc::new(SledStore::open(Path::new(&folder)).unwrap());
    let run = fastrand::u64(..);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write_forever(Arc::clone(&store), format!("{run}/{writer}"))))
        .collect();
    for writer in writers {
        let error = writer.await.unwrap();
        assert!(matches!(error, StoreError::Io(_)), "{error:?}");
    }
    assert!(store.scan("", None, 1).await.is_err(), "shows unsafe data");
    say("refused");
}

/// New documents and new versions of one, each told only once it was acknowledged; ends at the first error.
async fn write_forever(store: Arc<SledStore>, name: String) -> StoreError {
    let mut last = None;
    for count in 0_u64.. {
        let key = format!("{name}/{count}");
        let outcome = store.swap(&key, None, body(count)).await;
        let latest = match outcome {
            Ok(_) => store.swap(&name, last, body(count)).await,
            Err(error) => return error,
        };
        match latest {
            Ok(revision) => last = Some(revision),
            Err(error) => return error,
        }
        say(&format!("{name} {count}"));
    }
    unreachable!("nobody counts that far")
}

/// Of various sizes, some of them too large for the log itself.
fn body(count: u64) -> Vec<u8> {
    let length = match count % 64 {
        63 => 700_000,
        short => 8 + usize::try_from(short).unwrap() * 64,
    };
    let mut body = count.to_be_bytes().to_vec();
    body.resize(length, b'x');
    body
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "said {line}").unwrap();
    out.flush().unwrap();
}

fn child(folder: &Path, shell: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new("sh")
        .args(["-c", &format!("{shell} exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::child_writes_until_it_ends",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

/// What the child said, without what its test harness said.
fn said(out: BufReader<ChildStdout>) -> impl Iterator<Item = String> {
    out.lines().map_while(Result::ok).filter_map(|line| {
        let (_, said) = line.split_once("said ")?;
        Some(said.to_owned())
    })
}

/// The folder as it is on disk, so that this process, which lives on, never holds the lock on the original.
fn copy(folder: &Path) -> TempDir {
    let copied = tempfile::tempdir().unwrap();
    let copy = Command::new("cp")
        .arg("-a")
        .arg(folder.join("."))
        .arg(copied.path())
        .status();
    assert!(copy.unwrap().success());
    copied
}

/// Every acknowledged document is there, and its writer's own is at least as new.
async fn check_acknowledged(folder: &Path, said: &[String]) {
    let folder = copy(folder);
    let store = SledStore::open(folder.path()).unwrap();
    for line in said {
        let (name, count) = line.split_once(' ').unwrap();
        let count: u64 = count.parse().unwrap();
        let own = store.get(&format!("{name}/{count}")).await.unwrap();
        assert_eq!(own.map(|stored| stored.bytes), Some(body(count)), "{line}");
        let latest = store.get(name).await.unwrap().unwrap().bytes;
        let latest = u64::from_be_bytes(*latest.first_chunk().unwrap());
        assert!(latest >= count, "{line}: found {latest}");
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_to_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for _ in 0..ROUNDS {
        let (mut child, out) = child(folder.path(), "");
        let mut said = said(out);
        let until = fastrand::usize(1..1_500);
        acknowledged.extend(said.by_ref().take(until));
        child.kill().unwrap();
        acknowledged.extend(said);
        child.wait().unwrap();
        check_acknowledged(folder.path(), &acknowledged).await;
    }
    assert!(acknowledged.len() >= ROUNDS, "the child never wrote");
}

#[tokio::test]
async fn a_disk_that_takes_no_more_is_told_to_every_writer_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let limit = format!("trap '' XFSZ; ulimit -f {FILE_BLOCKS_MAX};");
    let (mut child, out) = child(folder.path(), &limit);
    let mut said: Vec<String> = said(out).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(said.pop().as_deref(), Some("refused"));
    assert!(!said.is_empty());
    check_acknowledged(folder.path(), &said).await;
}
