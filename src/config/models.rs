//! Trained classifiers on disk, beside the store, so that a start need not wait for what was learned before.
//!
//! A file is named after what it was learned from, so it never needs to be told that an example changed. What cannot be
//! read is learned anew; nothing here can stop hark.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;

use crate::library::Library;
use crate::library::learning::{Course, Origin};
use crate::model::id::PackName;
use crate::text::classify::{Classifier, Lesson};

/// The folder with the classifiers, inside the store's.
const FOLDER: &str = "models";

/// What a file is called until it is whole.
const UNFINISHED: &str = "unfinished";

/// Teaches the library what brands with each of these sets of packs need: what is on disk is read, the rest is learned
/// anew. Writes nothing.
pub fn teach<'p>(
    library: &mut Library,
    brands: impl IntoIterator<Item = &'p [PackName]>,
    store: &Path,
) {
    for packs in brands {
        let mut unknown = Vec::new();
        for course in library.courses(packs) {
            let lesson = course.lesson();
            let known = fs::read(path(store, lesson)).ok();
            match known.and_then(|bytes| Classifier::from_bytes(&bytes, lesson)) {
                Some(classifier) => library.learn(course, classifier, Origin::Kept),
                None => unknown.push(course),
            }
        }
        for (course, classifier) in train(library, unknown) {
            library.learn(course, classifier, Origin::Learned);
        }
    }
    library.forget_lessons();
}

/// Trains all courses at once, as each takes one core for some tenths of a second.
fn train(library: &Library, courses: Vec<Course>) -> Vec<(Course, Classifier)> {
    std::thread::scope(|threads| {
        let training: Vec<_> = courses
            .into_iter()
            .map(|course| {
                threads.spawn(|| {
                    let classifier = library.train(&course);
                    (course, classifier)
                })
            })
            .collect();
        let trained = training.into_iter().map(ScopedJoinHandle::join);
        trained
            .map(|trained| trained.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

/// Writes what the library learned, where it is not there yet, and takes away what nobody uses any more.
pub fn save(library: &Library, store: &Path) -> io::Result<()> {
    let folder = store.join(FOLDER);
    let mut kept = BTreeSet::new();
    for (lesson, classifier, origin) in library.classifiers() {
        let path = path(store, lesson);
        if origin == Origin::Learned {
            fs::create_dir_all(&folder)?;
            // Renamed when it is whole: whoever reads the folder sees all of a file or none.
            let unfinished = folder.join(UNFINISHED);
            fs::write(&unfinished, classifier.to_bytes(lesson))?;
            fs::rename(&unfinished, &path)?;
        }
        kept.insert(path);
    }
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if !kept.contains(&path) && path.is_file() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn path(store: &Path, lesson: &Lesson) -> PathBuf {
    store.join(FOLDER).join(lesson.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::shipped;
    use crate::text::classify::Example;
    use crate::text::tokens::TokenText;

    /// A library that knows two topics by example, and its pack.
    fn library(example: &str) -> (Library, [PackName; 1]) {
        let topic = |rule: &str, examples: &str| {
            format!(
                "title = \"T\"\nwhen = [\"{rule}\"]\nhandoff = {{ when = \"always\" }}\nexamples = [{examples}]\n"
            )
        };
        let files = [
            (
                "pack.toml",
                "title = \"P\"\nlanguages = [\"en\"]\n".to_owned(),
            ),
            ("topics/a.toml", topic("unheard", &format!("\"{example}\""))),
            ("topics/b.toml", topic("unseen", "\"late\"")),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text));
        let (library, found) = Library::load(&[shipped::from_files("p", "p", files)]);
        (
            library.unwrap_or_else(|| panic!("{found:?}")),
            [PackName::from("p")],
        )
    }

    fn taught(example: &str, store: &Path) -> Library {
        let (mut library, packs) = library(example);
        teach(&mut library, [packs.as_slice()], store);
        library
    }

    fn files(store: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(store.join(FOLDER)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }

    #[test]
    fn what_was_learned_is_kept_and_read_again() {
        let store = tempfile::tempdir().unwrap();
        let library = taught("lost", store.path());
        assert!(
            !store.path().join(FOLDER).exists(),
            "teaching writes nothing"
        );
        save(&library, store.path()).unwrap();
        let kept = files(store.path());
        assert_eq!(kept.len(), 1);
        // Swapped for another classifier under the same lesson: read, not learned.
        let (lesson, ..) = library.classifiers().next().unwrap();
        let other = Example {
            text: TokenText::new("found"),
            hints: Vec::new(),
            class: Some("other".to_owned()),
        };
        let other = Classifier::train(&[other]).to_bytes(lesson);
        fs::write(&kept[0].0, other).unwrap();
        let read = taught("lost", store.path());
        let (_, classifier, _) = read.classifiers().next().unwrap();
        assert_eq!(classifier.classes(), ["other"]);
    }

    #[test]
    fn what_is_damaged_is_learned_again_and_replaced() {
        let store = tempfile::tempdir().unwrap();
        save(&taught("lost", store.path()), store.path()).unwrap();
        let kept = files(store.path());
        for damage in [&b""[..], b"hark-cls", &kept[0].1[..kept[0].1.len() - 1]] {
            fs::write(&kept[0].0, damage).unwrap();
            let library = taught("lost", store.path());
            let (_, classifier, _) = library.classifiers().next().unwrap();
            assert_eq!(classifier.classes(), ["a", "b"]);
            save(&library, store.path()).unwrap();
            assert_eq!(files(store.path()), kept);
        }
    }

    #[test]
    fn what_nobody_uses_any_more_is_taken_away() {
        let store = tempfile::tempdir().unwrap();
        save(&taught("lost", store.path()), store.path()).unwrap();
        let before = files(store.path());
        fs::write(store.path().join(FOLDER).join(UNFINISHED), "half").unwrap();
        save(&taught("missing", store.path()), store.path()).unwrap();
        let after = files(store.path());
        assert_eq!(after.len(), 1);
        assert_ne!(after[0].0, before[0].0);
    }

    #[test]
    fn each_set_of_packs_is_learned_once() {
        let store = tempfile::tempdir().unwrap();
        let (mut library, packs) = library("lost");
        teach(
            &mut library,
            [packs.as_slice(), packs.as_slice(), &[]],
            store.path(),
        );
        assert_eq!(library.classifiers().count(), 1);
    }
}
