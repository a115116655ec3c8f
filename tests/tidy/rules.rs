//! The rules. Each takes the files and gives back its offences as `path:line: what is wrong`.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{File, after, functions};

/// A module may use what stands after its own line; those on one line do not use each other.
const LAYERS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["app"],
    &["http"],
    &["runtime"],
    &["config"],
    &["channel", "desk", "feed", "store"],
    &["net", "clock", "telemetry"],
    &["engine"],
    &["library", "status"],
    &["text"],
    &["model"],
];

/// Layers that neither read nor change the world.
const PURE: &[&str] = &["engine", "library", "status", "text", "model"];

/// Folders whose own folders are listed in a registry and know nothing of each other.
const REGISTRIES: &[&str] = &["channel", "desk", "feed"];

/// All that may stand at the top of the tree, and what git does not see.
const TOP: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "LICENSE",
    ".gitignore",
    ".ci",
    "benches",
    "src",
    "responses",
    "tests",
    "systemd",
    ".git",
    "target",
    "hark-data",
];

/// Test files that may wait on a real clock, with the reason.
const MAY_SLEEP: &[(&str, &str)] = &[
    (
        "tests/it/fakes/telegram/methods.rs",
        "the network itself waits: getUpdates answers after the timeout that it was given",
    ),
    (
        "tests/it/fakes/receiver.rs",
        "the network itself waits: a receiver may be slow",
    ),
    (
        "tests/it/daemon/mod.rs",
        "another process is looked at until there is something to see, within a deadline",
    ),
    (
        "tests/it/daemon/crash.rs",
        "the moments at which a starting process is killed",
    ),
];

pub(crate) const FILE_LINES_MAX: usize = 500;
pub(crate) const FUNCTION_LINES_MAX: usize = 70;

