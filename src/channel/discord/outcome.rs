//! What Discord's answers mean for the one who asked. It must never do I/O.
//!
//! Codes: <https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes>

use serde_json::Value;

use crate::channel::ChannelError;
use crate::model::delivery::Attempted;
use crate::model::id::MessageId;

/// An answer of the REST API, whatever its status.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// The `Retry-After` header, in seconds.
    pub(super) retry_after_s: Option<u32>,
    /// The body; null where there is none or it is not JSON.
    pub(super) body: Value,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The request certainly did not leave.
    NotSent(String),
    /// It left, and then nothing came back.
    Lost(String),
}

/// Longest text of an error that is passed on, in characters.
const REASON_CHARS_MAX: usize = 200;

/// The wait where Discord states none, in seconds.
const RETRY_AFTER_S: u32 = 5;

/// "Unknown Message".
const CODE_UNKNOWN_MESSAGE: i64 = 10008;

const MEND_TOKEN: &str = "put the bot's current token from the developer portal into its secret";

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Discord's own error code; `None` where somebody before Discord answered.
    fn code(&self) -> Option<i64> {
        self.body.get("code").and_then(Value::as_i64)
    }

    /// How long a 429 asks to wait, rounded up, in seconds.
    pub(super) fn wait_s(&self) -> u32 {
        let stated = self.body.get("retry_after").and_then(Value::as_f64);
        stated
            .map(ceil_s)
            .or(self.retry_after_s)
            .unwrap_or(RETRY_AFTER_S)
    }

    /// Status, code and Discord's words.
    pub(super) fn reason(&self) -> String {
        let words = self
            .body
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or("no reason given");
        let words: String = words.chars().take(REASON_CHARS_MAX).collect();
        match self.code() {
            Some(code) => format!("Discord answered {} ({code}): {words}", self.status),
            None => format!("Discord answered {}: {words}", self.status),
        }
    }

    /// What it means for receiving.
    pub(super) fn channel_error(&self) -> ChannelError {
        match self.status {
            401 => ChannelError::Misconfigured {
                reason: "Discord refuses the token (401)".to_owned(),
                fix: MEND_TOKEN.to_owned(),
            },
            429 => ChannelError::SlowDown {
                retry_after_s: self.wait_s(),
                reason: self.reason(),
            },
            _ => ChannelError::Unreachable(self.reason()),
        }
    }
}

/// What came of `POST /channels/{id}/messages`.
pub(super) fn attempted(answer: &Result<Answer, NoAnswer>) -> Attempted {
    let answer = match answer {
        Ok(answer) => answer,
        Err(NoAnswer::NotSent(reason)) => return later(None, reason.clone()),
        Err(NoAnswer::Lost(reason)) => {
            return Attempted::Unknown {
                reason: reason.clone(),
            };
        }
    };
    let reason = answer.reason();
    match (answer.status, answer.code()) {
        (200..300, _) => Attempted::Sent {
            message: sent_id(&answer.body),
        },
        // The nonce is known and its message was deleted since: it was sent.
        (_, Some(CODE_UNKNOWN_MESSAGE)) => Attempted::Sent { message: None },
        (401, _) => later(None, format!("{reason}; {MEND_TOKEN}")),
        (429, _) => later(Some(answer.wait_s()), reason),
        // "There was no gateway available to process your request": nothing was done. A 504 does not say as much.
        (504, _) => Attempted::Unknown { reason },
        (500.., _) => later(answer.retry_after_s, reason),
        (400 | 403 | 404, Some(code)) => Attempted::Refused {
            reason: match hint(code) {
                Some(hint) => format!("{reason}; {hint}"),
                None => reason,
            },
        },
        // Without Discord's own code it was a proxy on the way that refused.
        (403 | 404, None) => later(None, reason),
        _ => Attempted::Refused { reason },
    }
}

fn hint(code: i64) -> Option<&'static str> {
    match code {
        50001 => Some("the bot no longer sees this channel"),
        50007 => Some("this customer takes no direct messages from the bot"),
        50013 => Some("the bot needs Send Messages in this channel"),
        _ => None,
    }
}

fn later(retry_after_s: Option<u32>, reason: String) -> Attempted {
    Attempted::Later {
        retry_after_s,
        reason,
    }
}

fn sent_id(body: &Value) -> Option<MessageId> {
    let channel = body.get("channel_id")?.as_str()?;
    let id = body.get("id")?.as_str()?;
    Some(MessageId::new(format!("{channel}:{id}")))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, and a negative or absurd wait may become the nearest whole one"
)]
fn ceil_s(seconds: f64) -> u32 {
    seconds.ceil() as u32
}

impl NoAnswer {
    /// What it means for receiving.
    pub(super) fn channel_error(&self) -> ChannelError {
        let (Self::NotSent(reason) | Self::Lost(reason)) = self;
        ChannelError::Unreachable(reason.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(status: u16, body: Value) -> Attempted {
        attempted(&Ok(Answer {
            status,
            retry_after_s: None,
            body,
        }))
    }

    #[test]
    fn every_answer_says_what_to_do_next() {
        let error = |code: i64| json!({"code": code, "message": "m"});
        for (status, body, expected) in [
            (200, json!({"id": "7", "channel_id": "5"}), "sent 5:7"),
            (200, Value::Null, "sent"),
            (404, error(10008), "sent"),
            (400, error(50035), "refused"),
            (403, error(50007), "refused"),
            (403, error(50001), "refused"),
            (403, error(50013), "refused"),
            (404, error(10003), "refused"),
            (413, Value::Null, "refused"),
            (401, error(0), "later"),
            (403, Value::Null, "later"),
            (
                429,
                json!({"message": "slow", "retry_after": 6.2, "global": false}),
                "later 7",
            ),
            (429, json!({"retry_after": -1.0}), "later 0"),
            (429, json!({"retry_after": 1e300}), "later 4294967295"),
            (429, Value::Null, "later 5"),
            (500, Value::Null, "later"),
            (502, Value::Null, "later"),
            (504, Value::Null, "unknown"),
        ] {
            let shown = match of(status, body.clone()) {
                Attempted::Sent { message: Some(id) } => format!("sent {id}"),
                Attempted::Sent { message: None } => "sent".to_owned(),
                Attempted::Later {
                    retry_after_s: Some(wait),
                    ..
                } => format!("later {wait}"),
                Attempted::Later { .. } => "later".to_owned(),
                Attempted::Refused { .. } => "refused".to_owned(),
                Attempted::Unknown { .. } => "unknown".to_owned(),
            };
            assert_eq!(shown, expected, "{status} {body}");
        }
    }

    #[test]
    fn without_an_answer_it_matters_whether_the_request_left() {
        let not_sent = attempted(&Err(NoAnswer::NotSent("refused".to_owned())));
        assert!(matches!(not_sent, Attempted::Later { .. }), "{not_sent:?}");
        let lost = attempted(&Err(NoAnswer::Lost("reset".to_owned())));
        assert!(matches!(lost, Attempted::Unknown { .. }), "{lost:?}");
    }

    #[test]
    fn a_refusal_names_its_reason() {
        let refused = of(
            403,
            json!({"code": 50007, "message": "Cannot send messages to this user"}),
        );
        assert_eq!(
            refused,
            Attempted::Refused {
                reason: "Discord answered 403 (50007): Cannot send messages to this user; this customer takes no direct messages from the bot".to_owned()
            }
        );
    }
}
