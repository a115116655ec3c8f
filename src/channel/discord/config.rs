//! `[channel.discord.<name>]`: one Discord bot. It must never hold a token that was not read through [`SecretSource`].

use serde::Deserialize;
use url::{Host, Url};

use crate::model::id::BrandName;
use crate::net::secret::SecretSource;

/// One Discord bot. Its MESSAGE CONTENT intent must be switched on in the developer portal, and it needs the
/// permissions View Channels, Send Messages and Read Message History where it is to help.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose account it is.
    pub brand: BrandName,
    /// The bot token from the developer portal, without the word `Bot`; a literal is taken only where `api_url` is on
    /// loopback.
    pub token: SecretSource,
    /// Base address of the API, without `/api/v10`; Discord's own where absent. The gateway is where this server says.
    pub api_url: Option<Url>,
}

impl Config {
    /// Whether the other side is this machine.
    pub(super) fn is_on_loopback(&self) -> bool {
        match self.api_url.as_ref().and_then(Url::host) {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for (api_url, expected) in [
            ("", false),
            ("api_url = 'http://127.0.0.1:9000'", true),
            ("api_url = 'http://[::1]:9000'", true),
            ("api_url = 'http://localhost:9000'", true),
            ("api_url = 'https://discord.example'", false),
            ("api_url = 'http://127.0.0.1.example'", false),
        ] {
            let config: Config =
                toml::from_str(&format!("brand = 'northwind'\ntoken = 't'\n{api_url}"))
                    .expect("a readable account");
            assert_eq!(config.is_on_loopback(), expected, "{api_url}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let error = toml::from_str::<Config>("brand = 'b'\ntoken = 't'\nintents = 3")
            .expect_err("there is no such key");
        assert!(error.to_string().contains("intents"), "{error}");
    }
}
