//! The chat on a brand's own pages. hark is the network here: the page reads the conversation itself.
//!
//! The page is shown every committed turn whose delivery stands at "sent", so the commit that says so *is* the delivery,
//! and [`Webchat::send`] has nothing left to do. A crash around it can neither lose a line nor show it twice: a page
//! asks for the lines after the last number it has. The socket itself is served by the HTTP layer; this folder knows
//! only what its frames mean.

pub mod config;
pub mod wire;

use std::future;

use jiff::Timestamp;

use crate::channel::webchat::config::{Config, PageOrigin};
use crate::channel::{Channel, ChannelError, Intake, OpenError};
use crate::model::delivery::{Attempted, Outbound};
use crate::model::id::AccountId;
use crate::model::network::{Limits, TextUnit};

/// What the network allows.
pub const LIMITS: Limits = Limits {
    text_max: TEXT_CHARS_MAX,
    unit: TextUnit::Chars,
    markup: "",
};

/// One account.
#[derive(Debug)]
pub struct Webchat {
    /// Pages that may embed it beside hark's own.
    pub allowed_origins: Vec<PageOrigin>,
}

/// What a customer reads in a small panel without scrolling for long; ours to choose.
pub const TEXT_CHARS_MAX: usize = 4096;

impl Webchat {
    /// Opens it; there is no network that could refuse.
    pub fn open(_account: &AccountId, config: &Config) -> Result<Self, OpenError> {
        Ok(Self {
            allowed_origins: config.allowed_origins.clone(),
        })
    }
}

impl Channel for Webchat {
    /// No character has a meaning: the page sets every line as text and never as HTML.
    fn limits(&self) -> Limits {
        LIMITS
    }

    async fn send(&self, _message: &Outbound) -> Attempted {
        Attempted::Sent { message: None }
    }

    /// Nothing leaves hark before "sent" is committed, so an attempt that was cut off is simply finished.
    async fn settle(&self, message: &Outbound, _since: Timestamp) -> Attempted {
        self.send(message).await
    }

    async fn run(&self, intake: Intake) -> ChannelError {
        intake.connected().await;
        future::pending().await
    }
}

#[cfg(test)]
mod tests;
