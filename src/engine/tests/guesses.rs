//! What becomes of a message that no rule decides: answered, asked about, or handed to a person.

use super::*;
use crate::library::learning::Origin;
use crate::library::shipped::from_files;
use crate::model::delivery::Attempted;

const PARCEL_EXAMPLES: [&str; 6] = [
    "the courier never rang",
    "nobody delivered anything today",
    "what I ordered is not here yet",
    "the courier left it in the rain",
    "my order is on its way for two weeks",
    "the tracking page has not moved",
];

const CARD_EXAMPLES: [&str; 6] = [
    "the machine swallowed it",
    "somebody pays with my plastic",
    "my pin is blocked",
    "I cannot pay at the till",
    "the till says declined",
    "the machine keeps my plastic",
];

const DANGER_EXAMPLES: [&str; 6] = [
    "smoke comes out of the charger",
    "the battery is on fire",
    "the plug gave me a shock",
    "sparks fly out of the plug",
    "the battery swells and gets hot",
    "burning smell from the charger",
];

/// A scene in which the pack `parcels` knows parcels and cards by example only, and replies from these scores on.
fn scene(reply_at: f64, ask_at: f64) -> Scene {
    let topic = |rule: &str, rest: &str, examples: &[&str]| {
        format!("title = \"T\"\nwhen = ['{rule}']\nexamples = {examples:?}\n{rest}\n")
    };
    let files = [
        (
            "pack.toml",
            format!(
                "title = \"P\"\nlanguages = [\"en\"]\n[classifier]\nreply_at = {reply_at}\nask_at = {ask_at}\n"
            ),
        ),
        (
            "topics/parcel.toml",
            topic("unparcel", "reply = \"parcel\"", &PARCEL_EXAMPLES),
        ),
        (
            "topics/card.toml",
            topic("uncard", "reply = \"parcel\"", &CARD_EXAMPLES),
        ),
        (
            "topics/danger.toml",
            topic(
                "undanger",
                "severity = \"critical\"\nhandoff = { when = \"always\" }",
                &DANGER_EXAMPLES,
            ),
        ),
        ("replies/en/parcel.hbs", "We look into it.".to_owned()),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text));
    let mut sources = shipped::packs();
    sources.retain(|pack| pack.name.as_str() == "core");
    // Its words only: what it reads is its own affair.
    sources[0]
        .files
        .retain(|file| !file.name.starts_with("topics/"));
    sources.push(from_files("parcels", "parcels", files));
    let (library, problems) = Library::load(&sources);
    let mut library = library.unwrap_or_else(|| panic!("{problems:?}"));
    let packs = vec![PackName::from("parcels")];
    for course in library.courses(&packs) {
        let classifier = library.train(&course);
        library.learn(course, classifier, Origin::Learned);
    }
    let mut scene = Scene::new();
    scene.world.library = library;
    for brand in scene.world.brands.values_mut() {
        brand.packs.clone_from(&packs);
    }
    scene
}

const PARCEL: &str = "is the courier on the way with what I ordered";

#[test]
fn a_sure_guess_answers_like_a_rule_and_says_that_it_is_one() {
    let mut scene = scene(0.1, 0.05);
    let verdict = scene.hear(PARCEL);
    assert_eq!(outcome_of(&verdict), (Outcome::Reply, Some("parcel")));
    assert_eq!(scene.prepared(), ["We look into it."]);
    let why = &verdict.why[0];
    assert!(
        why.starts_with("the classifier takes it for parcel ("),
        "{why}"
    );
    assert!(verdict.reading.topics[0].score < 1.0);
}

#[test]
fn a_doubtful_guess_is_asked_about_once_and_then_a_person_has_it() {
    let mut scene = scene(1.0, 0.05);
    let verdict = scene.hear(PARCEL);
    assert_eq!(outcome_of(&verdict), (Outcome::Ask, None));
    assert_eq!(
        verdict.reply.as_ref().map(ReplyName::as_str),
        Some("not-understood")
    );
    assert!(
        verdict
            .why
            .iter()
            .any(|why| why.contains("not sure enough")),
        "{:?}",
        verdict.why
    );
    scene.attempt(customer, Attempted::Sent { message: None });
    let verdict = scene.hear(PARCEL);
    assert_eq!(outcome_of(&verdict), (Outcome::Handoff, None));
    assert_eq!(
        verdict.reply.as_ref().map(ReplyName::as_str),
        Some("handed-off")
    );
}

#[test]
fn a_guess_that_is_worth_nothing_goes_to_a_person_at_once() {
    let mut scene = scene(1.0, 1.0);
    let verdict = scene.hear(PARCEL);
    assert_eq!(outcome_of(&verdict), (Outcome::Handoff, None));
    assert!(
        verdict.why.iter().all(|why| !why.contains("classifier")),
        "{:?}",
        verdict.why
    );
}

#[test]
fn what_is_surely_critical_goes_to_a_person_in_silence() {
    let mut scene = scene(0.05, 0.05);
    let verdict = scene.hear("fire and smoke, the charger is burning");
    assert_eq!(outcome_of(&verdict), (Outcome::Handoff, Some("danger")));
    assert_eq!(verdict.reply, None);
    assert_eq!(scene.prepared(), Vec::<&str>::new());
    assert_eq!(scene.alerts().len(), 1);
}

#[test]
fn nobody_is_asked_whether_it_is_critical() {
    let mut scene = scene(1.0, 0.05);
    let verdict = scene.hear("fire and smoke, the charger is burning");
    assert_eq!(outcome_of(&verdict), (Outcome::Handoff, None));
}
