//! The promises of DESIGN, each as a function that must hold after every step. Read this first to learn what hark promises.

mod people;

use std::collections::BTreeSet;

use hark::engine::decide::{Decision, Effect, decide};
use hark::engine::event::Event;
use hark::engine::restraint::CAUSE_WINDOW;
use hark::engine::world::Mode;
use hark::model::alert::Alert;
use hark::model::case::{ALERTS_MAX, AlertRecord, Case};
use hark::model::conversation::{Conversation, Holder, PAST_CASES_MAX, SEEN_MAX, TURNS_MAX, Turn};
use hark::model::delivery::{Delivery, Recipient, Status};
use hark::model::id::{DeliveryId, MessageId};
use hark::model::message::Inbound;
use hark::model::record::Outcome;
use hark::store::document::{decode, encode};
use jiff::Timestamp;

use self::people::{
    a_mode_is_obeyed, an_alert_goes_to_the_desk_it_was_written_for,
    danger_reaches_a_person_at_once, each_failure_is_shown_to_a_person, nobody_waits_unseen,
    nothing_foreign_speaks_through_the_bot, private_data_stays_private,
};
use crate::outside::Outside;
use crate::reference::{Reference, record_of};
use crate::world::{Meaning, WORLD};

/// A promise that did not hold.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) promise: &'static str,
    pub(crate) what: String,
}

pub(crate) type Kept<T = ()> = Result<T, Broken>;

/// Most that a conversation may owe at once, and longest reason of a case in bytes. No constant of hark's states these;
/// they are far above what the runs reach as long as nothing grows without end.
const OWED_MAX: usize = 100;
const WHY_BYTES_MAX: usize = 4_000;

/// One event and what it made of a conversation.
pub(crate) struct Step<'a> {
    pub(crate) before: &'a Conversation,
    pub(crate) event: &'a Event,
    pub(crate) meaning: Meaning,
    pub(crate) decision: &'a Decision,
    pub(crate) now: Timestamp,
}

/// Everything that must hold when an event was applied. `reference` knows what was before it.
pub(crate) fn after_step(step: &Step<'_>, reference: &mut Reference) -> Kept {
    the_same_event_is_decided_the_same_way(step)?;
    a_repeat_changes_nothing(step, reference)?;
    if step.decision.effect != Effect::Changed {
        return Ok(());
    }
    if let Event::Attempt { delivery } = step.event {
        the_bot_never_talks_over_a_person(delivery, reference)?;
        stop_means_stop(delivery, reference)?;
    }
    let answered = reference.bot_words.clone();
    reference.follow(
        step.event,
        step.meaning,
        step.before,
        &step.decision.conversation,
        step.now,
    );
    the_right_one_holds_it(step, reference)?;
    nothing_is_dropped(step, reference)?;
    one_answer_per_message(reference)?;
    one_first_reply_per_cause(step)?;
    if let Event::Message(message) | Event::Contained { message } = step.event {
        a_machine_is_never_answered(message, reference)?;
        danger_reaches_a_person_at_once(step, message, reference)?;
    }
    private_data_stays_private(step, reference)?;
    nothing_foreign_speaks_through_the_bot(step, answered.len(), reference)?;
    a_mode_is_obeyed(step, reference)?;
    each_failure_is_shown_to_a_person(step, reference)?;
    nobody_waits_unseen(step)?;
    an_alert_goes_to_the_desk_it_was_written_for(step)?;
    documents_stay_bounded(&step.decision.conversation)?;
    a_document_survives_the_store(&step.decision.conversation)
}

/// Everything that must hold for a delivery when a network or a desk was called about it.
pub(crate) fn after_call(outside: &Outside, delivery: &DeliveryId) -> Kept {
    const PROMISE: &str = "2: nothing is said twice";
    let seen = outside
        .posts
        .iter()
        .filter(|post| post.delivery == *delivery)
        .count();
    ensure(seen <= 1, PROMISE, || {
        format!("the customer sees {delivery} {seen} times")
    })?;
    let texts = outside.texts.get(delivery).map_or(0, BTreeSet::len);
    ensure(texts <= 1, PROMISE, || {
        format!("{delivery} was sent with {texts} different texts")
    })?;
    let told = outside
        .alerts
        .iter()
        .filter(|((_, id), _)| id == delivery)
        .flat_map(|(_, alerts)| alerts);
    let told: Vec<&Alert> = told.collect();
    ensure(
        told.windows(2).all(|pair| pair[0] == pair[1]),
        PROMISE,
        || format!("alert {delivery} changed between two attempts"),
    )
}

