//! A fake of Telegram's Bot API, ours: `getMe`, `getUpdates` and `sendMessage` as <https://core.telegram.org/bots/api>
//! describes them, with the texts of the real server. It is stricter in one thing: a parameter that hark has no use for
//! is refused, known to Telegram or not, so that a misspelt one cannot go unseen. It does not forget updates after 24
//! hours.

mod methods;
mod parameters;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::routing::any;
use hark::channel::AnyChannel;
use hark::channel::telegram::Telegram;
use hark::channel::telegram::config::Config;
use hark::model::delivery::Outbound;
use hark::model::id::{AccountId, ConversationId, DeliveryId, Language, MessageId};
use hark::model::network::Visibility;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::fakes::telegram::methods::{call, number};
use crate::fakes::{Failure, FakeNetwork};

/// The token that the fake takes.
pub(crate) const TOKEN: &str = "1001:made-up-for-tests";
/// The customer whose private chat every fake knows.
pub(crate) const ANN: i64 = 42;

/// How one call is answered instead of being carried out.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) description: &'static str,
    pub(crate) parameters: Value,
}

/// What a chat does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chat {
    /// Takes it.
    Open,
    /// The customer blocked the bot.
    Blocked,
    /// The group became this supergroup.
    Migrated(i64),
}

/// A message that the fake took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) chat: i64,
    pub(crate) text: String,
    pub(crate) reply_to: Option<i64>,
    pub(crate) topic: Option<i64>,
}

#[derive(Debug, Default)]
struct World {
    updates: Vec<Value>,
    chats: BTreeMap<i64, Chat>,
    messages: BTreeSet<(i64, i64)>,
    topics: BTreeSet<(i64, i64)>,
    sent: Vec<Sent>,
    next_send: Option<Failure>,
    next_poll: Option<Refusal>,
    webhook: bool,
    polls: u64,
}

#[derive(Debug)]
struct Server {
    world: Mutex<World>,
    changed: watch::Sender<()>,
}

/// The running fake.
pub(crate) struct FakeTelegram {
    address: String,
    server: Arc<Server>,
}

impl FakeTelegram {
    /// Starts it on a free port of loopback.
    pub(crate) async fn start() -> Self {
        let mut world = World::default();
        world.chats.insert(ANN, Chat::Open);
        world.messages.insert((ANN, 1));
        let server = Arc::new(Server {
            world: Mutex::new(world),
            changed: watch::Sender::new(()),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let routes = Router::new()
            .route("/{bot}/{method}", any(call))
            .with_state(Arc::clone(&server));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, server }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.server.world.lock().expect("no panic while held")
    }

    /// Where it is, without the token.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Our account with another token.
    pub(crate) fn open_with(&self, token: &str) -> Telegram {
        open_at(&self.address, token)
    }

    /// Queues an update as it stands.
    pub(crate) fn push(&self, update: Value) {
        let mut world = self.world();
        if let Some(chat) = update.pointer("/message/chat/id").and_then(Value::as_i64) {
            world.chats.entry(chat).or_insert(Chat::Open);
            if let Some(id) = update["message"]["message_id"].as_i64() {
                world.messages.insert((chat, id));
            }
            if let Some(topic) = update["message"]["message_thread_id"].as_i64() {
                world.topics.insert((chat, topic));
            }
        }
        world.updates.push(update);
        drop(world);
        self.server.changed.send_replace(());
    }

    /// The numbers of the updates that are not acknowledged.
    pub(crate) fn waiting(&self) -> Vec<i64> {
        self.world().updates.iter().map(number).collect()
    }

    /// Returns when everything is acknowledged.
    pub(crate) async fn all_acknowledged(&self) {
        let mut changed = self.server.changed.subscribe();
        while !self.waiting().is_empty() {
            changed.changed().await.expect("the fake is running");
        }
    }

    /// Returns when this many polls have begun.
    pub(crate) async fn polled(&self, times: u64) {
        let mut changed = self.server.changed.subscribe();
        while self.world().polls < times {
            changed.changed().await.expect("the fake is running");
        }
    }

    /// Changes what a chat does.
    pub(crate) fn set_chat(&self, id: i64, chat: Chat) {
        self.world().chats.insert(id, chat);
    }

    /// Refuses the next `getUpdates`.
    pub(crate) fn refuse_next_poll(&self, refusal: Refusal) {
        self.world().next_poll = Some(refusal);
    }

    /// Sets a webhook, which forbids polling.
    pub(crate) fn set_webhook(&self) {
        self.world().webhook = true;
    }

    /// What was taken, with where it went.
    pub(crate) fn taken(&self) -> Vec<Sent> {
        self.world().sent.clone()
    }

    /// Where a method of the Bot API is called.
    pub(crate) fn method(&self, name: &str) -> String {
        format!("{}/bot{TOKEN}/{name}", self.address)
    }
}

/// Our account at an address where the fake may or may not be.
pub(crate) fn open_at(address: &str, token: &str) -> Telegram {
    let config: Config = toml::from_str(&format!(
        "brand = \"northwind\"\ntoken = \"{token}\"\napi_url = \"{address}\""
    ))
    .expect("a readable table");
    Telegram::open(&AccountId::new("telegram", "care"), &config).expect("a good account")
}

impl FakeNetwork for FakeTelegram {
    fn secret(&self) -> &str {
        TOKEN
    }

    fn open(&self) -> AnyChannel {
        AnyChannel::Telegram(self.open_with(TOKEN))
    }

    fn outbound(&self, key: &str, text: &str) -> Outbound {
        Outbound {
            id: DeliveryId::from(key),
            account: AccountId::new("telegram", "care"),
            conversation: ConversationId::from("telegram.care.42"),
            reference: None,
            in_reply_to: Some(MessageId::new(format!("{ANN}:1"))),
            thread: None,
            return_address: Some(ANN.to_string()),
            text: text.to_owned(),
            language: Language::from("en"),
            visibility: Visibility::Private,
        }
    }

    fn fail_next(&self, failure: Failure) {
        self.world().next_send = Some(failure);
    }

    fn sent(&self) -> Vec<String> {
        self.taken().into_iter().map(|sent| sent.text).collect()
    }
}
