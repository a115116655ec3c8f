//! The files under the tree: claimed for one process, and made durable where sled leaves that to chance.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The folder's log, in which every small document lies.
const LOG: &str = "db";
/// Where sled puts each page of documents that is too large for the log.
const BLOBS: &str = "blobs";
/// What customers wrote is for the daemon's own account only.
const FOLDER_MODE: u32 = 0o700;

/// What must be synced before a write is acknowledged.
#[derive(Debug)]
pub(super) struct Disk {
    log: File,
    blobs: PathBuf,
    synced: BTreeSet<OsString>,
}

impl Disk {
    /// Takes the folder of a store that sled has just opened, and puts on disk what a process before this one left
    /// unsynced: it is about to be read, so it must not vanish any more.
    pub(super) fn adopt(folder: &Path, log: File) -> io::Result<Self> {
        let mut disk = Self {
            log,
            blobs: folder.join(BLOBS),
            synced: BTreeSet::new(),
        };
        disk.sync()?;
        sync_path(&disk.blobs)?;
        sync_path(folder)?;
        if let Some(parent) = folder.canonicalize()?.parent() {
            // Matters for a new folder only, and not every parent is ours to read.
            drop(sync_path(parent));
        }
        Ok(disk)
    }

    /// Returns when everything that sled has written is on disk.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.sync_new_blobs()?;
        self.log.sync_data()
    }

    /// sled never syncs a blob, and the log only points to it.
    fn sync_new_blobs(&mut self) -> io::Result<()> {
        let present = self
            .blobs
            .read_dir()?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<io::Result<BTreeSet<_>>>()?;
        let mut any_new = false;
        for name in present.difference(&self.synced) {
            any_new = true;
            match sync_path(&self.blobs.join(name)) {
                // Replaced by a newer one since it was listed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                outcome => outcome?,
            }
        }
        if any_new {
            sync_path(&self.blobs)?;
        }
        self.synced = present;
        Ok(())
    }
}

fn sync_path(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes the folder where it does not exist and gives its log; `None` when another process has it.
pub(super) fn claim(folder: &Path) -> io::Result<Option<File>> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(folder)?;
    let log = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join(LOG))?;
    match log.try_lock() {
        // Left to sled, which locks the same file for as long as it lives.
        Ok(()) => log.unlock().map(|()| Some(log)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
