//! A human desk behind a webhook: it checks the signature and the body of every alert, and keeps each once by its
//! `webhook-id`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hark::desk::{AnyDesk, DeskConfigs, DeskContext};
use hark::model::id::DeskName;
use serde_json::Value;

use crate::fakes::receiver::{Answer, Request, check_signed, start};

/// The secret that this desk knows.
pub(crate) const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

struct State {
    /// What the next call gets instead of being taken.
    next: Option<Answer>,
    /// By `webhook-id`.
    alerts: BTreeMap<String, Value>,
    /// Every call, taken or not.
    calls: Vec<Request>,
    complaints: Vec<String>,
}

/// The desk.
pub(crate) struct FakeDesk {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl FakeDesk {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            next: None,
            alerts: BTreeMap::new(),
            calls: Vec::new(),
            complaints: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        let address =
            start(move |request| take(&mut shared.lock().expect("a state"), request)).await;
        Self { address, state }
    }

    /// hark's side of it, with these lines in its config.
    pub(crate) fn open(&self, lines: &str) -> AnyDesk {
        open(self.address, lines)
    }

    pub(crate) fn answer_next(&self, answer: Answer) {
        self.state.lock().expect("a state").next = Some(answer);
    }

    pub(crate) fn alerts(&self) -> BTreeMap<String, Value> {
        self.state.lock().expect("a state").alerts.clone()
    }

    pub(crate) fn calls(&self) -> usize {
        self.requests().len()
    }

    /// Every call as it came in.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().expect("a state").calls.clone()
    }

    /// Where alerts are to be sent.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook/s3cret", self.address)
    }

    pub(crate) fn complaints(&self) -> Vec<String> {
        self.state.lock().expect("a state").complaints.clone()
    }
}

/// A webhook desk that hark finds at `address`.
pub(crate) fn open(address: SocketAddr, lines: &str) -> AnyDesk {
    let config = format!("[care]\nkind = 'webhook'\nurl = 'http://{address}/hook/s3cret'\n{lines}");
    let desks: DeskConfigs = toml::from_str(&config).expect("a config");
    let context = DeskContext {
        public_url: "https://hark.example".to_owned(),
    };
    desks
        .open(&context)
        .expect("a desk")
        .remove(&DeskName::from("care"))
        .expect("the desk of the config")
}

fn take(state: &mut State, request: &Request) -> Answer {
    state.calls.push(request.clone());
    let alert = match read(request) {
        Ok(alert) => alert,
        Err(complaint) => {
            state.complaints.push(complaint);
            return Answer::Status(401, String::new());
        }
    };
    if let Some(answer) = state.next.take() {
        return answer;
    }
    let id = request.headers["webhook-id"].clone();
    match state.alerts.insert(id, alert.clone()) {
        Some(before) if before != alert => Answer::Status(409, String::new()),
        Some(_) | None => Answer::Status(204, String::new()),
    }
}

fn read(request: &Request) -> Result<Value, String> {
    if request.line != "POST /hook/s3cret HTTP/1.1" {
        return Err(format!("not an alert: {}", request.line));
    }
    check_signed(request, SECRET)?;
    let alert: Value = serde_json::from_str(&request.body).map_err(|error| error.to_string())?;
    for pointer in [
        "/type",
        "/timestamp",
        "/data/case/id",
        "/data/case/number",
        "/data/links/claim",
    ] {
        if alert.pointer(pointer).and_then(Value::as_str).is_none() {
            return Err(format!("{pointer} is missing"));
        }
    }
    Ok(alert)
}
