//! What the gateway says, read from its frames. It must never do I/O.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use serenity::model::id::UserId;

use crate::channel::ChannelError;
use crate::channel::discord::wire::{Message, User};

/// A session of the gateway and how far it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    /// Discord's name of it.
    pub(super) id: String,
    /// Where it is resumed.
    pub(super) address: String,
    /// Who we are.
    pub(super) me: UserId,
    /// The last event read.
    pub(super) seq: u64,
}

/// One frame.
#[derive(Debug, Clone)]
pub(super) enum Signal {
    /// op 0: something happened.
    Happened {
        /// Its number in the session.
        seq: u64,
        /// What.
        what: Happened,
    },
    /// op 1: a heartbeat is wanted at once.
    BeatNow,
    /// op 7: connect again and resume.
    Reconnect,
    /// op 9: the session is gone, or only this connection of it.
    Invalid {
        /// Whether it may be resumed.
        resumable: bool,
    },
    /// op 10: the first frame.
    Hello {
        /// Time between two heartbeats.
        interval: Duration,
    },
    /// op 11: our heartbeat was heard.
    BeatHeard,
    /// Nothing that hark knows.
    Unknown,
}

/// An event.
#[derive(Debug, Clone)]
pub(super) enum Happened {
    /// A new session began.
    Ready(Session),
    /// All that was missed was replayed.
    Resumed,
    /// Somebody wrote.
    Message(Box<Message>),
    /// An event that hark does not need.
    Other,
    /// An event that hark needs and cannot read.
    Unreadable,
}

/// What to do after the gateway closed the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Closed {
    /// Connect and resume.
    Resume,
    /// Connect and begin a new session.
    Identify,
    /// It would close again.
    Stop(ChannelError),
}

#[derive(Deserialize)]
struct Envelope {
    op: u64,
    #[serde(default)]
    d: Value,
    s: Option<u64>,
    t: Option<String>,
}

#[derive(Deserialize)]
struct Ready {
    user: User,
    session_id: String,
    resume_gateway_url: String,
}

#[derive(Deserialize)]
struct Hello {
    heartbeat_interval: u64,
}

/// Reads the text of a frame.
pub(super) fn read(text: &str) -> Signal {
    let Ok(envelope) = serde_json::from_str::<Envelope>(text) else {
        return Signal::Unknown;
    };
    match (envelope.op, envelope.s) {
        (0, Some(seq)) => Signal::Happened {
            seq,
            what: happened(envelope.t.as_deref(), envelope.d, seq),
        },
        (1, _) => Signal::BeatNow,
        (7, _) => Signal::Reconnect,
        (9, _) => Signal::Invalid {
            resumable: envelope.d.as_bool().unwrap_or(false),
        },
        (10, _) => serde_json::from_value(envelope.d).map_or(Signal::Unknown, |hello: Hello| {
            Signal::Hello {
                // A beat without pause would be an attack on both sides.
                interval: Duration::from_millis(hello.heartbeat_interval.max(1)),
            }
        }),
        (11, _) => Signal::BeatHeard,
        _ => Signal::Unknown,
    }
}

fn happened(kind: Option<&str>, data: Value, seq: u64) -> Happened {
    let read = match kind {
        Some("READY") => serde_json::from_value(data).map(|ready: Ready| {
            Happened::Ready(Session {
                id: ready.session_id,
                address: ready.resume_gateway_url,
                me: ready.user.id,
                seq,
            })
        }),
        Some("RESUMED") => Ok(Happened::Resumed),
        Some("MESSAGE_CREATE") => serde_json::from_value(data).map(Happened::Message),
        _ => Ok(Happened::Other),
    };
    read.unwrap_or(Happened::Unreadable)
}

/// Sorts the codes with which the gateway closes.
/// <https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes>
pub(super) fn closed(code: u16) -> Closed {
    let mend = |reason: &str, fix: &str| {
        Closed::Stop(ChannelError::Misconfigured {
            reason: format!("{reason} ({code})"),
            fix: fix.to_owned(),
        })
    };
    match code {
        4004 => mend(
            "the Discord gateway refuses the token",
            "put the bot's current token from the developer portal into its secret",
        ),
        4010 | 4011 => mend(
            "the bot is in more servers than one connection may serve",
            "run this account with fewer servers; hark opens one connection for each account",
        ),
        4012 | 4013 => mend(
            "the Discord gateway no longer speaks the version or the intents that this hark asks for",
            "install a newer hark",
        ),
        4014 => mend(
            "the Discord gateway refuses an intent",
            "switch on MESSAGE CONTENT INTENT under Bot, Privileged Gateway Intents, in the Discord developer portal",
        ),
        // The session timed out, or is not known, or the number we named in it is not.
        4003 | 4007 | 4009 => Closed::Identify,
        _ => Closed::Resume,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_codes_tell_apart_what_helps() {
        for (code, expected) in [
            (1000, "resume"),
            (1006, "resume"),
            (4000, "resume"),
            (4003, "identify"),
            (4004, "the token"),
            (4007, "identify"),
            (4008, "resume"),
            (4009, "identify"),
            (4010, "one connection"),
            (4011, "one connection"),
            (4012, "newer hark"),
            (4013, "newer hark"),
            (4014, "MESSAGE CONTENT INTENT"),
        ] {
            let shown = match closed(code) {
                Closed::Resume => "resume".to_owned(),
                Closed::Identify => "identify".to_owned(),
                Closed::Stop(error) => error.to_string(),
            };
            assert!(shown.contains(expected), "{code}: {shown}");
        }
    }

    #[test]
    fn frames_are_read_and_nonsense_is_not_fatal() {
        for (frame, expected) in [
            (r#"{"op":1,"d":null}"#, "BeatNow"),
            (r#"{"op":7,"d":null,"s":null,"t":null}"#, "Reconnect"),
            (r#"{"op":9,"d":true}"#, "Invalid { resumable: true }"),
            (r#"{"op":9}"#, "Invalid { resumable: false }"),
            (
                r#"{"op":10,"d":{"heartbeat_interval":41250}}"#,
                "Hello { interval: 41.25s }",
            ),
            (r#"{"op":10,"d":{}}"#, "Unknown"),
            (r#"{"op":11}"#, "BeatHeard"),
            (
                r#"{"op":0,"t":"RESUMED","s":4,"d":{}}"#,
                "Happened { seq: 4, what: Resumed }",
            ),
            (
                r#"{"op":0,"t":"NEW_THING","s":4,"d":[]}"#,
                "Happened { seq: 4, what: Other }",
            ),
            (
                r#"{"op":0,"t":"MESSAGE_CREATE","s":5,"d":{"id":"0"}}"#,
                "Happened { seq: 5, what: Unreadable }",
            ),
            (
                r#"{"op":0,"t":"READY","s":1,"d":null}"#,
                "Happened { seq: 1, what: Unreadable }",
            ),
            (r#"{"op":0,"t":"RESUMED"}"#, "Unknown"),
            (r#"{"op":99}"#, "Unknown"),
            ("[]", "Unknown"),
            ("", "Unknown"),
        ] {
            assert_eq!(format!("{:?}", read(frame)), expected, "{frame}");
        }
    }
}
