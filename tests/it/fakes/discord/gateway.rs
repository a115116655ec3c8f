//! The gateway: Hello, Identify, READY, heartbeats, RESUME with replay, and closing with a reason.

use std::time::Duration;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use axum::extract::{Query, State, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::{GUILD, ME, Push, Session, TOKEN, World, account_of, id_of};

const GUILD_MESSAGES: u64 = 1 << 9;
const DIRECT_MESSAGES: u64 = 1 << 12;
const MESSAGE_CONTENT: u64 = 1 << 15;
/// Every intent that is documented.
const INTENTS: u64 = 0x331_FFFF;

/// How much later than its interval a heartbeat may come.
const HEARTBEAT_GRACE: Duration = Duration::from_secs(10);

/// Longest payload that a client may send, in bytes.
const PAYLOAD_BYTES_MAX: usize = 4096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    v: u8,
    encoding: String,
}

pub(crate) fn routes() -> Router<World> {
    let socket = |at_resume_address: bool| {
        any(
            move |State(world): State<World>,
                  Query(wanted): Query<Wanted>,
                  upgrade: WebSocketUpgrade| async move {
                accept(world, &wanted, upgrade, at_resume_address)
            },
        )
    };
    Router::new()
        .route("/", socket(false))
        .route("/resume", socket(true))
}

fn accept(
    world: World,
    wanted: &Wanted,
    upgrade: WebSocketUpgrade,
    at_resume_address: bool,
) -> Response {
    let understood = wanted.v == 10 && wanted.encoding == "json";
    upgrade.on_upgrade(move |socket| async move {
        world.state().sockets += 1;
        world.changed();
        let mut connection = Connection {
            world: world.clone(),
            socket,
            session: None,
            at_resume_address,
        };
        let end = if understood {
            connection.serve().await
        } else {
            Some(4012)
        };
        connection.end(end).await;
        world.state().sockets -= 1;
        world.changed();
    })
}

struct Connection {
    world: World,
    socket: WebSocket,
    session: Option<String>,
    at_resume_address: bool,
}

impl Connection {
    /// Serves until the end; the answer is the close code, or none where the connection just breaks.
    async fn serve(&mut self) -> Option<u16> {
        let interval_ms = self.world.state().heartbeat_interval_ms;
        let patience = Duration::from_millis(interval_ms) + HEARTBEAT_GRACE;
        let (pushes, mut wanted) = mpsc::unbounded_channel();
        self.say(&json!({ "op": 10, "d": { "heartbeat_interval": interval_ms } }))
            .await?;
        let mut deadline = Instant::now() + patience;
        loop {
            tokio::select! {
                () = sleep_until(deadline) => return Some(4009),
                push = wanted.recv() => match push.expect("we hold a sender") {
                    Push::Frame(frame) => self.say(&frame).await?,
                    Push::Close(code) => return Some(code),
                    Push::Break => return None,
                },
                frame = self.socket.recv() => {
                    let Frame::Text(text) = frame?.ok()? else { return None };
                    if text.len() > PAYLOAD_BYTES_MAX {
                        return Some(4002);
                    }
                    let Ok(said) = serde_json::from_str::<Value>(&text) else { return Some(4002) };
                    if said["op"] == 1 {
                        deadline = Instant::now() + patience;
                    }
                    if let Err(code) = self.heard(&said, &pushes).await {
                        return Some(code);
                    }
                }
            }
        }
    }

    async fn heard(
        &mut self,
        said: &Value,
        pushes: &mpsc::UnboundedSender<Push>,
    ) -> Result<(), u16> {
        let data = &said["d"];
        match said["op"].as_u64() {
            Some(1) => self.heartbeat(data).await,
            Some(2) if self.session.is_none() => self.identify(data, pushes),
            Some(6) if self.session.is_none() => self.resume(data, pushes).await,
            Some(2 | 6) => Err(4005),
            _ => Err(4001),
        }
    }

    async fn heartbeat(&mut self, data: &Value) -> Result<(), u16> {
        let answered = {
            let mut state = self.world.state();
            let known = self.session.as_ref().and_then(|id| state.sessions.get(id));
            let seq_max = known.map_or(0, |session| session.events.len() as u64);
            if !data.is_null() && data.as_u64().is_none_or(|seq| seq > seq_max) {
                return Err(4007);
            }
            state.heartbeats += 1;
            state.heartbeats_are_heard
        };
        self.world.changed();
        if answered {
            // A client that is gone is noticed when the socket is read.
            self.say(&json!({ "op": 11 })).await;
        }
        Ok(())
    }

