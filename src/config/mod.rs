//! The settings of the daemon: one TOML file, single keys overridden by the environment, checked whole before use.
//!
//! `default.toml` beside this file is the manual. Nothing here opens a network or a store, and no diagnostic ever
//! shows a secret.

mod check;
mod document;
pub mod models;
pub mod packs;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::channel::ChannelConfigs;
use crate::config::document::Document;
use crate::desk::{DeskConfig, DeskConfigs};
use crate::library::diagnostic::{Diagnostic, Level};
use crate::model::id::{BrandName, DeskName, Language, PackName};
use crate::net::secret::{SecretError, SecretSource};
use crate::telemetry::{LogFormat, LogLevel};

/// Every key with its default and what it means.
pub const MANUAL: &str = include_str!("default.toml");

/// What runs when no file is named.
const DEMO: &str = include_str!("demo.toml");

/// The desk that is there where the config has none, and that takes what no other desk is named for.
const DESK_DEFAULT: &str = "care";

/// The keys that an environment variable may set, over whatever the file says.
const OVERRIDES: &[(&str, [&str; 2])] = &[
    ("HARK_HTTP_LISTEN", ["http", "listen"]),
    ("HARK_HTTP_PUBLIC_URL", ["http", "public_url"]),
    ("HARK_LIBRARY_DIRECTORY", ["library", "directory"]),
    ("HARK_LOG_FORMAT", ["log", "format"]),
    ("HARK_LOG_LEVEL", ["log", "level"]),
    ("HARK_STORE_KIND", ["store", "kind"]),
    ("HARK_STORE_PATH", ["store", "path"]),
];

/// All settings.
#[derive(Debug)]
pub struct Config {
    /// `[brand.<name>]`: whose customers are answered.
    pub brands: BTreeMap<BrandName, Brand>,
    /// `[channel.<kind>.<name>]`: the accounts that are listened to.
    pub channels: ChannelConfigs,
    /// `[desk.<name>]`: where people are told.
    pub desks: DeskConfigs,
    /// `[store]`
    pub store: Store,
    /// `[http]`
    pub http: Http,
    /// `[library]`
    pub library: Library,
    /// `[log]`
    pub log: Log,
    source: Source,
}

/// `[brand.<name>]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Brand {
    /// What customers call it; the name of the table where absent.
    pub name: Option<String>,
    /// Its packs, best first; `core` is implied.
    pub packs: Vec<PackName>,
    /// The languages it answers in; the first is the fallback. Never empty.
    pub languages: Vec<Language>,
    /// In which times are told to customers.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: TimeZone,
    /// Whether it answers at all.
    pub mode: Mode,
    /// The desk of what no topic sends elsewhere; see [`Config::desk_of`].
    pub desk: Option<DeskName>,
    /// Its own airline designators: a bare number in a message is a flight of the first.
    pub airlines: Vec<String>,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            name: None,
            packs: Vec::new(),
            languages: vec![Language::new("en")],
            time_zone: TimeZone::UTC,
            mode: Mode::Live,
            desk: None,
            airlines: Vec::new(),
        }
    }
}

/// What a brand does with its decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Answers.
    Live,
    /// Decides and records, sends nothing.
    Shadow,
    /// Tells the desk only.
    Paused,
}

/// `[store]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// Which store.
    pub kind: StoreKind,
    /// Its folder.
    pub path: PathBuf,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            kind: StoreKind::Sled,
            path: PathBuf::from("./hark-data"),
        }
    }
}

/// The stores that a config can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// Embedded, for one process.
    Sled,
}

/// `[http]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Where hark listens.
    pub listen: SocketAddr,
    /// Bearer tokens of the API; any of them opens it. Needed where `listen` is not on loopback.
    pub tokens: Vec<SecretSource>,
    /// The address under which people reach hark; see [`Http::base_url`].
    pub public_url: Option<Url>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            tokens: Vec::new(),
            public_url: None,
        }
    }
}

impl Http {
    /// The address under which people reach hark, without a slash at the end.
    pub fn base_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    /// Reads the bearer tokens; a literal only where hark listens on loopback.
    pub fn read_tokens(&self) -> Result<Vec<SecretString>, SecretError> {
        let loopback = self.listen.ip().is_loopback();
        self.tokens
            .iter()
            .map(|token| token.read(loopback))
            .collect()
    }
}

/// `[library]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Library {
    /// A folder of packs; the packs inside the binary where absent.
    pub directory: Option<PathBuf>,
}

/// `[log]`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// The least important lines that are written.
    pub level: LogLevel,
}

