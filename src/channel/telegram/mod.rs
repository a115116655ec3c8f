//! Telegram: long polling and `sendMessage` of the Bot API, <https://core.telegram.org/bots/api>.
//!
//! An update is acknowledged by the next `getUpdates` with a higher `offset`; that call is made only when everything
//! before it is on disk. No offset is kept over a restart: Telegram keeps what is not acknowledged for 24 hours, and
//! what comes twice is known by its message id.
//!
//! teloxide gives the calls and their types; they are carried out here, since its own `send` hides the HTTP code,
//! waits ten seconds on a server error, and fails a success that it cannot read.

mod answer;
pub mod config;
mod wire;

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, redirect};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use teloxide::Bot;
use teloxide::payloads::{GetMe, GetUpdates, GetUpdatesSetters};
use teloxide::requests::Payload;
use teloxide::types::AllowedUpdate;

use crate::channel::{Channel, ChannelError, Intake, NotAccepted, OpenError};
use crate::model::delivery::{Attempted, Outbound};
use crate::model::id::AccountId;
use crate::model::network::{Limits, TextUnit};

use answer::{Answer, NoAnswer};
use wire::{Address, Me, Unreadable};

/// Longest wait of one `getUpdates`, in seconds; the server cuts longer ones to this.
const POLL_S: u32 = 50;
/// How long an answer may take beyond the wait that was asked for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long the connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// An idle connection is given up before servers usually do (nginx: 75 s): one that closes as a message leaves makes
/// that message's fate unknown.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// Longest answer that is read; the server caps its own near 4 MB.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What the network allows.
pub const LIMITS: Limits = Limits {
    text_max: 4096,
    unit: TextUnit::Chars,
    markup: "@",
};

/// One Telegram bot.
pub struct Telegram {
    bot: Bot,
}

/// The bot's token never prints.
impl fmt::Debug for Telegram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telegram")
            .field("api_url", &self.bot.api_url().as_str())
            .finish_non_exhaustive()
    }
}

impl Telegram {
    /// Opens it: reads the token, connects to nothing.
    pub fn open(_account: &AccountId, config: &config::Config) -> Result<Self, OpenError> {
        if !matches!(config.api_url.scheme(), "http" | "https") {
            return Err(OpenError(
                "api_url must start with http:// or https://".to_owned(),
            ));
        }
        let on_loopback = config.is_on_loopback();
        let token = config
            .token
            .read(on_loopback)
            .map_err(|error| OpenError(format!("token: {error}")))?;
        let mut client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_MAX)
            .tcp_nodelay(true)
            .redirect(redirect::Policy::none());
        if on_loopback {
            client = client.no_proxy();
        }
        let client = client
            .build()
            .map_err(|error| OpenError(format!("http client: {error}")))?;
        let bot =
            Bot::with_client(token.expose_secret(), client).set_api_url(config.api_url.clone());
        Ok(Self { bot })
    }

    async fn get_me(&self) -> Result<Me, ChannelError> {
        let answer = self.call(&GetMe::new(), ANSWER_TIMEOUT).await;
        let answer = answer.map_err(NoAnswer::into_hindrance)?;
        let me = answer.result().ok_or_else(|| answer.hindrance())?;
        Me::deserialize(me)
            .map_err(|_| ChannelError::Unreachable("getMe did not say who the bot is".to_owned()))
    }

    /// Waits for updates from `offset` on, which acknowledges all before it. In the order they were made.
    async fn get_updates(&self, offset: Option<i32>) -> Result<Vec<(i32, Value)>, ChannelError> {
        let mut call = GetUpdates::new()
            .timeout(POLL_S)
            .allowed_updates([AllowedUpdate::Message]);
        call.offset = offset;
        let timeout = Duration::from_secs(POLL_S.into()) + ANSWER_TIMEOUT;
        let answer = self.call(&call, timeout).await;
        let answer = answer.map_err(NoAnswer::into_hindrance)?;
        let updates = answer.result().ok_or_else(|| answer.hindrance())?;
        numbered(updates).ok_or_else(|| {
            ChannelError::Unreachable("getUpdates gave updates without numbers".to_owned())
        })
    }

    /// Hands one update in; on `Ok` it may be acknowledged.
    async fn take_in(
        &self,
        (update_id, update): (i32, Value),
        me: &Me,
        intake: &Intake,
    ) -> Result<(), NotAccepted> {
        match wire::read_update(&update, me, intake.account()) {
            Ok(Some(message)) => {
                intake.accept(message).await?;
            }
            Ok(None) => {}
            Err(Unreadable) => {
                tracing::warn!(account = %intake.account(), update_id, "an update cannot be read and is passed over");
            }
        }
        Ok(())
    }

    /// Receives until something is in the way.
    async fn receive(&self, intake: &Intake) -> Result<Infallible, ChannelError> {
        let me = self.get_me().await?;
        tracing::info!(account = %intake.account(), bot_id = me.id, reads_all_group_messages = me.can_read_all_group_messages, "connected to Telegram");
        let mut offset = None;
        loop {
            intake.connected().await;
            for update in self.get_updates(offset).await? {
                let next = update.0.saturating_add(1);
                self.take_in(update, &me, intake)
                    .await
                    .map_err(|error| ChannelError::Unreachable(error.to_string()))?;
                offset = Some(next);
            }
        }
    }

    /// Makes one call.
    async fn call<P>(&self, call: &P, timeout: Duration) -> Result<Answer, NoAnswer>
    where
        P: Payload + Serialize + Sync,
    {
        let mut url = self.bot.api_url();
        url.path_segments_mut()
            .map_err(|()| NoAnswer::NotSent("api_url has no path".to_owned()))?
            .pop_if_empty()
            .extend([&format!("bot{}", self.bot.token()), P::NAME]);
        let request = self.bot.client().post(url).timeout(timeout).json(call);
        let mut response = request.send().await.map_err(|error| no_answer(&error))?;
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(NoAnswer::Lost("the answer is too long".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer::read(
            response.status().as_u16(),
            retry_after,
            &body,
            self.bot.token(),
        ))
    }
}

