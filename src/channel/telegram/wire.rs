//! Telegram's messages ↔ ours. Pure.
//!
//! Messages are read field by field instead of through teloxide's `Message`: that one knows Bot API 9.1, and a text
//! with a single entity of a newer kind becomes its `MessageKind::Empty`, without the text. A complaint must not get
//! lost because somebody wrote a date in it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use teloxide::payloads::{SendMessage, SendMessageSetters};
use teloxide::types::{
    ChatId, LinkPreviewOptions, MessageEntity, MessageEntityKind, MessageId as MessageNumber,
    ReplyParameters, ThreadId, User,
};

use crate::model::author::Author;
use crate::model::delivery::Outbound;
use crate::model::id::{AccountId, AuthorId, Language, MessageId};
use crate::model::message::{Inbound, TEXT_BYTES_MAX, cut_to_bytes};
use crate::model::network::Visibility;

/// What a message without text may consist of; anything else without text is a service message (somebody joined, a
/// message was pinned). <https://core.telegram.org/bots/api#message>
const MEDIA: &[&str] = &[
    "animation",
    "audio",
    "checklist",
    "contact",
    "dice",
    "document",
    "game",
    "live_photo",
    "location",
    "paid_media",
    "photo",
    "poll",
    "sticker",
    "story",
    "venue",
    "video",
    "video_note",
    "voice",
];

/// Who we are, from `getMe`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Me {
    /// The bot's id.
    pub(super) id: u64,
    /// The bot's name, without `@`.
    pub(super) username: String,
    /// Whether privacy mode is off: then every message of a group arrives, otherwise only what is meant for bots.
    #[serde(default)]
    pub(super) can_read_all_group_messages: bool,
}

/// An update cannot be read; what is in it is not passed on, since it may be a customer's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

/// Where an answer goes: a chat, and its topic where it has topics. Written `<chat>` or `<chat>/<topic>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address {
    /// The chat.
    pub(super) chat: i64,
    /// The topic of a forum.
    pub(super) topic: Option<i32>,
}

#[derive(Debug, Deserialize)]
struct Incoming {
    message_id: i64,
    date: i64,
    chat: Chat,
    from: Option<User>,
    sender_chat: Option<Chat>,
    via_bot: Option<User>,
    reply_to_message: Option<Replied>,
    message_thread_id: Option<i32>,
    #[serde(default)]
    is_topic_message: bool,
    #[serde(default)]
    is_from_offline: bool,
    #[serde(alias = "caption")]
    text: Option<String>,
    #[serde(default, alias = "caption_entities")]
    entities: Vec<Value>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Chat {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    username: String,
}

#[derive(Debug, Deserialize)]
struct Replied {
    message_id: i64,
    from: Option<User>,
}

/// The number of an update; teloxide and the Bot API's `offset` take 32 bits.
pub(super) fn update_id(update: &Value) -> Option<i32> {
    i32::try_from(update.get("update_id")?.as_i64()?).ok()
}

/// Reads an update; `None` where it holds nothing that a customer said.
pub(super) fn read_update(
    update: &Value,
    me: &Me,
    account: &AccountId,
) -> Result<Option<Inbound>, Unreadable> {
    let Some(message) = update.get("message") else {
        return Ok(None);
    };
    let message = Incoming::deserialize(message).map_err(|_| Unreadable)?;
    let said_something =
        message.text.is_some() || MEDIA.iter().any(|kind| message.rest.contains_key(*kind));
    if !said_something || message.chat.kind == "channel" {
        return Ok(None);
    }
    inbound(message, me, account).map(Some)
}

fn inbound(message: Incoming, me: &Me, account: &AccountId) -> Result<Inbound, Unreadable> {
    let private = message.chat.kind == "private";
    let address = message.address().to_string();
    let language = message.from.as_ref().and_then(language);
    let addressed = private || message.names(me) || message.replies_to(me);
    let author = author(&message)?;
    let automated = automated(&message);
    let mut text = message.text.unwrap_or_default();
    cut_to_bytes(&mut text, TEXT_BYTES_MAX);
    Ok(Inbound {
        id: MessageId::new(format!("{}:{}", message.chat.id, message.message_id)),
        account: account.clone(),
        author,
        text,
        visibility: if private {
            Visibility::Private
        } else {
            Visibility::Public
        },
        addressed,
        thread: (!private).then(|| address.clone()),
        reference: None,
        return_address: Some(address),
        sent_at: Timestamp::from_second(message.date).map_err(|_| Unreadable)?,
        language,
        automated,
    })
}

/// A message in the name of a channel or group carries a stand-in as `from`; who it speaks for is the author.
fn author(message: &Incoming) -> Result<Author, Unreadable> {
    if let Some(chat) = &message.sender_chat {
        return Ok(Author {
            name: chat.title.clone(),
            handle: chat.username.clone(),
            ..Author::new(chat.id.to_string())
        });
    }
    let user = message.from.as_ref().ok_or(Unreadable)?;
    Ok(Author {
        id: AuthorId::new(user.id.0.to_string()),
        name: user.full_name(),
        handle: user.username.clone().unwrap_or_default(),
        followers: None,
        verified: false,
        is_bot: user.is_bot,
    })
}

fn automated(message: &Incoming) -> Option<String> {
    let reason = if message.sender_chat.is_some() {
        "sent in the name of a channel or group"
    } else if message.via_bot.is_some() {
        "sent through an inline bot"
    } else if message.is_from_offline {
        "sent by Telegram on a schedule or as an away message"
    } else {
        return None;
    };
    Some(reason.to_owned())
}

/// `pt-br` is Portuguese.
fn language(user: &User) -> Option<Language> {
    let code = user.language_code.as_deref()?.split('-').next()?;
    let is_short = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_short.then(|| Language::new(code.to_ascii_lowercase()))
}

impl Incoming {
    /// Without topics a thread is only a chain of replies, which cannot be written into.
    fn address(&self) -> Address {
        let topic = self.message_thread_id.filter(|_| self.is_topic_message);
        Address {
            chat: self.chat.id,
            topic,
        }
    }

