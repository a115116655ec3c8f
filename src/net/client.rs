//! Calls over HTTP: one client with limits, what a failed call says about whether it was made, and what each status
//! asks of the caller. It never retries and never follows a redirect.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Method, RequestBuilder, Response, StatusCode};
use url::Url;

use crate::net::guard::{self, Blocked, PublicOnly};

/// A connection that takes longer is none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait that a network is granted, in seconds: a day.
const RETRY_AFTER_S_MAX: u32 = 86_400;

/// How hark names itself.
const USER_AGENT: &str = concat!(
    "hark/",
    env!("CARGO_PKG_VERSION"),
    " (customer care responder)"
);

/// A client that keeps its connections; clones share them.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    reach: Reach,
}

/// Whom a client may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Anywhere,
    PublicOnly,
}

/// Why a call brought no answer. The text never holds a path, a query or a password of the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The call was certainly not made.
    #[error("no connection: {0}")]
    NotSent(String),
    /// The call may have been made: the time ran out or the connection broke before the whole answer came.
    #[error("no answer: {0}")]
    Lost(String),
    /// The address must not be called.
    #[error(transparent)]
    Blocked(#[from] Blocked),
}

/// This machine cannot make HTTP calls at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot set up the HTTP client: {0}")]
pub struct NoClient(String);

impl Client {
    /// A client for addresses from the config.
    pub fn new() -> Result<Self, NoClient> {
        build(reqwest::Client::builder(), Reach::Anywhere)
    }

    /// A client for addresses from messages: it calls public addresses only. It uses no proxy, since a proxy resolves
    /// names by itself, past the guard.
    pub fn guarded() -> Result<Self, NoClient> {
        let builder = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(Arc::new(PublicOnly));
        build(builder, Reach::PublicOnly)
    }

    /// Begins a call.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// Makes the call once; `timeout` covers all of it, the reading of the answer too.
    pub async fn send(
        &self,
        request: RequestBuilder,
        timeout: Duration,
    ) -> Result<Response, NoAnswer> {
        let request = request
            .timeout(timeout)
            .build()
            .map_err(|error| NoAnswer::NotSent(innermost(&error.without_url())))?;
        if self.reach == Reach::PublicOnly {
            guard::check(request.url())?;
        }
        self.http
            .execute(request)
            .await
            .map_err(|error| no_answer(&error.without_url()))
    }
}

/// Reads an answer of at most `bytes_max`; a longer one counts as lost.
pub async fn read_body(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, NoAnswer> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > bytes_max => {
                return Err(NoAnswer::Lost(format!(
                    "it is longer than {bytes_max} bytes"
                )));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(no_answer(&error.without_url())),
        }
    }
}

/// What an answer's status asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 2xx.
    Taken,
    /// 408, 425, 429 and 5xx: not now.
    Later {
        /// The wait that is asked for, in seconds, where it is.
        retry_after_s: Option<u32>,
    },
    /// 401: our secret or token is not the right one; an operator can mend it.
    Unauthorized,
    /// 403: we are known, and may not.
    Forbidden,
    /// 410: never again.
    Gone,
    /// 1xx and 3xx: not an answer from the one we wanted to speak to.
    Elsewhere,
    /// Any other 4xx: it does not like what we say.
    Refused,
}

/// Sorts an answer by what to do next. `now` is for a `Retry-After` that is a date.
pub fn verdict(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Verdict {
    match status.as_u16() {
        200..=299 => Verdict::Taken,
        408 | 425 | 429 | 500.. => Verdict::Later {
            retry_after_s: retry_after_s(headers, now),
        },
        401 => Verdict::Unauthorized,
        403 => Verdict::Forbidden,
        410 => Verdict::Gone,
        400..=499 => Verdict::Refused,
        _ => Verdict::Elsewhere,
    }
}

/// RFC 9110 section 10.2.3: seconds, or a date.
fn retry_after_s(headers: &HeaderMap, now: Timestamp) -> Option<u32> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait_s = if let Ok(seconds) = value.parse::<u64>() {
        seconds
    } else {
        let until = DateTimeParser::new().parse_timestamp(value).ok()?;
        u64::try_from(until.as_second().saturating_sub(now.as_second())).unwrap_or(0)
    };
    Some(u32::try_from(wait_s).map_or(RETRY_AFTER_S_MAX, |wait_s| wait_s.min(RETRY_AFTER_S_MAX)))
}

fn build(builder: ClientBuilder, reach: Reach) -> Result<Client, NoClient> {
    let http = builder
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
        .build()
        .map_err(|error| NoClient(innermost(&error)))?;
    Ok(Client { http, reach })
}

fn no_answer(error: &reqwest::Error) -> NoAnswer {
    if let Some(blocked) = causes(error).find_map(|cause| cause.downcast_ref::<Blocked>()) {
        return NoAnswer::Blocked(*blocked);
    }
    let reason = innermost(error);
    if error.is_connect() || error.is_builder() {
        NoAnswer::NotSent(reason)
    } else if error.is_timeout() {
        NoAnswer::Lost("the time ran out".to_owned())
    } else {
        NoAnswer::Lost(reason)
    }
}

