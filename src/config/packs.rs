//! Reads packs from a folder. A pack there stands in for the shipped one of its name; the other shipped ones stay.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::library::{PackSource, shipped};
use crate::model::id::PackName;

/// Largest file of a pack that is read, in bytes; a larger one is not a pack's.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The shipped packs, and over them those under `directory`: one folder each.
pub fn read(directory: Option<&Path>) -> io::Result<Vec<PackSource>> {
    let mut packs: BTreeMap<PackName, PackSource> = shipped::packs()
        .into_iter()
        .map(|pack| (pack.name.clone(), pack))
        .collect();
    for folder in directory.map(folders_of).transpose()?.unwrap_or_default() {
        let mut files = Vec::new();
        read_folder(&folder, "", &mut files)?;
        let pack = shipped::from_files(
            name_of(&folder).as_str(),
            &folder.display().to_string(),
            files,
        );
        packs.insert(pack.name.clone(), pack);
    }
    Ok(packs.into_values().collect())
}

/// The names of the packs under `directory`.
pub fn names(directory: &Path) -> io::Result<Vec<PackName>> {
    Ok(folders_of(directory)?
        .iter()
        .map(|folder| name_of(folder))
        .collect())
}

fn name_of(folder: &Path) -> PackName {
    PackName::new(folder.file_name().unwrap_or_default().to_string_lossy())
}

/// One folder for each pack; where `directory` is a pack itself, that one.
fn folders_of(directory: &Path) -> io::Result<Vec<PathBuf>> {
    if directory.join("pack.toml").is_file() {
        return Ok(vec![fs::canonicalize(directory)?]);
    }
    let mut folders = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() && !is_hidden(&path) {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn read_folder(folder: &Path, inside: &str, files: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if is_hidden(&path) {
            continue;
        }
        let name = format!("{inside}{}", entry.file_name().to_string_lossy());
        let about = fs::metadata(&path)?;
        if about.is_dir() {
            read_folder(&path, &format!("{name}/"), files)?;
        } else if about.len() > FILE_BYTES_MAX {
            return Err(io::Error::other(format!(
                "{} is larger than {FILE_BYTES_MAX} bytes",
                path.display()
            )));
        } else {
            let text = fs::read_to_string(&path).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", path.display()))
            })?;
            files.push((name, text));
        }
    }
    Ok(())
}

/// What editors and version control leave behind.
fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_in_for_the_shipped_pack_of_its_name() {
        let directory = tempfile::tempdir().expect("a folder");
        let topics = directory.path().join("airline/topics");
        fs::create_dir_all(&topics).expect("folders");
        fs::write(topics.join("delay.toml"), "title = \"Delay\"\n").expect("written");
        fs::write(directory.path().join("airline/.swp"), "x").expect("written");
        let packs = read(Some(directory.path())).expect("read");
        let airline = packs
            .iter()
            .find(|pack| pack.name.as_str() == "airline")
            .expect("there");
        let names: Vec<&str> = airline
            .files
            .iter()
            .map(|file| file.name.as_str())
            .collect();
        assert_eq!(names, ["topics/delay.toml"]);
        assert!(
            packs.iter().any(|pack| pack.name.as_str() == "core"),
            "the shipped core stays"
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(read(Some(Path::new("/nowhere/at/all"))).is_err());
    }

    #[test]
    fn a_folder_that_is_a_pack_itself_is_one_pack() {
        let directory = tempfile::tempdir().expect("a folder");
        let pack = directory.path().join("shop");
        fs::create_dir_all(pack.join("topics")).expect("folders");
        fs::write(pack.join("pack.toml"), "title = \"Shop\"\n").expect("written");
        assert_eq!(names(&pack).expect("read"), [PackName::from("shop")]);
        assert_eq!(
            names(directory.path()).expect("read"),
            [PackName::from("shop")]
        );
    }
}
