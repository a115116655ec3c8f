//! Takes in what channels receive: in order within a conversation, side by side across conversations.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::channel::{Arrival, NotAccepted};
use crate::model::id::AccountId;
use crate::runtime::bookmarks;
use crate::runtime::health::Health;
use crate::runtime::ledger::Ledger;

/// Arrivals that may wait before a channel has to; back pressure instead of loss.
pub const ARRIVALS_MAX: usize = 1_024;
/// Lanes: conversations of one lane are taken in one after the other. As many as the store likes to commit together.
const LANES: usize = 128;
/// Arrivals that may wait in one lane.
const LANE_ARRIVALS_MAX: usize = 64;

/// Runs until every sender is gone and everything they sent is taken in.
pub async fn run(ledger: Arc<Ledger>, health: Arc<Health>, mut arrivals: mpsc::Receiver<Arrival>) {
    let mut workers = JoinSet::new();
    let mut lanes = Vec::with_capacity(LANES);
    for _ in 0..LANES {
        let (lane, waiting) = mpsc::channel(LANE_ARRIVALS_MAX);
        lanes.push(lane);
        workers.spawn(work(Arc::clone(&ledger), Arc::clone(&health), waiting));
    }
    while let Some(arrival) = arrivals.recv().await {
        let lane = lane_of(&arrival);
        if lanes[lane].send(arrival).await.is_err() {
            tracing::error!(
                lane,
                "an inbox lane is gone; the sender is told to try again"
            );
        }
    }
    drop(lanes);
    while workers.join_next().await.is_some() {}
}

async fn work(ledger: Arc<Ledger>, health: Arc<Health>, mut arrivals: mpsc::Receiver<Arrival>) {
    while let Some(arrival) = arrivals.recv().await {
        handle(&ledger, &health, arrival).await;
    }
}

/// A sender that stopped waiting for the answer is a channel that was stopped; its network delivers again.
async fn handle(ledger: &Ledger, health: &Health, arrival: Arrival) {
    match arrival {
        Arrival::Message { message, done } => drop(done.send(ledger.accept(*message).await)),
        Arrival::Bookmarks { account, done } => {
            let all = bookmarks::all(ledger.store().as_ref(), &account).await;
            drop(done.send(all.map_err(|error| NotAccepted::Later(error.to_string()))));
        }
        Arrival::Bookmark {
            account,
            name,
            value,
            done,
        } => {
            let kept = bookmarks::keep(ledger.store().as_ref(), &account, &name, value).await;
            drop(done.send(kept.map_err(|error| NotAccepted::Later(error.to_string()))));
        }
        Arrival::Connected { account } => health.up(&account),
    }
}

/// The same conversation, the same lane, so that its messages are taken in as they came.
fn lane_of(arrival: &Arrival) -> usize {
    match arrival {
        Arrival::Message { message, .. } => spread(&message.conversation()),
        Arrival::Bookmarks { account, .. } | Arrival::Connected { account } => {
            spread::<AccountId>(account)
        }
        Arrival::Bookmark { account, name, .. } => spread(&(account, name)),
    }
}

fn spread<T: Hash>(value: &T) -> usize {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    usize::try_from(hasher.finish() % LANES as u64).unwrap_or(0)
}
