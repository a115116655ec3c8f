//! Discord's payloads and hark's messages, one into the other. It must never do I/O.
//!
//! Only the fields that hark reads are named here: a new kind of embed or component, which Discord adds at any time,
//! cannot make a customer's message unreadable.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serenity::builder::{CreateAllowedMentions, CreateMessage};
use serenity::model::channel::{MessageReference, MessageReferenceKind, Nonce};
use serenity::model::id::{ChannelId, GuildId, MessageId as Snowflake, UserId, WebhookId};

use crate::model::author::Author;
use crate::model::delivery::Outbound;
use crate::model::id::{AccountId, AuthorId, MessageId};
use crate::model::message::{Inbound, TEXT_BYTES_MAX, cut_to_bytes};
use crate::model::network::Visibility;

/// A message as the gateway dispatches it and as REST lists it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Message {
    pub(super) id: Snowflake,
    pub(super) channel_id: ChannelId,
    /// Only on the gateway; REST leaves it out.
    pub(super) guild_id: Option<GuildId>,
    pub(super) author: User,
    #[serde(default)]
    pub(super) content: String,
    pub(super) timestamp: Timestamp,
    #[serde(default)]
    pub(super) mentions: Vec<User>,
    pub(super) webhook_id: Option<WebhookId>,
    #[serde(rename = "type", default)]
    pub(super) kind: u64,
    #[serde(rename = "message_reference")]
    pub(super) refers_to: Option<Reference>,
    #[serde(rename = "referenced_message")]
    pub(super) replies_to: Option<RepliedTo>,
    /// A text or a number, as its sender chose.
    pub(super) nonce: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct User {
    pub(super) id: UserId,
    #[serde(default)]
    pub(super) username: String,
    pub(super) global_name: Option<String>,
    #[serde(default)]
    pub(super) bot: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reference {
    pub(super) message_id: Option<Snowflake>,
}

/// The message that was replied to.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RepliedTo {
    pub(super) author: User,
}

/// What `GET /channels/{id}` says.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Channel {
    pub(super) guild_id: Option<GuildId>,
    pub(super) last_message_id: Option<Snowflake>,
}

/// An ordinary message and a reply; every other type is written by Discord itself: joins, pins, boosts.
/// <https://docs.discord.com/developers/resources/message#message-object-message-types>
const KINDS_WRITTEN_BY_PEOPLE: [u64; 2] = [0, 19];

/// First millisecond of 2015, from which ids count.
/// <https://docs.discord.com/developers/reference#snowflakes>
const EPOCH_MS: i64 = 1_420_070_400_000;

/// Who can read what is written in a channel of this guild, or of none.
pub(super) fn visibility(guild: Option<GuildId>) -> Visibility {
    match guild {
        Some(_) => Visibility::Public,
        None => Visibility::Private,
    }
}

/// Reads a message; `None` = our own.
pub(super) fn inbound(
    message: &Message,
    account: &AccountId,
    me: UserId,
    visibility: Visibility,
) -> Option<Inbound> {
    if message.author.id == me {
        return None;
    }
    let channel = message.channel_id.to_string();
    let mut text = without_mention(&message.content, me);
    cut_to_bytes(&mut text, TEXT_BYTES_MAX);
    Some(Inbound {
        id: MessageId::new(format!("{channel}:{}", message.id)),
        account: account.clone(),
        author: author(message),
        text,
        visibility,
        addressed: visibility == Visibility::Private || speaks_to(message, me),
        thread: visibility.is_public().then(|| channel.clone()),
        reference: None,
        return_address: Some(channel),
        sent_at: message.timestamp,
        language: None,
        automated: automated(message),
    })
}

fn author(message: &Message) -> Author {
    let user = &message.author;
    Author {
        id: AuthorId::new(user.id.to_string()),
        name: user
            .global_name
            .clone()
            .unwrap_or_else(|| user.username.clone()),
        handle: user.username.clone(),
        followers: None,
        verified: false,
        is_bot: user.bot || message.webhook_id.is_some(),
    }
}

fn speaks_to(message: &Message, me: UserId) -> bool {
    let replies_to_us = message
        .replies_to
        .as_ref()
        .is_some_and(|replied_to| replied_to.author.id == me);
    replies_to_us || message.mentions.iter().any(|user| user.id == me)
}

fn automated(message: &Message) -> Option<String> {
    if message.webhook_id.is_some() {
        Some("posted by a webhook".to_owned())
    } else if KINDS_WRITTEN_BY_PEOPLE.contains(&message.kind) {
        None
    } else {
        Some(format!("system message of type {}", message.kind))
    }
}

/// `<@!id>` is the older form of a mention; some clients still write it.
fn without_mention(text: &str, me: UserId) -> String {
    text.replace(&format!("<@{me}>"), "")
        .replace(&format!("<@!{me}>"), "")
        .trim()
        .to_owned()
}

/// The channel that an answer goes to; `None` where the message names none.
pub(super) fn channel_of(message: &Outbound) -> Option<ChannelId> {
    message.return_address.as_deref()?.parse().ok()
}

/// The message that is answered; `None` where it is not one of Discord's.
pub(super) fn answered(message: &Outbound) -> Option<Snowflake> {
    let id = message.in_reply_to.as_ref()?.as_str();
    id.rsplit_once(':')?.1.parse().ok()
}

/// The body that sends `message`: it pings nobody, and the same delivery twice within minutes is one message.
pub(super) fn create(message: &Outbound, channel: ChannelId) -> CreateMessage {
    let body = CreateMessage::new()
        .content(&message.text)
        .nonce(Nonce::String(message.id.as_str().to_owned()))
        .enforce_nonce(true)
        .allowed_mentions(CreateAllowedMentions::new().replied_user(false));
    match answered(message) {
        Some(id) => body.reference_message(
            MessageReference::new(MessageReferenceKind::Default, channel)
                .message_id(id)
                .fail_if_not_exists(false),
        ),
        None => body,
    }
}

/// Whether `listed` is what `message` became: the same nonce, or, where Discord no longer tells the nonce, our own
/// words in answer to the same message.
pub(super) fn is_sent_form(listed: &Message, message: &Outbound, me: UserId) -> bool {
    if let Some(nonce) = &listed.nonce {
        return nonce.as_str() == Some(message.id.as_str());
    }
    let refers_to = listed.refers_to.as_ref().and_then(|to| to.message_id);
    listed.author.id == me && listed.content == message.text && refers_to == answered(message)
}

/// The lowest id that a message written at `time` can have; 1 for every time before Discord.
pub(super) fn snowflake_at(time: Timestamp) -> u64 {
    let ms = time.as_millisecond().saturating_sub(EPOCH_MS).max(0);
    (u64::try_from(ms).unwrap_or(0) << 22).max(1)
}
