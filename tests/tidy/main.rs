//! Lints the tree: layers, sizes, places of things and banned words, each offence with its file and line.
//!
//! Every rule is a function over files given to it, and is shown in `made_up.rs` to catch a made-up offence.

mod made_up;
mod rules;
mod source;

use rules::{layers, lock, manifest, purity, registries, sizes, top_level, words};
use source::tree;

fn none(offences: &[String]) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

#[test]
fn modules_use_only_what_is_below_them() {
    none(&layers(&tree()));
}

#[test]
fn folders_are_registered_and_know_nothing_of_each_other() {
    none(&registries(&tree()));
}

#[test]
fn files_and_functions_are_short() {
    none(&sizes(&tree()));
}

#[test]
fn banned_words_are_absent() {
    none(&words(&tree()));
}

#[test]
fn pure_layers_are_pure() {
    none(&purity(&tree()));
}

#[test]
fn dependencies_are_few_and_explained() {
    none(&manifest(include_str!("../../Cargo.toml")));
    none(&lock(include_str!("../../Cargo.lock")));
}

#[test]
fn the_top_level_is_tidy() {
    let entries = std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("the root");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
    let names: Vec<String> = entries
        .map(name)
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    none(&top_level(&names));
}
