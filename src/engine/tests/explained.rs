//! What a rule author is told about a message: which rule matched where, and why another topic goes first.

use super::Scene;
use crate::engine::explain::{Explanation, explain_rules};
use crate::library::{Library, shipped};
use crate::model::message::Inbound;

/// A topic file that answers.
fn topic(name: &str, head: &str) -> (String, String) {
    let text = format!("title = \"{name}\"\n{head}\n");
    (format!("topics/{name}.toml"), text)
}

fn explained(text: &str) -> Explanation {
    let mut scene = Scene::new();
    let mut core = shipped::packs()
        .into_iter()
        .find(|pack| pack.name.as_str() == "core")
        .expect("core is shipped");
    // Its words only: what it reads is its own affair.
    core.files.retain(|file| !file.name.starts_with("topics/"));
    let files = [
        (
            "pack.toml".to_owned(),
            "title = \"Air\"\nlanguages = [\"en\"]\n".to_owned(),
        ),
        (
            "replies/en/ok.hbs".to_owned(),
            "We look into it.\n".to_owned(),
        ),
        topic(
            "delay",
            "priority = 5\nwhen = [\n  'late AND boarding',\n  '''late\n  AND NOT early''',\n]\nreply = \"ok\"",
        ),
        topic("seat", "when = ['seat']\nreply = \"ok\""),
        topic(
            "broken-seat",
            "when = ['broken NEAR/3 seat']\nreply = \"ok\"",
        ),
        topic(
            "alarm",
            "severity = \"critical\"\nwhen = ['smoke']\nhandoff = { when = \"always\" }",
        ),
        topic("meal", "when = ['tray']\nreply = \"ok\""),
        topic("table", "when = ['tray OR desk']\nreply = \"ok\""),
    ];
    let air = shipped::from_files("airline", "air", files);
    let (library, problems) = Library::load(&[air, core]);
    scene.world.library = library.unwrap_or_else(|| panic!("{problems:?}"));
    let account = scene.conversation.account.clone();
    let message = Inbound::imagined(account, text, scene.conversation.visibility, scene.now);
    explain_rules(&scene.world, &"northwind".into(), &message, scene.now)
}

#[test]
fn the_rule_that_matched_is_named_with_its_place() {
    let topics = explained("late again, KL871 and KL872").topics;
    let [delay] = topics.as_slice() else {
        panic!("{topics:?}")
    };
    assert_eq!(delay.rule.as_deref(), Some("late AND NOT early"));
    assert_eq!(delay.at.as_deref(), Some("air/topics/delay.toml:5"));
    assert_eq!(delay.words, ["late"]);
    assert_eq!(delay.behind, None);
}

/// A topic and why another goes before it.
type Told = (&'static str, Option<&'static str>);

#[test]
fn a_topic_that_loses_is_told_why() {
    let cases: &[(&str, &[Told])] = &[
        (
            "late, and my seat is broken",
            &[
                ("delay", None),
                ("broken-seat", Some("delay has priority 5 and this 0")),
                ("seat", Some("delay has priority 5 and this 0")),
            ],
        ),
        (
            "my seat is broken",
            &[
                ("broken-seat", None),
                (
                    "seat",
                    Some("broken-seat matches more words, closer together (266 against 200)"),
                ),
            ],
        ),
        (
            "late and smoke",
            &[("alarm", None), ("delay", Some("alarm is critical"))],
        ),
        (
            "where is the tray",
            &[
                ("meal", None),
                (
                    "table",
                    Some("meal comes before by its name; both match equally well"),
                ),
            ],
        ),
    ];
    for (text, expected) in cases {
        let explanation = explained(text);
        let found: Vec<(&str, Option<&str>)> = explanation
            .topics
            .iter()
            .map(|topic| (topic.topic.as_str(), topic.behind.as_deref()))
            .collect();
        assert_eq!(&found[..], *expected, "{text}");
    }
}

#[test]
fn people_read_the_same_as_programs() {
    let text = explained("my seat on KL871 is broken, KL872 was fine").to_text();
    let expected = "\
outcome   reply
language  en
severity  normal
topic     broken-seat (1.00) on \u{201c}seat\u{201d} \u{201c}broken\u{201d}
  rule    broken NEAR/3 seat
  at      air/topics/broken-seat.toml:2
topic     seat (1.00) on \u{201c}seat\u{201d}
  rule    seat
  at      air/topics/seat.toml:2
  behind  broken-seat matches more words, closer together (240 against 200)
found     flight KL871, KL872
why       topic broken-seat replies ok
reply     ok: We look into it.
";
    assert_eq!(text, expected);
}