    fn identify(&mut self, data: &Value, pushes: &mpsc::UnboundedSender<Push>) -> Result<(), u16> {
        if data["token"] != TOKEN {
            return Err(4004);
        }
        let properties = ["os", "browser", "device"];
        if !properties
            .iter()
            .all(|name| data["properties"][name].is_string())
        {
            return Err(4002);
        }
        let intents = data["intents"].as_u64().ok_or(4013_u16)?;
        if intents & !INTENTS != 0 {
            return Err(4013);
        }
        let id = {
            let mut state = self.world.state();
            if intents & MESSAGE_CONTENT != 0 && !state.content_intent_is_on {
                return Err(4014);
            }
            state.identified += 1;
            state.session_starts_left -= 1;
            let id = format!("session-{}", state.identified);
            let mut session = Session {
                intents,
                events: Vec::new(),
                socket: Some(pushes.clone()),
            };
            session.dispatch(
                "READY",
                &json!({
                    "v": 10, "user": account_of(ME), "session_id": id,
                    "resume_gateway_url": format!("ws://{}/resume", state.address),
                    "guilds": [{ "id": GUILD.to_string(), "unavailable": true }],
                    "application": { "id": ME.to_string(), "flags": 0 },
                }),
            );
            session.dispatch(
                "GUILD_CREATE",
                &json!({ "id": GUILD.to_string(), "channels": [], "threads": [] }),
            );
            state.sessions.insert(id.clone(), session);
            id
        };
        self.session = Some(id);
        self.world.changed();
        Ok(())
    }

    async fn resume(
        &mut self,
        data: &Value,
        pushes: &mpsc::UnboundedSender<Push>,
    ) -> Result<(), u16> {
        if data["token"] != TOKEN {
            return Err(4004);
        }
        let id = data["session_id"].as_str().ok_or(4002_u16)?.to_owned();
        let seq = data["seq"].as_u64().ok_or(4002_u16)?;
        let known = self.replay(&id, seq, pushes)?;
        if known {
            self.session = Some(id);
        } else {
            self.say(&json!({ "op": 9, "d": false })).await;
        }
        self.world.changed();
        Ok(())
    }

    /// Sends again what came after `seq`; false where there is no such session.
    fn replay(
        &self,
        id: &str,
        seq: u64,
        pushes: &mpsc::UnboundedSender<Push>,
    ) -> Result<bool, u16> {
        let mut state = self.world.state();
        let Some(session) = state.sessions.get_mut(id) else {
            return Ok(false);
        };
        let seen = usize::try_from(seq).map_err(|_| 4007_u16)?;
        if seen > session.events.len() {
            return Err(4007);
        }
        for event in &session.events[seen..] {
            drop(pushes.send(Push::Frame(event.clone())));
        }
        session.socket = Some(pushes.clone());
        session.dispatch("RESUMED", &json!({}));
        if self.at_resume_address {
            state.resumed += 1;
        }
        Ok(true)
    }

    async fn say(&mut self, frame: &Value) -> Option<()> {
        self.socket.send(Frame::text(frame.to_string())).await.ok()
    }

    /// Codes 1000 and 1001 end the session; every other end leaves it to be resumed.
    async fn end(&mut self, code: Option<u16>) {
        if let Some(session) = &self.session
            && let Some(session) = self.world.state().sessions.get_mut(session)
        {
            session.socket = None;
        }
        if let Some(code) = code {
            let frame = CloseFrame {
                code,
                reason: "".into(),
            };
            drop(self.socket.send(Frame::Close(Some(frame))).await);
        }
    }
}

impl Session {
    fn dispatch(&mut self, kind: &str, data: &Value) {
        let seq = self.events.len() + 1;
        let event = json!({ "op": 0, "t": kind, "s": seq, "d": data });
        self.events.push(event.clone());
        if let Some(socket) = &self.socket {
            // A socket that is already gone gets it on RESUME.
            drop(socket.send(Push::Frame(event)));
        }
    }

    /// What the intents allow to be seen.
    pub(crate) fn dispatch_message(&mut self, message: &Value) {
        let direct = message.get("guild_id").is_none();
        let wanted = if direct {
            DIRECT_MESSAGES
        } else {
            GUILD_MESSAGES
        };
        if self.intents & wanted == 0 {
            return;
        }
        let mut message = message.clone();
        let ours = id_of(&message["author"]) == ME;
        let mentions_us = message["mentions"]
            .as_array()
            .is_some_and(|all| !all.is_empty());
        if self.intents & MESSAGE_CONTENT == 0 && !(direct || ours || mentions_us) {
            message["content"] = json!("");
        }
        self.dispatch("MESSAGE_CREATE", &message);
    }
}
