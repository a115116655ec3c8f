//! The promises about people: danger, privacy, modes, failures and deadlines.

use hark::engine::event::Event;
use std::collections::BTreeMap;

use hark::engine::explain::Explanation;
use hark::engine::world::Mode;
use hark::model::alert::{Alert, AlertKind};
use hark::model::conversation::{Holder, TimerKind};
use hark::model::message::Inbound;
use hark::model::severity::Severity;

use crate::invariants::{
    Kept, Step, alert_of, broken, ensure, ids, letters, new_alerts, new_deliveries,
};
use crate::reference::{Reference, due, failed};
use crate::world::{Meaning, TROLL_NAME, WORLD};

/// Promise 5: no template answers; a critical case is there in the same step, with those it is for and with their deadline.
pub(super) fn danger_reaches_a_person_at_once(
    step: &Step<'_>,
    message: &Inbound,
    reference: &Reference,
) -> Kept {
    const PROMISE: &str = "5: danger reaches a person at once";
    if step.meaning != Meaning::Danger || reference.mode == Mode::Shadow {
        return Ok(());
    }
    let said = reference
        .bot_words
        .values()
        .any(|answered| *answered == message.id);
    ensure(!said, PROMISE, || {
        format!("{} is answered by template", message.id)
    })?;
    // Where deciding failed, nobody knows what the message says; a person has it all the same.
    let Some(verdict) = &step.decision.verdict else {
        return Ok(());
    };
    let case = step
        .decision
        .conversation
        .active_case()
        .filter(|case| case.severity == Severity::Critical);
    let Some(case) = case else {
        return broken(PROMISE, format!("{} has no critical case", message.id));
    };
    let Some((name, brand)) = verdict
        .topic
        .as_ref()
        .zip(WORLD.brands.get(&step.before.brand))
    else {
        return broken(PROMISE, format!("{} was not recognised", message.id));
    };
    let topic = WORLD.library.topic(name, &brand.packs);
    let desk = WORLD.desk(brand, topic.and_then(|topic| topic.handoff.desk.as_ref()));
    let fresh = step
        .before
        .active_case()
        .is_none_or(|before| before.severity < Severity::Critical);
    let claimed = matches!(reference.holder, Holder::Person { .. });
    ensure(!fresh || claimed || case.desk == desk, PROMISE, || {
        format!(
            "{} is for desk {desk} and lies at {}",
            message.id, case.desk
        )
    })?;
    let wait = topic
        .and_then(|topic| topic.handoff.first_response)
        .unwrap_or_else(|| WORLD.first_response(&desk));
    let due = hark::engine::handoff::after(step.now, wait);
    ensure(
        !fresh || claimed || case.first_response_due <= due,
        PROMISE,
        || format!("{} may lie until {}", message.id, case.first_response_due),
    )
}

/// Promise 6: what the customer told in confidence is in no words of the bot, in no alert of a desk that may not see it,
/// and in no explanation.
pub(super) fn private_data_stays_private(step: &Step<'_>, reference: &Reference) -> Kept {
    const PROMISE: &str = "6: private data stays private";
    let after = &step.decision.conversation;
    let shows = |text: &str| {
        reference
            .secrets
            .iter()
            .find(|secret| letters(text).contains(&letters(secret)))
            .copied()
    };
    for turn in after.turns.iter().filter(|turn| turn.by() == "bot") {
        ensure(shows(turn.text()).is_none(), PROMISE, || {
            format!("the bot says {:?}", shows(turn.text()))
        })?;
    }
    for (desk, alert) in new_deliveries(step).filter_map(alert_of) {
        // The customer's public name and handle are theirs to choose.
        let hidden = Alert {
            customer: hark::model::author::Author::new(""),
            ..alert.clone()
        };
        let written = serde_json::to_string(&hidden).expect("alerts are plain data");
        let open = WORLD.desks[desk].private;
        ensure(open || shows(&written).is_none(), PROMISE, || {
            format!("an alert for {desk} shows {:?}", shows(&written))
        })?;
    }
    let (Event::Message(message), Some(verdict)) = (step.event, &step.decision.verdict) else {
        return Ok(());
    };
    // Who asks for an explanation has the text, and sees what was found in it; all else is kept and shown to others.
    let explanation = Explanation {
        entities: BTreeMap::new(),
        ..Explanation::of(&WORLD, &after.brand, message, verdict.clone())
    };
    let explained = serde_json::to_string(&explanation).expect("explanations are plain data");
    ensure(shows(&explained).is_none(), PROMISE, || {
        format!(
            "the explanation of {} shows {:?}",
            message.id,
            shows(&explained)
        )
    })
}

