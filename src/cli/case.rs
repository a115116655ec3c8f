//! `hark case`: what a desk's page does, from the command line of a running hark.

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use reqwest::{Client, Method};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::cli::output::Output;
use crate::cli::{Ended, environment};
use crate::config::Config;

/// The arguments.
#[derive(Debug, Args)]
pub struct Case {
    /// Where hark runs; the config's own address where none is given
    #[arg(long, global = true, env = "HARK_URL", value_name = "URL")]
    url: Option<String>,
    /// JSON for a program
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: CaseCommand,
}

/// What to do with cases.
#[derive(Debug, Subcommand)]
enum CaseCommand {
    /// List cases
    List {
        /// Only: open, claimed, released or resolved
        #[arg(long)]
        state: Option<String>,
        /// Only of this desk
        #[arg(long)]
        desk: Option<String>,
        /// Only about this topic
        #[arg(long)]
        topic: Option<String>,
    },
    /// Show a case with its transcript
    Show {
        /// Its number
        number: String,
    },
    /// Take a case; the bot is silent until it is released or resolved
    Claim(Act),
    /// Answer the customer
    Reply {
        #[command(flatten)]
        act: Act,
        /// The answer
        text: String,
    },
    /// Leave a note for other people
    Note {
        #[command(flatten)]
        act: Act,
        /// The note
        text: String,
    },
    /// Give the conversation back to the bot
    Release(Act),
    /// Close the case
    Resolve(Act),
}

/// Who acts on which case.
#[derive(Debug, Args)]
struct Act {
    /// Its number
    number: String,
    /// Your name at the desk
    #[arg(long, env = "HARK_AGENT", default_value = "agent")]
    agent: String,
}

impl Case {
    /// Asks the running hark.
    pub fn run(&self, path: Option<&Path>) -> anyhow::Result<Ended> {
        let (config, problems) = Config::load(path, environment);
        let Some(config) = config else {
            Output::stderr().problems(&problems)?;
            return Ok(Ended::Problems);
        };
        let api = Api {
            base: self.url.clone().unwrap_or_else(|| config.http.base_url()),
            token: token(&config)?,
            client: Client::new(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("starting threads")?;
        let answer = runtime.block_on(self.ask(&api))?;
        let mut output = Output::stdout(self.json);
        if self.json {
            output.json(&answer)?;
        } else {
            output.text(&shown(&answer))?;
        }
        Ok(Ended::Fine)
    }

    async fn ask(&self, api: &Api) -> anyhow::Result<Value> {
        match &self.command {
            CaseCommand::List { state, desk, topic } => {
                let query = [("state", state), ("desk", desk), ("topic", topic)];
                let query: Vec<(&str, &String)> = query
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value.as_ref()?)))
                    .collect();
                api.send(api.request(Method::GET, "cases").query(&query))
                    .await
            }
            CaseCommand::Show { number } => {
                api.send(api.request(Method::GET, &format!("cases/{number}")))
                    .await
            }
            CaseCommand::Claim(act) => api.act(act, "claim", None).await,
            CaseCommand::Reply { act, text } => api.act(act, "reply", Some(text)).await,
            CaseCommand::Note { act, text } => api.act(act, "note", Some(text)).await,
            CaseCommand::Release(act) => api.act(act, "release", None).await,
            CaseCommand::Resolve(act) => api.act(act, "resolve", None).await,
        }
    }
}

/// `HARK_TOKEN`, else the first token of the config.
fn token(config: &Config) -> anyhow::Result<Option<SecretString>> {
    if let Some(token) = environment("HARK_TOKEN") {
        return Ok(Some(SecretString::from(token)));
    }
    Ok(config
        .http
        .read_tokens()
        .context("http.tokens; or set HARK_TOKEN")?
        .into_iter()
        .next())
}

struct Api {
    base: String,
    token: Option<SecretString>,
    client: Client,
}

impl Api {
    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self
            .client
            .request(method, format!("{}/api/v1/{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }

    async fn act(&self, act: &Act, verb: &str, text: Option<&String>) -> anyhow::Result<Value> {
        let mut body = json!({ "agent": act.agent });
        if let Some(text) = text {
            body["text"] = json!(text);
        }
        let key = uuid::Uuid::now_v7().to_string();
        let request = self.request(Method::POST, &format!("cases/{}/{verb}", act.number));
        self.send(request.header("idempotency-key", key).json(&body))
            .await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        let answer = request.send().await.with_context(|| {
            format!(
                "no hark answers at {}; is it running? Name another with --url",
                self.base
            )
        })?;
        let status = answer.status();
        let body: Value = answer
            .json()
            .await
            .with_context(|| format!("what answers at {} is not hark", self.base))?;
        if !status.is_success() {
            let field = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            bail!("{}: {}", field("title"), field("detail"));
        }
        Ok(body)
    }
}

fn shown(answer: &Value) -> String {
    match answer["cases"].as_array() {
        Some(cases) if cases.is_empty() => "no such cases\n".to_owned(),
        Some(cases) => cases.iter().map(line).collect(),
        None => page(answer),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("-")
}

fn line(case: &Value) -> String {
    let [number, severity, state, desk, topic] =
        ["number", "severity", "state", "desk", "topic"].map(|name| text(case, name));
    format!(
        "{number}  {severity:<8}  {state:<8}  {desk:<12}  {topic:<20}  due {}\n",
        time(case, "first_response_due")
    )
}

/// A time to the second; more is for programs.
fn time(value: &Value, name: &str) -> String {
    let written = text(value, name);
    written
        .parse::<Timestamp>()
        .map_or_else(|_| written.to_owned(), |at| format!("{at:.0}"))
}

fn page(case: &Value) -> String {
    let [why, account] = ["why", "account"].map(|name| text(case, name));
    let mut page = vec![
        line(case),
        format!(
            "why        {why}\ncustomer   {} on {account}\n",
            text(&case["customer"], "id")
        ),
    ];
    for (kind, value) in case["entities"].as_object().into_iter().flatten() {
        page.push(format!(
            "{kind:<10} {}\n",
            value.as_str().unwrap_or_default()
        ));
    }
    for turn in case["transcript"].as_array().into_iter().flatten() {
        let status = turn["status"]
            .as_str()
            .map(|status| format!(" ({status})"))
            .unwrap_or_default();
        page.push(format!(
            "{}  {:<8}  {}{status}\n",
            time(turn, "at"),
            text(turn, "by"),
            text(turn, "text")
        ));
    }
    page.concat()
}
