//! A fake Discord: REST and gateway on one loopback port, as strict as the real ones are known to be.

pub(crate) mod daemon;
mod gateway;
mod rest;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use hark::channel::{AnyChannel, ChannelConfigs};
use hark::model::delivery::Outbound;
use hark::model::id::{AccountId, ConversationId, DeliveryId, Language, MessageId};
use hark::model::network::Visibility;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::fakes::{Failure, FakeNetwork};

/// The bot's own id.
pub(crate) const ME: u64 = 900;
/// A direct channel with [`ANN`].
pub(crate) const DIRECT: u64 = 701;
/// A channel of the server 800.
pub(crate) const SQUARE: u64 = 702;
/// Another one, in which nobody wrote yet.
pub(crate) const NEW: u64 = 704;
/// A person.
pub(crate) const ANN: u64 = 42;

const GUILD: u64 = 800;
const TOKEN: &str = "MTAx.fake.discord-token";

/// Milliseconds between the Unix epoch and Discord's.
const EPOCH_MS: i64 = 1_420_070_400_000;
/// When the first message is written: 2026-11-01.
const START_MS: i64 = 1_793_491_200_000;

/// Longest wait for something that must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running fake; it stops when dropped.
pub(crate) struct Discord {
    world: World,
    address: String,
    server: JoinHandle<()>,
}

/// What the handlers share.
#[derive(Clone)]
struct World {
    state: Arc<Mutex<State>>,
    /// Counts every change of the state.
    changes: watch::Sender<u64>,
}

/// What this Discord knows.
pub(crate) struct State {
    /// Its own address, without a scheme.
    address: String,
    channels: BTreeMap<u64, Channel>,
    sessions: BTreeMap<String, Session>,
    fail_next: Option<Failure>,
    written: i64,
    /// Whether MESSAGE CONTENT is switched on in the portal.
    pub(crate) content_intent_is_on: bool,
    /// What the gateway's address begins with; only `ws` is served.
    pub(crate) gateway_scheme: &'static str,
    /// New sessions that may still begin.
    pub(crate) session_starts_left: u64,
    /// Whether nonces are still told and compared.
    pub(crate) nonces_are_known: bool,
    /// Whether heartbeats are answered.
    pub(crate) heartbeats_are_heard: bool,
    /// Time between two heartbeats, in milliseconds.
    pub(crate) heartbeat_interval_ms: u64,
    /// Heartbeats that came in.
    pub(crate) heartbeats: u32,
    /// Sessions begun.
    pub(crate) identified: u32,
    /// Sessions resumed at the address that was given for it.
    pub(crate) resumed: u32,
    /// Sockets that are open now.
    pub(crate) sockets: u32,
    /// List calls that ask to wait before one is answered.
    pub(crate) slow_lists: u32,
    /// List calls answered.
    pub(crate) listed: u32,
}

struct Channel {
    guild: Option<u64>,
    readable: bool,
    messages: Vec<Value>,
}

struct Session {
    intents: u64,
    /// Every event so far; the first has number 1.
    events: Vec<Value>,
    socket: Option<mpsc::UnboundedSender<Push>>,
}

/// What is sent down a socket from outside.
enum Push {
    Frame(Value),
    Close(u16),
    /// The connection breaks without a word.
    Break,
}

impl Discord {
    /// Starts on a free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let world = World {
            state: Arc::new(Mutex::new(State::new(&address))),
            changes: watch::Sender::new(0),
        };
        let router: Router = rest::routes()
            .merge(gateway::routes())
            .with_state(world.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("serves until dropped");
        });
        Self {
            world,
            address,
            server,
        }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Our account with this token.
    pub(crate) fn open_with(&self, token: &str) -> AnyChannel {
        let config = format!(
            "[discord.care]\nbrand = 'northwind'\ntoken = '{token}'\napi_url = 'http://{}'",
            self.address
        );
        let configs: ChannelConfigs = toml::from_str(&config).expect("a good config");
        let mut opened = configs.open().expect("opens");
        opened.remove(&account()).expect("the account")
    }

    /// Looks at, or changes, what this Discord knows.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.world.state.lock().expect("no test panicked inside")
    }

    /// Sessions begun and resumed so far.
    pub(crate) fn sessions(&self) -> (u32, u32) {
        let state = self.state();
        (state.identified, state.resumed)
    }

    /// Waits until the state is as wanted.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&State) -> bool) {
        let mut changes = self.world.changes.subscribe();
        let waiting = async {
            while !wanted(&self.state()) {
                changes
                    .changed()
                    .await
                    .expect("the world outlives the wait");
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect(what);
    }

    /// Somebody writes; returns the id.
    pub(crate) fn write(&self, channel: u64, author: u64, text: &str) -> u64 {
        self.write_as(channel, author, text, |_| {})
    }

    /// Somebody writes something special.
    pub(crate) fn write_as(
        &self,
        channel: u64,
        author: u64,
        text: &str,
        change: impl Fn(&mut Value),
    ) -> u64 {
        let id = self.world.write(channel, author, text, change);
        self.world.changed();
        id
    }

    /// Every connection breaks; sessions stay.
    pub(crate) fn break_sockets(&self) {
        self.push(|| Push::Break);
    }

    /// Every connection is told this.
    pub(crate) fn tell(&self, frame: &Value) {
        self.push(|| Push::Frame(frame.clone()));
    }

    /// Every connection is closed with this code.
    pub(crate) fn close_sockets(&self, code: u16) {
        self.push(|| Push::Close(code));
    }

    /// Every session ends: none can be resumed.
    pub(crate) fn forget_sessions(&self) {
        self.push(|| Push::Break);
        self.state().sessions.clear();
    }

    /// The channel can no longer be seen by us.
    pub(crate) fn hide(&self, channel: u64) {
        self.state()
            .channels
            .get_mut(&channel)
            .expect("a channel")
            .readable = false;
    }

    fn push(&self, push: impl Fn() -> Push) {
        for session in self.state().sessions.values() {
            if let Some(socket) = &session.socket {
                // A socket that is already gone needs no push.
                drop(socket.send(push()));
            }
        }
    }
}

