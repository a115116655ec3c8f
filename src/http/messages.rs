//! `/api/v1/messages`: the door of the `http` channel, and what came and went through hark lately.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::channel::http::wire::{self, Unreadable};
use crate::channel::{AnyChannel, NotAccepted};
use crate::clock;
use crate::http::conversations::every_conversation;
use crate::http::problem::Problem;
use crate::http::views::{ConversationView, TurnView, VisibilityWord};
use crate::http::{Site, body};
use crate::model::id::MessageId;
use crate::model::message::Inbound;

/// Most messages in one answer.
const MESSAGES_MAX: usize = 1_000;

/// The message is on disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedView {
    /// The name of its conversation.
    pub conversation: String,
    /// Whether it was taken in before; then nothing changed.
    pub duplicate: bool,
}

/// A message that comes in through the `http` channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "describes the body to OpenAPI; wire.rs reads it with the place of every fault"
)]
pub struct MessageBody {
    /// `http/<name>`
    #[schema(pattern = "^http/.+")]
    account: String,
    /// The sender's id of the message; the `Idempotency-Key`, else a new one, where absent.
    id: Option<TextOrNumber>,
    /// Who wrote it.
    author: AuthorBody,
    /// What they wrote.
    text: String,
    /// What the sender calls the conversation; account and author make one where absent.
    conversation: Option<TextOrNumber>,
    /// `private` where absent.
    visibility: Option<VisibilityWord>,
    /// Whether it speaks to the brand; true where absent.
    addressed: Option<bool>,
    /// When it was written, RFC 3339; now where absent.
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    /// Where the answer goes, where the account allows it.
    #[schema(format = "uri")]
    reply_url: Option<String>,
    /// ISO 639-1, where known.
    language: Option<String>,
}

/// An id as text.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 512)]
#[expect(dead_code, reason = "describes the body to OpenAPI")]
struct IdText(String);

/// An id, in either form; 512 bytes at most.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the body to OpenAPI")]
enum TextOrNumber {
    Text(IdText),
    Number(i64),
}

/// Who wrote a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "describes the body to OpenAPI; wire.rs reads it with the place of every fault"
)]
pub struct AuthorBody {
    /// The sender's id of the customer.
    id: TextOrNumber,
    /// The name they show.
    name: Option<String>,
    /// The handle others mention them by.
    handle: Option<String>,
    /// How many follow them.
    followers: Option<u64>,
    /// Whether the network vouches for them.
    verified: Option<bool>,
    /// Whether they are a bot.
    is_bot: Option<bool>,
}

/// Takes a message in. 202 = it is on disk; whatever follows, follows by itself.
#[utoipa::path(post, path = "/messages", operation_id = "take_message", request_body = MessageBody, responses(
    (status = 202, description = "The message is on disk.", body = AcceptedView),
    (status = 400), (status = 413), (status = 503),
))]
pub async fn post(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    bytes: body::Bytes,
) -> Result<(StatusCode, Json<AcceptedView>), Problem> {
    let fallback =
        body::idempotency_key(&headers).unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
    let message =
        wire::parse(&bytes, clock::now(), MessageId::new(fallback)).map_err(unreadable)?;
    check(&site, &message)?;
    let intake = site
        .intakes
        .get(&message.account)
        .ok_or_else(|| no_account(&site, &message))?;
    let accepted = intake
        .accept(message)
        .await
        .map_err(|NotAccepted::Later(reason)| Problem::unavailable(reason))?;
    Ok((
        StatusCode::ACCEPTED,
        Json(AcceptedView {
            conversation: accepted.conversation,
            duplicate: accepted.duplicate,
        }),
    ))
}

fn check(site: &Site, message: &Inbound) -> Result<(), Problem> {
    match site.channels.get(&message.account) {
        Some(AnyChannel::Http(channel)) => channel
            .check(message)
            .map_err(|error| Problem::bad_request(vec![error.to_string()])),
        Some(_) | None => Err(no_account(site, message)),
    }
}

fn no_account(site: &Site, message: &Inbound) -> Problem {
    let known: Vec<String> = site
        .intakes
        .keys()
        .filter(|account| account.kind == "http")
        .map(ToString::to_string)
        .collect();
    Problem::bad_request(vec![format!(
        "account: there is no {}; the config has {}",
        message.account,
        known.join(", ")
    )])
}

fn unreadable(error: Unreadable) -> Problem {
    match error {
        Unreadable::TextTooLong { .. } => Problem::too_large(error.to_string()),
        Unreadable::NotJson(_) => Problem::bad_request(vec![error.to_string()]),
        Unreadable::Fields(fields) => {
            Problem::bad_request(fields.iter().map(ToString::to_string).collect())
        }
    }
}

/// Which messages are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct MessageQuery {
    /// Only of this account, `kind/name`.
    #[param(nullable = false)]
    account: Option<String>,
    /// Only of this conversation.
    #[param(nullable = false)]
    conversation: Option<String>,
    /// Only at or after this time, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime, nullable = false)]
    since: Option<Timestamp>,
    /// How many at most; the newest win. 1000 is the most.
    #[param(nullable = false)]
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// A message, with where it was said.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// Our account.
    pub account: String,
    /// The conversation's name.
    pub conversation: String,
    /// What was said.
    #[serde(flatten)]
    pub turn: TurnView,
}

/// Messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageList {
    /// Oldest first.
    pub messages: Vec<MessageView>,
}

/// Lists what customers, the bot and people said to each other, across conversations.
#[utoipa::path(get, path = "/messages", operation_id = "list_messages", params(MessageQuery), responses(
    (status = 200, description = "The messages.", body = MessageList),
    (status = 400), (status = 503),
))]
pub async fn list(
    State(site): State<Arc<Site>>,
    Query(query): Query<MessageQuery>,
) -> Result<Json<MessageList>, Problem> {
    let mut messages = Vec::new();
    let conversations = every_conversation(&site).await?;
    let world = site.ledger.world();
    for conversation in conversations {
        let view = ConversationView::of(&world, &conversation);
        let of_account = query
            .account
            .as_ref()
            .is_none_or(|account| *account == view.account);
        let of_conversation = query
            .conversation
            .as_ref()
            .is_none_or(|name| *name == view.id || *name == conversation.id.as_str());
        if !of_account || !of_conversation {
            continue;
        }
        let wanted = view
            .turns
            .into_iter()
            .filter(|turn| turn.by != "note" && query.since.is_none_or(|since| turn.at >= since));
        messages.extend(wanted.map(|turn| MessageView {
            account: view.account.clone(),
            conversation: view.id.clone(),
            turn,
        }));
    }
    messages.sort_by_key(|message| message.turn.at);
    let limit = query.limit.unwrap_or(MESSAGES_MAX).min(MESSAGES_MAX);
    let first = messages.len().saturating_sub(limit);
    Ok(Json(MessageList {
        messages: messages.split_off(first),
    }))
}