impl Config {
    /// Reads and checks the file at `path`, or the demo where there is none, with the overrides that `environment` holds.
    /// Every problem is reported; with an error among them there is no config.
    pub fn load(
        path: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> (Option<Self>, Vec<Diagnostic>) {
        let Some(path) = path else {
            return Self::read("demo", DEMO, environment);
        };
        let shown = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::read(&shown, &text, environment),
            Err(error) => (None, vec![unreadable(shown, &error)]),
        }
    }

    /// Reads and checks `text`, which diagnostics call `path`.
    pub fn read(
        path: &str,
        text: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> (Option<Self>, Vec<Diagnostic>) {
        let overrides = OVERRIDES
            .iter()
            .filter_map(|&(variable, keys)| {
                let value = environment(variable)?;
                Some(Override {
                    variable,
                    keys,
                    value,
                })
            })
            .collect();
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
            overrides,
        };
        let mut document = match Document::parse(&source) {
            Ok(document) => document,
            Err(problems) => return (None, problems),
        };
        let config = Self::from_document(&mut document, source.clone());
        let mut problems = document.into_problems();
        let mut found = check::all(&config);
        if !problems.is_empty() {
            // What could not be read is missing; a warning, or a word on the whole file, may only follow from that.
            found.retain(|it| it.level == Level::Error && (it.line > 0 || it.path != path));
        }
        problems.extend(found);
        problems.sort_by_key(|problem| (problem.line, problem.column));
        let failed = problems.iter().any(|problem| problem.level == Level::Error);
        ((!failed).then_some(config), problems)
    }

    /// What is wrong with the brands' packs when `known` are all there are.
    pub fn check_packs(&self, known: &[PackName]) -> Vec<Diagnostic> {
        check::packs(self, known)
    }

    /// Where a brand lists a language in which one of its packs has no replies. Warnings only.
    pub fn check_languages(&self, library: &crate::library::Library) -> Vec<Diagnostic> {
        check::languages(self, library)
    }

    /// Which secrets cannot be read, and which accounts and desks cannot be opened for another reason. Calls nobody.
    pub fn check_secrets(&self) -> Vec<Diagnostic> {
        check::secrets(self)
    }

    /// Where a brand's handoffs go when no topic says otherwise: the desk it names; else the only one that no other desk
    /// escalates to; else the one called `care`.
    pub fn desk_of(&self, brand: &Brand) -> Option<&DeskName> {
        let desks = &self.desks.0;
        if let Some(desk) = &brand.desk {
            return desks.get_key_value(desk).map(|(name, _)| name);
        }
        let is_second_line = |name: &DeskName| {
            desks
                .values()
                .any(|desk| desk.terms.escalate_to.as_ref() == Some(name))
        };
        let mut first_line = desks.keys().filter(|name| !is_second_line(name));
        match (first_line.next(), first_line.next()) {
            (Some(only), None) => Some(only),
            _ => desks
                .get_key_value(&DeskName::from(DESK_DEFAULT))
                .map(|(name, _)| name),
        }
    }

    fn from_document(document: &mut Document<'_>, source: Source) -> Self {
        document.only(&[
            "brand", "channel", "desk", "store", "http", "library", "log",
        ]);
        let mut desks = document.named("desk");
        if document.names("desk").is_empty() {
            desks.insert(DeskName::from(DESK_DEFAULT), DeskConfig::page());
        }
        Self {
            brands: document.named("brand"),
            channels: document.channels(),
            desks: DeskConfigs(desks),
            store: document.section("store"),
            http: document.section("http"),
            library: document.section("library"),
            log: document.section("log"),
            source,
        }
    }
}

/// What a config was read from; kept so that later checks can still tell places.
#[derive(Clone)]
struct Source {
    path: String,
    text: String,
    overrides: Vec<Override>,
}

/// One key set by the environment.
#[derive(Clone)]
struct Override {
    variable: &'static str,
    keys: [&'static str; 2],
    value: String,
}

impl fmt::Debug for Source {
    /// The text may hold a secret, so it stays out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?})", self.path)
    }
}

fn unreadable(path: String, error: &std::io::Error) -> Diagnostic {
    Diagnostic {
        level: Level::Error,
        path,
        line: 0,
        column: 0,
        message: format!("cannot read the file: {error}"),
        hint: Some("`hark init brand DIR` writes a config to start from".to_owned()),
    }
}

fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    TimeZone::get(&name).map_err(|_| {
        serde::de::Error::custom(format!(
            "unknown time zone `{name}`: expected a name such as `Europe/London`"
        ))
    })
}

#[cfg(test)]
mod tests;
