//! Kinds of entities that packs add.

use super::*;

const LOYALTY: &str = r#"
[entities.loyalty]
pattern = '[A-Z]{2} ?\d{7}'
cues = { en = ["club", "member"] }
checksum = "mod7"
"#;

/// The sound pack with `text` at the end of its pack.toml.
fn with(text: &str) -> PackSource {
    air(&[("pack.toml", &format!("{PACK}{text}"))])
}

fn found(library: &Library, text: &str, asked: &[String]) -> Vec<String> {
    let packs = ["air".into()];
    let reading = library.read(
        text,
        &Context {
            asked,
            ..context(&packs)
        },
    );
    let entities = reading.entities.iter();
    entities
        .map(|entity| format!("{}={}", entity.kind, entity.normal))
        .collect()
}

#[test]
fn a_kind_of_a_pack_is_found_by_pattern_cue_and_checksum() {
    let library = library(&[with(LOYALTY)]);
    let table: &[(&str, &[&str])] = &[
        ("my club number is nw 1234564", &["loyalty=NW1234564"]),
        ("NW1234564, a Member for years", &["loyalty=NW1234564"]),
        ("club number NW1234565", &[]),
        ("the number NW1234564", &[]),
        ("clubs: XNW1234564", &[]),
    ];
    for (text, expected) in table {
        assert_eq!(found(&library, text, &[]), *expected, "{text}");
    }
    let asked = ["loyalty".to_owned()];
    let answer = found(&library, "it is NW1234564", &asked);
    assert_eq!(answer, ["loyalty=NW1234564"]);
}

#[test]
fn a_kind_of_a_pack_is_masked_unless_it_is_said_to_be_public() {
    let packs = ["air".into()];
    let library_of = |text: &str| library(&[with(text)]);
    let hidden = library_of(LOYALTY);
    let text = "club NW1234564 please";
    assert_eq!(hidden.mask(text, &packs), "club ••• please");
    assert_eq!(hidden.mask(text, &[]), text);
    assert!(hidden.is_private("loyalty", &packs));
    assert!(hidden.is_private("gone-since", &packs));
    assert!(!hidden.is_private("flight", &packs));
    let shown = library_of(&format!("{LOYALTY}private = false\n"));
    assert_eq!(shown.mask(text, &packs), text);
    assert!(!shown.is_private("loyalty", &packs));
}

#[test]
fn rules_tests_and_questions_may_name_a_kind_of_a_pack() {
    let topic = r#"title = "Bag"
when = ['''lost AND has:loyalty''']
needs = ["loyalty"]
reply = "bag"
[[test]]
say = "lost my club card NW1234564"
expect = { topic = "bag", entities = { loyalty = "NW1234564" } }
"#;
    let pack = format!("{PACK}{LOYALTY}");
    let files = [
        ("pack.toml", pack.as_str()),
        ("topics/bag.toml", topic),
        ("replies/en/ask-loyalty.hbs", "Which number?\n"),
    ];
    let library = library(&[air(&files)]);
    for test in library.tests(&"air".into()) {
        let (reading, topic) = test.read(&library);
        assert_eq!(test.check(&reading, topic), Vec::<String>::new());
    }
    let without = problems(&[air(&files[..2])]);
    assert_eq!(
        without[0],
        "air/topics/bag.toml:3:10: error: nothing asks for `loyalty`\n  hint: write replies/<language>/ask-loyalty.hbs"
    );
}

#[test]
fn faults_of_a_kind() {
    let table = [
        (
            "[entities.loyalty]\npattern = '[A-Z'\n",
            "8:11: error: expected a pattern that compiles: unclosed character class\n  hint: write a regular expression such as '[A-Z]{2}\\d{6}'",
        ),
        (
            "[entities.loyalty]\npattern = 'X?'\n",
            "8:11: error: expected a pattern that needs at least one character\n  hint: write a regular expression such as '[A-Z]{2}\\d{6}'",
        ),
        (
            "[entities.loyalty]\ncues = [\"club\"]\n",
            "7:1: error: `pattern` is missing\n  hint: write pattern = \"…\"",
        ),
        (
            "[entities.loyalty]\npattern = 'X\\d'\nchecksum = \"lun\"\n",
            "9:12: error: `lun` is not a value of `checksum`\n  hint: did you mean `luhn`? known values: luhn, mod97, mod11, mod7",
        ),
        (
            "[entities.flight]\npattern = 'X\\d'\n",
            "7:11: error: hark finds `flight` by itself\n  hint: choose another name",
        ),
        (
            "[entities.Club]\npattern = 'X\\d'\n",
            "7:11: error: `Club` is not a name of an entity\n  hint: write small letters, digits, - and _, a letter first",
        ),
        (
            "[entities.loyalty]\npattern = '\\d{9}'\n",
            "8:11: warning: any number of this length becomes a `loyalty`\n  hint: name words of which one must stand near: cues = [\"…\"]",
        ),
        (
            "[entities.loyalty]\npattern = 'X\\d'\ncues = { de = [\"Klub\"] }\n",
            "9:10: error: unknown key `de`\n  hint: known keys: en",
        ),
    ];
    for (text, expected) in table {
        let expected = format!("air/pack.toml:{expected}");
        assert_eq!(
            problems(&[with(&format!("\n{text}"))]),
            [expected],
            "{text}"
        );
    }
}
