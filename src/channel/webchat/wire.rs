//! The frames of the web chat's socket, and what they mean in the model. Pure.
//!
//! A page says `hello` with its visitor's token and the number of the last line it has, then `say` as often as the
//! customer writes. hark answers with `ready`, every `line` the page does not have, and `taken` once a message is on disk.
//! A page says again, with the same id, whatever was not `taken` when the connection broke.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::channel::webchat::TEXT_CHARS_MAX;
use crate::model::author::Author;
use crate::model::conversation::{Conversation, Turn};
use crate::model::delivery::Status;
use crate::model::id::{AccountId, AuthorId, MessageId};
use crate::model::message::Inbound;
use crate::model::network::Visibility;

/// Largest frame taken from a page, in bytes: the longest text with each character escaped (`\u0000`), and its id.
pub const FRAME_BYTES_MAX: usize = 32 * 1024;

/// Length of a visitor's token: 128 random bits in hex.
const TOKEN_CHARS: usize = 32;
/// Longest id a page may give a message; a UUID has 36 characters.
const MESSAGE_ID_CHARS_MAX: usize = 64;

/// What a page sends. The visitor's token does not get past this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromPage {
    /// The first frame.
    Hello {
        /// Who it is.
        visitor: AuthorId,
        /// The last line it has.
        after: Option<u64>,
    },
    /// The customer wrote.
    Say {
        /// Made by the page, the same on every try.
        id: MessageId,
        /// What they wrote.
        text: String,
    },
}

/// Why a frame is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is no frame of this protocol.
    Unreadable,
    /// The visitor's token is not 128 bits in lower-case hex.
    BadVisitor,
    /// The message's id is empty, too long or has other characters than letters, digits and `-`.
    BadId,
    /// Nothing was written.
    Empty,
    /// More than [`TEXT_CHARS_MAX`] characters.
    TooLong,
    /// `hello` comes first, and once.
    OutOfOrder,
    /// Too many messages in a short time: say it again a little later.
    TooFast,
    /// hark cannot take it in right now: say it again a little later.
    Later,
}

/// A frame that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which message, where it is one.
    pub id: Option<MessageId>,
    /// Why.
    pub reason: Reason,
}

/// What hark sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ToPage {
    /// The visitor is known; the lines it lacks follow.
    Ready {
        /// The page must forget its lines: the conversation was erased meanwhile, and its numbers began anew.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        restart: bool,
    },
    /// One line of the conversation.
    Line {
        /// Its place, for good; numbers grow, but not each one is shown.
        number: u64,
        /// `customer`, `bot` or `agent`.
        by: &'static str,
        /// What was said.
        text: String,
        /// When.
        at: Timestamp,
        /// The id that the page gave the message, on the customer's own lines.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<MessageId>,
    },
    /// The message is on disk.
    Taken {
        /// Which.
        id: MessageId,
    },
    /// The frame is not taken.
    Refused {
        /// Which message, where it is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<MessageId>,
        /// Why.
        reason: Reason,
    },
}

impl From<Refused> for ToPage {
    fn from(refused: Refused) -> Self {
        Self::Refused {
            id: refused.id,
            reason: refused.reason,
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Frame {
    Hello { visitor: String, after: i64 },
    Say { id: String, text: String },
}

/// Reads a frame of a page.
pub fn read(frame: &str) -> Result<FromPage, Refused> {
    let refused = |id, reason| Err(Refused { id, reason });
    match serde_json::from_str(frame) {
        Ok(Frame::Hello { visitor, after }) => match author_id(&visitor) {
            Some(visitor) => Ok(FromPage::Hello {
                visitor,
                after: u64::try_from(after).ok(),
            }),
            None => refused(None, Reason::BadVisitor),
        },
        Ok(Frame::Say { id, text }) => {
            if !is_message_id(&id) {
                return refused(None, Reason::BadId);
            }
            let id = MessageId::new(id);
            if text.trim().is_empty() {
                refused(Some(id), Reason::Empty)
            } else if text.chars().count() > TEXT_CHARS_MAX {
                refused(Some(id), Reason::TooLong)
            } else {
                Ok(FromPage::Say { id, text })
            }
        }
        Err(_) => refused(None, Reason::Unreadable),
    }
}

/// The token is the key to the conversation, so what the rest of hark knows the visitor by is only its hash.
fn author_id(token: &str) -> Option<AuthorId> {
    let is_hex = token
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if token.len() != TOKEN_CHARS || !is_hex {
        return None;
    }
    let digest = Sha256::digest(token.as_bytes());
    let first_half = digest.first_chunk().copied().map(u128::from_be_bytes)?;
    Some(AuthorId::new(format!("{first_half:032x}")))
}

fn is_message_id(id: &str) -> bool {
    (1..=MESSAGE_ID_CHARS_MAX).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// What a visitor wrote, as the inbox takes it. `at` is our clock: a visitor's own may be anything.
pub fn inbound(
    account: &AccountId,
    visitor: &AuthorId,
    id: MessageId,
    text: String,
    at: Timestamp,
) -> Inbound {
    Inbound {
        id,
        account: account.clone(),
        author: Author::new(visitor.as_str()),
        text,
        visibility: Visibility::Private,
        addressed: true,
        thread: None,
        reference: None,
        return_address: None,
        sent_at: at,
        language: None,
        automated: None,
    }
}

/// Whether a page that has line `after` has a line that `conversation` never had.
pub fn is_beyond(conversation: Option<&Conversation>, after: u64) -> bool {
    let end = conversation.map_or(0, |conversation| {
        conversation.turns_forgotten + conversation.turns.len() as u64
    });
    after >= end
}

/// The lines that come after number `after`, with their numbers, up to the first one that is still on its way.
///
/// A line that waits for its delivery holds back what follows, so that a page never has to look behind its last number.
/// Notes are for people at the desk; what was withdrawn or refused was never said.
pub fn lines(conversation: &Conversation, after: Option<u64>) -> Vec<(u64, ToPage)> {
    let numbered = (conversation.turns_forgotten..).zip(&conversation.turns);
    numbered
        .filter(|(number, _)| after.is_none_or(|after| *number > after))
        .take_while(|(_, turn)| !is_on_its_way(turn))
        .filter_map(|(number, turn)| Some((number, line(number, turn)?)))
        .collect()
}

fn is_on_its_way(turn: &Turn) -> bool {
    match turn {
        Turn::Bot { status, .. } | Turn::Agent { status, .. } => *status == Status::Pending,
        Turn::Customer { .. } | Turn::Note { .. } => false,
    }
}

fn line(number: u64, turn: &Turn) -> Option<ToPage> {
    let id = match turn {
        Turn::Customer { message, .. } => Some(message.clone()),
        Turn::Bot { status, .. } | Turn::Agent { status, .. } => {
            if !matches!(status, Status::Sent { .. }) {
                return None;
            }
            None
        }
        Turn::Note { .. } => return None,
    };
    Some(ToPage::Line {
        number,
        by: turn.by(),
        text: turn.text().to_owned(),
        at: turn.at(),
        id,
    })
}
