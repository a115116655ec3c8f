//! `[channel.webchat.<name>]`
use serde::Deserialize;
use crate::model::id::BrandName;
/// One account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose account it is.
    pub brand: BrandName,
}
