//! What an answer of the Bot API means: for a send, and for receiving. Pure.
//!
//! Sorted by the HTTP code and by whether the Bot API itself spoke: its texts change between versions, and a proxy in
//! between may answer in its place.

use serde::Deserialize;
use serde_json::Value;

use crate::channel::ChannelError;
use crate::model::delivery::Attempted;
use crate::model::id::MessageId;
use crate::model::message::cut_to_bytes;

/// Longest part of a description that is passed on, in bytes.
const DESCRIPTION_BYTES_MAX: usize = 200;

/// An HTTP answer, read as far as it could be.
#[derive(Debug)]
pub(super) struct Answer {
    /// The HTTP code.
    pub(super) status: u16,
    /// The `Retry-After` header, in seconds.
    pub(super) retry_after_s: Option<u32>,
    /// What the Bot API said; `None` where something else answered.
    pub(super) said: Option<Said>,
}

/// The envelope of every answer: <https://core.telegram.org/bots/api#making-requests>.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    ok: bool,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

/// <https://core.telegram.org/bots/api#responseparameters>
#[derive(Debug, Default, Deserialize)]
struct Parameters {
    migrate_to_chat_id: Option<i64>,
    retry_after: Option<u32>,
}

/// No answer arrived.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// The connection never stood: nothing was sent.
    NotSent(String),
    /// The request may have left before the connection broke.
    Lost(String),
}

impl Answer {
    /// Reads an answer. The token is taken out of its description, in case a proxy echoes the address.
    pub(super) fn read(status: u16, retry_after_s: Option<u32>, body: &[u8], token: &str) -> Self {
        let said = serde_json::from_slice::<Said>(body).ok().map(|mut said| {
            said.description = said.description.replace(token, "…");
            cut_to_bytes(&mut said.description, DESCRIPTION_BYTES_MAX);
            said
        });
        Self {
            status,
            retry_after_s,
            said,
        }
    }

    /// The result of a call that worked.
    pub(super) fn result(&self) -> Option<&Value> {
        let said = self.said.as_ref()?;
        said.ok.then_some(&said.result)
    }

    /// Where the group went, when it became a supergroup; the call was not carried out.
    pub(super) fn migrated_to(&self) -> Option<i64> {
        self.said.as_ref()?.parameters.migrate_to_chat_id
    }

    /// What became of a `sendMessage`.
    pub(super) fn outcome(&self) -> Attempted {
        if let Some(result) = self.result() {
            return Attempted::Sent {
                message: sent_id(result),
            };
        }
        let reason = self.reason();
        match (self.status, self.said.is_some()) {
            (400 | 403 | 413, true) => Attempted::Refused { reason },
            // A gateway that gives up cannot know what the server behind it did; only 503 says that none was asked.
            (200..=299 | 500..=502 | 504..=599, false) => Attempted::Unknown { reason },
            // 401 and 404 are a wrong token or address, which an operator can mend; the rest was declined for now.
            _ => Attempted::Later {
                retry_after_s: self.wait_s(),
                reason,
            },
        }
    }

    /// Why receiving cannot go on after this answer.
    pub(super) fn hindrance(&self) -> ChannelError {
        let reason = self.reason();
        match self.status {
            429 => ChannelError::SlowDown {
                retry_after_s: self.wait_s().unwrap_or(1),
                reason,
            },
            401 | 403 | 404 => ChannelError::Misconfigured {
                reason,
                fix: "check that `token` is the one @BotFather shows for this bot, and that `api_url` is a Bot API server"
                    .to_owned(),
            },
            409 if reason.contains("webhook") => ChannelError::Misconfigured {
                reason,
                fix: "a webhook is set for this bot: remove it with the Bot API's deleteWebhook, then hark can poll"
                    .to_owned(),
            },
            409 => ChannelError::Misconfigured {
                reason,
                fix: "another process polls with this token: stop it, or give each its own bot".to_owned(),
            },
            _ => ChannelError::Unreachable(reason),
        }
    }

    fn wait_s(&self) -> Option<u32> {
        let told = self
            .said
            .as_ref()
            .and_then(|said| said.parameters.retry_after);
        told.or(self.retry_after_s)
    }

    fn reason(&self) -> String {
        match &self.said {
            Some(said) => format!("Telegram answered {}: {}", self.status, said.description),
            None => format!("{} came back, but not from the Bot API", self.status),
        }
    }
}

impl NoAnswer {
    /// What became of a `sendMessage`.
    pub(super) fn into_outcome(self) -> Attempted {
        match self {
            Self::NotSent(reason) => Attempted::Later {
                retry_after_s: None,
                reason,
            },
            Self::Lost(reason) => Attempted::Unknown { reason },
        }
    }

    /// Why receiving cannot go on.
    pub(super) fn into_hindrance(self) -> ChannelError {
        match self {
            Self::NotSent(reason) | Self::Lost(reason) => ChannelError::Unreachable(reason),
        }
    }
}

/// The id of the message that was sent; only the two numbers are read, so that a newer server cannot turn a success
/// into a failure.
fn sent_id(result: &Value) -> Option<MessageId> {
    let chat = result.pointer("/chat/id")?.as_i64()?;
    let message = result.get("message_id")?.as_i64()?;
    Some(MessageId::new(format!("{chat}:{message}")))
}
