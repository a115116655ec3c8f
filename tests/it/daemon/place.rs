//! A folder with a config, and the hark that runs in it.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::daemon::eventually;
use crate::daemon::sink::{SECRET, Sink};

/// How often another port is tried when somebody else took the free one first.
const PORTS_TRIED_MAX: usize = 5;
/// Longest wait for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A folder of its own, with `hark.toml` in it.
pub(super) struct Place {
    folder: TempDir,
    variables: Vec<(String, String)>,
    /// Where hark listens, over restarts too.
    address: Cell<SocketAddr>,
}

/// How a command ended.
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Brand, store, and the account `http/demo` whose replies go to `sink`; `rest` names at least one desk.
pub(super) fn config(sink: &Sink, rest: &str) -> String {
    format!(
        "[brand.northwind]\nname = 'Northwind'\nlanguages = ['en', 'de']\n\
         [store]\npath = 'store'\n\
         [channel.http.demo]\nbrand = 'northwind'\nreply_url = '{}'\nsecret = '{SECRET}'\n{rest}",
        sink.url()
    )
}

/// The desk that hark shows itself.
pub(super) const PAGE: &str = "[desk.care]\nkind = 'page'\n";

impl Place {
    pub(super) fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Self {
            folder,
            variables: Vec::new(),
            address: Cell::new(free_address()),
        };
        place.write("hark.toml", config);
        place
    }

    /// With an environment variable for every hark that is started here.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    /// Everything that harks in this folder wrote to stderr.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.path("stderr.txt")).unwrap_or_default()
    }

    /// A command in this folder, with nothing of the tester's own settings.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HARK_") {
                command.env_remove(name);
            }
        }
        command
            .env("HARK_CONFIG", "hark.toml")
            .envs(self.variables.iter().cloned());
        command
    }

    /// Runs hark with these arguments to its end.
    pub(super) async fn run(&self, arguments: &[&str]) -> Ended {
        self.finish(self.command(HARK).args(arguments)).await
    }

    /// Runs a command to its end.
    pub(super) async fn finish(&self, command: &mut Command) -> Ended {
        let (stdout, stderr) = (
            tempfile::tempfile().expect("a file"),
            tempfile::tempfile().expect("a file"),
        );
        let to = |file: &File| Stdio::from(file.try_clone().expect("a handle"));
        let mut process = Process(
            command
                .stdout(to(&stdout))
                .stderr(to(&stderr))
                .spawn()
                .expect("it starts"),
        );
        Ended {
            code: process.ended().await.code(),
            stdout: whole(stdout),
            stderr: whole(stderr),
        }
    }

    /// Starts hark and waits until it is ready.
    pub(super) async fn start(&self) -> Hark {
        self.start_as(|place| place.command(HARK)).await
    }

    /// Starts hark with a command that ends in it.
    pub(super) async fn start_as(&self, command: impl Fn(&Self) -> Command) -> Hark {
        for _ in 0..PORTS_TRIED_MAX {
            let mut hark = self.spawn(command(self));
            if hark.is_ready().await {
                return hark;
            }
            assert!(
                self.log().contains("cannot listen on"),
                "hark did not start:\n{}",
                self.log()
            );
            fs::remove_file(self.path("stderr.txt")).expect("removed");
            self.address.set(free_address());
        }
        panic!("no port stayed free");
    }

    /// Starts hark and waits for nothing.
    pub(super) fn spawn(&self, mut command: Command) -> Hark {
        let address = self.address.get();
        let stderr = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path("stderr.txt"))
            .expect("a file");
        let stdout = File::create(self.path("stdout.txt")).expect("a file");
        let child = command
            .env("HARK_HTTP_LISTEN", address.to_string())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .expect("hark starts");
        let process = Process(child);
        let client = Client::builder()
            .timeout(ANSWER_TIMEOUT)
            .build()
            .expect("a client");
        Hark {
            address,
            process,
            client,
            token: None,
        }
    }
}

