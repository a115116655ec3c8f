//! Rules and topics that are in each other's way.

use super::faults::{check, topic_when};
use super::*;

#[test]
fn rules_that_cannot_do_their_work() {
    let place = "air/topics/bag.toml:2:21: error: this rule can never match: it asks for";
    for (rule, parts) in [
        (
            "lost AND NOT (lost OR $bag)",
            "`lost` and `NOT (lost OR $bag)`",
        ),
        ("\"lost bag\" AND NOT bag", "`\"lost bag\"` and `NOT bag`"),
        (
            "lost AND is:public AND is:private",
            "`is:public` and `is:private`",
        ),
    ] {
        let when = format!("'''$bag''', '''{rule}'''");
        let expected = format!("{place} {parts}\n  hint: take one of the two out");
        check(&[("topics/bag.toml", &topic_when(&when))], &[&expected]);
    }
    for (rule, loses) in [
        ("lost NEAR/2 $bag", true),
        ("AFFIRMED lost AND gone", true),
        ("gone OR lost", false),
    ] {
        let wide = TOPIC.replacen("title = \"Bag", "priority = 1\ntitle = \"Bags", 1);
        let wide = wide.replacen("lost AND $bag", "lost OR forlorn", 1);
        let narrow = topic_when(&format!("'''{rule}''', '''forlorn AND $bag'''"));
        let found = problems(&[air(&[
            ("topics/wide.toml", &wide),
            ("topics/bag.toml", &narrow),
        ])]);
        let error = "air/topics/bag.toml:2:9: error: this topic can never win: `wide` matches whenever it does and goes first\n  hint: make the rules differ, or raise `priority`";
        assert_eq!(
            found.contains(&error.to_owned()),
            loses,
            "{rule}: {found:?}"
        );
    }
}

#[test]
fn rules_that_read_the_same_over_other_word_lists_are_not_the_same() {
    let topic = TOPIC.replace("say = \"lost my bag\"", "say = \"lost my trunk\"");
    let topic = topic.replace("topic = \"bag\"", "topic = \"trunk\"");
    let files = [
        (
            "pack.toml",
            PACK.replace("\"bag\", \"suit case\"", "\"trunk\"") + "\n",
        ),
        ("topics/trunk.toml", topic),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text));
    let mut sea = shipped::from_files("sea", "sea", files);
    let pack = sea.files[0]
        .text
        .replace("\n\n[lists", "\nextends = [\"air\"]\n\n[lists");
    sea.files[0].text = pack.into();
    let first = TOPIC.replace("reply =", "priority = 5\nreply =");
    let sources = [air(&[("topics/bag.toml", &first)]), sea];
    assert_eq!(problems(&sources), Vec::<String>::new());
    assert_eq!(
        topics(&library(&sources), "lost my trunk", &["sea".into()]),
        ["trunk"]
    );
}
