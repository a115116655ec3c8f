//! The way to people: opens cases, writes alerts, and follows the line of desks when nobody comes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::engine::world::World;
use crate::model::alert::{Alert, AlertKind, Line};
use crate::model::case::{ALERTS_MAX, AlertRecord, Case, CaseState};
use crate::model::conversation::{Conversation, Holder, IllegalMove, TimerKind, Turn};
use crate::model::delivery::{Delivery, Progress, Recipient, Status};
use crate::model::id::{CaseNumber, DeliveryId, DeskName, TopicName};
use crate::model::severity::Severity;
use crate::text::entities;

/// Most turns that travel with an alert.
const TRANSCRIPT_TURNS_MAX: usize = 20;

/// Why a person is needed.
#[derive(Debug)]
pub struct Reason<'a> {
    /// What it is about.
    pub topic: Option<&'a TopicName>,
    /// What else was spoken of.
    pub also: Vec<TopicName>,
    /// How bad it is.
    pub severity: Severity,
    /// The desk that gets it.
    pub desk: DeskName,
    /// How soon a person must claim it; the desk's own time where `None`.
    pub first_response: Option<Duration>,
    /// In a sentence, without customer text.
    pub why: String,
    /// What was gathered, by entity name.
    pub entities: Vec<(String, String)>,
}

/// Calls a person: opens a case, or opens the released one again, and tells its desk.
pub fn call_a_person(
    world: &World,
    conversation: &mut Conversation,
    reason: Reason<'_>,
    now: Timestamp,
) -> Result<(), IllegalMove> {
    if conversation.holder != Holder::Bot {
        return Err(IllegalMove::AlreadyWithPeople);
    }
    let wait = reason
        .first_response
        .unwrap_or_else(|| world.first_response(&reason.desk));
    let due = after(now, wait);
    withdraw_bot_words(conversation, "a person was called");
    let reopened = conversation
        .case
        .take_if(|case| case.state == CaseState::Released);
    let kind = if reopened.is_some() {
        AlertKind::Updated
    } else {
        AlertKind::Opened
    };
    let mut case = reopened.unwrap_or_else(|| open_case(conversation, &reason, now));
    case.state = CaseState::Open;
    case.first_response_due = due;
    // Promise 5: what is critical lies with those it is for, whatever the case was about before.
    let kind = if reason.severity == Severity::Critical && case.desk != reason.desk {
        go_to(&mut case, reason.topic, &reason.desk);
        AlertKind::Escalated
    } else {
        kind
    };
    case.severity = case.severity.max(reason.severity);
    case.why = reason.why;
    case.entities.extend(reason.entities);
    conversation.hand_off(case)?;
    conversation.set_timer(TimerKind::FirstResponse, due);
    tell_desk(world, conversation, kind, now);
    Ok(())
}

fn open_case(conversation: &mut Conversation, reason: &Reason<'_>, now: Timestamp) -> Case {
    let number = CaseNumber::of(&conversation.id, conversation.cases_opened);
    conversation.cases_opened += 1;
    Case {
        number,
        desk: reason.desk.clone(),
        topic: reason.topic.cloned(),
        also: reason.also.clone(),
        severity: reason.severity,
        why: reason.why.clone(),
        state: CaseState::Open,
        agent: None,
        opened_at: now,
        first_response_due: now,
        first_response_at: None,
        resolved_at: None,
        entities: std::collections::BTreeMap::new(),
        alerts: Vec::new(),
    }
}

/// Tells the desk of the case what happened. An update that waits to be sent is replaced: the newest says it all.
pub fn tell_desk(world: &World, conversation: &mut Conversation, kind: AlertKind, now: Timestamp) {
    let Some(desk) = conversation.case.as_ref().map(|case| case.desk.clone()) else {
        return;
    };
    let Some(alert) = write_alert(world, conversation, kind, &desk, now) else {
        return;
    };
    if kind == AlertKind::Updated
        && let Some(waiting) = conversation
            .deliveries
            .iter_mut()
            .find_map(|delivery| waiting_update(delivery, &alert))
    {
        *waiting = alert;
        return;
    }
    let id = next_delivery(conversation);
    conversation.deliveries.push(Delivery {
        id: id.clone(),
        to: Recipient::Desk {
            desk: desk.clone(),
            alert: Box::new(alert),
        },
        progress: Progress::Prepared { due: now },
        attempts: 0,
        by_bot: false,
        withdrawn: false,
        created_at: now,
    });
    if let Some(case) = conversation.case.as_mut() {
        case.alerts.push(AlertRecord {
            id,
            kind,
            desk,
            status: Status::Pending,
        });
        forget_settled(&mut case.alerts);
    }
}

/// The update of the same case for the same desk that no attempt was made for yet. What an alert shows depends on its
/// desk, so it never takes the place of one for another desk.
fn waiting_update<'a>(delivery: &'a mut Delivery, newer: &Alert) -> Option<&'a mut Alert> {
    match &mut delivery.to {
        Recipient::Desk { desk, alert }
            if alert.kind == AlertKind::Updated
                && alert.case == newer.case
                && *desk == newer.desk
                && delivery.attempts == 0 =>
        {
            Some(alert)
        }
        Recipient::Desk { .. } | Recipient::Customer(_) => None,
    }
}

fn forget_settled(alerts: &mut Vec<AlertRecord>) {
    while alerts.len() > ALERTS_MAX {
        match alerts
            .iter()
            .position(|alert| alert.status != Status::Pending)
        {
            Some(at) => drop(alerts.remove(at)),
            None => return,
        }
    }
}

