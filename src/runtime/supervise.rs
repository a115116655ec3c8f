//! Keeps each account's channel running: restarts it with a growing pause, and says how it stands.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::channel::{AnyChannel, Arrival, Channel, ChannelError, Intake};
use crate::clock;
use crate::model::id::AccountId;
use crate::runtime::health::Health;
use crate::telemetry::PANICS;

/// First pause after a channel stopped.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// Longest pause; a network that is back is noticed within it.
const PAUSE_MAX: Duration = Duration::from_mins(1);
/// A channel that ran this long was well; its next pause is the first again.
const WELL_AFTER_S: i64 = 60;

/// Runs the channels of all accounts. Dropping the set stops them; what they had not handed in, their network keeps.
pub fn supervise(
    channels: &Arc<BTreeMap<AccountId, AnyChannel>>,
    arrivals: &mpsc::Sender<Arrival>,
    health: &Arc<Health>,
) -> JoinSet<()> {
    let mut running = JoinSet::new();
    for account in channels.keys() {
        let intake = Intake::new(account.clone(), arrivals.clone());
        running.spawn(keep_running(
            Arc::clone(channels),
            intake,
            Arc::clone(health),
        ));
    }
    running
}

async fn keep_running(
    channels: Arc<BTreeMap<AccountId, AnyChannel>>,
    intake: Intake,
    health: Arc<Health>,
) {
    let account = intake.account().clone();
    let Some(channel) = channels.get(&account) else {
        return;
    };
    let mut pause = PAUSE_MIN;
    loop {
        let started = clock::now();
        let error = AssertUnwindSafe(channel.run(intake.clone()))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| {
                metrics::counter!(PANICS).increment(1);
                ChannelError::Unreachable(
                    "hark failed inside this channel; the log has the place".to_owned(),
                )
            });
        health.down(&account, error.to_string());
        if clock::now().duration_since(started).as_secs() >= WELL_AFTER_S {
            pause = PAUSE_MIN;
        }
        let wait = match &error {
            ChannelError::Unreachable(_) => pause,
            ChannelError::SlowDown { retry_after_s, .. } => {
                pause.max(Duration::from_secs(u64::from(*retry_after_s)))
            }
            ChannelError::Misconfigured { .. } => PAUSE_MAX,
        };
        tracing::warn!(%account, %error, wait_s = wait.as_secs(), "a channel stopped; it is started again");
        tokio::time::sleep(wait.mul_f64(1.0 + fastrand::f64() / 5.0)).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