impl Channel for Telegram {
    /// 4096 code points, see `message_length_max` in <https://core.telegram.org/constructor/config>; without a
    /// `parse_mode` nothing is markup, so the text as it stands is what is counted. `@` alone is taken out of values:
    /// a name behind it notifies somebody. `/` becomes a command only when the reader taps it, and it is part of dates.
    fn limits(&self) -> Limits {
        LIMITS
    }

    async fn send(&self, message: &Outbound) -> Attempted {
        let Some(mut to) = message.return_address.as_deref().and_then(Address::parse) else {
            return Attempted::Refused {
                reason: "the message has no Telegram chat to go to".to_owned(),
            };
        };
        let mut answer = self
            .call(&wire::send_message(message, to), ANSWER_TIMEOUT)
            .await;
        // The group became a supergroup and the first call was certainly not carried out.
        if let Some(chat) = answer.as_ref().ok().and_then(Answer::migrated_to) {
            to.chat = chat;
            answer = self
                .call(&wire::send_message(message, to), ANSWER_TIMEOUT)
                .await;
        }
        answer.map_or_else(NoAnswer::into_outcome, |answer| answer.outcome())
    }

    /// Telegram has no idempotency key, and a bot cannot read back what it sent.
    async fn settle(&self, _message: &Outbound, _since: Timestamp) -> Attempted {
        Attempted::Unknown {
            reason: "Telegram cannot tell whether the message was sent".to_owned(),
        }
    }

    async fn run(&self, intake: Intake) -> ChannelError {
        let Err(error) = self.receive(&intake).await;
        error
    }
}

/// The updates with their numbers, lowest first; one without a number cannot be acknowledged and is left out.
/// `None` where nothing could be acknowledged at all: asking again at once would give the same.
fn numbered(updates: &Value) -> Option<Vec<(i32, Value)>> {
    let updates = updates.as_array()?;
    let mut numbered: Vec<_> = updates
        .iter()
        .filter_map(|update| Some((wire::update_id(update)?, update.clone())))
        .collect();
    numbered.sort_by_key(|(update_id, _)| *update_id);
    (updates.is_empty() || !numbered.is_empty()).then_some(numbered)
}

/// Names the causes only: the error itself shows the address, and with it the token.
fn no_answer(error: &reqwest::Error) -> NoAnswer {
    let kind = if error.is_connect() {
        "cannot connect to Telegram"
    } else if error.is_timeout() {
        "Telegram did not answer in time"
    } else {
        "the connection to Telegram broke"
    };
    let mut reason = kind.to_owned();
    let mut cause = error.source();
    while let Some(inner) = cause {
        reason = format!("{reason}: {inner}");
        cause = inner.source();
    }
    if error.is_connect() || error.is_builder() {
        NoAnswer::NotSent(reason)
    } else {
        NoAnswer::Lost(reason)
    }
}
