//! `[channel.webchat.<name>]`: one chat on the brand's own pages.

use serde::{Deserialize, Deserializer};
use url::{Origin, Url};

use crate::model::id::BrandName;

/// One account. What the chat is called and how it greets is written on the page that embeds it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose account it is.
    pub brand: BrandName,
    /// Pages that may embed the chat beside hark's own: `["https://www.northwind.example"]`.
    #[serde(default)]
    pub allowed_origins: Vec<PageOrigin>,
}

/// Where a page comes from: scheme, host and port, and nothing behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOrigin(Origin);

impl PageOrigin {
    /// Reads `https://host` or `http://host:port`, as a browser states it; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        (matches!(url.scheme(), "http" | "https") && bare).then(|| Self(url.origin()))
    }
}

impl<'de> Deserialize<'de> for PageOrigin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is not an origin: expected scheme and host only, such as `https://www.northwind.example`"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (text, same_as) in [
            ("https://a.example", "https://a.example:443"),
            ("https://a.example/", "https://a.example"),
            ("https://A.example", "https://a.example"),
            ("http://a.example:80", "http://a.example"),
        ] {
            assert_eq!(
                PageOrigin::parse(text),
                PageOrigin::parse(same_as),
                "{text}"
            );
            assert!(PageOrigin::parse(text).is_some(), "{text}");
        }
        for (one, other) in [
            ("https://a.example", "http://a.example"),
            ("https://a.example", "https://a.example:8443"),
            ("https://a.example", "https://b.a.example"),
        ] {
            assert_ne!(PageOrigin::parse(one), PageOrigin::parse(other), "{one}");
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for text in [
            "",
            "null",
            "*",
            "a.example",
            "https://a.example/shop",
            "ftp://a.example",
            "https://u:p@a.example",
            "file:///x",
        ] {
            let toml = format!("brand = \"northwind\"\nallowed_origins = [\"{text}\"]");
            let error = toml::from_str::<Config>(&toml).expect_err(text);
            assert!(error.to_string().contains("is not an origin"), "{error}");
        }
    }
}
