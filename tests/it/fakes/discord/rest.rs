//! The REST API: what hark calls of it, and a refusal for everything else.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::{Channel, ME, TOKEN, World, account_of, id_of};
use crate::fakes::Failure;

const CONTENT_CHARS_MAX: usize = 2000;
const NONCE_CHARS_MAX: usize = 25;

/// The keys of a message that bots may send.
const MESSAGE_KEYS: [&str; 13] = [
    "content",
    "embeds",
    "allowed_mentions",
    "sticker_ids",
    "components",
    "flags",
    "attachments",
    "poll",
    "shared_client_theme",
    "message_reference",
    "nonce",
    "enforce_nonce",
    "tts",
];

pub(crate) fn routes() -> Router<World> {
    Router::new()
        .route("/api/v10/gateway/bot", get(gateway))
        .route(
            "/api/v10/users/@me",
            get(|_: Bot| async { Json(account_of(ME)) }),
        )
        .route("/api/v10/channels/{channel}", get(channel))
        .route(
            "/api/v10/channels/{channel}/messages",
            get(list).post(create),
        )
        .fallback(|| async { error(404, 0, "404: Not Found") })
        .method_not_allowed_fallback(|| async { error(405, 0, "405: Method Not Allowed") })
}

/// An error as Discord words it.
struct Refusal {
    status: StatusCode,
    body: Value,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

fn error(status: u16, code: u32, message: &str) -> Refusal {
    Refusal {
        status: StatusCode::from_u16(status).expect("a status"),
        body: json!({ "code": code, "message": message }),
    }
}

fn invalid(field: &str, why: &str) -> Refusal {
    let mut refusal = error(400, 50035, "Invalid Form Body");
    refusal.body["errors"] =
        json!({ field: { "_errors": [{ "code": "INVALID", "message": why }] } });
    refusal
}

fn slow_down(retry_after_s: f64) -> Response {
    let body = json!({ "message": "You are being rate limited.", "retry_after": retry_after_s, "global": false });
    let headers = [
        ("retry-after", "1"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-scope", "user"),
    ];
    (StatusCode::TOO_MANY_REQUESTS, headers, Json(body)).into_response()
}

impl super::State {
    fn readable(&self, id: u64) -> Result<&Channel, Refusal> {
        match self.channels.get(&id) {
            None => Err(error(404, 10003, "Unknown Channel")),
            Some(channel) if !channel.readable => Err(error(403, 50001, "Missing Access")),
            Some(channel) => Ok(channel),
        }
    }
}

/// Whoever calls is our bot.
struct Bot;

impl FromRequestParts<World> for Bot {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _world: &World) -> Result<Self, Refusal> {
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        if header("authorization") != Some(&format!("Bot {TOKEN}")) {
            return Err(error(401, 0, "401: Unauthorized"));
        }
        // Discord's edge turns away whoever does not say which library it is.
        if !header("user-agent").is_some_and(|agent| agent.starts_with("DiscordBot (")) {
            return Err(error(403, 0, "error code: 1010"));
        }
        Ok(Self)
    }
}

async fn gateway(_: Bot, State(world): State<World>) -> Json<Value> {
    let state = world.state();
    Json(json!({
        "url": format!("{}://{}", state.gateway_scheme, state.address),
        "shards": 1,
        "session_start_limit": {
            "total": 1000, "remaining": state.session_starts_left, "reset_after": 90_500, "max_concurrency": 1,
        },
    }))
}

async fn channel(
    _: Bot,
    State(world): State<World>,
    Path(id): Path<u64>,
) -> Result<Json<Value>, Refusal> {
    let state = world.state();
    let channel = state.readable(id)?;
    let last = channel.messages.last().map(|message| &message["id"]);
    let mut body = json!({ "id": id.to_string(), "type": 1, "flags": 0, "recipients": [], "last_message_id": last });
    if let Some(guild) = channel.guild {
        body["type"] = json!(0);
        body["guild_id"] = json!(guild.to_string());
    }
    Ok(Json(body))
}

async fn list(
    _: Bot,
    State(world): State<World>,
    Path(id): Path<u64>,
    Query(query): Query<BTreeMap<String, u64>>,
) -> Response {
    let mut state = world.state();
    if state.slow_lists > 0 {
        state.slow_lists -= 1;
        return slow_down(0.05);
    }
    state.listed += 1;
    let Some(after) = query.get("after").copied() else {
        return invalid("after", "this fake lists only what came after").into_response();
    };
    let limit = query.get("limit").copied().unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return invalid("limit", "int value should be between 1 and 100").into_response();
    }
    if query.keys().any(|key| key != "after" && key != "limit") {
        return invalid("query", "unknown key").into_response();
    }
    let channel = match state.readable(id) {
        Ok(channel) => channel,
        Err(refusal) => return refusal.into_response(),
    };
    let limit = usize::try_from(limit).expect("at most 100");
    let newer = channel
        .messages
        .iter()
        .filter(|message| id_of(message) > after);
    let mut page: Vec<Value> = newer.take(limit).cloned().collect();
    // The oldest of the newer ones, and yet newest first.
    page.reverse();
    if !state.nonces_are_known {
        for message in &mut page {
            message.as_object_mut().expect("an object").remove("nonce");
        }
    }
    Json(page).into_response()
}

