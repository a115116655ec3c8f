//! The other end of a running Discord channel: takes in what it brings, and keeps its bookmarks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use hark::channel::{Accepted, AnyChannel, Arrival, Channel, ChannelError, Intake, NotAccepted};
use hark::model::message::Inbound;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Discord, PATIENCE, account};
use crate::fakes::FakeNetwork;

/// What a daemon keeps over a restart.
pub(crate) type Bookmarks = Arc<Mutex<BTreeMap<String, String>>>;

/// A daemon that takes everything in and keeps bookmarks.
pub(crate) struct Daemon {
    running: JoinHandle<ChannelError>,
    taken: mpsc::UnboundedReceiver<Inbound>,
    refuse_next: Arc<Mutex<bool>>,
}

impl Daemon {
    /// Starts, and waits for nothing.
    pub(crate) fn start(channel: Arc<AnyChannel>, bookmarks: &Bookmarks) -> Self {
        let (arrivals, arrived) = mpsc::channel(1);
        let (taking, taken) = mpsc::unbounded_channel();
        let refuse_next = Arc::new(Mutex::new(false));
        tokio::spawn(take_in(
            arrived,
            taking,
            bookmarks.clone(),
            refuse_next.clone(),
        ));
        let intake = Intake::new(account(), arrivals);
        let running = tokio::spawn(async move { channel.run(intake).await });
        Self {
            running,
            taken,
            refuse_next,
        }
    }

    /// Starts and waits until the gateway told that the session began.
    pub(crate) async fn live(fake: &Discord, bookmarks: &Bookmarks) -> Self {
        let begun = fake.state().identified;
        let daemon = Self::start(Arc::new(fake.open()), bookmarks);
        fake.until("a session", |state| state.identified > begun)
            .await;
        daemon
    }

    /// The next message taken in.
    pub(crate) async fn next(&mut self) -> Inbound {
        timeout(PATIENCE, self.taken.recv())
            .await
            .expect("a message in time")
            .expect("a running daemon")
    }

    /// The texts of the next messages.
    pub(crate) async fn texts(&mut self, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        for _ in 0..count {
            texts.push(self.next().await.text);
        }
        texts
    }

    /// The next message is not taken in: the disk is full.
    pub(crate) fn refuse_next(&self) {
        *self.refuse_next.lock().expect("no panic inside") = true;
    }

    /// Why the channel gave up.
    pub(crate) async fn end(self) -> ChannelError {
        timeout(PATIENCE, self.running)
            .await
            .expect("an end in time")
            .expect("no panic")
    }

    /// Stops as the daemon does: by dropping.
    pub(crate) async fn stop(self, fake: &Discord) {
        self.running.abort();
        fake.until("no socket", |state| state.sockets == 0).await;
    }
}

async fn take_in(
    mut arrived: mpsc::Receiver<Arrival>,
    taking: mpsc::UnboundedSender<Inbound>,
    bookmarks: Bookmarks,
    refuse_next: Arc<Mutex<bool>>,
) {
    let mut known = BTreeSet::new();
    while let Some(arrival) = arrived.recv().await {
        match arrival {
            Arrival::Message { message, done } => {
                if std::mem::take(&mut *refuse_next.lock().expect("no panic inside")) {
                    drop(done.send(Err(NotAccepted::Later("the disk is full".to_owned()))));
                    continue;
                }
                let duplicate = !known.insert(message.id.clone());
                if !duplicate {
                    drop(taking.send((*message).clone()));
                }
                let conversation = message.conversation().as_str().to_owned();
                drop(done.send(Ok(Accepted {
                    conversation,
                    duplicate,
                })));
            }
            Arrival::Bookmarks { done, .. } => {
                drop(done.send(Ok(bookmarks.lock().expect("no panic inside").clone())));
            }
            Arrival::Bookmark {
                name, value, done, ..
            } => {
                bookmarks
                    .lock()
                    .expect("no panic inside")
                    .insert(name, value);
                drop(done.send(Ok(())));
            }
            Arrival::Connected { .. } => {}
        }
    }
}
