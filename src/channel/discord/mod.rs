//! Discord: direct messages to a bot, and what is said to it in the channels of a server.
//!
//! Messages come over the gateway, one socket for the whole account; the socket is ours (see `gateway.rs`), the types of
//! REST are serenity's. Answers go out by REST with the delivery's id as nonce, which Discord dedupes for some minutes;
//! later the channel is read back. What was written while hark was down is read from each channel's bookmark; a
//! channel in which nobody ever wrote while hark ran has none.

pub mod config;
mod gateway;
mod intake;
mod outcome;
mod rest;
mod settle;
mod signal;
mod wire;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::channel::{Channel, ChannelError, Intake, OpenError};
use crate::clock;
use crate::model::delivery::{Attempted, Outbound};
use crate::model::id::AccountId;
use crate::model::network::{Limits, TextUnit};

/// Longest message. The docs say 2000 where their `OpenAPI` file says 4000; the shorter one is always taken.
/// <https://docs.discord.com/developers/resources/message#create-message>
const TEXT_CHARS_MAX: usize = 2000;

/// Emphasis, code, spoilers, quotes, headings, links, and the `<…>` and `@` of mentions.
/// <https://docs.discord.com/developers/reference#message-formatting>
const MARKUP: &str = r"\*_~`|<>[]#@";

/// Messages that may wait for the intake; when they are this many, the socket is left unread.
const WAITING_MAX: usize = 256;

/// What the network allows.
pub const LIMITS: Limits = Limits {
    text_max: TEXT_CHARS_MAX,
    unit: TextUnit::Chars,
    markup: MARKUP,
};

/// One bot account.
#[derive(Debug)]
pub struct Discord {
    rest: rest::Rest,
    /// Outlives a failed run, so that the next one resumes instead of losing what no bookmark covers.
    taken: ArcSwapOption<signal::Session>,
}

impl Discord {
    /// Reads the token; connects to nobody yet.
    pub fn open(_account: &AccountId, config: &config::Config) -> Result<Self, OpenError> {
        Ok(Self {
            rest: rest::Rest::open(config)?,
            taken: ArcSwapOption::empty(),
        })
    }
}

impl Channel for Discord {
    fn limits(&self) -> Limits {
        LIMITS
    }

    async fn send(&self, message: &Outbound) -> Attempted {
        match wire::channel_of(message) {
            Some(channel) => outcome::attempted(&self.rest.create_message(channel, message).await),
            None => no_channel(),
        }
    }

    async fn settle(&self, message: &Outbound, since: Timestamp) -> Attempted {
        if clock::now().duration_since(since) < settle::NONCE_KNOWN {
            self.send(message).await
        } else {
            settle::read_back(&self.rest, message, since).await
        }
    }

    async fn run(&self, intake: Intake) -> ChannelError {
        let taking = match intake::Taking::start(&self.rest, &intake, &self.taken).await {
            Ok(taking) => taking,
            Err(error) => return error,
        };
        let (queue, events) = mpsc::channel(WAITING_MAX);
        // Boxed: a socket with TLS is too large to carry through every future above.
        let listening = Box::pin(gateway::listen(&self.rest, self.taken.load_full(), queue));
        match tokio::join!(listening, taking.all(events)) {
            (_, Err(error)) | (error, Ok(())) => error,
        }
    }
}

fn no_channel() -> Attempted {
    Attempted::Refused {
        reason: "the message names no Discord channel to answer in".to_owned(),
    }
}

#[cfg(test)]
mod tests;
