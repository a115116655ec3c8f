//! The `[channel.telegram.<name>]` table.

use serde::Deserialize;
use url::{Host, Url};

use crate::model::id::BrandName;
use crate::net::secret::SecretSource;

/// One Telegram bot.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose account it is.
    pub brand: BrandName,
    /// The bot's token that `@BotFather` gave; a literal is taken only where `api_url` is on loopback.
    pub token: SecretSource,
    /// Where the Bot API answers; another one is a Bot API server of your own, or a test.
    #[serde(default = "official_api")]
    pub api_url: Url,
}

/// Telegram's own server: <https://core.telegram.org/bots/api#making-requests>.
fn official_api() -> Url {
    Url::parse("https://api.telegram.org").expect("a constant address")
}

impl Config {
    /// Whether the Bot API is this very machine.
    pub(super) fn is_on_loopback(&self) -> bool {
        match self.api_url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<Config, toml::de::Error> {
        toml::from_str(&format!("brand = \"northwind\"\n{toml}"))
    }

    #[test]
    fn the_address_defaults_to_telegram() {
        let config = read("token = { env = \"TELEGRAM_TOKEN\" }").expect("readable");
        assert_eq!(config.api_url.as_str(), "https://api.telegram.org/");
        assert!(!config.is_on_loopback());
    }

    #[test]
    fn loopback_is_told_from_what_only_looks_like_it() {
        for (address, loopback) in [
            ("http://127.0.0.1:9000", true),
            ("http://[::1]:9000", true),
            ("http://localhost:9000", true),
            ("http://127.0.0.1.example.com", false),
            ("http://10.0.0.1", false),
        ] {
            let config = read(&format!("token = \"x\"\napi_url = \"{address}\"")).expect(address);
            assert_eq!(config.is_on_loopback(), loopback, "{address}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = read("token = \"x\"\nproxy = \"y\"").expect_err("no such key");
        assert!(error.to_string().contains("proxy"), "{error}");
    }
}
