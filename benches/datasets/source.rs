//! Rows out of the files of a set.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use flate2::read::GzDecoder;
use serde::de::DeserializeOwned;

/// The rows of every file in `folder`, in the order of the files' names; none where the folder is not there.
pub(crate) fn rows<T: DeserializeOwned>(folder: &Path) -> anyhow::Result<Vec<T>> {
    let mut rows = Vec::new();
    for path in files(folder)? {
        let file = File::open(&path).with_context(|| path.display().to_string())?;
        let file: Box<dyn Read> = if path.extension().is_some_and(|ending| ending == "gz") {
            Box::new(GzDecoder::new(file))
        } else {
            Box::new(file)
        };
        for (at, line) in BufReader::new(file).lines().enumerate() {
            let place = || format!("{}:{}", path.display(), at + 1);
            let line = line.with_context(place)?;
            rows.push(serde_json::from_str(&line).with_context(place)?);
        }
    }
    Ok(rows)
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        if name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
