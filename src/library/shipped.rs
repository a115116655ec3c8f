//! The packs that travel inside the binary, and packs from files that somebody else has read. No disk is touched here.

use std::borrow::Cow;

use include_dir::{Dir, include_dir};

use crate::library::{PackSource, SourceFile};
use crate::model::id::PackName;

/// The folder `responses/` as it was when hark was built.
static RESPONSES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/responses");

/// The packs that hark ships with, by name.
pub fn packs() -> Vec<PackSource> {
    let mut packs: Vec<PackSource> = RESPONSES
        .dirs()
        .map(|folder| {
            let name = folder.path().to_string_lossy();
            let mut files = Vec::new();
            collect(folder, folder, &mut files);
            from_files(&name, &format!("responses/{name}"), files)
        })
        .collect();
    packs.sort_by(|a, b| a.name.cmp(&b.name));
    packs
}

fn collect(pack: &Dir<'static>, folder: &Dir<'static>, files: &mut Vec<(String, &'static str)>) {
    for file in folder.files() {
        if let (Some(text), Ok(inside)) =
            (file.contents_utf8(), file.path().strip_prefix(pack.path()))
        {
            files.push((inside.to_string_lossy().replace('\\', "/"), text));
        }
    }
    for inner in folder.dirs() {
        collect(pack, inner, files);
    }
}

/// A pack of files, each with its path inside the pack (`topics/lost-bag.toml`) and its text; `folder` is where they
/// were found, as diagnostics show it.
pub fn from_files(
    name: &str,
    folder: &str,
    files: impl IntoIterator<Item = (String, impl Into<Cow<'static, str>>)>,
) -> PackSource {
    let mut files: Vec<SourceFile> = files
        .into_iter()
        .map(|(name, text)| SourceFile {
            path: format!("{folder}/{name}"),
            name,
            text: text.into(),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    PackSource {
        name: PackName::new(name),
        files,
    }
}
