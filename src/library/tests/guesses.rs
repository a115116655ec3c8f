//! What examples teach: guesses where no rule decides, and the faults of examples.

use super::*;
use crate::library::learning::Origin;
use crate::library::reading::Guess;

const BAG: &[&str] = &[
    "the carousel is empty",
    "nothing came on the belt",
    "we landed but our things did not",
    "my suitcase took another plane",
    "where are my things",
    "nobody knows where my luggage is",
    "our suitcases stayed in Lisbon",
    "the belt stopped and mine was not there",
];

const SEAT: &[&str] = &[
    "they put us in two different rows",
    "I paid for the window and sit in the middle",
    "my knees do not fit behind this row",
    "can we sit together",
    "the row by the exit was taken from us",
    "my child sits ten rows away",
    "the middle again, although I chose the aisle",
    "a window please, not the aisle",
];

const NONE: &[&str] = &[
    "happy birthday to my sister",
    "what a goal last night",
    "the soup was good",
    "it rains again",
];

/// A topic that hardly any rule finds, with examples.
fn topic(rule: &str, examples: &[&str], rest: &str) -> String {
    format!(
        "title = \"T\"\nwhen = ['{rule}']\nexamples = {examples:?}\n{rest}\n\
         [[test]]\nsay = \"unheard\"\nexpect = {{ outcome = \"reply\" }}\n"
    )
}

const REPLIES: &str = "reply = \"bag\"";

/// The pack `air` with the topics `bag` and `seat`, taught.
fn taught(pack: &str, changes: &[(&str, &str)]) -> Library {
    let pack = format!("{PACK}{pack}");
    let (bag, seat) = (
        topic("unheard", BAG, REPLIES),
        topic("unseen", SEAT, REPLIES),
    );
    let mut files = vec![
        ("pack.toml", pack.as_str()),
        ("topics/bag.toml", &bag),
        ("topics/seat.toml", &seat),
    ];
    files.extend(changes);
    let mut library = library(&[air(&files)]);
    for course in library.courses(&["air".into()]) {
        let classifier = library.train(&course);
        library.learn(course, classifier, Origin::Learned);
    }
    library
}

fn none(bars: &str) -> String {
    format!("\n[classifier]\n{bars}\nnone = {NONE:?}\n")
}

fn read_in(library: &Library, text: &str, languages: &[Language]) -> Reading {
    let context = Context {
        packs: &["air".into()],
        languages,
        stated_language: None,
        brand: &BrandName::from("northwind"),
        channel: "http",
        visibility: Visibility::Public,
        is_reply: false,
        author: &Author::new("ann"),
        airlines: &[],
        asked: &[],
    };
    library.read(text, &context)
}

fn read(library: &Library, text: &str) -> Reading {
    read_in(library, text, &["en".into()])
}

fn names(reading: &Reading) -> Vec<&str> {
    reading.topics.iter().map(|it| it.topic.as_str()).collect()
}

fn guess(reading: &Reading) -> Option<(&str, Certainty)> {
    let guess = reading.guess.as_ref()?;
    Some((guess.topic.as_str(), guess.certainty))
}

#[test]
fn what_no_rule_decides_is_guessed_and_certainty_is_what_the_pack_says() {
    for (bars, certainty, topics) in [
        ("reply_at = 0.1\nask_at = 0", Certainty::Sure, vec!["bag"]),
        ("reply_at = 1\nask_at = 0.1", Certainty::Doubtful, vec![]),
        ("reply_at = 1\nask_at = 1", Certainty::Unsure, vec![]),
    ] {
        let library = taught(&none(bars), &[]);
        let reading = read(&library, "our things are not on the belt");
        assert_eq!(guess(&reading), Some(("bag", certainty)), "{reading:?}");
        assert_eq!(names(&reading), topics, "{bars}");
        let score = reading.guess.map(|guess| guess.score).unwrap_or_default();
        assert!((0.1..1.0).contains(&score), "{score}");
    }
}

#[test]
fn likes_score_high_and_what_is_about_nothing_scores_low() {
    let library = taught(&none(""), &[]);
    let score = |text: &str| read(&library, text).guess.map_or(0.0, |guess| guess.score);
    for text in ["my luggage is not on the belt", "we do not sit together"] {
        assert!(score(text) > 0.6, "{text}: {}", score(text));
    }
    for text in ["happy birthday to my brother", "zzz qqq", "🎉"] {
        assert!(score(text) < 0.5, "{text}: {}", score(text));
    }
}

#[test]
fn a_rule_needs_no_guess_and_a_vague_one_gives_way() {
    let rest = |rest: &str| {
        format!(
            "title = \"C\"\npriority = -10\nwhen = ['awful']\nreply = \"bag\"\n{rest}\n\
             [[test]]\nsay = \"awful\"\nexpect = {{ topic = \"complaint\" }}\n"
        )
    };
    let bars = none("reply_at = 0.1\nask_at = 0");
    let text = "awful, our things are not on the belt";
    for (key, topics) in [
        ("", vec!["complaint"]),
        ("vague = true", vec!["bag", "complaint"]),
    ] {
        let library = taught(&bars, &[("topics/complaint.toml", &rest(key))]);
        let reading = read(&library, text);
        assert_eq!(names(&reading), topics, "{key}");
        let ruled = reading
            .topics
            .iter()
            .find(|it| it.topic.as_str() == "complaint");
        assert!(ruled.is_some_and(|it| (it.score - 1.0).abs() < f32::EPSILON));
    }
    let strict = none("reply_at = 1\nask_at = 0.1");
    let library = taught(&strict, &[("topics/complaint.toml", &rest("vague = true"))]);
    assert_eq!(
        names(&read(&library, text)),
        ["complaint"],
        "too unsure to go first"
    );
}

