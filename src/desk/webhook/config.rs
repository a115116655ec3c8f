//! `[desk.<name>]` with `kind = "webhook"`.

use serde::Deserialize;
use url::Url;

use crate::model::span::Span;
use crate::net::secret::SecretSources;

/// One desk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where alerts are posted.
    pub url: Url,
    /// Signs the alerts by Standard Webhooks; several while one takes the place of another.
    pub secret: Option<SecretSources>,
    /// How long the desk may take to answer; 15 seconds unless stated.
    #[serde(default = "timeout")]
    pub timeout: Span,
}

fn timeout() -> Span {
    Span::from_secs(15)
}
