//! `[channel.http.<name>]`: an account behind `POST /api/v1/messages`.

use serde::Deserialize;
use url::Url;

use crate::model::id::BrandName;
use crate::net::secret::SecretSources;

/// One account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose account it is.
    pub brand: BrandName,
    /// Where replies are posted. Without it, and without one in the message, they wait to be read through the API.
    pub reply_url: Option<Url>,
    /// Signs the replies by Standard Webhooks; several while one takes the place of another.
    pub secret: Option<SecretSources>,
    /// Whether a message may bring its own `reply_url`, which must then be on the public internet.
    #[serde(default)]
    pub allow_message_reply_url: bool,
}