#[test]
fn what_is_critical_is_never_asked_about() {
    let seat = topic(
        "unseen",
        SEAT,
        "severity = \"critical\"\nhandoff = { when = \"always\" }",
    )
    .replace("\"reply\"", "\"handoff\"");
    for (reply_at, certainty) in [("0.1", Certainty::Sure), ("1", Certainty::Unsure)] {
        let bars = none(&format!("reply_at = {reply_at}\nask_at = 0.1"));
        let library = taught(&bars, &[("topics/seat.toml", &seat)]);
        let reading = read(&library, "we do not sit in one row");
        assert_eq!(guess(&reading), Some(("seat", certainty)));
    }
}

#[test]
fn silence_and_the_end_of_a_conversation_are_never_guessed() {
    let bars = none("reply_at = 0.1\nask_at = 0");
    for action in ["ignore", "opt-out"] {
        let seat = topic("unseen", SEAT, &format!("action = \"{action}\""))
            .replace("\"reply\"", "\"silence\"");
        let library = taught(&bars, &[("topics/seat.toml", &seat)]);
        assert_eq!(read(&library, "we do not sit in one row").guess, None);
    }
}

#[test]
fn each_language_learns_for_itself_and_one_without_examples_has_rules_only() {
    let pack = PACK.replace("[\"en\"]", "[\"en\", \"de\"]");
    let topic = |rule: &str, examples: &str| {
        format!("title = \"T\"\nwhen = ['{rule}']\nreply = \"bag\"\n[examples]\n{examples}\n")
    };
    let bag = topic("unheard", "en = [\"luggage\"]\nde = [\"koffer\"]");
    for (seat, courses) in [
        (topic("unseen", "en = [\"row\"]\nde = [\"reihe\"]"), 2),
        (topic("unseen", "en = [\"row\"]"), 1),
        // One topic alone teaches no difference.
        (topic("unseen", ""), 0),
    ] {
        let library = library(&[air(&[
            ("pack.toml", &pack),
            ("topics/bag.toml", &bag),
            ("topics/seat.toml", &seat),
            ("replies/de/bag.hbs", "Wir suchen."),
        ])]);
        assert_eq!(library.courses(&["air".into()]).len(), courses, "{seat}");
    }
}

#[test]
fn another_language_is_not_guessed_about() {
    let library = taught(&none("reply_at = 0\nask_at = 0"), &[]);
    let text = "où est ma valise, je ne la trouve pas, merci de me répondre";
    assert_eq!(read(&library, text).guess, None::<Guess>);
}

#[test]
fn faults_of_examples_are_found_at_their_place() {
    let seat = |examples: &str| topic("unseen", &[], REPLIES).replace("examples = []", examples);
    let own = topic("unheard", &["nothing on the belt"], REPLIES);
    for (pack, seat, expected) in [
        (
            "",
            seat("examples = [\"Nothing on the BELT!\"]"),
            "air/topics/seat.toml:3:13: error: this example also stands under `bag`\n  hint: leave it where it says most",
        ),
        (
            "\n[classifier.none]\nen = [\"nothing on the belt\"]\n",
            seat("examples = [\"sit\"]"),
            "air/pack.toml:8:7: error: this example also stands under `bag`\n  hint: leave it where it says most",
        ),
        (
            "",
            seat("examples = { de = [\"wir\", \"ihr\"] }"),
            "air/topics/seat.toml:3:14: error: unknown language `de`\n  hint: known languages: en",
        ),
        (
            "",
            seat("examples = [\" \"]"),
            "air/topics/seat.toml:3:13: error: this example is empty\n  hint: take it out",
        ),
        (
            "",
            seat("examples = [\"this is unheard of\"]"),
            "air/topics/seat.toml:3:13: warning: a rule of `bag` decides this example\n  hint: move it there, or make that rule stricter",
        ),
        (
            "\n[classifier]\nreply_at = 0.5\n",
            seat(""),
            "air/pack.toml:8:12: error: `reply_at` (0.5) is below `ask_at` (0.6)\n  hint: what is too unsure to ask about is too unsure to answer",
        ),
        (
            "\n[classifier]\nask_at = 2\nreply_at = 3\n",
            seat(""),
            "air/pack.toml:8:10: error: `ask_at` is a probability\n  hint: write a number from 0 to 1, such as 0.85",
        ),
        (
            "\n[classifier]\nask_at = \"often\"\n",
            seat(""),
            "air/pack.toml:8:10: error: `ask_at` must be a number, not a text",
        ),
    ] {
        let pack = format!("{PACK}{pack}");
        let files = [
            ("pack.toml", pack.as_str()),
            ("topics/bag.toml", &own),
            ("topics/seat.toml", &seat),
        ];
        let found = problems(&[air(&files)]);
        assert!(
            found.iter().any(|it| it == expected),
            "{expected}\n{found:#?}"
        );
    }
}
