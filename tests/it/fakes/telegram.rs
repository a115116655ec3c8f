//! A fake of Telegram's Bot API, ours: `getMe`, `getUpdates` and `sendMessage` as <https://core.telegram.org/bots/api>
//! describes them, with the texts of the real server. It is stricter in one thing: a parameter that hark has no use for
//! is refused, known to Telegram or not, so that a misspelt one cannot go unseen. It does not forget updates after 24
//! hours.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use hark::channel::AnyChannel;
use hark::channel::telegram::Telegram;
use hark::channel::telegram::config::Config;
use hark::model::delivery::Outbound;
use hark::model::id::{AccountId, ConversationId, DeliveryId, Language, MessageId};
use hark::model::network::Visibility;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::fakes::{Failure, FakeNetwork};

/// The token that the fake takes.
pub(crate) const TOKEN: &str = "1001:made-up-for-tests";
/// The customer whose private chat every fake knows.
pub(crate) const ANN: i64 = 42;
/// The date of every message that the fake makes.
const DATE: i64 = 1_700_000_000;

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

/// The type of a parameter, as the Bot API's reference gives it.
#[derive(Clone, Copy)]
enum Kind {
    Integer,
    Text,
    Boolean,
    IntegerOrText,
    Texts,
    Object(&'static [Parameter]),
}

/// Name, type, and whether it must be there.
type Parameter = (&'static str, Kind, bool);

const GET_UPDATES: &[Parameter] = &[
    ("offset", Kind::Integer, false),
    ("limit", Kind::Integer, false),
    ("timeout", Kind::Integer, false),
    ("allowed_updates", Kind::Texts, false),
];
const SEND_MESSAGE: &[Parameter] = &[
    ("chat_id", Kind::IntegerOrText, true),
    ("text", Kind::Text, true),
    ("message_thread_id", Kind::Integer, false),
    ("parse_mode", Kind::Text, false),
    ("disable_notification", Kind::Boolean, false),
    ("protect_content", Kind::Boolean, false),
    ("link_preview_options", Kind::Object(LINK_PREVIEW), false),
    ("reply_parameters", Kind::Object(REPLY), false),
];
const LINK_PREVIEW: &[Parameter] = &[
    ("is_disabled", Kind::Boolean, false),
    ("url", Kind::Text, false),
    ("prefer_small_media", Kind::Boolean, false),
    ("prefer_large_media", Kind::Boolean, false),
    ("show_above_text", Kind::Boolean, false),
];
const REPLY: &[Parameter] = &[
    ("message_id", Kind::Integer, true),
    ("chat_id", Kind::IntegerOrText, false),
    ("allow_sending_without_reply", Kind::Boolean, false),
    ("quote", Kind::Text, false),
];

fn follows(given: &Map<String, Value>, parameters: &[Parameter]) -> bool {
    let known = given
        .keys()
        .all(|key| parameters.iter().any(|(name, ..)| name == key));
    known
        && parameters
            .iter()
            .all(|(name, kind, required)| match given.get(*name) {
                Some(value) => is_of(value, *kind),
                None => !required,
            })
}

fn is_of(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Integer => value.is_i64(),
        Kind::Text => value.is_string(),
        Kind::Boolean => value.is_boolean(),
        Kind::IntegerOrText => value.is_i64() || value.is_string(),
        Kind::Texts => value
            .as_array()
            .is_some_and(|list| list.iter().all(Value::is_string)),
        Kind::Object(parameters) => value
            .as_object()
            .is_some_and(|given| follows(given, parameters)),
    }
}

fn refuse(code: u16, description: &str) -> Response {
    refuse_with(code, description, &Value::Null)
}

fn refuse_with(code: u16, description: &str, parameters: &Value) -> Response {
    let mut body = json!({ "ok": false, "error_code": code, "description": description });
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        "application/json".parse().expect("a header"),
    );
    if !parameters.is_null() {
        body["parameters"] = parameters.clone();
    }
    if let Some(wait) = parameters.get("retry_after") {
        headers.insert(
            header::RETRY_AFTER,
            wait.to_string().parse().expect("a header"),
        );
    }
    let status = StatusCode::from_u16(code).expect("a code");
    (status, headers, body.to_string()).into_response()
}

fn answer(result: &Value) -> Response {
    axum::Json(json!({ "ok": true, "result": result })).into_response()
}

async fn call(
    State(server): State<Arc<Server>>,
    Path((bot, method)): Path<(String, String)>,
    verb: axum::http::Method,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    let Some(token) = bot.strip_prefix("bot") else {
        return refuse(404, "Not Found");
    };
    if token != TOKEN {
        return refuse(401, "Unauthorized");
    }
    if !matches!(verb.as_str(), "GET" | "POST") {
        return refuse(404, "Not Found");
    }
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json");
    let given = match serde_json::from_slice(&body) {
        Ok(Value::Object(given)) if is_json => given,
        _ if body.is_empty() => Map::new(),
        _ => return refuse(400, "Bad Request: can't parse request JSON object"),
    };
    let bad = || refuse(400, "Bad Request: wrong parameter");
    // Names of methods are taken in any case.
    match method.to_ascii_lowercase().as_str() {
        "getme" if !follows(&given, &[]) => bad(),
        "getme" => answer(&us()),
        "getupdates" if !follows(&given, GET_UPDATES) => bad(),
        "getupdates" => get_updates(&server, &Value::Object(given)).await,
        "sendmessage" if !follows(&given, SEND_MESSAGE) => bad(),
        "sendmessage" => send_message(&server, &Value::Object(given)).await,
        _ => refuse(404, "Not Found: method not found"),
    }
}

