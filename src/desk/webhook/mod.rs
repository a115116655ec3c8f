//! Alerts by webhook to any desk, signed by Standard Webhooks.
//!
//! The `webhook-id` is the delivery's id, the same on every attempt, so a desk can tell a repeat: whenever it is not
//! known whether an alert arrived, it is simply sent again. A wrong address or secret is an operator's to mend, so
//! those are tried again too; the schedule of attempts bounds it. Only 410 ends it at once.

pub mod config;
pub mod wire;

use std::time::Duration;

use reqwest::Method;
use url::Url;

use crate::clock;
use crate::desk::webhook::config::Config;
use crate::desk::{Desk, DeskContext, OpenError};
use crate::model::alert::Alert;
use crate::model::delivery::Attempted;
use crate::model::id::DeliveryId;
use crate::net::client::{self, Client};
use crate::net::guard;
use crate::net::signature::{self, Keys};

/// An answer's body says nothing to us; up to this many bytes of it are read so that the connection can be used again.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// One desk.
#[derive(Debug)]
pub struct Webhook {
    url: Url,
    keys: Option<Keys>,
    timeout: Duration,
    public_url: String,
    client: Client,
}

impl Webhook {
    /// Opens a desk; it is not called yet.
    pub fn open(context: &DeskContext, config: &Config) -> Result<Self, OpenError> {
        if !matches!(config.url.scheme(), "http" | "https") {
            let reason = "url: it must start with http:// or https://";
            return Err(OpenError(reason.to_owned()));
        }
        let literal_allowed = guard::is_loopback(&config.url);
        let keys = config
            .secret
            .as_ref()
            .map(|sources| Keys::open(sources, literal_allowed))
            .transpose()
            .map_err(|error| OpenError(error.to_string()))?;
        Ok(Self {
            url: config.url.clone(),
            keys,
            timeout: config.timeout.duration(),
            public_url: context.public_url.clone(),
            client: Client::new().map_err(|error| OpenError(error.to_string()))?,
        })
    }
}

impl Desk for Webhook {
    async fn notify(&self, id: &DeliveryId, alert: &Alert) -> Attempted {
        let now = clock::now();
        let request = signature::attach(
            self.client.request(Method::POST, self.url.clone()),
            self.keys.as_ref(),
            id.as_str(),
            now,
            wire::body(alert, &self.public_url),
        );
        match self.client.send(request, self.timeout).await {
            Ok(response) => {
                let status = response.status();
                let verdict = client::verdict(status, response.headers(), now);
                drop(client::read_body(response, ANSWER_BYTES_MAX).await);
                wire::attempted(status.as_u16(), verdict)
            }
            Err(error) => Attempted::Later {
                retry_after_s: None,
                reason: error.to_string(),
            },
        }
    }
}

#[cfg(test)]
mod tests;