/// The first cause, which is the one that says what happened.
fn innermost(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const NOW_S: i64 = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT

    fn verdict_of(status: u16, retry_after: Option<&str>) -> Verdict {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_str(value).expect("a header"));
        }
        let status = StatusCode::from_u16(status).expect("a status");
        verdict(
            status,
            &headers,
            Timestamp::from_second(NOW_S).expect("a time"),
        )
    }

    #[test]
    fn a_status_says_what_to_do_next() {
        let later = Verdict::Later {
            retry_after_s: None,
        };
        for (status, expected) in [
            (200, Verdict::Taken),
            (202, Verdict::Taken),
            (204, Verdict::Taken),
            (301, Verdict::Elsewhere),
            (304, Verdict::Elsewhere),
            (308, Verdict::Elsewhere),
            (400, Verdict::Refused),
            (401, Verdict::Unauthorized),
            (403, Verdict::Forbidden),
            (404, Verdict::Refused),
            (408, later),
            (410, Verdict::Gone),
            (413, Verdict::Refused),
            (422, Verdict::Refused),
            (425, later),
            (429, later),
            (500, later),
            (503, later),
            (599, later),
        ] {
            assert_eq!(verdict_of(status, None), expected, "{status}");
        }
    }

    #[test]
    fn the_wait_is_read_as_seconds_or_as_a_date() {
        for (value, expected) in [
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("0", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("Tue, 08 Nov 1994 08:49:37 GMT", Some(RETRY_AFTER_S_MAX)),
            ("99999999999", Some(RETRY_AFTER_S_MAX)),
            ("99999999999999999999999", None),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            let expected = Verdict::Later {
                retry_after_s: expected,
            };
            assert_eq!(verdict_of(503, Some(value)), expected, "{value}");
        }
    }

    /// Answers one call with `answer`, whatever was asked.
    async fn answering(answer: &'static str) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut request = [0; 1024];
            let _read = stream.read(&mut request).await.expect("a request");
            stream.write_all(answer.as_bytes()).await.expect("written");
        });
        Url::parse(&format!("http://{address}/secret-path")).expect("an address")
    }

    async fn get(client: &Client, url: Url) -> Result<Response, NoAnswer> {
        client
            .send(client.request(Method::GET, url), Duration::from_secs(5))
            .await
    }

    #[tokio::test]
    async fn what_was_not_sent_is_told_from_what_was_lost() {
        let client = Client::new().expect("a client");
        let closed = {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            listener.local_addr().expect("an address")
        };
        let url = Url::parse(&format!("http://{closed}/secret-path")).expect("an address");
        let error = get(&client, url).await.expect_err("nobody listens");
        assert!(matches!(error, NoAnswer::NotSent(_)), "{error:?}");
        assert!(!error.to_string().contains("secret-path"), "{error}");

        let error = get(&client, answering("").await)
            .await
            .expect_err("no answer");
        assert!(matches!(error, NoAnswer::Lost(_)), "{error:?}");
        assert!(!error.to_string().contains("secret-path"), "{error}");
    }

    #[tokio::test]
    async fn a_slow_answer_is_lost() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = Url::parse(&format!(
            "http://{}/",
            listener.local_addr().expect("an address")
        ))
        .expect("an address");
        let client = Client::new().expect("a client");
        let error = client
            .send(client.request(Method::GET, url), Duration::from_millis(50))
            .await
            .expect_err("nobody answers");
        assert_eq!(error, NoAnswer::Lost("the time ran out".to_owned()));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let url =
            answering("HTTP/1.1 307 x\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n").await;
        let response = get(&Client::new().expect("a client"), url)
            .await
            .expect("an answer");
        assert_eq!(response.status(), 307);
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_its_limit() {
        let client = Client::new().expect("a client");
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        let response = get(&client, answering(answer).await)
            .await
            .expect("an answer");
        assert_eq!(read_body(response, 5).await, Ok(b"hello".to_vec()));
        let response = get(&client, answering(answer).await)
            .await
            .expect("an answer");
        assert!(matches!(
            read_body(response, 4).await,
            Err(NoAnswer::Lost(_))
        ));
        let cut = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello";
        let response = get(&client, answering(cut).await).await.expect("an answer");
        assert!(matches!(
            read_body(response, 9).await,
            Err(NoAnswer::Lost(_))
        ));
    }

    #[tokio::test]
    async fn a_guarded_client_never_reaches_this_machine() {
        let guarded = Client::guarded().expect("a client");
        let reachable = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let port = reachable.port().expect("a port");
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
            let url = Url::parse(&format!("http://{host}:{port}/")).expect("an address");
            let error = get(&guarded, url).await.expect_err(host);
            assert_eq!(error, NoAnswer::Blocked(Blocked::NotPublic), "{host}");
        }
        let response = get(&Client::new().expect("a client"), reachable).await;
        assert!(response.is_ok(), "an address from the config is reached");
    }

    #[tokio::test]
    async fn a_name_is_checked_when_it_is_resolved() {
        // Past the check of the address, straight to the resolver.
        let guarded = Client::guarded().expect("a client");
        let error = guarded
            .http
            .get("http://localhost:9/")
            .send()
            .await
            .expect_err("refused");
        assert_eq!(no_answer(&error), NoAnswer::Blocked(Blocked::NotPublic));
    }
}
