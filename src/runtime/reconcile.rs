//! Does what committed conversations owe: sends, settles, fires timers. What came of it is an event like any other.
//!
//! Before each send the attempt is committed, so that after a crash the document says `sending` and never nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::channel::{AnyChannel, Channel};
use crate::clock;
use crate::desk::{AnyDesk, Desk};
use crate::engine::decide::Effect;
use crate::engine::duty::{Duty, owed};
use crate::engine::event::Event;
use crate::model::conversation::{Conversation, Turn};
use crate::model::delivery::{Attempted, Delivery, Lane, Recipient, Status};
use crate::model::id::{AccountId, ConversationId, DeliveryId, DeskName};
use crate::runtime::ledger::{Ledger, LedgerError};
use crate::telemetry::{DELIVERIES, DELIVERY_SECONDS, FIRST_REPLY_SECONDS, PANICS};

/// Most sends under way at once to one account or one desk: one that hangs holds up nobody else.
const SENDS_MAX: usize = 64;
/// How long a stop waits for what is under way; shorter than the unit's `TimeoutStopSec`. What is not done by then stays
/// `sending` in its document and is settled after the start.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// Longest sleep between two looks at the schedule: a wall clock that was set forward must not delay anything for long.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(30);
/// Pause after the store refused: it may be full, and hammering it helps nobody.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Where a send leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Outside {
    Account(AccountId),
    Desk(DeskName),
}

/// Everything that duties are done with.
pub struct Reconciler {
    /// The documents.
    pub ledger: Arc<Ledger>,
    /// Our accounts.
    pub channels: Arc<BTreeMap<AccountId, AnyChannel>>,
    /// The human desks.
    pub desks: BTreeMap<DeskName, AnyDesk>,
    /// Room for sends to each account and desk; closed when hark stops, so that nothing new begins.
    rooms: BTreeMap<Outside, Semaphore>,
    /// Lanes with something under way; no second send may start in one.
    busy: Mutex<BTreeSet<(ConversationId, Option<Lane>)>>,
}

impl Reconciler {
    /// A reconciler over these.
    pub fn new(
        ledger: Arc<Ledger>,
        channels: Arc<BTreeMap<AccountId, AnyChannel>>,
        desks: BTreeMap<DeskName, AnyDesk>,
    ) -> Self {
        let accounts = channels.keys().cloned().map(Outside::Account);
        let everybody = accounts.chain(desks.keys().cloned().map(Outside::Desk));
        let rooms = everybody
            .map(|outside| (outside, Semaphore::new(SENDS_MAX)))
            .collect();
        Self {
            ledger,
            channels,
            desks,
            rooms,
            busy: Mutex::default(),
        }
    }

