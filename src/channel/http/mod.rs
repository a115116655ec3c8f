//! Any system that speaks JSON: messages come in through `POST /api/v1/messages`, replies are posted to its address.
//!
//! The door itself is part of the HTTP API; it reads a message with [`wire::parse`], asks [`Http::check`], and hands it
//! in. The receiver of replies tells a repeat by its `Idempotency-Key`, so what may have been lost is sent again under
//! the same key. Where there is no address at all, a reply is there to be read through the API, and counts as sent.

pub mod config;
pub mod wire;

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use url::Url;

use crate::channel::http::config::Config;
use crate::channel::http::wire::FieldError;
use crate::channel::{Channel, ChannelError, Intake, OpenError};
use crate::clock;
use crate::model::delivery::{Attempted, Outbound};
use crate::model::id::AccountId;
use crate::model::message::Inbound;
use crate::model::network::{Limits, TextUnit};
use crate::net::client::{self, Client, NoAnswer};
use crate::net::guard;
use crate::net::signature::{self, Keys};

/// How long a receiver may take to answer; the same as a desk gets.
const TIMEOUT: Duration = Duration::from_secs(15);

/// An answer's body says nothing to us; up to this many bytes of it are read so that the connection can be used again.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// What may mean something wherever the text is shown in the end: HTML, Markdown, mentions and tags.
const MARKUP: &str = "<>&`*_~|[]\\@#";

/// What the network allows.
pub const LIMITS: Limits = Limits {
    text_max: 4096,
    unit: TextUnit::Chars,
    markup: MARKUP,
};

/// One account.
#[derive(Debug)]
pub struct Http {
    account: AccountId,
    reply_url: Option<Url>,
    keys: Option<Keys>,
    client: Client,
    /// Calls addresses that came in messages; `None` where they may not bring any.
    guarded: Option<Client>,
}

impl Http {
    /// Opens an account.
    pub fn open(account: &AccountId, config: &Config) -> Result<Self, OpenError> {
        let reply_url = config.reply_url.clone();
        if let Some(url) = &reply_url
            && !matches!(url.scheme(), "http" | "https")
        {
            let reason = "reply_url: it must start with http:// or https://";
            return Err(OpenError(reason.to_owned()));
        }
        let literal_allowed = reply_url.as_ref().is_some_and(guard::is_loopback);
        let keys = config
            .secret
            .as_ref()
            .map(|sources| Keys::open(sources, literal_allowed))
            .transpose()
            .map_err(|error| OpenError(error.to_string()))?;
        let guarded = config
            .allow_message_reply_url
            .then(Client::guarded)
            .transpose()
            .map_err(|error| OpenError(error.to_string()))?;
        Ok(Self {
            account: account.clone(),
            reply_url,
            keys,
            client: Client::new().map_err(|error| OpenError(error.to_string()))?,
            guarded,
        })
    }

    /// Whether this account takes a message that was read for it.
    pub fn check(&self, message: &Inbound) -> Result<(), FieldError> {
        if message.return_address.is_some() && self.guarded.is_none() {
            return Err(FieldError {
                path: "reply_url".to_owned(),
                problem: format!(
                    "account {} takes none in a message; its operator can set `allow_message_reply_url = true`",
                    self.account
                ),
            });
        }
        Ok(())
    }

    /// Where a reply goes: to the message's own address where it may bring one, else to the account's.
    fn destination(&self, message: &Outbound) -> Option<(&Client, Url)> {
        let own = message.return_address.as_deref();
        if let (Some(guarded), Some(url)) = (&self.guarded, own.and_then(|own| own.parse().ok())) {
            return Some((guarded, url));
        }
        Some((&self.client, self.reply_url.clone()?))
    }
}

impl Channel for Http {
    fn limits(&self) -> Limits {
        LIMITS
    }

    async fn send(&self, message: &Outbound) -> Attempted {
        let Some((client, url)) = self.destination(message) else {
            return Attempted::Sent { message: None };
        };
        let request = client
            .request(Method::POST, url)
            .header("idempotency-key", message.id.as_str());
        let now = clock::now();
        let body = wire::reply(message);
        let request =
            signature::attach(request, self.keys.as_ref(), message.id.as_str(), now, body);
        match client.send(request, TIMEOUT).await {
            Ok(response) => {
                let (status, verdict) = (
                    response.status(),
                    client::verdict(response.status(), response.headers(), now),
                );
                drop(client::read_body(response, ANSWER_BYTES_MAX).await);
                wire::attempted(status.as_u16(), verdict)
            }
            // What was lost may have been taken: under the same key the receiver tells a repeat.
            Err(error @ (NoAnswer::NotSent(_) | NoAnswer::Lost(_))) => Attempted::Later {
                retry_after_s: None,
                reason: error.to_string(),
            },
            Err(error @ NoAnswer::Blocked(_)) => Attempted::Refused {
                reason: error.to_string(),
            },
        }
    }

    async fn settle(&self, message: &Outbound, _since: Timestamp) -> Attempted {
        self.send(message).await
    }

    async fn run(&self, intake: Intake) -> ChannelError {
        intake.connected().await;
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests;
