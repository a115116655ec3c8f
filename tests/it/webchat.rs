//! The web chat as a page sees it: the real router, inbox, decisions and deliveries over real sockets on loopback.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use hark::app::{build_world, load_library};
use hark::channel::{Channel, Intake};
use hark::config::Config;
use hark::http::auth::Tokens;
use hark::http::{self, Site};
use hark::runtime::health::Health;
use hark::runtime::inbox::{self, ARRIVALS_MAX};
use hark::runtime::ledger::Ledger;
use hark::runtime::reconcile::Reconciler;
use hark::store::Store;
use hark::store::memory::MemoryStore;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Far longer than anything here takes; only a broken test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);
const TOKEN: &str = "00112233445566778899aabbccddeeff";
const CONFIG: &str = r#"
[brand.northwind]
packs = ["core"]
languages = ["en"]

[channel.webchat.demo]
brand = "northwind"
allowed_origins = ["https://www.northwind.example"]

[desk.care]
kind = "page"
"#;

/// A hark over a store that outlives it. Dropping it is a crash.
struct Hark {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

impl Hark {
    async fn start(store: &Arc<MemoryStore>) -> Self {
        let (config, problems) = Config::read("test", CONFIG, |_| None);
        let config = config.unwrap_or_else(|| panic!("{problems:?}"));
        let (library, problems) = load_library(&config);
        let library = library.unwrap_or_else(|| panic!("{problems:?}"));
        let channels = Arc::new(config.channels.open().expect("accounts open"));
        let limits = channels
            .iter()
            .map(|(account, channel)| (account.clone(), channel.limits()))
            .collect();
        let world = build_world(&config, library, &limits).expect("a world");
        let store: Arc<dyn Store> = Arc::<MemoryStore>::clone(store);
        let ledger = Arc::new(Ledger::open(store, world).await.expect("a ledger"));
        let (stop, stopping) = watch::channel(false);
        let (arrivals, waiting) = mpsc::channel(ARRIVALS_MAX);
        let health = Arc::new(Health::default());
        let site = Site {
            ledger: Arc::clone(&ledger),
            intakes: channels
                .keys()
                .map(|account| {
                    (
                        account.clone(),
                        Intake::new(account.clone(), arrivals.clone()),
                    )
                })
                .collect(),
            channels: Arc::clone(&channels),
            health: Arc::clone(&health),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            stopping: stopping.clone(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = http::router(Arc::new(site), Tokens::default());
        let reconciler = Arc::new(Reconciler::new(
            Arc::clone(&ledger),
            channels,
            BTreeMap::new(),
        ));
        let mut tasks = JoinSet::new();
        tasks.spawn(inbox::run(ledger, health, waiting));
        tasks.spawn(reconciler.run(stopping.clone()));
        tasks.spawn(async move {
            http::serve(listener, router, stopping)
                .await
                .expect("served");
        });
        Self {
            address,
            stop,
            _tasks: tasks,
        }
    }

    async fn open(&self, account: &str, origin: Option<&str>) -> Result<Page, Error> {
        let mut request =
            format!("ws://{}/webchat/{account}/socket", self.address).into_client_request()?;
        if let Some(origin) = origin {
            request
                .headers_mut()
                .insert("origin", origin.parse().expect("a header value"));
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Page { socket })
    }

    /// A page that said `hello` and was told `ready`.
    async fn greeted(&self, after: i64) -> Page {
        let mut page = self.open("demo", None).await.expect("a socket");
        page.hello(after).await;
        assert_eq!(page.next().await, Some(json!({ "type": "ready" })));
        page
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("http://{}/api/v1{path}", self.address);
        let response = reqwest::get(url)
            .await
            .expect("an answer")
            .error_for_status()
            .expect("200");
        response.json().await.expect("JSON")
    }

    async fn post(&self, path: &str, body: Value) {
        let request = reqwest::Client::new()
            .post(format!("http://{}/api/v1{path}", self.address))
            .json(&body);
        request
            .send()
            .await
            .expect("an answer")
            .error_for_status()
            .expect("200");
    }

    /// The path of the only case.
    async fn case(&self) -> String {
        let list = self.get("/cases").await;
        format!(
            "/cases/{}",
            list["cases"][0]["number"].as_str().expect("a case")
        )
    }
}

struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Page {
    async fn send(&mut self, frame: Value) {
        self.socket
            .send(Message::text(frame.to_string()))
            .await
            .expect("written");
    }

    async fn hello(&mut self, after: i64) {
        self.send(json!({ "type": "hello", "visitor": TOKEN, "after": after }))
            .await;
    }

    async fn say(&mut self, id: &str, text: &str) {
        self.send(json!({ "type": "say", "id": id, "text": text }))
            .await;
    }

    /// The next frame; `None` when the socket is closed.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match timeout(PATIENCE, self.socket.next())
                .await
                .expect("in time")?
            {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).expect("JSON")),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next frames of one type, others left out.
    async fn next_of(&mut self, kind: &str, count: usize) -> Vec<Value> {
        let mut found = Vec::new();
        while found.len() < count {
            let frame = self.next().await.expect("an open socket");
            if frame["type"] == kind {
                found.push(frame);
            }
        }
        found
    }

    /// The code that the socket is closed with; what comes before is left out.
    async fn close_code(&mut self) -> Option<u16> {
        loop {
            match timeout(PATIENCE, self.socket.next())
                .await
                .expect("in time")?
            {
                Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }
}

fn said_by(lines: &[Value]) -> Vec<(u64, &str)> {
    let number = |line: &Value| line["number"].as_u64().expect("a number");
    lines
        .iter()
        .map(|line| (number(line), line["by"].as_str().expect("who")))
        .collect()
}

#[tokio::test]
async fn a_customer_is_answered_by_the_bot_and_then_by_a_person() {
    let hark = Hark::start(&Arc::default()).await;
    let mut page = hark.greeted(-1).await;
    page.say("m1", "I want to speak to a person").await;
    let lines = page.next_of("line", 2).await;
    assert_eq!(said_by(&lines), [(0, "customer"), (1, "bot")]);
    assert_eq!(lines[0]["id"], "m1");

    let case = hark.case().await;
    hark.post(
        &format!("{case}/note"),
        json!({ "agent": "Kim", "text": "a regular" }),
    )
    .await;
    hark.post(&format!("{case}/claim"), json!({ "agent": "Kim" }))
        .await;
    hark.post(
        &format!("{case}/reply"),
        json!({ "agent": "Kim", "text": "Hello, this is <b>Kim</b>." }),
    )
    .await;
    let lines = page.next_of("line", 1).await;
    assert_eq!(
        said_by(&lines),
        [(3, "agent")],
        "the note has a number but is not shown"
    );
    assert_eq!(lines[0]["text"], "Hello, this is <b>Kim</b>.");

    let shown = hark.get(&case).await.to_string();
    assert!(
        !shown.contains(TOKEN),
        "the visitor's token is shown: {shown}"
    );
}

#[tokio::test]
async fn a_broken_connection_and_a_crash_lose_nothing_and_double_nothing() {
    let store = Arc::new(MemoryStore::default());
    let hark = Hark::start(&store).await;
    let mut page = hark.greeted(-1).await;
    page.say("m1", "I want to speak to a person").await;
    page.next_of("taken", 1).await;
    page.say("m2", "my bag is blue").await;
    // Whether `m2` was committed is not known to the page, so it says it again.
    drop(page);
    drop(hark);

    let hark = Hark::start(&store).await;
    let mut page = hark.greeted(-1).await;
    page.say("m2", "my bag is blue").await;
    page.say("m3", "and heavy").await;
    assert_eq!(
        page.next_of("taken", 2).await,
        [
            json!({ "type": "taken", "id": "m2" }),
            json!({ "type": "taken", "id": "m3" })
        ]
    );
    drop(page);

    let mut page = hark.greeted(-1).await;
    let lines = page.next_of("line", 4).await;
    let ids: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["id"].as_str())
        .collect();
    assert_eq!(ids, ["m1", "m2", "m3"]);
    assert_eq!(lines.iter().filter(|line| line["by"] == "bot").count(), 1);
    let last = lines[3]["number"].as_i64().expect("a number");
    drop(page);

    // What is said while the page is away is there when it comes back, and only that.
    let case = hark.case().await;
    hark.post(&format!("{case}/claim"), json!({ "agent": "Kim" }))
        .await;
    hark.post(
        &format!("{case}/reply"),
        json!({ "agent": "Kim", "text": "found it" }),
    )
    .await;
    let mut page = hark.greeted(last).await;
    page.say("m4", "thanks").await;
    let lines = page.next_of("line", 2).await;
    assert_eq!(
        (&lines[0]["text"], &lines[1]["text"]),
        (&json!("found it"), &json!("thanks"))
    );
}

#[tokio::test]
async fn only_pages_that_may_embed_the_chat_get_a_socket() {
    let hark = Hark::start(&Arc::default()).await;
    let own = format!("http://{}", hark.address);
    for (account, origin, status) in [
        ("demo", Some(own.as_str()), None),
        ("demo", Some("https://www.northwind.example"), None),
        ("demo", Some("https://evil.example"), Some(403)),
        ("demo", Some("null"), Some(403)),
        ("other", Some(own.as_str()), Some(404)),
    ] {
        let refused = match hark.open(account, origin).await {
            Ok(_) => None,
            Err(Error::Http(response)) => Some(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(refused, status, "{account} from {origin:?}");
    }
}

#[tokio::test]
async fn what_is_no_chat_ends_the_socket_and_changes_nothing() {
    let hark = Hark::start(&Arc::default()).await;

    let mut page = hark.greeted(-1).await;
    page.say("m1", &"x".repeat(40_000)).await;
    assert_eq!(page.next().await, None, "a frame that no message needs");

    let mut page = hark.open("demo", None).await.expect("a socket");
    page.say("m1", "no hello").await;
    assert_eq!(
        page.next().await,
        Some(json!({ "type": "refused", "id": "m1", "reason": "out-of-order" }))
    );
    assert_eq!(page.close_code().await, Some(1008));

    let mut page = hark.greeted(-1).await;
    page.say("m1", &"x".repeat(4_097)).await;
    assert_eq!(
        page.next().await,
        Some(json!({ "type": "refused", "id": "m1", "reason": "too-long" }))
    );
    page.hello(-1).await;
    assert_eq!(
        page.next().await,
        Some(json!({ "type": "refused", "reason": "out-of-order" }))
    );
    page.say("m1", "hello").await;
    assert_eq!(said_by(&page.next_of("line", 1).await), [(0, "customer")]);
}

#[tokio::test]
async fn a_flood_is_slowed_down_and_then_cut_off() {
    let hark = Hark::start(&Arc::default()).await;
    let mut page = hark.greeted(-1).await;
    for number in 0..80 {
        let frame = json!({ "type": "say", "id": format!("m{number}"), "text": "again" });
        let frame = Message::text(frame.to_string());
        page.socket.feed(frame).await.expect("there is room");
    }
    // All at once: more is on its way when the socket is closed, and the page must still hear why.
    page.socket.flush().await.expect("written");
    let refused = page.next_of("refused", 1).await;
    assert_eq!(refused[0]["reason"], "too-fast");
    assert!(refused[0]["id"].is_string());
    assert_eq!(page.close_code().await, Some(1008));
}

#[tokio::test]
async fn a_page_is_told_when_its_conversation_was_erased() {
    let store = Arc::new(MemoryStore::default());
    let hark = Hark::start(&store).await;
    let mut page = hark.greeted(-1).await;
    page.say("m1", "hello").await;
    page.next_of("line", 1).await;
    erase(&store).await;
    assert_eq!(page.close_code().await, Some(1013));

    let mut page = hark.open("demo", None).await.expect("a socket");
    page.hello(0).await;
    assert_eq!(
        page.next().await,
        Some(json!({ "type": "ready", "restart": true }))
    );
}

/// Deletes the only conversation, however often hark still writes to it meanwhile.
async fn erase(store: &MemoryStore) {
    loop {
        let found = store.scan("conversation/", None, 1).await.expect("scanned");
        let Some((key, stored)) = found.first() else {
            return;
        };
        // A conflict means that it changed meanwhile: look again.
        drop(store.delete(key, stored.revision).await);
    }
}

#[tokio::test]
async fn a_stopping_hark_says_goodbye() {
    let hark = Hark::start(&Arc::default()).await;
    let mut page = hark.greeted(-1).await;
    hark.stop.send_replace(true);
    assert_eq!(page.close_code().await, Some(1012));
}