    /// Runs until `stop` says so, then lets what is under way finish.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        while !*stop.borrow() {
            let (due, next) = self.ledger.schedule.take_due(clock::now());
            for conversation in due {
                let reconciler = Arc::clone(&self);
                under_way.spawn(async move { reconciler.look_at(&conversation).await });
            }
            while under_way.try_join_next().is_some() {}
            tokio::select! {
                () = self.ledger.schedule.changed() => {}
                () = tokio::time::sleep(until(next)) => {}
                _ = stop.changed() => {}
            }
        }
        self.rooms.values().for_each(Semaphore::close);
        let finished = tokio::time::timeout(STOP_PATIENCE, async {
            while under_way.join_next().await.is_some() {}
        })
        .await;
        if finished.is_err() {
            tracing::warn!(
                left = under_way.len(),
                "stopping with deliveries under way; they are settled after the next start"
            );
        }
    }

    /// Does everything that a conversation owes now, lanes side by side.
    async fn look_at(&self, id: &ConversationId) {
        let conversation = match self.ledger.conversation(id).await {
            Ok(Some(conversation)) => conversation,
            Ok(None) => return,
            Err(error) => return self.look_again_soon(id, &error.into()).await,
        };
        let duties = owed(&conversation, clock::now());
        let lanes: Vec<Option<Lane>> = duties.iter().map(|duty| duty.lane(&conversation)).collect();
        let account = conversation.account.clone();
        drop(conversation);
        let done = futures::future::join_all(
            lanes
                .into_iter()
                .map(|lane| self.do_duty_of(id, &account, lane)),
        )
        .await;
        // The lanes are free again, so what became due while they were busy is seen now.
        let done = done.into_iter().collect::<Result<(), LedgerError>>();
        if let Err(error) = match done {
            Ok(()) => self.ledger.reschedule(id).await.map_err(LedgerError::from),
            Err(error) => Err(error),
        } {
            self.look_again_soon(id, &error).await;
        }
    }

    async fn look_again_soon(&self, id: &ConversationId, error: &LedgerError) {
        tracing::error!(conversation = %id, %error, "a conversation could not be brought further; trying again");
        tokio::time::sleep(STORE_PAUSE).await;
        self.ledger.schedule.set(id, Some(clock::now()));
    }

    /// Does the duty of one lane. The lane is taken before the document is read, so that a lane whose work has just
    /// been finished by somebody else is seen as finished.
    async fn do_duty_of(
        &self,
        id: &ConversationId,
        account: &AccountId,
        lane: Option<Lane>,
    ) -> Result<(), LedgerError> {
        let Some(_taken) = Taken::take(&self.busy, id, lane.as_ref()) else {
            return Ok(());
        };
        let _place = match self.room(account, lane.as_ref()).map(Semaphore::acquire) {
            None => None,
            Some(place) => match place.await {
                Ok(place) => Some(place),
                // hark stops: what is owed is in the document, and is done after the next start.
                Err(_) => return Ok(()),
            },
        };
        loop {
            let Some(conversation) = self.ledger.conversation(id).await? else {
                return Ok(());
            };
            let duty = owed(&conversation, clock::now())
                .into_iter()
                .find(|duty| duty.lane(&conversation) == lane);
            let known = match duty {
                None => true,
                Some(Duty::Timers) => {
                    self.ledger.apply(id, Event::TimerDue).await?;
                    true
                }
                Some(Duty::Send(delivery)) => self.send(id, &delivery).await?,
                Some(Duty::Settle { delivery, since }) => {
                    self.settle(&conversation, &delivery, since).await?
                }
                Some(Duty::Forget(delivery)) => self.forget(&conversation, &delivery).await?,
            };
            if known {
                return Ok(());
            }
        }
    }

    fn room(&self, account: &AccountId, lane: Option<&Lane>) -> Option<&Semaphore> {
        let outside = match lane? {
            Lane::Customer => Outside::Account(account.clone()),
            Lane::Desk(desk) => Outside::Desk(desk.clone()),
        };
        self.rooms.get(&outside)
    }

    /// Sends. `false` = the answer was lost: what became of the attempt is now found out as it is after a crash.
    async fn send(&self, id: &ConversationId, delivery: &DeliveryId) -> Result<bool, LedgerError> {
        let attempt = Event::Attempt {
            delivery: delivery.clone(),
        };
        let begun = self.ledger.apply(id, attempt).await?;
        if begun.effect != Effect::Changed {
            return Ok(true);
        }
        let Some(owed) = begun.conversation.delivery(delivery) else {
            return Ok(true);
        };
        match contain(self.attempt(owed)).await {
            Attempted::Unknown { .. } => Ok(false),
            outcome => self.report(id, owed, outcome).await.map(|()| true),
        }
    }

    async fn attempt(&self, owed: &Delivery) -> Attempted {
        match &owed.to {
            Recipient::Customer(message) => match self.channels.get(&message.account) {
                Some(channel) => channel.send(message).await,
                None => gone(&format!("account {}", message.account)),
            },
            Recipient::Desk { desk, alert } => match self.desks.get(desk) {
                Some(desk) => desk.notify(&owed.id, alert).await,
                None => gone(&format!("desk {desk}")),
            },
        }
    }

    async fn settle(
        &self,
        conversation: &Conversation,
        delivery: &DeliveryId,
        since: Timestamp,
    ) -> Result<bool, LedgerError> {
        if let Some(owed) = conversation.delivery(delivery) {
            let outcome = contain(self.find_out(owed, since)).await;
            self.report(&conversation.id, owed, outcome).await?;
        }
        Ok(true)
    }

    async fn forget(
        &self,
        conversation: &Conversation,
        delivery: &DeliveryId,
    ) -> Result<bool, LedgerError> {
        if let Some(owed) = conversation.delivery(delivery) {
            let outcome = Attempted::Later {
                retry_after_s: None,
                reason: "the words were taken back".to_owned(),
            };
            self.report(&conversation.id, owed, outcome).await?;
        }
        Ok(true)
    }

    /// What became of an attempt that was cut off at `since` or later, by the way of its network.
    async fn find_out(&self, owed: &Delivery, since: Timestamp) -> Attempted {
        match &owed.to {
            Recipient::Customer(message) => match self.channels.get(&message.account) {
                Some(channel) => channel.settle(message, since).await,
                None => gone(&format!("account {}", message.account)),
            },
            // A desk knows a repeat by its id.
            Recipient::Desk { .. } => Attempted::Later {
                retry_after_s: None,
                reason: "the attempt before was cut off".to_owned(),
            },
        }
    }

    async fn report(
        &self,
        id: &ConversationId,
        delivery: &Delivery,
        outcome: Attempted,
    ) -> Result<(), LedgerError> {
        measure(delivery, &outcome);
        let event = Event::Attempted {
            delivery: delivery.id.clone(),
            outcome,
            jitter: fastrand::f64(),
        };
        let settled = self.ledger.apply(id, event).await?;
        if let Some(took) = first_reply(&settled.conversation).filter(|_| is_customer(delivery)) {
            metrics::histogram!(FIRST_REPLY_SECONDS).record(took.as_secs_f64().max(0.0));
        }
        Ok(())
    }
}

