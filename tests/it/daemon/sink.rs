//! Where the `http` channel's replies go: checks the shape, the key and the signature of each call, and answers as told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;

use crate::daemon::eventually;
use crate::fakes::receiver::{Answer, Request, check_signed, start};

/// The secret of the account.
pub(super) const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// The fields of a reply, no more and no fewer.
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

/// A call that hark made.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The `Idempotency-Key`.
    pub(super) key: String,
    pub(super) reply: Value,
    /// Whether it was answered with success.
    pub(super) taken: bool,
}

#[derive(Default)]
struct State {
    /// What the next calls get; then all are taken.
    script: VecDeque<Answer>,
    calls: Vec<Call>,
    complaints: Vec<String>,
}

/// The receiver of replies.
pub(super) struct Sink {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Sink {
    pub(super) async fn start() -> Self {
        Self::start_answering(|_| Answer::Status(200, String::new())).await
    }

    /// Answers the n-th call as `usual` says, where [`Sink::answer_next`] says nothing else.
    pub(super) async fn start_answering(
        usual: impl Fn(usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let address =
            start(move |request| take(&mut shared.lock().expect("a state"), request, &usual)).await;
        Self { address, state }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/replies", self.address)
    }

    pub(super) fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state().script.extend(answers);
    }

    /// All calls, taken or not, in order.
    pub(super) fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// The texts that came in, once for each key, in order.
    pub(super) fn texts(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let calls = self
            .calls()
            .into_iter()
            .filter(|call| seen.insert(call.key.clone()));
        calls
            .map(|call| call.reply["text"].as_str().expect("text").to_owned())
            .collect()
    }

    /// Waits for `count` replies, told apart by their keys, and gives the first call of each.
    pub(super) async fn replies(&self, count: usize) -> Vec<Call> {
        eventually(&format!("{count} replies at the sink"), async || {
            let mut seen = BTreeSet::new();
            let first: Vec<Call> = self
                .calls()
                .into_iter()
                .filter(|call| seen.insert(call.key.clone()))
                .collect();
            (first.len() >= count).then_some(first)
        })
        .await
    }

    /// Fails where a call was not as agreed, or a key came with two texts.
    pub(super) fn assert_proper(&self) {
        let state = self.state();
        assert_eq!(state.complaints, Vec::<String>::new());
        let mut texts: BTreeMap<&str, &Value> = BTreeMap::new();
        for call in &state.calls {
            let before = texts.insert(&call.key, &call.reply);
            assert!(
                before.is_none_or(|before| *before == call.reply),
                "two replies under one key: {before:?} and {call:?}"
            );
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a state")
    }
}

fn take(state: &mut State, request: &Request, usual: &impl Fn(usize) -> Answer) -> Answer {
    match read(request) {
        Ok((key, reply)) => {
            let answer = state
                .script
                .pop_front()
                .unwrap_or_else(|| usual(state.calls.len()));
            let taken = matches!(answer, Answer::Status(200..300, _) | Answer::Slow(..));
            state.calls.push(Call { key, reply, taken });
            answer
        }
        Err(complaint) => {
            state.complaints.push(complaint);
            Answer::Status(400, String::new())
        }
    }
}

fn read(request: &Request) -> Result<(String, Value), String> {
    if request.line != "POST /replies HTTP/1.1" {
        return Err(format!("not a reply: {}", request.line));
    }
    check_signed(request, SECRET)?;
    let key = request.header("idempotency-key")?;
    let reply: Value = serde_json::from_str(&request.body).map_err(|error| error.to_string())?;
    let fields: BTreeSet<&str> = reply
        .as_object()
        .ok_or("not an object")?
        .keys()
        .map(String::as_str)
        .collect();
    if fields != BTreeSet::from(FIELDS) {
        return Err(format!("fields: {fields:?}"));
    }
    if reply["type"] != "reply" || reply["id"] != key {
        return Err(format!("type or id: {reply}"));
    }
    if reply["text"].as_str().is_none_or(str::is_empty) {
        return Err("no text".to_owned());
    }
    Ok((key.to_owned(), reply))
}
