//! What becomes of messages.

use jiff::SignedDuration;

use super::*;
use crate::model::conversation::Holder;
use crate::model::severity::Severity;

#[test]
fn first_messages_end_as_they_should() {
    let table = [
        ("hello", Outcome::Reply, Some("greeting")),
        (
            "my flight NW123 is delayed again",
            Outcome::Reply,
            Some("delay"),
        ),
        (
            "3 days and still no luggage, tag NW123456 ???",
            Outcome::Handoff,
            Some("lost-bag"),
        ),
        (
            "3 days and still no luggage",
            Outcome::Ask,
            Some("lost-bag"),
        ),
        (
            "I want to speak to a human",
            Outcome::Handoff,
            Some("wants-person"),
        ),
        (
            "a cart crushed my foot and I'm bleeding",
            Outcome::Handoff,
            Some("injury"),
        ),
        ("stop", Outcome::Silence, Some("stop")),
        ("hmm", Outcome::Ask, None),
        (
            "the moon over the water was purple tonight",
            Outcome::Handoff,
            None,
        ),
    ];
    for (text, outcome, topic) in table {
        let verdict = Scene::new().hear(text);
        assert_eq!(
            outcome_of(&verdict),
            (outcome, topic),
            "{text}: {:?}",
            verdict.why
        );
        assert!(!verdict.why.is_empty(), "{text} has a reason");
    }
}

#[test]
fn the_same_message_again_changes_nothing() {
    let mut scene = Scene::new();
    let message = scene.message("hello");
    scene.hear_message(message.clone());
    let before = scene.conversation.clone();
    let again = scene.apply(Event::Message(message));
    assert_eq!(again.effect, Effect::Nothing);
    assert_eq!(scene.conversation, before);
}

/// Makes a message one that no person wrote to us.
type Spoil = fn(&mut Inbound);

#[test]
fn nobody_but_people_who_speak_to_us_is_answered() {
    let spoil: [(&str, Spoil); 3] = [
        ("a bot", |message| message.author = bot("b")),
        ("an auto-mail", |message| {
            message.automated = Some("auto-reply".to_owned());
        }),
        ("overheard", |message| message.addressed = false),
    ];
    for (what, spoil) in spoil {
        let mut scene = Scene::new();
        let mut message = scene.message("I want to speak to a human");
        spoil(&mut message);
        assert_eq!(
            scene.hear_message(message).outcome,
            Outcome::Silence,
            "{what}"
        );
        assert!(scene.conversation.deliveries.is_empty(), "{what}");
        assert_eq!(scene.conversation.turns.len(), 1, "{what} is kept");
    }
}

#[test]
fn what_only_people_may_answer_reaches_them_without_a_word_from_the_bot() {
    let mut scene = Scene::new();
    let verdict = scene.hear("a cart crushed my foot and I'm bleeding");
    assert_eq!(verdict.severity, Severity::Critical);
    assert!(scene.prepared().is_empty());
    assert_eq!(scene.alerts(), [("case.opened", "safety")]);
    assert_eq!(scene.conversation.holder, Holder::Waiting);
}

#[test]
fn danger_that_is_only_overheard_reaches_a_person_in_silence() {
    let mut scene = Scene::new();
    let mut message = scene.message("a cart crushed my foot and I'm bleeding");
    message.addressed = false;
    assert_eq!(scene.hear_message(message).outcome, Outcome::Handoff);
    assert!(scene.prepared().is_empty());
    assert_eq!(scene.alerts(), [("case.opened", "safety")]);
}

#[test]
fn after_stop_the_bot_is_silent_and_complaints_still_reach_people() {
    let mut scene = Scene::new();
    scene.hear("stop");
    assert_eq!(scene.hear("hello").outcome, Outcome::Silence);
    let verdict = scene.hear("my flight NW123 is delayed again");
    assert_eq!(verdict.outcome, Outcome::Handoff);
    assert!(scene.prepared().is_empty());
    assert_eq!(scene.alerts(), [("case.opened", "care")]);
}

#[test]
fn stop_withdraws_what_waits_to_be_sent() {
    let mut scene = Scene::new();
    scene.hear("hello");
    assert_eq!(scene.prepared().len(), 1);
    scene.hear("stop");
    assert!(scene.prepared().is_empty());
}

#[test]
fn what_the_bot_asked_for_is_taken_up() {
    let mut scene = Scene::new();
    assert_eq!(scene.hear("3 days and still no luggage").asks, ["bag_tag"]);
    let verdict = scene.hear("it is NW123456");
    assert_eq!(outcome_of(&verdict), (Outcome::Handoff, Some("lost-bag")));
    let case = scene.conversation.case.as_ref().expect("a case");
    assert_eq!(
        case.entities.get("bag_tag").map(String::as_str),
        Some("NW123456")
    );
    assert!(
        scene
            .conversation
            .timers
            .iter()
            .all(|timer| timer.kind != crate::model::conversation::TimerKind::AskExpired)
    );
}

