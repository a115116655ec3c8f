//! What a committed conversation still owes. Pure, so the reconcile loop and the simulator do exactly the same.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::model::conversation::Conversation;
use crate::model::delivery::{Delivery, Lane, Progress};
use crate::model::id::DeliveryId;

/// Something to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty {
    /// Commit an attempt, then send.
    Send(DeliveryId),
    /// An attempt was cut off: find out what became of it.
    Settle {
        /// Which.
        delivery: DeliveryId,
        /// When the attempt was committed.
        since: Timestamp,
    },
    /// An attempt was cut off, and its words were taken back meanwhile: nobody asks any more, since asking may send.
    Forget(DeliveryId),
    /// A timer's time has come.
    Timers,
}

impl Duty {
    /// The lane it is done in; the timers of a conversation have one of their own, `None`.
    pub fn lane(&self, conversation: &Conversation) -> Option<Lane> {
        match self {
            Self::Send(delivery) | Self::Settle { delivery, .. } | Self::Forget(delivery) => {
                conversation.delivery(delivery).map(Delivery::lane)
            }
            Self::Timers => None,
        }
    }
}

/// What is owed now: at most one delivery per lane, the oldest, so that nothing overtakes.
pub fn owed(conversation: &Conversation, now: Timestamp) -> Vec<Duty> {
    let mut duties: Vec<Duty> = heads(conversation)
        .filter_map(|delivery| duty_of(delivery, now))
        .collect();
    if conversation.timers.iter().any(|timer| timer.due <= now) {
        duties.push(Duty::Timers);
    }
    duties
}

/// When something will be owed next; `None` when nothing ever will. What is being sent is not counted: whoever sends it
/// reports back, and only after a crash nobody does (see [`cut_off`]).
pub fn next_due(conversation: &Conversation) -> Option<Timestamp> {
    let deliveries = heads(conversation).filter_map(|delivery| match delivery.progress {
        Progress::Prepared { due } => Some(due),
        Progress::Sending { .. } => None,
    });
    deliveries
        .chain(conversation.timers.iter().map(|timer| timer.due))
        .min()
}

/// Whether an attempt was under way when the document was written.
pub fn cut_off(conversation: &Conversation) -> bool {
    conversation
        .deliveries
        .iter()
        .any(|delivery| matches!(delivery.progress, Progress::Sending { .. }))
}

/// The oldest delivery of each lane.
fn heads(conversation: &Conversation) -> impl Iterator<Item = &Delivery> {
    let mut lanes: BTreeSet<Lane> = BTreeSet::new();
    conversation
        .deliveries
        .iter()
        .filter(move |delivery| lanes.insert(delivery.lane()))
}

fn duty_of(delivery: &Delivery, now: Timestamp) -> Option<Duty> {
    match delivery.progress {
        Progress::Prepared { due } if due <= now => Some(Duty::Send(delivery.id.clone())),
        Progress::Prepared { .. } => None,
        Progress::Sending { .. } if delivery.withdrawn => Some(Duty::Forget(delivery.id.clone())),
        Progress::Sending { since } => Some(Duty::Settle {
            delivery: delivery.id.clone(),
            since,
        }),
    }
}