/// The binary under test.
pub(super) const HARK: &str = env!("CARGO_BIN_EXE_hark");

/// An address on which nobody listens at the moment.
pub(super) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

fn whole(mut file: File) -> String {
    let mut text = String::new();
    file.rewind().expect("at its start");
    file.read_to_string(&mut text).expect("text");
    text
}

/// A process that does not outlive its test.
struct Process(Child);

impl Process {
    async fn ended(&mut self) -> ExitStatus {
        eventually("the process ends", async || {
            self.0.try_wait().expect("a child")
        })
        .await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A running hark; it is killed when dropped.
pub(super) struct Hark {
    pub(super) address: SocketAddr,
    process: Process,
    client: Client,
    token: Option<String>,
}

/// What hark answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The status, and each problem that was told, where it is a problem document as RFC 9457 has it.
    pub(super) fn problem(&self) -> (u16, Vec<String>) {
        assert_eq!(self.content_type, "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{self:?}");
        assert!(
            problem["title"].is_string() && problem["detail"].is_string(),
            "{self:?}"
        );
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        (
            self.status,
            errors
                .iter()
                .map(|error| error.as_str().expect("text").to_owned())
                .collect(),
        )
    }
}

impl Hark {
    /// The same, shown to be allowed by this token.
    pub(super) fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Whether it became ready; else it ended.
    async fn is_ready(&mut self) -> bool {
        eventually("hark is ready or ends", async || {
            if self.process.0.try_wait().expect("a child").is_some() {
                return Some(false);
            }
            let ready = self.try_send(self.request(Method::GET, "/readyz")).await;
            ready
                .is_ok_and(|answer| answer.status == 200)
                .then_some(true)
        })
        .await
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .client
            .request(method, format!("http://{}{path}", self.address));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(super) async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.send().await?;
        let content_type = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        Ok(Answer {
            status: response.status().as_u16(),
            content_type,
            text: response.text().await?,
        })
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.expect("an answer")
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Puts a message in at the door of the `http` channel; it must be taken, and for the first time.
    pub(super) async fn say(&self, message: &Value) -> String {
        let answer = self.post("/api/v1/messages", message).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let accepted = answer.json();
        assert_eq!(accepted["duplicate"], false, "{accepted}");
        accepted["conversation"]
            .as_str()
            .expect("a name")
            .to_owned()
    }

    pub(super) async fn conversation(&self, name: &str) -> Value {
        let answer = self.get(&format!("/api/v1/conversations/{name}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The case of a conversation, as soon as it has one.
    pub(super) async fn case(&self, conversation: &str) -> Value {
        eventually("the conversation has a case", async || {
            let conversation = self.conversation(conversation).await;
            let answer = self
                .get(&format!("/api/v1/cases/{}", conversation["case"].as_str()?))
                .await;
            // The list of cases follows the conversations after a moment.
            (answer.status == 200).then(|| answer.json())
        })
        .await
    }

    /// An agent does something with a case.
    pub(super) async fn act(
        &self,
        case: &Value,
        verb: &str,
        agent: &str,
        text: Option<&str>,
    ) -> Answer {
        let number = case["number"].as_str().expect("a number");
        let body = json!({ "agent": agent, "text": text });
        self.post(&format!("/api/v1/cases/{number}/{verb}"), &body)
            .await
    }

    /// SIGKILL: no chance to tidy up.
    pub(super) fn kill(self) {
        drop(self);
    }

    /// Sends a signal by its name.
    pub(super) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.process.0.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .expect("a shell")
                .success()
        );
    }

    /// Waits for its end.
    pub(super) async fn ended(&mut self) -> ExitStatus {
        self.process.ended().await
    }

    /// SIGTERM, and its end.
    pub(super) async fn terminate(mut self) -> ExitStatus {
        self.signal("TERM");
        self.ended().await
    }
}

/// A message at the door of the `http` channel; an index sets what else it has.
pub(super) fn message(author: &str, text: &str) -> Value {
    json!({ "account": "http/demo", "author": { "id": author }, "text": text })
}