fn us() -> Value {
    json!({
        "id": 1001, "is_bot": true, "first_name": "Northwind", "username": "northwind_care_bot",
        "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
        "can_connect_to_business": false, "has_main_web_app": false,
    })
}

fn number(update: &Value) -> i64 {
    update["update_id"].as_i64().unwrap_or(i64::MAX)
}

/// The server's own bounds: at most 50 s and 100 updates.
async fn get_updates(server: &Server, given: &Value) -> Response {
    let mut changed = server.changed.subscribe();
    let ours = {
        let mut world = server.world.lock().expect("no panic while held");
        if let Some(refusal) = world.next_poll.take() {
            return refuse_with(refusal.code, refusal.description, &refusal.parameters);
        }
        if world.webhook {
            return refuse(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            );
        }
        match given["offset"].as_i64() {
            Some(offset) if offset < 0 => {
                let keep = usize::try_from(-offset).unwrap_or(usize::MAX);
                let drop_first = world.updates.len().saturating_sub(keep);
                world.updates.drain(..drop_first);
            }
            Some(offset) => world.updates.retain(|update| number(update) >= offset),
            None => {}
        }
        world.polls += 1;
        world.polls
    };
    server.changed.send_replace(());
    let limit = given["limit"].as_u64().unwrap_or(100).clamp(1, 100);
    let limit = usize::try_from(limit).expect("at most 100");
    let timeout = given["timeout"].as_u64().unwrap_or(0).min(50);
    let deadline = tokio::time::sleep(Duration::from_secs(timeout));
    tokio::pin!(deadline);
    loop {
        {
            let world = server.world.lock().expect("no panic while held");
            if world.polls != ours {
                return refuse(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                );
            }
            if !world.updates.is_empty() || deadline.is_elapsed() {
                return answer(&world.updates.iter().take(limit).cloned().collect());
            }
        }
        tokio::select! {
            _ = changed.changed() => {}
            () = &mut deadline => {}
        }
    }
}

async fn send_message(server: &Server, given: &Value) -> Response {
    let failure = server
        .world
        .lock()
        .expect("no panic while held")
        .next_send
        .take();
    if failure == Some(Failure::HangAfterActing) {
        drop(
            server
                .world
                .lock()
                .expect("no panic while held")
                .take(given),
        );
        return std::future::pending().await;
    }
    let mut world = server.world.lock().expect("no panic while held");
    match failure {
        Some(Failure::ServerError) => refuse(500, "Internal Server Error"),
        Some(Failure::RateLimited { retry_after_s }) => {
            let description = format!("Too Many Requests: retry after {retry_after_s}");
            refuse_with(429, &description, &json!({ "retry_after": retry_after_s }))
        }
        Some(Failure::Forbidden) => refuse(403, "Forbidden: user is deactivated"),
        Some(Failure::Unauthorized) => refuse(401, "Unauthorized"),
        Some(Failure::DropBeforeActing) => hang_up(world),
        Some(Failure::DropAfterActing) => {
            drop(world.take(given));
            hang_up(world)
        }
        Some(Failure::HangAfterActing) | None => world.take(given),
    }
}

/// Closes the connection without an answer: the task that serves it ends, and no panic is reported.
fn hang_up(world: MutexGuard<'_, World>) -> ! {
    drop(world);
    resume_unwind(Box::new("hung up"))
}

impl World {
    fn take(&mut self, given: &Value) -> Response {
        let text = given["text"].as_str().unwrap_or_default();
        let Some(chat) = given["chat_id"].as_i64() else {
            return refuse(400, "Bad Request: chat not found");
        };
        if text.is_empty() {
            return refuse(400, "Bad Request: message text is empty");
        }
        match self.chats.get(&chat) {
            None => return refuse(400, "Bad Request: chat not found"),
            Some(Chat::Blocked) => return refuse(403, "Forbidden: bot was blocked by the user"),
            Some(Chat::Migrated(to)) => {
                let description = "Bad Request: group chat was upgraded to a supergroup chat";
                return refuse_with(400, description, &json!({ "migrate_to_chat_id": to }));
            }
            Some(Chat::Open) => {}
        }
        if text.chars().count() > 4096 {
            return refuse(400, "Bad Request: message is too long");
        }
        let topic = given["message_thread_id"].as_i64();
        if topic.is_some_and(|topic| !self.topics.contains(&(chat, topic))) {
            return refuse(400, "Bad Request: message thread not found");
        }
        let wanted = given["reply_parameters"]["message_id"].as_i64();
        let reply_to = wanted.filter(|id| self.messages.contains(&(chat, *id)));
        let may_miss = given["reply_parameters"]["allow_sending_without_reply"] == true;
        if wanted != reply_to && !may_miss {
            return refuse(400, "Bad Request: message to be replied not found");
        }
        let number = 1000 + i64::try_from(self.sent.len()).expect("few");
        self.messages.insert((chat, number));
        self.sent.push(Sent {
            chat,
            text: text.to_owned(),
            reply_to,
            topic,
        });
        let kind = if chat > 0 { "private" } else { "supergroup" };
        answer(&json!({
            "message_id": number, "date": DATE, "from": us(), "text": text,
            "chat": { "id": chat, "type": kind },
        }))
    }
}
