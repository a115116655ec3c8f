//! The methods, as the server carries them out or refuses them.

use std::panic::resume_unwind;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::fakes::Failure;
use crate::fakes::telegram::parameters::{GET_UPDATES, SEND_MESSAGE, follows};
use crate::fakes::telegram::{Chat, Sent, Server, TOKEN, World};

/// The date of every message that the fake makes.
const DATE: i64 = 1_700_000_000;

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

pub(super) async fn call(
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

pub(super) fn number(update: &Value) -> i64 {
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
