//! Who may use the API: holders of a token; without tokens, programs on this machine and pages that hark served.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::http::problem::Problem;

/// The bearer tokens; empty only where hark listens on loopback.
#[derive(Debug, Clone, Default)]
pub struct Tokens(pub Vec<SecretString>);

/// Lets a request through, or answers 401 or 403.
pub async fn check(State(tokens): State<Arc<Tokens>>, request: Request, next: Next) -> Response {
    match allowed(&tokens, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn allowed(tokens: &Tokens, headers: &HeaderMap) -> Result<(), Problem> {
    if tokens.0.is_empty() {
        return from_here(headers);
    }
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(bearer);
    let known = shown.is_some_and(|shown| {
        tokens
            .0
            .iter()
            .any(|token| bool::from(token.expose_secret().as_bytes().ct_eq(shown.as_bytes())))
    });
    if known {
        Ok(())
    } else {
        Err(Problem::unauthorized())
    }
}

/// The scheme is case-insensitive (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// Without tokens, a browser must not be led here by another site: neither by a form nor by a name that resolves to us.
fn from_here(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = text(header::HOST) else {
        return Ok(());
    };
    if !is_loopback_name(host) {
        return Err(Problem::forbidden(
            "without tokens the API answers only under a loopback name; set `http.tokens`",
        ));
    }
    match text(header::ORIGIN) {
        Some(origin)
            if origin
                .split_once("://")
                .is_none_or(|(_, origin_host)| origin_host != host) =>
        {
            Err(Problem::forbidden(
                "without tokens the API answers only pages that it served; set `http.tokens`",
            ))
        }
        Some(_) | None => Ok(()),
    }
}

fn is_loopback_name(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(header::HeaderName, &str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a header value")))
            .collect()
    }

    #[test]
    fn a_token_must_be_known() {
        let tokens = Tokens(vec![SecretString::from("one"), SecretString::from("two")]);
        for (value, ok) in [
            ("Bearer two", true),
            ("bearer one", true),
            ("Bearer three", false),
            ("Basic one", false),
            ("one", false),
        ] {
            let allowed = allowed(&tokens, &headers(&[(header::AUTHORIZATION, value)])).is_ok();
            assert_eq!(allowed, ok, "{value}");
        }
        assert!(allowed(&tokens, &HeaderMap::new()).is_err());
    }

    #[test]
    fn without_tokens_other_sites_are_kept_out() {
        let table = [
            ("127.0.0.1:8080", None, true),
            ("localhost:8080", Some("http://localhost:8080"), true),
            ("[::1]:8080", None, true),
            ("127.0.0.1:8080", Some("https://evil.example"), false),
            ("127.0.0.1:8080", Some("null"), false),
            ("evil.example:8080", None, false),
        ];
        for (host, origin, ok) in table {
            let mut list = vec![(header::HOST, host)];
            list.extend(origin.map(|origin| (header::ORIGIN, origin)));
            assert_eq!(
                allowed(&Tokens::default(), &headers(&list)).is_ok(),
                ok,
                "{host} {origin:?}"
            );
        }
    }
}