/// Promise 6: neither markup nor mentions of a customer's making come out of the bot's mouth.
pub(super) fn nothing_foreign_speaks_through_the_bot(
    step: &Step<'_>,
    spoken_before: usize,
    reference: &Reference,
) -> Kept {
    if spoken_before == reference.bot_words.len() {
        return Ok(());
    }
    let foreign = step
        .decision
        .conversation
        .turns
        .iter()
        .any(|turn| turn.by() == "bot" && turn.text().contains(TROLL_NAME));
    ensure(
        !foreign,
        "6: nothing foreign speaks through the bot",
        || "its words carry a customer's markup".to_owned(),
    )
}

/// A brand that only watches sends nothing to anybody; a brand that is paused says nothing to customers.
pub(super) fn a_mode_is_obeyed(step: &Step<'_>, reference: &Reference) -> Kept {
    const PROMISE: &str = "7: a mode is obeyed";
    let owed = &step.decision.conversation.deliveries;
    ensure(
        reference.mode != Mode::Shadow || owed.is_empty(),
        PROMISE,
        || format!("in shadow mode it owes {:?}", ids(owed)),
    )?;
    let said = reference.mode == Mode::Paused && !reference.bot_words.is_empty();
    ensure(!said, PROMISE, || {
        "the bot of a paused brand speaks".to_owned()
    })
}

/// Promises 2 and 7: words that were refused, or may or may not have arrived, are on a case that somebody has to look at.
pub(super) fn each_failure_is_shown_to_a_person(step: &Step<'_>, reference: &Reference) -> Kept {
    let Event::Attempted {
        delivery, outcome, ..
    } = step.event
    else {
        return Ok(());
    };
    let after = &step.decision.conversation;
    let shown = after
        .active_case()
        .is_some_and(|case| case.why.contains("the customer:"))
        || reference.mode == Mode::Shadow;
    ensure(
        !failed(delivery, outcome, step.before, after) || shown,
        "2: each failure is shown to a person",
        || format!("{delivery} failed and no case says so"),
    )
}

/// A case that nobody claimed in time is called overdue once per deadline, and moves to the next desk in line.
pub(super) fn nobody_waits_unseen(step: &Step<'_>) -> Kept {
    const PROMISE: &str = "5: nobody waits unseen";
    let after = &step.decision.conversation;
    let made = |kind: AlertKind| new_alerts(step).filter(|alert| alert.kind == kind).count();
    let missed = *step.event_is_timer()
        && step.before.holder == Holder::Waiting
        && due(step.before, TimerKind::FirstResponse, step.now);
    ensure(
        made(AlertKind::Overdue) == usize::from(missed),
        PROMISE,
        || {
            format!(
                "deadline missed: {missed}, called overdue {} times",
                made(AlertKind::Overdue)
            )
        },
    )?;
    let next = step
        .before
        .case
        .as_ref()
        .filter(|_| missed)
        .and_then(|case| WORLD.next_desk(&case.desk));
    let Some(next) = next else { return Ok(()) };
    let moved = made(AlertKind::Escalated) == 1
        && after
            .case
            .as_ref()
            .is_some_and(|case| case.desk == *next && case.first_response_due > step.now);
    ensure(moved, PROMISE, || {
        format!("the case did not move on to {next}")
    })
}

/// What an alert shows depends on the desk it was written for.
pub(super) fn an_alert_goes_to_the_desk_it_was_written_for(step: &Step<'_>) -> Kept {
    let astray = new_deliveries(step)
        .filter_map(alert_of)
        .find(|(desk, alert)| alert.desk != **desk);
    ensure(
        astray.is_none(),
        "6: an alert goes to the desk it was written for",
        || format!("{:?}", astray.map(|(desk, alert)| (desk, &alert.desk))),
    )
}
