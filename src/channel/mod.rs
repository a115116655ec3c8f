//! Networks. One folder each, one line in the registry below; a channel reads and sends, it never decides.
//!
//! A channel's `run` hands every message to its [`Intake`] and acknowledges it to the network only after that returned:
//! then it is on disk. Stopping a channel is dropping its `run` future, so every await in it must be safe to drop.

use std::collections::BTreeMap;
use std::future::Future;

use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

use crate::model::delivery::{Attempted, Outbound};
use crate::model::id::{AccountId, BrandName};
use crate::model::message::Inbound;
use crate::model::network::Limits;

/// What a channel does for one account.
pub trait Channel: Send + Sync + 'static {
    /// What the network allows.
    fn limits(&self) -> Limits;

    /// Sends once. The attempt is already on disk; the answer says what to do next. Never retries by itself.
    fn send(&self, message: &Outbound) -> impl Future<Output = Attempted> + Send;

    /// Finds out what became of an attempt that a crash cut off, by the network's own way: the same key again, reading
    /// back, or admitting that nobody can tell. [`Attempted::Later`] means "certainly not sent".
    fn settle(
        &self,
        message: &Outbound,
        since: Timestamp,
    ) -> impl Future<Output = Attempted> + Send;

    /// Receives until dropped. Returns only when it cannot go on; the supervisor restarts it with a growing pause.
    fn run(&self, intake: Intake) -> impl Future<Output = ChannelError> + Send;
}

/// Why a channel cannot receive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The network does not answer, or not well; it may tomorrow.
    #[error("{0}")]
    Unreachable(String),
    /// The network asks us to wait.
    #[error("{reason}; the network asks to wait {retry_after_s} s")]
    SlowDown {
        /// The wait that the network asks for, in seconds.
        retry_after_s: u32,
        /// What it said.
        reason: String,
    },
    /// The operator must mend something: a token, a permission, another process on the same account.
    #[error("{reason}: {fix}")]
    Misconfigured {
        /// What the network said.
        reason: String,
        /// What to do about it.
        fix: String,
    },
}

/// Why an account cannot be opened at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

/// What a message became when it was taken in: it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The name of the conversation as the outside knows it.
    pub conversation: String,
    /// Whether it was taken in before; then nothing changed.
    pub duplicate: bool,
}

/// The message was not taken in; the network must not be told that it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// hark is stopping or the store does not work: deliver it again later.
    #[error("not taken in: {0}")]
    Later(String),
}

/// What comes out of an [`Intake`], for the inbox.
#[derive(Debug)]
pub enum Arrival {
    /// A message to take in.
    Message {
        /// The message.
        message: Box<Inbound>,
        /// Answered after the commit.
        done: oneshot::Sender<Result<Accepted, NotAccepted>>,
    },
    /// A channel's bookmarks are asked for.
    Bookmarks {
        /// Whose.
        account: AccountId,
        /// Answered with all of them, by name.
        done: oneshot::Sender<Result<BTreeMap<String, String>, NotAccepted>>,
    },
    /// A bookmark is to be kept.
    Bookmark {
        /// Whose.
        account: AccountId,
        /// Its name: a network's thread or feed.
        name: String,
        /// Where reading goes on after a restart.
        value: String,
        /// Answered after the commit.
        done: oneshot::Sender<Result<(), NotAccepted>>,
    },
    /// The channel reached its network.
    Connected {
        /// Whose.
        account: AccountId,
    },
}

/// The door through which one account's channel hands in what it received.
#[derive(Debug, Clone)]
pub struct Intake {
    account: AccountId,
    arrivals: mpsc::Sender<Arrival>,
}

impl Intake {
    /// A door for `account` that leads to `arrivals`.
    pub fn new(account: AccountId, arrivals: mpsc::Sender<Arrival>) -> Self {
        Self { account, arrivals }
    }

    /// The account this door belongs to.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Takes a message in. On `Ok` it is on disk and may be acknowledged to the network.
    pub async fn accept(&self, message: Inbound) -> Result<Accepted, NotAccepted> {
        let message = Box::new(message);
        self.ask(|done| Arrival::Message { message, done }).await
    }