async fn create(_: Bot, State(world): State<World>, Path(id): Path<u64>, body: Bytes) -> Response {
    let failure = world.state().fail_next.take();
    match failure {
        Some(Failure::ServerError) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        // A fraction, as Discord gives it: waiting 6 s is too short.
        Some(Failure::RateLimited { retry_after_s }) => {
            return slow_down(f64::from(retry_after_s) - 0.7);
        }
        Some(Failure::Forbidden) => {
            return error(403, 50007, "Cannot send messages to this user").into_response();
        }
        Some(Failure::Unauthorized) => return error(401, 0, "401: Unauthorized").into_response(),
        Some(Failure::DropBeforeActing) => break_connection(),
        Some(Failure::DropAfterActing | Failure::HangAfterActing) | None => {}
    }
    let kept = serde_json::from_slice(&body)
        .map_err(|_| error(400, 50109, "The request body contains invalid JSON."))
        .and_then(|message| keep(&world, id, &message));
    if failure == Some(Failure::DropAfterActing) {
        break_connection();
    }
    if failure == Some(Failure::HangAfterActing) {
        std::future::pending::<()>().await;
    }
    match kept {
        Ok(message) => Json(message).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Ends the connection's task, and with it the connection, without an answer.
fn break_connection() -> ! {
    std::panic::resume_unwind(Box::new("the connection breaks"))
}

fn keep(world: &World, channel: u64, message: &Value) -> Result<Value, Refusal> {
    valid(message)?;
    let (text, nonce) = (text_of(message, "content"), text_of(message, "nonce"));
    let answers = answered(world, channel, &message["message_reference"])?;
    {
        let state = world.state();
        let kept = state.readable(channel)?;
        let same = kept.messages.iter().find(|kept| kept["nonce"] == nonce);
        if let (Some(same), true) = (same, state.nonces_are_known) {
            return Ok(same.clone());
        }
    }
    let id = world.write(channel, ME, text, |kept| {
        kept["nonce"] = json!(nonce);
        if let Some(answers) = &answers {
            kept["type"] = json!(19);
            kept["message_reference"] =
                json!({ "type": 0, "message_id": answers, "channel_id": channel.to_string() });
        }
    });
    world.changed();
    Ok(world
        .state()
        .message(channel, id)
        .expect("just kept")
        .clone())
}

fn valid(message: &Value) -> Result<(), Refusal> {
    let keys = message
        .as_object()
        .ok_or_else(|| invalid("_", "not an object"))?
        .keys();
    if let Some(key) = keys
        .into_iter()
        .find(|key| !MESSAGE_KEYS.contains(&key.as_str()))
    {
        return Err(invalid(key, "unknown"));
    }
    let chars = text_of(message, "content").chars().count();
    if chars == 0 {
        return Err(error(400, 50006, "Cannot send an empty message"));
    }
    if chars > CONTENT_CHARS_MAX {
        return Err(invalid("content", "Must be 2000 or fewer in length."));
    }
    let nonce_chars = text_of(message, "nonce").chars().count();
    if !(1..=NONCE_CHARS_MAX).contains(&nonce_chars) {
        return Err(invalid("nonce", "Must be between 1 and 25 in length."));
    }
    if message["enforce_nonce"] != true {
        return Err(invalid(
            "enforce_nonce",
            "this fake wants every send to be repeatable",
        ));
    }
    let nobody = json!({ "parse": [], "users": [], "roles": [], "replied_user": false });
    if message["allowed_mentions"] != nobody {
        return Err(invalid(
            "allowed_mentions",
            "this fake wants that nobody is pinged",
        ));
    }
    Ok(())
}

/// The id of the message that is answered, where it is still there.
fn answered(world: &World, channel: u64, reference: &Value) -> Result<Option<Value>, Refusal> {
    if reference.is_null() {
        return Ok(None);
    }
    let id = text_of(reference, "message_id")
        .parse()
        .map_err(|_| invalid("message_reference", "no id"))?;
    if world.state().message(channel, id).is_some() {
        return Ok(Some(reference["message_id"].clone()));
    }
    if reference["fail_if_not_exists"] == false {
        Ok(None)
    } else {
        Err(invalid("message_reference", "Unknown message"))
    }
}

fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