/// Everything that must hold when faults have ended and nothing is left to do.
pub(crate) fn in_the_end(conversation: &Conversation) -> Kept {
    const PROMISE: &str = "1: everything owed is settled in the end";
    let id = &conversation.id;
    ensure(conversation.deliveries.is_empty(), PROMISE, || {
        format!("{id} still owes {:?}", ids(&conversation.deliveries))
    })?;
    ensure(conversation.timers.is_empty(), PROMISE, || {
        format!("{id} still waits for {:?}", conversation.timers)
    })?;
    for turn in &conversation.turns {
        let pending = matches!(
            turn,
            Turn::Bot {
                status: Status::Pending,
                ..
            } | Turn::Agent {
                status: Status::Pending,
                ..
            }
        );
        ensure(!pending, PROMISE, || {
            format!("{id} shows words of {} as pending", turn.at())
        })?;
    }
    for (case, alert) in
        cases(conversation).flat_map(|case| case.alerts.iter().map(move |alert| (case, alert)))
    {
        ensure(alert.status != Status::Pending, PROMISE, || {
            format!(
                "{id} shows alert {} of case {} as pending",
                alert.id, case.number
            )
        })?;
    }
    let unclaimed = conversation
        .case
        .as_ref()
        .filter(|_| conversation.holder == Holder::Waiting);
    ensure(
        unclaimed.is_none_or(|case| WORLD.next_desk(&case.desk).is_none()),
        "5: nobody waits unseen",
        || format!("{id} is unclaimed, and not every desk in line was told"),
    )
}

/// Promise 10: what was decided can be replayed.
fn the_same_event_is_decided_the_same_way(step: &Step<'_>) -> Kept {
    let again = decide(&WORLD, step.before, step.event.clone(), step.now);
    let same = again.conversation == step.decision.conversation
        && again.effect == step.decision.effect
        && again.verdict == step.decision.verdict;
    ensure(same, "10: every decision can be replayed", || {
        "deciding again gave another decision".to_owned()
    })
}

/// Promise 2: a message or an action that comes again is known, and does nothing.
fn a_repeat_changes_nothing(step: &Step<'_>, reference: &Reference) -> Kept {
    let changed = step.decision.effect == Effect::Changed;
    let message = matches!(step.event, Event::Message(_) | Event::Contained { .. });
    let known = reference.knows(step.event);
    ensure(!(known && changed), "2: a repeat changes nothing", || {
        "a repeat was taken in again".to_owned()
    })?;
    ensure(
        !message || known || changed,
        "1: nothing is dropped",
        || "a new message was taken for a repeat".to_owned(),
    )
}

/// Promise 3: between handoff and release the bot begins to send nothing but the one last word of that handoff.
fn the_bot_never_talks_over_a_person(delivery: &DeliveryId, reference: &Reference) -> Kept {
    let Some(answers) = reference.bot_words.get(delivery) else {
        return Ok(());
    };
    let allowed = match &reference.holder {
        Holder::Bot => true,
        Holder::Waiting => reference.handed_off_by.as_ref() == Some(answers),
        Holder::Person { .. } => false,
    };
    ensure(allowed, "3: the bot never talks over a person", || {
        format!(
            "it begins to send {delivery} while the conversation is with: {}",
            reference.holder
        )
    })
}

/// Promise 7: after an opt-out nothing automatic begins to be sent, ever.
fn stop_means_stop(delivery: &DeliveryId, reference: &Reference) -> Kept {
    let of_the_bot = reference.bot_words.contains_key(delivery);
    ensure(
        !(of_the_bot && reference.stopped),
        "7: stop means stop",
        || format!("the bot begins to send {delivery}"),
    )
}

/// Who speaks for the brand changes only when a person is called, takes it or gives it back.
fn the_right_one_holds_it(step: &Step<'_>, reference: &Reference) -> Kept {
    let holder = &step.decision.conversation.holder;
    ensure(
        *holder == reference.holder,
        "3: the right one holds it",
        || {
            format!(
                "it is with: {holder}; it should be with: {}",
                reference.holder
            )
        },
    )
}

/// Promise 1: every accepted message has exactly one turn with its outcome and the reason, in the order of acceptance,
/// until the bound forgets the oldest; and what its outcome says has happened.
fn nothing_is_dropped(step: &Step<'_>, reference: &Reference) -> Kept {
    const PROMISE: &str = "1: nothing is dropped";
    let after = &step.decision.conversation;
    let turns: Vec<&MessageId> = after.turns.iter().filter_map(message_of).collect();
    let accepted: Vec<&MessageId> = reference.accepted.iter().collect();
    ensure(accepted.ends_with(&turns), PROMISE, || {
        format!("accepted {accepted:?}, kept {turns:?}")
    })?;
    ensure(
        after.turns_forgotten > 0 || turns.len() == accepted.len(),
        PROMISE,
        || format!("accepted {accepted:?}, kept only {turns:?}"),
    )?;
    let (Event::Message(message) | Event::Contained { message }) = step.event else {
        return Ok(());
    };
    let Some(record) = record_of(after, &message.id) else {
        return broken(PROMISE, format!("{} has no outcome", message.id));
    };
    ensure(!record.why.is_empty(), PROMISE, || {
        format!(
            "{} ended as {} without a reason",
            message.id, record.outcome
        )
    })?;
    let said = reference
        .bot_words
        .values()
        .any(|answered| *answered == message.id);
    let done = match record.outcome {
        Outcome::Reply | Outcome::Ask => said,
        Outcome::Handoff => after.active_case().is_some() || reference.mode == Mode::Shadow,
        Outcome::Silence => !said,
    };
    ensure(done, PROMISE, || {
        format!(
            "{} ended as {}, and that did not happen",
            message.id, record.outcome
        )
    })
}