    /// Whether it mentions us or gives us a command.
    fn names(&self, me: &Me) -> bool {
        let text = self.text.as_deref().unwrap_or_default();
        self.entities.iter().any(|entity| {
            // An entity of a kind that is newer than teloxide is none of those that address us.
            let Ok(entity) = MessageEntity::deserialize(entity) else {
                return false;
            };
            match &entity.kind {
                MessageEntityKind::TextMention { user } => user.id.0 == me.id,
                MessageEntityKind::Mention | MessageEntityKind::BotCommand => {
                    utf16_slice(text, entity.offset, entity.length)
                        .and_then(|part| {
                            part.split_once('@')
                                .map(|(_, name)| name.eq_ignore_ascii_case(&me.username))
                        })
                        .unwrap_or(false)
                }
                _ => false,
            }
        })
    }

    /// Whether it answers a message of ours. In a topic that we opened, every message "replies" to its opening.
    fn replies_to(&self, me: &Me) -> bool {
        self.reply_to_message.as_ref().is_some_and(|replied| {
            let opens_topic = self.is_topic_message
                && self.message_thread_id.map(i64::from) == Some(replied.message_id);
            let is_ours = replied.from.as_ref().is_some_and(|user| user.id.0 == me.id);
            is_ours && !opens_topic
        })
    }
}

/// Entities count in UTF-16 units; a range outside the text or through a character gives nothing.
fn utf16_slice(text: &str, offset: usize, length: usize) -> Option<String> {
    let units: Vec<u16> = text.encode_utf16().skip(offset).take(length).collect();
    (units.len() == length).then(|| String::from_utf16(&units).ok())?
}

impl Address {
    /// Reads what `Display` wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (chat, topic) = match text.split_once('/') {
            Some((chat, topic)) => (chat, Some(topic.parse().ok()?)),
            None => (text, None),
        };
        Some(Self {
            chat: chat.parse().ok()?,
            topic,
        })
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.topic {
            Some(topic) => write!(f, "{}/{topic}", self.chat),
            None => write!(f, "{}", self.chat),
        }
    }
}

/// The call that sends `message`: plain text, no link preview, and it goes out even where the question was deleted.
pub(super) fn send_message(message: &Outbound, to: Address) -> SendMessage {
    let preview = LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    };
    let mut call =
        SendMessage::new(ChatId(to.chat), message.text.as_str()).link_preview_options(preview);
    if let Some(question) = message
        .in_reply_to
        .as_ref()
        .and_then(|id| within(id, to.chat))
    {
        call = call.reply_parameters(ReplyParameters::new(question).allow_sending_without_reply());
    }
    if let Some(topic) = to.topic {
        call = call.message_thread_id(ThreadId(MessageNumber(topic)));
    }
    call
}

/// The message's number within `chat`; elsewhere the same number is another message.
fn within(id: &MessageId, chat: i64) -> Option<MessageNumber> {
    let (of, number) = id.as_str().split_once(':')?;
    (of.parse() == Ok(chat)).then(|| number.parse().ok().map(MessageNumber))?
}