fn go_to(case: &mut Case, topic: Option<&TopicName>, desk: &DeskName) {
    if case.topic.as_ref() != topic {
        let before = std::mem::replace(&mut case.topic, topic.cloned());
        case.also.extend(before);
    }
    case.desk = desk.clone();
}

/// The customer wrote again while people have the case: they are told. Where nobody has come yet and the matter has
/// become critical, it goes to those it is for, with their deadline.
pub fn add_to_case(
    world: &World,
    conversation: &mut Conversation,
    reason: Reason<'_>,
    now: Timestamp,
) {
    let waiting = conversation.holder == Holder::Waiting;
    let Some(case) = conversation.case.as_mut() else {
        return;
    };
    let hurries =
        waiting && reason.severity == Severity::Critical && case.severity < Severity::Critical;
    case.severity = case.severity.max(reason.severity);
    case.entities.extend(reason.entities);
    if !hurries {
        return tell_desk(world, conversation, AlertKind::Updated, now);
    }
    go_to(case, reason.topic, &reason.desk);
    case.why = format!("{}; {}", case.why, reason.why);
    let wait = reason
        .first_response
        .unwrap_or_else(|| world.first_response(&reason.desk));
    let due = after(now, wait).min(case.first_response_due);
    case.first_response_due = due;
    conversation.set_timer(TimerKind::FirstResponse, due);
    tell_desk(world, conversation, AlertKind::Escalated, now);
}

/// The desk did not act in time, or could not be reached: the case goes to the next in line.
pub fn escalate(world: &World, conversation: &mut Conversation, why: &str, now: Timestamp) -> bool {
    let Some(case) = conversation.case.as_mut() else {
        return false;
    };
    let Some(next) = world.next_desk(&case.desk).cloned() else {
        return false;
    };
    case.why = format!("{}; {why} at desk {}", case.why, case.desk);
    case.desk = next.clone();
    let due = after(now, world.first_response(&next));
    case.first_response_due = due;
    conversation.set_timer(TimerKind::FirstResponse, due);
    tell_desk(world, conversation, AlertKind::Escalated, now);
    true
}

/// Takes back what the bot prepared (promise 3). What is being sent just now may still arrive; it is marked, so that it is
/// not tried again where it does not.
pub fn withdraw_bot_words(conversation: &mut Conversation, reason: &str) {
    let mut withdrawn = Vec::new();
    conversation.deliveries.retain_mut(|delivery| {
        if !delivery.by_bot {
            return true;
        }
        withdrawn.push((delivery.id.clone(), delivery.attempts));
        delivery.withdrawn = true;
        matches!(delivery.progress, Progress::Sending { .. })
    });
    for (id, attempts) in withdrawn {
        let reason = reason.to_owned();
        let tried = attempts > 0;
        set_turn_status(conversation, &id, &Status::Withdrawn { reason, tried });
    }
}

/// Notes on the turn that a delivery carries how the delivery stands.
pub fn set_turn_status(conversation: &mut Conversation, id: &DeliveryId, to: &Status) {
    for turn in conversation.turns.iter_mut().rev() {
        match turn {
            Turn::Bot {
                delivery, status, ..
            }
            | Turn::Agent {
                delivery, status, ..
            } if delivery == id => {
                *status = to.clone();
                return;
            }
            Turn::Bot { .. } | Turn::Agent { .. } | Turn::Customer { .. } | Turn::Note { .. } => {}
        }
    }
}

/// The id of the conversation's next delivery.
pub fn next_delivery(conversation: &mut Conversation) -> DeliveryId {
    let id = DeliveryId::of(&conversation.id, conversation.deliveries_made);
    conversation.deliveries_made += 1;
    id
}

/// `now` + `wait`, or the end of time.
pub fn after(now: Timestamp, wait: Duration) -> Timestamp {
    SignedDuration::try_from(wait)
        .ok()
        .and_then(|wait| now.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}

fn write_alert(
    world: &World,
    conversation: &Conversation,
    kind: AlertKind,
    desk: &DeskName,
    now: Timestamp,
) -> Option<Alert> {
    let case = conversation.case.as_ref()?;
    let open = world.shows_private(desk);
    let shown = |text: &str| {
        if open {
            text.to_owned()
        } else {
            world.mask(&conversation.brand, text)
        }
    };
    let first = conversation
        .turns
        .len()
        .saturating_sub(TRANSCRIPT_TURNS_MAX);
    Some(Alert {
        kind,
        at: now,
        case: case.number.clone(),
        brand: conversation.brand.clone(),
        desk: desk.clone(),
        topic: case.topic.clone(),
        also: case.also.clone(),
        severity: case.severity,
        why: case.why.clone(),
        due: case.first_response_due,
        agent: case.agent.clone(),
        account: conversation.account.clone(),
        conversation: conversation.id.clone(),
        reference: conversation.reference.clone(),
        visibility: conversation.visibility,
        language: conversation.language.clone(),
        customer: conversation.customer.clone(),
        entities: case
            .entities
            .iter()
            .map(|(kind, value)| {
                let is_shown = open || !world.is_private(&conversation.brand, kind);
                (kind.clone(), shown_value(value, is_shown))
            })
            .collect(),
        transcript: conversation.turns[first..]
            .iter()
            .map(|turn| Line {
                at: turn.at(),
                by: turn.by().to_owned(),
                text: shown(turn.text()),
            })
            .collect(),
    })
}

fn shown_value(value: &str, is_shown: bool) -> String {
    if is_shown {
        value.to_owned()
    } else {
        entities::MASK.to_owned()
    }
}
