//! Opening the folder, and telling an operator what is wrong with it.

use std::fs::File;
use std::io;
use std::panic::catch_unwind;
use std::path::Path;

use sled::Db;

use crate::store::StoreError;
use crate::store::sled::disk::{Disk, claim};

/// Memory for pages that were read, in bytes. The system caches the file as well, and the whole daemon is to stay small.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;
/// Size of the pieces in which the log grows, in bytes. sled puts a page of documents that is larger than a quarter of
/// it into a file of its own, which costs a sync of its own. It cannot be changed for a folder that exists.
const SEGMENT_BYTES: usize = 2 * 1024 * 1024;

/// Left in a folder in which nothing could be read: no start may go on with it until an operator moved it away.
const UNREADABLE: &str = "unreadable";

/// An open folder.
pub(super) struct Opened {
    pub(super) db: Db,
    pub(super) disk: Disk,
}

/// Opens the store in the folder `path`.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    let name = path.display().to_string();
    let io = |error: io::Error| at_path(&name, &error);
    let Some(log) = claim(path).map_err(io)? else {
        return Err(StoreError::Locked { path: name });
    };
    if path.join(UNREADABLE).exists() {
        return Err(damaged(&name, "nothing in it could be read"));
    }
    let had_content = log.metadata().map_err(io)?.len() > 0;
    // sled asserts where it could report: on a damaged folder that must not end the daemon without a word.
    let db = catch_unwind(|| {
        sled::Config::new()
            .path(path)
            .cache_capacity(CACHE_BYTES)
            .segment_size(SEGMENT_BYTES)
            .open()
    })
    .map_err(|_| damaged(&name, "it contradicts itself"))?
    .map_err(|error| sort_error(&name, &error))?;
    // sled begins anew where it finds nothing that it can read: that would lose everything without a word.
    if had_content && !db.was_recovered() {
        // It has written a new beginning by now, which the next start would take for an empty store.
        File::create(path.join(UNREADABLE)).map_err(io)?;
        return Err(damaged(&name, "nothing in it can be read"));
    }
    let disk = Disk::adopt(path, log).map_err(io)?;
    Ok(Opened { db, disk })
}

/// Sorts what sled reports by what the operator does next.
pub(super) fn sort_error(path: &str, error: &sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) => match error.kind() {
            // sled's own findings; what the system refuses never has these kinds here.
            io::ErrorKind::Other
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidData
            | io::ErrorKind::NotFound => damaged(path, &error.to_string()),
            _ => at_path(path, error),
        },
        sled::Error::Corruption { .. } => damaged(path, "a checksum in it does not match"),
        other => damaged(path, &other.to_string()),
    }
}

fn at_path(path: &str, error: &io::Error) -> StoreError {
    StoreError::Io(io::Error::new(error.kind(), format!("{path}: {error}")))
}

fn damaged(path: &str, what: &str) -> StoreError {
    StoreError::Corrupt {
        path: path.to_owned(),
        reason: format!("{what}; move the folder away and put the last backup of it in its place"),
    }
}
