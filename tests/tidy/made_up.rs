//! Every rule catches a made-up offence, and leaves alone what only looks like one.

use crate::rules::{
    FILE_LINES_MAX, FUNCTION_LINES_MAX, layers, lock, manifest, purity, registries, sizes,
    top_level, words,
};
use crate::source::{File, code_of, functions};

type Rule = fn(&[File]) -> Vec<String>;

/// Rule, file, its second line, and what must be said about it.
const OFFENCES: &str = r"
layers | src/text/a.rs | use crate::library::Topic; | src/text/a.rs:2: must not use `library`
layers | src/desk/a.rs | use crate::store::Store; | src/desk/a.rs:2: must not use `store`
layers | src/misc/a.rs | | src/misc/a.rs:1: is in no layer
layers | src/http/a.rs | use crate::misc::B; | src/http/a.rs:2: uses `misc`, no layer
registries | src/channel/y/mod.rs | | src/channel/mod.rs:1: `y` is not registered
registries | src/channel/http/a.rs | use crate::channel::x::Y; | a.rs:2: uses its sibling `x`
registries | src/desk/page/mod.rs | | src/desk/mod.rs:1: is missing
words | src/a.rs | #[allow(dead_code)] | src/a.rs:2: `#[allow(`
words | src/a.rs | #[ignore] | src/a.rs:2: `#[ignore`
words | src/a.rs | todo!() | src/a.rs:2: `todo!`
words | src/a.rs | use super::super::b; | src/a.rs:2: `super::super`
words | src/a.rs | use crate::{a, b}; | src/a.rs:2: `use crate::{`
words | src/a.rs | use super::*; | src/a.rs:2: a glob import
purity | src/net/a.rs | let at = Instant::now(); | src/net/a.rs:2: the clock
purity | src/engine/a.rs | use std::fs::File; | src/engine/a.rs:2: `std::fs`
purity | src/text/a.rs | fastrand::u8(..); | src/text/a.rs:2: `rand::`
purity | tests/it/a.rs | sleep(second).await; | tests/it/a.rs:2: a test waits
";

/// The offences that `rule` finds in one file beside a small registry.
fn found(rule: Rule, path: &str, text: &str) -> String {
    rule(&[
        File::new(
            "src/channel/mod.rs",
            "//! Registry.\nchannels! { http => Http, x => X, }",
        ),
        File::new("src/channel/x/mod.rs", "//! X."),
        File::new(path, text),
    ])
    .join("\n")
}

#[test]
fn each_rule_catches_its_offence() {
    for row in OFFENCES.lines().filter(|row| !row.is_empty()) {
        let [rule, path, line, expected] = row.split('|').collect::<Vec<_>>()[..] else {
            panic!("not a row: {row}");
        };
        let rule: Rule = match rule.trim() {
            "layers" => layers,
            "registries" => registries,
            "words" => words,
            "purity" => purity,
            other => panic!("no rule {other}"),
        };
        let offences = found(rule, path.trim(), &format!("//! A.\n{}", line.trim()));
        assert!(offences.contains(expected.trim()), "{row}: {offences:?}");
    }
}

#[test]
fn what_is_long_or_left_for_later_is_caught() {
    let long = format!(
        "//! F.\nfn f() {{\n{}}}",
        "    a();\n".repeat(FUNCTION_LINES_MAX)
    );
    let huge = "//! F.\n".repeat(FILE_LINES_MAX + 1);
    let mark = format!("//! F.\n// {}: later", ["TO", "DO"].concat());
    let table: [(Rule, &str, &str); 4] = [
        (sizes, &long, "src/a.rs:2: a function of 72 lines"),
        (sizes, &huge, "src/a.rs:501: has more than 500 lines"),
        (words, &mark, "src/a.rs:2: `"),
        (words, "fn f() {}", "src/a.rs:1: does not open"),
    ];
    for (rule, text, expected) in table {
        let offences = found(rule, "src/a.rs", text);
        assert!(offences.contains(expected), "{expected}: {offences:?}");
    }
}

#[test]
fn what_is_not_rust_is_caught_too() {
    assert!(!manifest("[dependencies]\na = \"1\"").is_empty());
    assert!(!lock("name = \"openssl-sys\"\n").is_empty());
    assert!(!lock("name = \"reqwest\"\nname = \"reqwest\"\n").is_empty());
    assert!(!top_level(&["notes.txt".to_owned()]).is_empty());
}

#[test]
fn what_is_fine_passes() {
    let text = r##"//! Not crate::cli.
use crate::model::id::X; // not crate::cli
fn f<'a>(x: &'a str, y: [u8; 2]) -> char { g("crate::cli {", r#"todo!"#, '{', '\'') }
#[cfg(test)]
mod tests {
    use super::*;
}"##;
    for rule in [layers, registries, sizes, words, purity] {
        assert_eq!(found(rule, "src/text/a.rs", text), "");
    }
    for test in ["src/text/tests/a.rs", "src/text/tests.rs", "tests/it/a.rs"] {
        assert_eq!(found(words, test, "//! A.\nuse super::*;"), "");
    }
    assert_eq!(functions(&code_of(text)), [(3, 1)]);
    assert_eq!(manifest("[dependencies]\na = \"1\" # why"), [""; 0]);
}