pub(crate) fn layers(files: &[File]) -> Vec<String> {
    let rank = |name: &str| LAYERS.iter().position(|layer| layer.contains(&name));
    let mut offences = Vec::new();
    for file in files
        .iter()
        .filter(|file| !file.module().is_empty() && file.layer() != "lib")
    {
        let Some(own) = rank(file.layer()) else {
            offences.push(file.offence(1, "is in no layer"));
            continue;
        };
        for (line, code, _) in file.lines() {
            for used in after(code, "crate::")
                .into_iter()
                .chain(after(code, "hark::"))
            {
                let name = used.split("::").next().unwrap_or_default();
                match rank(name) {
                    None => offences.push(file.offence(line, &format!("uses `{name}`, no layer"))),
                    Some(other) if other < own || (other == own && name != file.layer()) => {
                        offences.push(file.offence(line, &format!("must not use `{name}`")));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    offences
}

/// `kind → folders` of every registry.
fn registered_folders(files: &[File]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        if let [layer, folder, _, ..] = file.module()[..]
            && REGISTRIES.contains(&layer)
        {
            folders.entry(layer).or_default().insert(folder);
        }
    }
    folders
}

pub(crate) fn registries(files: &[File]) -> Vec<String> {
    let mut offences = Vec::new();
    for (layer, folders) in registered_folders(files) {
        let path = format!("src/{layer}/mod.rs");
        let Some(registry) = files.iter().find(|file| file.path == path) else {
            offences.push(format!("{path}:1: is missing"));
            continue;
        };
        for folder in &folders {
            if !registry.code.contains(&format!("{folder} => ")) {
                offences.push(registry.offence(1, &format!("`{folder}` is not registered")));
            }
        }
        let siblings = files
            .iter()
            .filter(|file| file.module().len() > 2 && file.layer() == layer);
        for file in siblings {
            for (line, code, _) in file.lines() {
                for used in after(code, &format!("crate::{layer}::")) {
                    let name = used.split("::").next().unwrap_or_default();
                    if folders.contains(name) && file.module()[1] != name {
                        offences.push(file.offence(line, &format!("uses its sibling `{name}`")));
                    }
                }
            }
        }
    }
    offences
}

pub(crate) fn sizes(files: &[File]) -> Vec<String> {
    let mut offences = Vec::new();
    for file in files {
        let lines = file.text.lines().count();
        if lines > FILE_LINES_MAX {
            offences.push(file.offence(lines, &format!("has more than {FILE_LINES_MAX} lines")));
        }
        for (line, length) in functions(&file.code) {
            if length > FUNCTION_LINES_MAX {
                offences.push(file.offence(line, &format!("a function of {length} lines")));
            }
        }
    }
    offences
}

pub(crate) fn words(files: &[File]) -> Vec<String> {
    // Put together here, so that this file does not offend.
    let in_text = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["X", "XX"].concat(),
    ];
    let in_code = [
        ("#[allow(", "use #[expect(…, reason = …)]"),
        ("#![allow(", "use #[expect(…, reason = …)]"),
        ("#[ignore", "a test runs or goes"),
        ("todo!", "finish it"),
        ("super::super", "name the path from crate::"),
        ("use crate::{", "one `use` for each module"),
    ];
    let mut offences = Vec::new();
    for file in files {
        if !file.text.starts_with("//!") {
            offences.push(file.offence(1, "does not open with what it is for (//!)"));
        }
        for (line, text) in (1..).zip(file.text.lines()) {
            for word in in_text.iter().filter(|word| text.contains(word.as_str())) {
                offences.push(file.offence(line, &format!("`{word}`")));
            }
        }
        for (line, code, is_test) in file.lines() {
            for (word, advice) in in_code.iter().filter(|(word, _)| code.contains(word)) {
                offences.push(file.offence(line, &format!("`{word}`: {advice}")));
            }
            if code.contains("use super::*") && !is_test {
                offences.push(file.offence(line, "a glob import outside tests"));
            }
        }
    }
    offences
}

pub(crate) fn purity(files: &[File]) -> Vec<String> {
    let impure = [
        "std::fs",
        "std::env",
        "std::net",
        "std::thread",
        "tokio",
        "rand::",
    ];
    let mut offences = Vec::new();
    for file in files {
        let may_read_clock = file.path == "src/clock.rs" || file.module().is_empty();
        for (line, code, is_test) in file.lines() {
            if code.contains("::now()") && !may_read_clock && !code.contains("clock::now()") {
                offences.push(file.offence(line, "the clock is read in src/clock.rs only"));
            }
            for name in impure.iter().filter(|name| code.contains(*name)) {
                if PURE.contains(&file.layer()) && !is_test {
                    offences.push(file.offence(line, &format!("`{name}` in a pure layer")));
                }
            }
            let may_sleep = MAY_SLEEP.iter().any(|(path, _)| *path == file.path);
            if is_test && code.contains("sleep(") && !may_sleep {
                offences.push(file.offence(line, "a test waits for a fact, not for a time"));
            }
        }
    }
    offences
}

/// Each dependency says why it is there.
pub(crate) fn manifest(text: &str) -> Vec<String> {
    let mut table = "";
    let mut offences = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with('[') {
            table = line;
        }
        let is_dependency =
            table.ends_with("dependencies]") && line.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_dependency && !line.contains(" # ") {
            offences.push(format!("Cargo.toml:{number}: a dependency without its why"));
        }
    }
    offences
}

/// One TLS, and one HTTP client.
pub(crate) fn lock(text: &str) -> Vec<String> {
    let mut offences = Vec::new();
    for banned in ["openssl", "openssl-sys", "native-tls"] {
        if text.contains(&format!("name = \"{banned}\"\n")) {
            offences.push(format!("Cargo.lock:1: `{banned}`: rustls is the one TLS"));
        }
    }
    if text.matches("name = \"reqwest\"\n").count() > 1 {
        offences.push("Cargo.lock:1: two versions of reqwest".to_owned());
    }
    offences
}

pub(crate) fn top_level(names: &[String]) -> Vec<String> {
    let strange = names.iter().filter(|name| !TOP.contains(&name.as_str()));
    strange
        .map(|name| format!("{name}:1: does not belong at the top"))
        .collect()
}
