//! `[desk.<name>]` with `kind = "page"`: no keys of its own.

use serde::Deserialize;

/// One desk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}
