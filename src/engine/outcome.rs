//! What became of an attempt, and what follows: settled, again later, or a person must look.

use std::time::Duration;

use jiff::Timestamp;

use crate::engine::handoff::{self, Reason, after, set_turn_status};
use crate::engine::world::{Mode, World};
use crate::model::alert::AlertKind;
use crate::model::conversation::{Conversation, Holder};
use crate::model::delivery::{Attempted, Delivery, Progress, Recipient, Status};
use crate::model::id::{DeliveryId, DeskName};
use crate::model::severity::Severity;

/// Pauses before the second, third, … attempt at a desk, in seconds: the schedule of Standard Webhooks' reference server.
pub const DESK_RETRIES_S: [u32; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
/// Pauses before the second, third, … attempt at a network, in seconds. A first answer that is hours late helps nobody,
/// so these add up to about an hour; then a person gets it.
pub const NETWORK_RETRIES_S: [u32; 9] = [1, 2, 5, 15, 60, 120, 300, 900, 1_800];
/// Retries are spread by ±20 %, so that a recovered server is not met by all at once.
const JITTER: f64 = 0.2;

/// Marks an attempt as begun. `false` = it is no longer owed, so nothing may be sent.
pub fn begin(conversation: &mut Conversation, id: &DeliveryId, now: Timestamp) -> bool {
    let Some(delivery) = conversation
        .deliveries
        .iter_mut()
        .find(|delivery| delivery.id == *id)
    else {
        return false;
    };
    if !matches!(delivery.progress, Progress::Prepared { .. }) {
        return false;
    }
    delivery.progress = Progress::Sending { since: now };
    delivery.attempts += 1;
    true
}

/// Takes the result of an attempt in. `false` = the delivery was settled before.
pub fn take_in(
    world: &World,
    conversation: &mut Conversation,
    id: &DeliveryId,
    outcome: Attempted,
    jitter: f64,
    now: Timestamp,
) -> bool {
    let Some(at) = conversation
        .deliveries
        .iter()
        .position(|delivery| delivery.id == *id)
    else {
        return false;
    };
    if matches!(outcome, Attempted::Later { .. }) && conversation.deliveries[at].withdrawn {
        conversation.deliveries.remove(at);
        return true;
    }
    let outcome = match outcome {
        Attempted::Later {
            retry_after_s,
            reason,
        } => match pause(&conversation.deliveries[at], retry_after_s, jitter) {
            Some(pause) => {
                conversation.deliveries[at].progress = Progress::Prepared {
                    due: after(now, pause),
                };
                return true;
            }
            None => Attempted::Refused {
                reason: format!(
                    "given up after {} attempts: {reason}",
                    conversation.deliveries[at].attempts
                ),
            },
        },
        Attempted::Sent { .. } | Attempted::Refused { .. } | Attempted::Unknown { .. } => outcome,
    };
    let delivery = conversation.deliveries.remove(at);
    let status = match outcome {
        Attempted::Sent { message } => Status::Sent { at: now, message },
        Attempted::Refused { reason } | Attempted::Later { reason, .. } => {
            Status::Refused { reason }
        }
        Attempted::Unknown { reason } => Status::Unknown { reason },
    };
    match delivery.to {
        Recipient::Customer(_) => settle_customer(world, conversation, id, status, now),
        Recipient::Desk { desk, .. } => settle_desk(world, conversation, id, &desk, status, now),
    }
    true
}

/// How long to wait before the next attempt; `None` when there is none.
fn pause(delivery: &Delivery, retry_after_s: Option<u32>, jitter: f64) -> Option<Duration> {
    let schedule: &[u32] = match delivery.to {
        Recipient::Customer(_) => &NETWORK_RETRIES_S,
        Recipient::Desk { .. } => &DESK_RETRIES_S,
    };
    let attempts = usize::try_from(delivery.attempts.max(1)).ok()?;
    let pause_s = f64::from(*schedule.get(attempts - 1)?);
    let spread = pause_s * (1.0 + JITTER * (2.0 * jitter - 1.0));
    // The network's own wish is a floor: it is never asked earlier, and jitter only adds to it.
    Some(Duration::from_secs_f64(
        spread.max(f64::from(retry_after_s.unwrap_or(0))),
    ))
}

fn settle_customer(
    world: &World,
    conversation: &mut Conversation,
    id: &DeliveryId,
    status: Status,
    now: Timestamp,
) {
    set_turn_status(conversation, id, &status);
    let why = match status {
        Status::Sent { .. } | Status::Pending | Status::Withdrawn { .. } => return,
        Status::Unknown { reason } => {
            format!("an answer may or may not have reached the customer: {reason}")
        }
        Status::Refused { reason } => format!("an answer did not reach the customer: {reason}"),
    };
    needs_a_look(world, conversation, why, now);
}

/// Something went wrong that only a person can judge: a new case, or an update of the one they have.
pub fn needs_a_look(world: &World, conversation: &mut Conversation, why: String, now: Timestamp) {
    let brand = world.brands.get(&conversation.brand);
    if brand.is_some_and(|brand| brand.mode == Mode::Shadow) {
        return;
    }
    if conversation.holder == Holder::Bot {
        let Some(brand) = brand else {
            return;
        };
        let reason = Reason {
            topic: None,
            also: Vec::new(),
            severity: Severity::Normal,
            desk: brand.desk.clone(),
            first_response: None,
            why,
            entities: Vec::new(),
        };
        // The holder is the bot, so calling a person is a legal move.
        let called = handoff::call_a_person(world, conversation, reason, now);
        debug_assert!(called.is_ok());
        return;
    }
    if let Some(case) = conversation.case.as_mut()
        && !case.why.contains(&why)
    {
        case.why = format!("{}; {why}", case.why);
    }
    handoff::tell_desk(world, conversation, AlertKind::Updated, now);
}

fn settle_desk(
    world: &World,
    conversation: &mut Conversation,
    id: &DeliveryId,
    desk: &DeskName,
    status: Status,
    now: Timestamp,
) {
    let failed = !matches!(status, Status::Sent { .. });
    // The next case may have been opened while the alert was on its way.
    let cases = conversation
        .case
        .iter_mut()
        .chain(&mut conversation.past_cases);
    if let Some(record) = cases
        .flat_map(|case| &mut case.alerts)
        .find(|record| record.id == *id)
    {
        record.status = status;
    }
    // Only a case that still waits for somebody moves on, and only from the desk that was not reached.
    let waiting = conversation.holder == Holder::Waiting
        && conversation
            .case
            .as_ref()
            .is_some_and(|case| case.desk == *desk);
    if failed && waiting {
        handoff::escalate(world, conversation, "an alert could not be delivered", now);
    }
}
