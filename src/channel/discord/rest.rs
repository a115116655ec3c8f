//! The calls to Discord's REST API. It must never retry, and never wait for a rate limit while sending.
//!
//! Routes and bodies are serenity's; the call is ours, because serenity's own client drops `retry_after` from a 429 or
//! sleeps on it, and both would hide from the daemon what it has to know.

use std::error::Error;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::{HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serenity::http::{LightMethod, Request, Route};
use serenity::model::gateway::BotGateway;
use serenity::model::id::{ChannelId, UserId};

use crate::channel::discord::config::Config;
use crate::channel::discord::outcome::{Answer, NoAnswer};
use crate::channel::discord::wire::{self, Channel, Message, User};
use crate::channel::{ChannelError, OpenError};
use crate::model::delivery::Outbound;

/// Most messages that one list call gives.
/// <https://docs.discord.com/developers/resources/message#get-channel-messages>
const PAGE_MESSAGES_MAX: usize = 100;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Far above a page of the largest messages; more than that is not Discord.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The API as one bot sees it.
#[derive(Debug)]
pub(super) struct Rest {
    client: Client,
    token: SecretString,
    api_url: Option<String>,
}

/// Part of a channel's messages.
#[derive(Debug)]
pub(super) struct Page {
    /// Oldest first.
    pub(super) messages: Vec<Message>,
    /// Whether there may be newer ones.
    pub(super) more: bool,
}

impl Rest {
    /// Reads the token and prepares the client; calls nobody.
    pub(super) fn open(config: &Config) -> Result<Self, OpenError> {
        let token = config
            .token
            .read(config.is_on_loopback())
            .map_err(|error| OpenError(error.to_string()))?;
        if HeaderValue::from_str(token.expose_secret()).is_err() {
            return Err(OpenError(
                "the token holds a character that no token has".to_owned(),
            ));
        }
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .redirect(Policy::none())
            .build()
            .map_err(|error| OpenError(format!("no HTTP client: {error}")))?;
        Ok(Self {
            client,
            token,
            api_url: config.api_url.as_ref().map(ToString::to_string),
        })
    }

    /// The token, for the gateway.
    pub(super) fn token(&self) -> &str {
        self.token.expose_secret()
    }

    /// Where the gateway is, and how often we may still begin a session there.
    pub(super) async fn gateway(&self) -> Result<BotGateway, ChannelError> {
        self.get(Request::new(Route::GatewayBot, LightMethod::Get))
            .await
    }

    /// Our own id.
    pub(super) async fn me(&self) -> Result<UserId, ChannelError> {
        let user: User = self
            .get(Request::new(Route::UserMe, LightMethod::Get))
            .await?;
        Ok(user.id)
    }

    /// What a channel is; `None` where we do not, or no longer, see it.
    pub(super) async fn channel(&self, id: ChannelId) -> Result<Option<Channel>, ChannelError> {
        let route = Route::Channel { channel_id: id };
        let answer = self.call(Request::new(route, LightMethod::Get)).await;
        match answer {
            Ok(answer) if matches!(answer.status, 403 | 404) => Ok(None),
            other => read(other).map(Some),
        }
    }

    /// The first messages written after `after`, oldest first; `None` where we may not read them.
    pub(super) async fn messages_after(
        &self,
        channel: ChannelId,
        after: u64,
    ) -> Result<Option<Page>, ChannelError> {
        let route = Route::ChannelMessages {
            channel_id: channel,
        };
        let request = Request::new(route, LightMethod::Get).params(Some(vec![
            ("after", after.to_string()),
            ("limit", PAGE_MESSAGES_MAX.to_string()),
        ]));
        let listed: Vec<Value> = match self.call(request).await {
            Ok(answer) if matches!(answer.status, 403 | 404) => return Ok(None),
            other => read(other)?,
        };
        let full = listed.len() >= PAGE_MESSAGES_MAX;
        Ok(Some(page(listed, full)))
    }

    /// Sends once.
    pub(super) async fn create_message(
        &self,
        channel: ChannelId,
        message: &Outbound,
    ) -> Result<Answer, NoAnswer> {
        let body = serde_json::to_vec(&wire::create(message, channel))
            .map_err(|error| NoAnswer::NotSent(error.to_string()))?;
        let route = Route::ChannelMessages {
            channel_id: channel,
        };
        self.call(Request::new(route, LightMethod::Post).body(Some(body)))
            .await
    }

    async fn get<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, ChannelError> {
        read(self.call(request).await)
    }

    async fn call(&self, request: Request<'_>) -> Result<Answer, NoAnswer> {
        let token = format!("Bot {}", self.token());
        let response = request
            .build(&self.client, &token, self.api_url.as_deref())
            .map_err(|error| NoAnswer::NotSent(error.to_string()))?
            .send()
            .await
            .map_err(no_answer)?;
        let status = response.status().as_u16();
        let retry_after_s = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Answer {
            status,
            retry_after_s,
            body: body(response).await,
        })
    }
}

/// The status already tells what was done, so a body that breaks off is not an error of its own.
async fn body(mut response: reqwest::Response) -> Value {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        if bytes.len() + chunk.len() > BODY_BYTES_MAX {
            return Value::Null;
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn read<T: DeserializeOwned>(answer: Result<Answer, NoAnswer>) -> Result<T, ChannelError> {
    let answer = answer.map_err(|error| error.channel_error())?;
    if !answer.is_success() {
        return Err(answer.channel_error());
    }
    serde_json::from_value(answer.body).map_err(|error| {
        ChannelError::Unreachable(format!("Discord's answer cannot be read: {error}"))
    })
}

/// One message that cannot be read must not hide the others.
fn page(listed: Vec<Value>, full: bool) -> Page {
    let count = listed.len();
    let mut messages: Vec<Message> = listed
        .into_iter()
        .filter_map(|message| serde_json::from_value(message).ok())
        .collect();
    if messages.len() < count {
        tracing::error!("Discord listed a message that hark cannot read");
    }
    messages.sort_by_key(|message| message.id);
    Page {
        more: full && !messages.is_empty(),
        messages,
    }
}

fn no_answer(error: reqwest::Error) -> NoAnswer {
    let left = !(error.is_connect() || error.is_builder());
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if left {
        NoAnswer::Lost(format!("Discord's answer was lost: {cause}"))
    } else {
        NoAnswer::NotSent(format!("Discord cannot be reached: {cause}"))
    }
}