fn is_customer(delivery: &Delivery) -> bool {
    matches!(delivery.to, Recipient::Customer(_))
}

/// How long the customer waited for the first answer, where the one that was just sent was the first.
fn first_reply(conversation: &Conversation) -> Option<SignedDuration> {
    let mut answers = conversation.turns.iter().filter_map(|turn| match turn {
        Turn::Bot {
            status: Status::Sent { at, .. },
            ..
        }
        | Turn::Agent {
            status: Status::Sent { at, .. },
            ..
        } => Some(*at),
        Turn::Bot { .. } | Turn::Agent { .. } | Turn::Customer { .. } | Turn::Note { .. } => None,
    });
    let asked = conversation
        .turns
        .iter()
        .find(|turn| matches!(turn, Turn::Customer { .. }))?
        .at();
    match (answers.next(), answers.next()) {
        (Some(answered), None) => Some(answered.duration_since(asked)),
        _ => None,
    }
}

fn gone(what: &str) -> Attempted {
    Attempted::Refused {
        reason: format!("{what} is no longer in the config"),
    }
}

/// A panic in a channel or desk is contained; what it did before is not known.
async fn contain(work: impl Future<Output = Attempted>) -> Attempted {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| {
            metrics::counter!(PANICS).increment(1);
            Attempted::Unknown {
                reason: "hark failed while sending".to_owned(),
            }
        })
}

fn until(next: Option<Timestamp>) -> Duration {
    let Some(next) = next else {
        return LOOK_AT_LEAST_EVERY;
    };
    Duration::try_from(next.duration_since(clock::now()))
        .unwrap_or(Duration::ZERO)
        .min(LOOK_AT_LEAST_EVERY)
}

fn measure(delivery: &Delivery, outcome: &Attempted) {
    let to = match delivery.to {
        Recipient::Customer(_) => "customer",
        Recipient::Desk { .. } => "desk",
    };
    let how = match outcome {
        Attempted::Sent { .. } => "sent",
        Attempted::Later { .. } => "later",
        Attempted::Refused { .. } => "refused",
        Attempted::Unknown { .. } => "unknown",
    };
    metrics::counter!(DELIVERIES, "to" => to, "outcome" => how).increment(1);
    if how == "sent" {
        let took = clock::now().duration_since(delivery.created_at);
        metrics::histogram!(DELIVERY_SECONDS, "to" => to).record(took.as_secs_f64().max(0.0));
    }
}

/// A lane while somebody works in it.
struct Taken<'a> {
    busy: &'a Mutex<BTreeSet<(ConversationId, Option<Lane>)>>,
    key: (ConversationId, Option<Lane>),
}

impl<'a> Taken<'a> {
    fn take(
        busy: &'a Mutex<BTreeSet<(ConversationId, Option<Lane>)>>,
        id: &ConversationId,
        lane: Option<&Lane>,
    ) -> Option<Self> {
        let key = (id.clone(), lane.cloned());
        let free = busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.clone());
        // Not `then_some`: a value made for nothing would free the lane of whoever has it when it is dropped.
        free.then(|| Self { busy, key })
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_lane_stays_taken_until_its_holder_is_done() {
        let busy = Mutex::default();
        let id = ConversationId::from("http.demo.ann");
        let holder = Taken::take(&busy, &id, Some(&Lane::Customer)).expect("free");
        for _ in 0..2 {
            assert!(Taken::take(&busy, &id, Some(&Lane::Customer)).is_none());
        }
        assert!(
            Taken::take(&busy, &id, None).is_some(),
            "another lane is free"
        );
        drop(holder);
        assert!(Taken::take(&busy, &id, Some(&Lane::Customer)).is_some());
    }
}