    /// The account's bookmarks, by name.
    pub async fn bookmarks(&self) -> Result<BTreeMap<String, String>, NotAccepted> {
        let account = self.account.clone();
        self.ask(|done| Arrival::Bookmarks { account, done }).await
    }

    /// Keeps a bookmark: where reading goes on after a restart. On `Ok` it is on disk.
    pub async fn save_bookmark(&self, name: &str, value: &str) -> Result<(), NotAccepted> {
        let (account, name, value) = (self.account.clone(), name.to_owned(), value.to_owned());
        self.ask(|done| Arrival::Bookmark {
            account,
            name,
            value,
            done,
        })
        .await
    }

    /// Says that the network answers: the account is healthy.
    pub async fn connected(&self) {
        // When hark is stopping nobody listens any more, and nobody needs to know.
        drop(
            self.arrivals
                .send(Arrival::Connected {
                    account: self.account.clone(),
                })
                .await,
        );
    }

    async fn ask<T>(
        &self,
        arrival: impl FnOnce(oneshot::Sender<Result<T, NotAccepted>>) -> Arrival,
    ) -> Result<T, NotAccepted> {
        let stopping = || NotAccepted::Later("hark is stopping".to_owned());
        let (done, answer) = oneshot::channel();
        self.arrivals
            .send(arrival(done))
            .await
            .map_err(|_| stopping())?;
        answer.await.map_err(|_| stopping())?
    }
}

/// Declares every kind of network: its module, its config table `[channel.<kind>.<name>]` and its dispatch.
macro_rules! channels {
    ($($kind:ident => $channel:ident,)+) => {
        $(pub mod $kind;)+

        /// Every kind that `[channel.<kind>.<name>]` knows.
        pub const KINDS: &[&str] = &[$(stringify!($kind)),+];

        /// The `[channel]` tables of the config, by kind and name.
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct ChannelConfigs {
            $(
                /// Accounts of this kind, by name.
                pub $kind: BTreeMap<String, $kind::config::Config>,
            )+
        }

        impl ChannelConfigs {
            /// Every account with its brand.
            pub fn accounts(&self) -> Vec<(AccountId, BrandName)> {
                let mut accounts = Vec::new();
                $(accounts.extend(self.$kind.iter().map(|(name, config)| (AccountId::new(stringify!($kind), name), config.brand.clone())));)+
                accounts
            }

            /// What each account's network allows, as far as it is known without asking it.
            pub fn limits(&self) -> BTreeMap<AccountId, Limits> {
                let mut limits = BTreeMap::new();
                $(limits.extend(self.$kind.keys().map(|name| (AccountId::new(stringify!($kind), name), $kind::LIMITS)));)+
                limits
            }

            /// Opens every account; every failure is reported, none hides another.
            pub fn open(&self) -> Result<BTreeMap<AccountId, AnyChannel>, Vec<(AccountId, OpenError)>> {
                let mut opened = BTreeMap::new();
                let mut failed = Vec::new();
                $(for (name, config) in &self.$kind {
                    let account = AccountId::new(stringify!($kind), name);
                    match $kind::$channel::open(&account, config) {
                        Ok(channel) => { opened.insert(account, AnyChannel::$channel(channel)); }
                        Err(error) => failed.push((account, error)),
                    }
                })+
                if failed.is_empty() { Ok(opened) } else { Err(failed) }
            }
        }

        /// A channel of any kind.
        #[derive(Debug)]
        pub enum AnyChannel {
            $(
                #[doc = concat!("An account of the kind `", stringify!($kind), "`.")]
                $channel($kind::$channel),
            )+
        }

        impl Channel for AnyChannel {
            fn limits(&self) -> Limits {
                match self { $(Self::$channel(channel) => channel.limits(),)+ }
            }

            async fn send(&self, message: &Outbound) -> Attempted {
                match self { $(Self::$channel(channel) => channel.send(message).await,)+ }
            }

            async fn settle(&self, message: &Outbound, since: Timestamp) -> Attempted {
                match self { $(Self::$channel(channel) => channel.settle(message, since).await,)+ }
            }

            async fn run(&self, intake: Intake) -> ChannelError {
                match self { $(Self::$channel(channel) => channel.run(intake).await,)+ }
            }
        }
    };
}

channels! {
    discord => Discord,
    http => Http,
    telegram => Telegram,
    webchat => Webchat,
}