impl Drop for Discord {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl FakeNetwork for Discord {
    fn secret(&self) -> &str {
        TOKEN
    }

    fn open(&self) -> AnyChannel {
        self.open_with(TOKEN)
    }

    fn outbound(&self, key: &str, text: &str) -> Outbound {
        let conversation = ConversationId::new(format!("discord.care.{key}"));
        Outbound {
            id: DeliveryId::of(&conversation, 0),
            account: account(),
            conversation,
            reference: None,
            in_reply_to: Some(MessageId::new(format!("{DIRECT}:{}", snowflake(0)))),
            thread: None,
            return_address: Some(DIRECT.to_string()),
            text: text.to_owned(),
            language: Language::new("en"),
            visibility: Visibility::Private,
        }
    }

    fn fail_next(&self, failure: Failure) {
        self.state().fail_next = Some(failure);
    }

    fn sent(&self) -> Vec<String> {
        self.state().messages_of(ME)
    }
}

impl State {
    fn new(address: &str) -> Self {
        let channel = |guild| Channel {
            guild,
            readable: true,
            messages: Vec::new(),
        };
        Self {
            address: address.to_owned(),
            channels: BTreeMap::from([
                (DIRECT, channel(None)),
                (SQUARE, channel(Some(GUILD))),
                (NEW, channel(Some(GUILD))),
            ]),
            sessions: BTreeMap::new(),
            fail_next: None,
            written: 0,
            content_intent_is_on: true,
            gateway_scheme: "ws",
            session_starts_left: 1000,
            nonces_are_known: true,
            heartbeats_are_heard: true,
            heartbeat_interval_ms: 41_250,
            heartbeats: 0,
            identified: 0,
            resumed: 0,
            sockets: 0,
            slow_lists: 0,
            listed: 0,
        }
    }

    /// What `author` wrote, over all channels, in order.
    fn messages_of(&self, author: u64) -> Vec<String> {
        let mut messages: Vec<&Value> = self
            .channels
            .values()
            .flat_map(|channel| &channel.messages)
            .filter(|message| id_of(&message["author"]) == author)
            .collect();
        messages.sort_by_key(|message| id_of(message));
        messages
            .iter()
            .map(|message| message["content"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    fn message(&self, channel: u64, id: u64) -> Option<&Value> {
        let messages = &self.channels.get(&channel)?.messages;
        messages.iter().find(|message| id_of(message) == id)
    }
}

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked inside")
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Keeps a message and dispatches it to every session.
    fn write(&self, channel: u64, author: u64, text: &str, change: impl Fn(&mut Value)) -> u64 {
        let mut state = self.state();
        state.written += 1;
        let id = snowflake(state.written);
        let time = written_at(id);
        let guild = state.channels[&channel].guild;
        let mentions = if text.contains(&format!("<@{ME}>")) {
            vec![account_of(ME)]
        } else {
            Vec::new()
        };
        let mut message = json!({
            "id": id.to_string(), "channel_id": channel.to_string(), "type": 0, "content": text,
            "author": account_of(author), "timestamp": time.to_string(), "edited_timestamp": null,
            "tts": false, "pinned": false, "mention_everyone": false, "mentions": mentions, "mention_roles": [],
            "attachments": [], "embeds": [], "components": [], "flags": 0,
        });
        change(&mut message);
        let kept = state.channels.get_mut(&channel).expect("a channel");
        kept.messages.push(message.clone());
        if let Some(guild) = guild {
            message["guild_id"] = json!(guild.to_string());
            message["member"] = json!({ "roles": [], "deaf": false, "mute": false, "flags": 0 });
        }
        for session in state.sessions.values_mut() {
            session.dispatch_message(&message);
        }
        id
    }
}

fn account() -> AccountId {
    AccountId::new("discord", "care")
}

fn account_of(id: u64) -> Value {
    json!({
        "id": id.to_string(), "username": format!("name{id}"), "discriminator": "0", "global_name": null,
        "avatar": null, "public_flags": 0, "flags": 0, "primary_guild": null, "bot": id == ME,
    })
}

fn id_of(message: &Value) -> u64 {
    message["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id")
}

/// The id of the `ordinal`-th message: one is written every second.
pub(crate) fn snowflake(ordinal: i64) -> u64 {
    u64::try_from(START_MS - EPOCH_MS + ordinal * 1000).expect("after the epoch") << 22
}

/// When a message was written.
pub(crate) fn written_at(id: u64) -> Timestamp {
    let ms = i64::try_from(id >> 22).expect("42 bits") + EPOCH_MS;
    Timestamp::from_millisecond(ms).expect("in range")
}