#[test]
fn what_the_bot_asked_for_and_never_heard_goes_to_a_person() {
    let mut scene = Scene::new();
    scene.hear("3 days and still no luggage");
    scene.pass(SignedDuration::from_mins(29));
    assert_eq!(scene.apply(Event::TimerDue).effect, Effect::Nothing);
    scene.pass(SignedDuration::from_mins(2));
    assert_eq!(scene.apply(Event::TimerDue).effect, Effect::Changed);
    assert_eq!(scene.conversation.holder, Holder::Waiting);
    let topic = scene
        .conversation
        .case
        .as_ref()
        .and_then(|case| case.topic.clone());
    assert_eq!(topic.expect("a topic").as_str(), "lost-bag");
}

#[test]
fn the_same_complaint_again_is_not_answered_with_the_same_words() {
    let mut scene = Scene::new();
    scene.hear("my flight NW123 is delayed again");
    let verdict = scene.hear("still delayed, flight NW123 is late and late");
    assert_eq!(outcome_of(&verdict), (Outcome::Handoff, Some("delay")));
    let mut scene = Scene::new();
    scene.hear("hello");
    assert_eq!(
        scene.hear("hi there").outcome,
        Outcome::Silence,
        "a greeting needs no person"
    );
}

#[test]
fn a_follow_up_without_a_topic_belongs_to_the_complaint() {
    let mut scene = Scene::new();
    scene.hear("my flight is delayed again");
    let verdict = scene.hear("tomorrow, the early one, gate forty");
    assert_eq!(verdict.outcome, Outcome::Handoff);
    assert_eq!(
        verdict
            .topic
            .as_ref()
            .map(crate::model::id::TopicName::as_str),
        Some("delay")
    );
}

#[test]
fn private_data_in_public_is_never_repeated() {
    let mut scene = Scene::new();
    scene.conversation.visibility = Visibility::Public;
    let verdict =
        scene.hear("my flight is delayed, booking reference X7K2QP, call +49 170 1234567");
    assert_eq!(
        (
            verdict.outcome,
            verdict.reply.as_ref().map(ReplyName::as_str)
        ),
        (Outcome::Handoff, Some("private-data"))
    );
    let said = serde_json::to_string(&scene.conversation.deliveries).expect("JSON");
    assert!(
        !said.contains("X7K2QP") && !said.contains("1234567"),
        "{said}"
    );
}

#[test]
fn a_name_cannot_smuggle_markup_or_mentions_into_a_reply() {
    let mut scene = Scene::new();
    let mut message = scene.message("hello");
    message.author.name = "@everyone <b>https://evil.example</b>\u{202e}".to_owned();
    scene.hear_message(message);
    for text in scene.prepared() {
        assert!(
            !text.contains(['@', '<', '>', '\u{202e}']) && !text.contains("evil.example"),
            "{text}"
        );
    }
}

#[test]
fn a_flood_meets_a_cap() {
    let mut scene = Scene::new();
    let topics = [
        "hello",
        "thanks",
        "are you a bot?",
        "my flight NW1 is delayed",
        "can my dog fly with me",
        "how many miles do I have",
        "the wifi is broken",
        "which seat do I have",
    ];
    let mut silent_at = None;
    for round in 0..40 {
        scene.hear(topics[round % topics.len()]);
        if scene.conversation.holder != Holder::Bot {
            silent_at = Some(round);
            break;
        }
    }
    assert!(silent_at.is_some(), "somebody must look at it in the end");
}

#[test]
fn a_paused_brand_tells_the_desk_and_a_shadow_tells_nobody() {
    let mut scene = Scene::with_mode(Mode::Paused);
    scene.hear("hello");
    assert!(scene.prepared().is_empty());
    assert_eq!(scene.alerts(), [("case.opened", "care")]);

    let mut scene = Scene::with_mode(Mode::Shadow);
    scene.hear("I want to speak to a human");
    assert!(scene.conversation.deliveries.is_empty());
    assert_eq!(scene.conversation.holder, Holder::Bot);
    assert_eq!(
        scene.conversation.turns.len(),
        2,
        "what would have been said is shown"
    );
}

#[test]
fn words_that_nobody_saw_were_not_said() {
    let mut scene = Scene::with_mode(Mode::Shadow);
    scene.hear("hello");
    let brand = scene.world.brands.values_mut().next().expect("a brand");
    brand.mode = Mode::Live;
    assert_eq!(scene.hear("hi there").outcome, Outcome::Reply);
}

#[test]
fn german_is_answered_in_german() {
    let verdict = Scene::new().hear("Mein Flug hat schon wieder Verspätung, was soll das?");
    assert_eq!(verdict.words.expect("words").language.as_str(), "de");
}

#[test]
fn a_message_that_hark_fails_on_reaches_a_person() {
    let mut scene = Scene::new();
    let message = scene.message("hello");
    assert_eq!(
        scene.apply(Event::Contained { message }).effect,
        Effect::Changed
    );
    assert_eq!(scene.conversation.holder, Holder::Waiting);
    assert_eq!(scene.alerts(), [("case.opened", "care")]);
}

#[test]
fn deciding_twice_decides_the_same() {
    let mut scene = Scene::new();
    let event = Event::Message(scene.message("my flight NW123 is delayed and my bag is lost"));
    let one = decide(&scene.world, &scene.conversation, event.clone(), scene.now);
    let two = decide(&scene.world, &scene.conversation, event, scene.now);
    assert_eq!(one.conversation, two.conversation);
    assert_eq!(one.verdict, two.verdict);
}
