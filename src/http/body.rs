//! What requests have in common: bodies and the `Idempotency-Key`.

pub use axum::body::Bytes;
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::http::problem::Problem;

/// Longest body, in bytes: a text of 64 KiB, escaped, with room for the rest.
pub const BODY_BYTES_MAX: usize = 512 * 1024;
/// Longest `Idempotency-Key` that is remembered as it is, in bytes.
const KEY_BYTES_MAX: usize = 255;

/// Reads a JSON body; the place of a fault is in the answer.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::bad_request(vec![format!("body: {error}")]))
}

/// Reads a JSON body that may be left out.
pub fn parse_or_default<T: DeserializeOwned + Default>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty() {
        Ok(T::default())
    } else {
        parse::<Option<T>>(bytes).map(Option::unwrap_or_default)
    }
}

/// The `Idempotency-Key` header, where there is a usable one.
pub fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?.trim();
    (!key.is_empty() && key.len() <= KEY_BYTES_MAX).then(|| key.to_owned())
}
