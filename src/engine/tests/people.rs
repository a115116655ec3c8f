//! What people at desks do.

use jiff::SignedDuration;

use super::*;
use crate::engine::action::Refusal;
use crate::model::case::CaseState;
use crate::model::conversation::{Holder, IllegalMove};

fn handed_off() -> Scene {
    let mut scene = Scene::new();
    scene.hear("I want to speak to a human");
    scene
}

fn reply(text: &str) -> Action {
    Action::Reply {
        text: text.to_owned(),
    }
}

fn state(scene: &Scene) -> CaseState {
    scene.conversation.case.as_ref().expect("a case").state
}

#[test]
fn the_bot_is_silent_from_handoff_until_release() {
    let mut scene = handed_off();
    assert_eq!(
        scene.hear("my flight NW123 is delayed").outcome,
        Outcome::Silence
    );
    scene.act("ann", Action::Claim);
    assert_eq!(scene.hear("hello?").outcome, Outcome::Silence);
    scene.act("ann", Action::Release);
    assert_eq!(
        scene.hear("my flight NW123 is delayed").outcome,
        Outcome::Reply
    );
    assert_eq!(state(&scene), CaseState::Released);
}

#[test]
fn a_claim_takes_the_bots_unsent_words_back() {
    let mut scene = handed_off();
    assert_eq!(scene.prepared().len(), 1, "the bot's last word");
    scene.act("ann", Action::Claim);
    assert!(scene.prepared().is_empty());
}

#[test]
fn a_reply_goes_to_the_customer_and_takes_the_case() {
    let mut scene = handed_off();
    scene.act("ann", reply("I found your booking."));
    assert_eq!(scene.prepared(), ["I found your booking."]);
    assert_eq!(
        scene.conversation.holder,
        Holder::Person {
            agent: AgentName::from("ann")
        }
    );
    let case = scene.conversation.case.as_ref().expect("a case");
    assert_eq!(case.first_response_at, Some(scene.now));
}

#[test]
fn two_people_cannot_answer_at_once() {
    let mut scene = handed_off();
    scene.act("ann", Action::Claim);
    let held = Effect::Refused(Refusal::Illegal(IllegalMove::HeldBy(AgentName::from(
        "ann",
    ))));
    for action in [
        Action::Claim,
        reply("me too"),
        Action::Release,
        Action::Resolve,
    ] {
        assert_eq!(scene.act("bob", action), held);
    }
    assert!(scene.prepared().is_empty());
}

#[test]
fn the_same_action_again_is_done_once() {
    let mut scene = handed_off();
    let event = Event::Action {
        id: ActionId::from("key"),
        agent: AgentName::from("ann"),
        action: reply("Hello."),
    };
    assert_eq!(scene.apply(event.clone()).effect, Effect::Changed);
    assert_eq!(scene.apply(event).effect, Effect::Nothing);
    assert_eq!(scene.prepared(), ["Hello."]);
}

#[test]
fn a_note_is_for_people_only() {
    let mut scene = handed_off();
    let before = scene.prepared().len();
    assert_eq!(
        scene.act(
            "ann",
            Action::Note {
                text: "VIP".to_owned()
            }
        ),
        Effect::Changed
    );
    assert_eq!(scene.prepared().len(), before);
}

#[test]
fn a_reply_that_the_network_would_refuse_is_refused_at_once() {
    let mut scene = handed_off();
    let too_long = Effect::Refused(Refusal::TooLong {
        length: 5000,
        max: 4096,
    });
    assert_eq!(scene.act("ann", reply(&"x".repeat(5000))), too_long);
    assert_eq!(
        scene.act("ann", reply("  ")),
        Effect::Refused(Refusal::Empty)
    );
    assert_eq!(state(&scene), CaseState::Open);
}

#[test]
fn a_resolved_case_is_over_and_the_next_handoff_opens_another() {
    let mut scene = handed_off();
    scene.act("ann", Action::Resolve);
    assert!(scene.alerts().contains(&("case.resolved", "care")));
    let first = scene
        .conversation
        .case
        .as_ref()
        .expect("a case")
        .number
        .clone();
    assert_eq!(
        scene.act("ann", reply("one more thing")),
        Effect::Refused(Refusal::Illegal(IllegalMove::AlreadyResolved(
            first.clone()
        )))
    );
    scene.pass(SignedDuration::from_hours(48));
    scene.hear("I want to speak to a human");
    assert_ne!(
        scene.conversation.case.as_ref().expect("a case").number,
        first
    );
    assert_eq!(scene.conversation.past_cases.len(), 1);
}

#[test]
fn a_released_case_is_opened_again_and_keeps_its_number() {
    let mut scene = handed_off();
    let number = scene
        .conversation
        .case
        .as_ref()
        .expect("a case")
        .number
        .clone();
    scene.act("ann", Action::Release);
    scene.pass(SignedDuration::from_hours(48));
    scene.hear("I want to speak to a human");
    assert_eq!(
        scene.conversation.case.as_ref().expect("a case").number,
        number
    );
    assert_eq!(state(&scene), CaseState::Open);
}

#[test]
fn nothing_can_be_done_where_there_is_no_case() {
    let mut scene = Scene::new();
    scene.hear("hello");
    let no_case = Effect::Refused(Refusal::Illegal(IllegalMove::NoCase));
    for action in [
        Action::Claim,
        reply("hi"),
        Action::Note {
            text: "x".to_owned(),
        },
        Action::Release,
        Action::Resolve,
    ] {
        assert_eq!(scene.act("ann", action), no_case);
    }
}

#[test]
fn an_unclaimed_case_is_overdue_and_goes_up_the_line_once() {
    let mut scene = handed_off();
    scene.pass(SignedDuration::from_mins(31));
    scene.apply(Event::TimerDue);
    assert_eq!(
        scene.alerts(),
        [
            ("case.opened", "care"),
            ("case.overdue", "care"),
            ("case.escalated", "supervisors")
        ]
    );
    scene.pass(SignedDuration::from_mins(31));
    scene.apply(Event::TimerDue);
    assert_eq!(
        scene.alerts().last(),
        Some(&("case.overdue", "supervisors")),
        "nobody is above them"
    );
    scene.pass(SignedDuration::from_hours(9));
    assert_eq!(scene.apply(Event::TimerDue).effect, Effect::Nothing);
}

#[test]
fn a_claimed_case_is_never_overdue() {
    let mut scene = handed_off();
    scene.act("ann", Action::Claim);
    scene.pass(SignedDuration::from_hours(9));
    assert_eq!(scene.apply(Event::TimerDue).effect, Effect::Nothing);
}

#[test]
fn people_hear_of_new_messages_once_while_an_update_waits() {
    let mut scene = handed_off();
    scene.hear("are you there?");
    scene.hear("hello??");
    let updates = scene
        .alerts()
        .into_iter()
        .filter(|(kind, _)| *kind == "case.updated")
        .count();
    assert_eq!(updates, 1, "the one that waits says it all");
}
