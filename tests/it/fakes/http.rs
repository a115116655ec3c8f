//! A partner's receiver of replies, as strict as DESIGN asks receivers to be: it checks every field and the signature,
//! and keeps each reply once by its `Idempotency-Key`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hark::channel::AnyChannel;
use hark::channel::http::Http;
use hark::model::delivery::Outbound;
use hark::model::id::{AccountId, ConversationId, DeliveryId, Language, MessageId};
use hark::model::network::Visibility;
use serde_json::Value;

use crate::fakes::receiver::{Answer, Request, check_signed, start};
use crate::fakes::{Failure, FakeNetwork};

const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

const FIELDS: [&str; 8] = [
    "account",
    "conversation",
    "id",
    "in_reply_to",
    "language",
    "text",
    "type",
    "visibility",
];

#[derive(Default)]
struct State {
    failure: Option<Failure>,
    /// Key and text.
    kept: Vec<(String, String)>,
    complaints: Vec<String>,
}

/// The partner.
pub(crate) struct Partner {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Partner {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let address =
            start(move |request| take(&mut shared.lock().expect("a state"), request)).await;
        Self { address, state }
    }

    /// What was wrong with calls so far.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.state.lock().expect("a state").complaints.clone()
    }

    /// An account with this `secret` line in its config.
    pub(crate) fn open_with(&self, secret: &str) -> Http {
        let config = format!(
            "brand = 'northwind'\nreply_url = 'http://{}/replies'\n{secret}",
            self.address
        );
        let config = toml::from_str(&config).expect("a config");
        Http::open(&AccountId::new("http", "partner"), &config).expect("an account")
    }
}

fn take(state: &mut State, request: &Request) -> Answer {
    let (key, text) = match read(request) {
        Ok(reply) => reply,
        Err(complaint) => {
            let status = if complaint.contains("signature") {
                401
            } else {
                400
            };
            state.complaints.push(complaint);
            return Answer::Status(status, String::new());
        }
    };
    let failure = state.failure.take();
    match failure {
        Some(Failure::ServerError) => return Answer::Status(503, String::new()),
        Some(Failure::RateLimited { retry_after_s }) => {
            return Answer::Status(429, format!("retry-after: {retry_after_s}\r\n"));
        }
        Some(Failure::Forbidden) => return Answer::Status(403, String::new()),
        Some(Failure::Unauthorized) => return Answer::Status(401, String::new()),
        Some(Failure::DropBeforeActing) => return Answer::Drop,
        Some(Failure::DropAfterActing | Failure::HangAfterActing) | None => {}
    }
    match state.kept.iter().find(|(kept, _)| *kept == key) {
        Some((_, kept)) if *kept != text => return Answer::Status(409, String::new()),
        Some(_) => {}
        None => state.kept.push((key, text)),
    }
    match failure {
        Some(Failure::HangAfterActing) => Answer::Never,
        Some(_) => Answer::Drop,
        None => Answer::Status(200, String::new()),
    }
}

/// Checks a call and returns its key and text.
fn read(request: &Request) -> Result<(String, String), String> {
    if request.line != "POST /replies HTTP/1.1" {
        return Err(format!("not a reply: {}", request.line));
    }
    check_signed(request, SECRET)?;
    let key = request.header("idempotency-key")?;
    let body: Value = serde_json::from_str(&request.body).map_err(|error| error.to_string())?;
    let fields: BTreeSet<&str> = body
        .as_object()
        .ok_or("not an object")?
        .keys()
        .map(String::as_str)
        .collect();
    if fields != BTreeSet::from(FIELDS) {
        return Err(format!("fields: {fields:?}"));
    }
    for (field, expected) in [
        ("type", "reply"),
        ("id", key),
        ("id", request.header("webhook-id")?),
        ("account", "http/partner"),
        ("conversation", "thread-9"),
        ("in_reply_to", "msg-1"),
        ("language", "en"),
        ("visibility", "private"),
    ] {
        if body[field] != expected {
            return Err(format!("{field}: {}", body[field]));
        }
    }
    let text = body["text"].as_str().ok_or("text is not text")?;
    if text.is_empty() || text.chars().count() > 4096 {
        return Err("the text has a wrong length".to_owned());
    }
    Ok((key.to_owned(), text.to_owned()))
}

impl FakeNetwork for Partner {
    fn secret(&self) -> &str {
        SECRET
    }

    fn open(&self) -> AnyChannel {
        AnyChannel::Http(self.open_with(&format!("secret = '{SECRET}'")))
    }

    fn outbound(&self, key: &str, text: &str) -> Outbound {
        Outbound {
            id: DeliveryId::from(key),
            account: AccountId::new("http", "partner"),
            conversation: ConversationId::from("http.partner.thread-9"),
            reference: Some("thread-9".to_owned()),
            in_reply_to: Some(MessageId::from("msg-1")),
            thread: Some("thread-9".to_owned()),
            return_address: None,
            text: text.to_owned(),
            language: Language::from("en"),
            visibility: Visibility::Private,
        }
    }

    fn fail_next(&self, failure: Failure) {
        self.state.lock().expect("a state").failure = Some(failure);
    }

    fn sent(&self) -> Vec<String> {
        let state = self.state.lock().expect("a state");
        state.kept.iter().map(|(_, text)| text.clone()).collect()
    }
}
