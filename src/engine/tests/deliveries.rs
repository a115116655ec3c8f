//! What becomes of what is owed.

use jiff::SignedDuration;

use super::*;
use crate::engine::duty::{Duty, cut_off, next_due, owed};
use crate::engine::outcome::{DESK_RETRIES_S, NETWORK_RETRIES_S};
use crate::model::conversation::{Holder, Turn};
use crate::model::delivery::Status;

fn later(retry_after_s: Option<u32>) -> Attempted {
    Attempted::Later {
        retry_after_s,
        reason: "503".to_owned(),
    }
}

/// Seconds until something is owed again.
fn wait_s(scene: &Scene) -> i64 {
    next_due(&scene.conversation)
        .expect("something is owed")
        .duration_since(scene.now)
        .as_secs()
}

fn status_of_the_bots_words(scene: &Scene) -> &Status {
    let words = scene.conversation.turns.iter().find_map(|turn| match turn {
        Turn::Bot { status, .. } => Some(status),
        Turn::Customer { .. } | Turn::Agent { .. } | Turn::Note { .. } => None,
    });
    words.expect("the bot said something")
}

#[test]
fn an_attempt_is_begun_before_it_is_made_and_only_once() {
    let mut scene = Scene::new();
    scene.hear("hello");
    let Some(Duty::Send(id)) = owed(&scene.conversation, scene.now).into_iter().next() else {
        panic!("a reply is owed")
    };
    assert_eq!(
        scene
            .apply(Event::Attempt {
                delivery: id.clone()
            })
            .effect,
        Effect::Changed
    );
    assert!(cut_off(&scene.conversation));
    assert_eq!(
        scene
            .apply(Event::Attempt {
                delivery: id.clone()
            })
            .effect,
        Effect::Nothing,
        "somebody sends it already"
    );
    let duty = owed(&scene.conversation, scene.now);
    assert_eq!(
        duty,
        [Duty::Settle {
            delivery: id,
            since: scene.now
        }],
        "after a crash it is settled, not sent"
    );
}

#[test]
fn a_sent_delivery_is_settled_for_good() {
    let mut scene = Scene::new();
    scene.hear("hello");
    let id = scene.attempt(customer, sent());
    assert!(scene.conversation.deliveries.is_empty());
    assert!(matches!(
        status_of_the_bots_words(&scene),
        Status::Sent { .. }
    ));
    let again = scene.apply(Event::Attempted {
        delivery: id,
        outcome: sent(),
        jitter: 0.0,
    });
    assert_eq!(again.effect, Effect::Nothing);
}

#[test]
fn retries_follow_the_schedule_and_obey_the_network() {
    let mut scene = Scene::new();
    scene.hear("hello");
    for pause in NETWORK_RETRIES_S {
        scene.attempt(customer, later(None));
        assert_eq!(wait_s(&scene), i64::from(pause));
    }
    let mut scene = Scene::new();
    scene.hear("hello");
    scene.attempt(customer, later(Some(90)));
    assert_eq!(wait_s(&scene), 90, "the network's wish is a floor");
}

#[test]
fn jitter_stays_within_a_fifth() {
    for (jitter, pause) in [(0.0, 48), (0.5, 60), (0.999_999, 71)] {
        let mut scene = Scene::new();
        scene.hear("hello");
        for _ in 0..4 {
            scene.attempt(customer, later(None));
        }
        let id = scene.conversation.deliveries[0].id.clone();
        scene.apply(Event::Attempt {
            delivery: id.clone(),
        });
        scene.apply(Event::Attempted {
            delivery: id,
            outcome: later(None),
            jitter,
        });
        assert_eq!(wait_s(&scene), pause, "{jitter}");
    }
}

#[test]
fn what_cannot_be_delivered_is_seen_by_a_person() {
    let outcomes = [
        Attempted::Refused {
            reason: "blocked".to_owned(),
        },
        Attempted::Unknown {
            reason: "lost".to_owned(),
        },
    ];
    for outcome in outcomes {
        let mut scene = Scene::new();
        scene.hear("hello");
        scene.attempt(customer, outcome.clone());
        assert_eq!(scene.conversation.holder, Holder::Waiting, "{outcome:?}");
        assert_eq!(scene.alerts(), [("case.opened", "care")], "{outcome:?}");
        assert!(scene.prepared().is_empty(), "{outcome:?} is not sent again");
    }
}

#[test]
fn a_network_that_never_recovers_is_given_up_and_a_person_told() {
    let mut scene = Scene::new();
    scene.hear("hello");
    for _ in 0..=NETWORK_RETRIES_S.len() {
        scene.attempt(customer, later(None));
    }
    assert!(matches!(
        status_of_the_bots_words(&scene),
        Status::Refused { .. }
    ));
    assert_eq!(scene.alerts(), [("case.opened", "care")]);
}

#[test]
fn a_dead_desk_hands_on_to_the_next_in_line() {
    let mut scene = Scene::new();
    scene.hear("I want to speak to a human");
    scene.attempt(customer, sent());
    for _ in 0..=DESK_RETRIES_S.len() {
        scene.attempt(desk, later(None));
    }
    assert_eq!(scene.alerts(), [("case.escalated", "supervisors")]);
    let mut scene = Scene::new();
    scene.hear("I want to speak to a human");
    scene.attempt(
        desk,
        Attempted::Refused {
            reason: "410".to_owned(),
        },
    );
    assert_eq!(scene.alerts(), [("case.escalated", "supervisors")]);
}

#[test]
fn lanes_do_not_wait_for_each_other_and_nothing_overtakes_in_one() {
    let mut scene = Scene::new();
    scene.hear("hello");
    scene.hear("I want to speak to a human");
    let duties = owed(&scene.conversation, scene.now);
    assert_eq!(
        duties.len(),
        2,
        "one for the customer, one for the desk: {duties:?}"
    );
    let first = scene.attempt(customer, later(None));
    let duties = owed(&scene.conversation, scene.now);
    assert!(!duties.contains(&Duty::Send(first)), "it waits");
    assert_eq!(
        duties.len(),
        1,
        "the customer's lane waits for its first: {duties:?}"
    );
}

#[test]
fn an_old_answer_does_not_leave_after_a_person_was_called() {
    let mut scene = Scene::new();
    scene.hear("my flight NW123 is delayed");
    scene.attempt(customer, later(Some(3_600)));
    scene.hear("I want to speak to a human");
    scene.pass(SignedDuration::from_hours(2));
    assert_eq!(
        scene.prepared().len(),
        1,
        "only the word that a person comes"
    );
    assert!(matches!(
        status_of_the_bots_words(&scene),
        Status::Withdrawn { .. }
    ));
}

#[test]
fn words_taken_back_while_being_sent_are_not_asked_about_after_a_crash() {
    let mut scene = Scene::new();
    scene.hear("hello");
    let id = scene.conversation.deliveries[0].id.clone();
    scene.apply(Event::Attempt {
        delivery: id.clone(),
    });
    scene.hear("I want to speak to a human");
    scene.act("ann", Action::Claim);
    let duties = owed(&scene.conversation, scene.now);
    assert!(duties.contains(&Duty::Forget(id.clone())), "{duties:?}");
    scene.apply(Event::Attempted {
        delivery: id,
        outcome: later(None),
        jitter: 0.5,
    });
    assert!(scene.prepared().is_empty(), "and not tried again");
}