/// Promise 2: the bot answers a message at most once.
fn one_answer_per_message(reference: &Reference) -> Kept {
    let answered: BTreeSet<&MessageId> = reference.bot_words.values().collect();
    ensure(
        answered.len() == reference.bot_words.len(),
        "2: one answer per message",
        || "the bot answered a message twice".to_owned(),
    )
}

/// Promise 2: one first reply per conversation and cause.
fn one_first_reply_per_cause(step: &Step<'_>) -> Kept {
    let Some(verdict) = step
        .decision
        .verdict
        .as_ref()
        .filter(|verdict| verdict.outcome == Outcome::Reply)
    else {
        return Ok(());
    };
    let before = step.before.turns.iter().find(|turn| {
        let seen = |status: &Status| {
            !matches!(
                status,
                Status::Withdrawn { tried: false, .. } | Status::Refused { .. }
            )
        };
        matches!(turn, Turn::Bot { topic, status, .. } if *topic == verdict.topic && seen(status))
            && step.now.duration_since(turn.at()) < CAUSE_WINDOW
    });
    ensure(before.is_none(), "2: one first reply per cause", || {
        format!("{:?} was answered already", verdict.topic)
    })
}

/// Promise 4: the bot never answers a bot, itself, an echo or an auto-mail.
fn a_machine_is_never_answered(message: &Inbound, reference: &Reference) -> Kept {
    let machine = message.author.is_bot || message.automated.is_some();
    let said = reference
        .bot_words
        .values()
        .any(|answered| *answered == message.id);
    ensure(!(machine && said), "4: a machine is never answered", || {
        format!("{} was", message.id)
    })
}

fn documents_stay_bounded(conversation: &Conversation) -> Kept {
    let mut over: Vec<&str> = Vec::new();
    let mut at_most = |name: &'static str, size: usize, max: usize| {
        if size > max {
            over.push(name);
        }
    };
    at_most("turns", conversation.turns.len(), TURNS_MAX);
    at_most("seen", conversation.seen.len(), SEEN_MAX);
    at_most("past cases", conversation.past_cases.len(), PAST_CASES_MAX);
    at_most("timers", conversation.timers.len(), 2);
    at_most("deliveries", conversation.deliveries.len(), OWED_MAX);
    for case in cases(conversation) {
        at_most("alerts", case.alerts.len(), ALERTS_MAX);
        at_most("why", case.why.len(), WHY_BYTES_MAX);
    }
    ensure(over.is_empty(), "documents stay bounded", || {
        format!("too many: {over:?}")
    })
}

fn a_document_survives_the_store(conversation: &Conversation) -> Kept {
    let read = decode::<Conversation>("conversation", &encode(conversation));
    ensure(
        read.is_ok_and(|read| read == *conversation),
        "1: a document survives the store",
        || "it comes back changed".to_owned(),
    )
}

impl Step<'_> {
    fn event_is_timer(&self) -> &bool {
        if matches!(self.event, Event::TimerDue) {
            &true
        } else {
            &false
        }
    }
}

fn cases(conversation: &Conversation) -> impl Iterator<Item = &Case> {
    conversation.past_cases.iter().chain(&conversation.case)
}

/// What became owed, or changed, in this step.
fn new_deliveries<'a>(step: &'a Step<'_>) -> impl Iterator<Item = &'a Delivery> {
    step.decision
        .conversation
        .deliveries
        .iter()
        .filter(|delivery| !step.before.deliveries.contains(delivery))
}

fn new_alerts<'a>(step: &'a Step<'_>) -> impl Iterator<Item = &'a AlertRecord> {
    let known = |id: &DeliveryId| {
        cases(step.before).any(|case| case.alerts.iter().any(|alert| alert.id == *id))
    };
    cases(&step.decision.conversation)
        .flat_map(|case| &case.alerts)
        .filter(move |alert| !known(&alert.id))
}

fn alert_of(delivery: &Delivery) -> Option<(&hark::model::id::DeskName, &Alert)> {
    match &delivery.to {
        Recipient::Desk { desk, alert } => Some((desk, alert)),
        Recipient::Customer(_) => None,
    }
}

fn message_of(turn: &Turn) -> Option<&MessageId> {
    match turn {
        Turn::Customer { message, .. } => Some(message),
        Turn::Bot { .. } | Turn::Agent { .. } | Turn::Note { .. } => None,
    }
}

fn ids(deliveries: &[Delivery]) -> Vec<&DeliveryId> {
    deliveries.iter().map(|delivery| &delivery.id).collect()
}

/// Letters and digits only: a value is shown however it is written.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn ensure(holds: bool, promise: &'static str, what: impl FnOnce() -> String) -> Kept {
    if holds {
        Ok(())
    } else {
        broken(promise, what())
    }
}

fn broken(promise: &'static str, what: String) -> Kept {
    Err(Broken { promise, what })
}
