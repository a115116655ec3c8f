//! The composition root: config → packs, store, accounts, desks, tasks; start, reload, stop. Nothing else knows them all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::channel::{AnyChannel, Channel, Intake};
use crate::config::{self, Config};
use crate::desk::{AnyDesk, DeskContext};
use crate::engine::world::{Account, Brand, DeskPolicy, Mode, World};
use crate::http::auth::Tokens;
use crate::http::{self, Site};
use crate::library::diagnostic::{Diagnostic, Level};
use crate::library::{Library, PackSource};
use crate::model::id::{AccountId, DeskName, PackName};
use crate::model::network::Limits;
use crate::runtime::health::Health;
use crate::runtime::inbox::{self, ARRIVALS_MAX};
use crate::runtime::ledger::Ledger;
use crate::runtime::reconcile::Reconciler;
use crate::runtime::supervise::supervise;
use crate::store::Store;
use crate::store::sled::SledStore;
use crate::telemetry::RELOADS;

/// Longest wait for open requests while stopping.
const REQUESTS_PATIENCE: Duration = Duration::from_secs(5);
/// Longest wait for the inbox while stopping. With that of the reconcile loop this stays below the unit's `TimeoutStopSec`.
const INBOX_PATIENCE: Duration = Duration::from_secs(3);
/// How often the metrics recorder tidies up.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// A running hark.
pub struct App {
    store_path: PathBuf,
    ledger: Arc<Ledger>,
    limits: BTreeMap<AccountId, Limits>,
    channels: JoinSet<()>,
    inbox: JoinHandle<()>,
    reconciler: JoinHandle<()>,
    server: JoinHandle<std::io::Result<()>>,
    stop: watch::Sender<bool>,
    signals: Signals,
}

/// What the system may tell hark. Heard from before the first answer on: whoever sees hark ready can stop it properly.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    /// Heard only so that a limit on the size of files fails a write, instead of ending the process without a word.
    _file_too_large: Signal,
}

/// SIGXFSZ on Linux: <https://man7.org/linux/man-pages/man7/signal.7.html>.
const FILE_TOO_LARGE: i32 = 25;

impl Signals {
    fn install() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            _file_too_large: signal(SignalKind::from_raw(FILE_TOO_LARGE))?,
        })
    }
}

/// Starts everything; on return messages are taken in.
pub async fn start(
    config: Config,
    library: Library,
    metrics: PrometheusHandle,
) -> anyhow::Result<App> {
    let signals = Signals::install().context("signals")?;
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: is another hark running? Set `http.listen` or HARK_HTTP_LISTEN to another address")
    })?;
    let channels = Arc::new(open_channels(&config)?);
    let desks = open_desks(&config)?;
    let tokens = Tokens(config.http.read_tokens().context("http.tokens")?);
    let store: Arc<dyn Store> = Arc::new(SledStore::open(&config.store.path)?);
    let limits: BTreeMap<AccountId, Limits> = channels
        .iter()
        .map(|(account, channel)| (account.clone(), channel.limits()))
        .collect();
    save_models(&library, &config.store.path);
    let world = build_world(&config, library, &limits)?;
    let ledger = Arc::new(Ledger::open(store, world).await?);

    let (stop, stopping) = watch::channel(false);
    let (arrivals, waiting) = mpsc::channel(ARRIVALS_MAX);
    let health = Arc::new(Health::default());
    let intakes = channels
        .keys()
        .map(|account| {
            (
                account.clone(),
                Intake::new(account.clone(), arrivals.clone()),
            )
        })
        .collect();
    let site = Site {
        ledger: Arc::clone(&ledger),
        intakes,
        channels: Arc::clone(&channels),
        health: Arc::clone(&health),
        metrics: metrics.clone(),
        stopping: stopping.clone(),
    };
    let router = http::router(Arc::new(site), tokens);
    let reconciler = Arc::new(Reconciler::new(
        Arc::clone(&ledger),
        Arc::clone(&channels),
        desks,
    ));
    let mut running = supervise(&channels, &arrivals, &health);
    running.spawn(keep_metrics_tidy(metrics));
    running.spawn(feed_watchdog());
    Ok(App {
        store_path: config.store.path,
        inbox: tokio::spawn(inbox::run(Arc::clone(&ledger), health, waiting)),
        reconciler: tokio::spawn(reconciler.run(stopping.clone())),
        server: tokio::spawn(http::serve(listener, router, stopping)),
        channels: running,
        ledger,
        limits,
        stop,
        signals,
    })
}

impl App {
    /// Runs until SIGTERM or SIGINT; SIGHUP reads config and packs again.
    pub async fn run(
        mut self,
        reload: impl Fn() -> Option<(Config, Library)>,
    ) -> anyhow::Result<()> {
        notify(&[sd_notify::NotifyState::Ready]);
        let ledger = Arc::clone(&self.ledger);
        loop {
            tokio::select! {
                () = received(&mut self.signals.terminate) => break,
                () = received(&mut self.signals.interrupt) => break,
                () = received(&mut self.signals.hang_up) => self.reload(reload()),
                reason = ledger.broken() => {
                    let folder = self.store_path.display().to_string();
                    self.stop().await?;
                    bail!("{reason}\n{folder}: free some space or mend the disk, then start hark again; what was accepted is on disk");
                }
                ended = &mut self.server => bail!("the HTTP server ended: {ended:?}"),
            }
        }
        self.stop().await
    }

    /// Puts brands, desks' terms and packs of a new config in force, if all of it is right; else what ran goes on.
    /// Accounts, desk addresses, store and listener are those of the start.
    fn reload(&mut self, loaded: Option<(Config, Library)>) {
        let world = loaded.and_then(|(config, library)| {
            save_models(&library, &self.store_path);
            build_world(&config, library, &self.limits).ok()
        });
        let outcome = if let Some(world) = world {
            self.ledger.replace_world(world);
            tracing::info!(
                "brands and packs reloaded; changed accounts, desk addresses, store or listener need a restart"
            );
            "applied"
        } else {
            tracing::error!(
                "reload refused: what ran before goes on; `hark check` shows the problems"
            );
            "refused"
        };
        metrics::counter!(RELOADS, "outcome" => outcome).increment(1);
    }

    /// Stops intake, finishes what is under way, closes the store.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        notify(&[sd_notify::NotifyState::Stopping]);
        // The first two stop intake: channels are dropped, the server takes no new request.
        self.channels.shutdown().await;
        self.stop.send_replace(true);
        if tokio::time::timeout(REQUESTS_PATIENCE, &mut self.server)
            .await
            .is_err()
        {
            self.server.abort();
        }
        // Every door is closed now, so the inbox ends once it is empty. A socket that lingers with its door is not waited
        // for: what it hands in is not acknowledged, and its sender sends it again.
        if tokio::time::timeout(INBOX_PATIENCE, &mut self.inbox)
            .await
            .is_err()
        {
            self.inbox.abort();
        }
        drop(self.reconciler.await);
        // The last holder of the store closes it: what was acknowledged is on disk already.
        drop(self.ledger);
        Ok(())
    }
}

/// Keeps what was learned for the next start. Without it that start only takes longer.
fn save_models(library: &Library, store: &Path) {
    if let Err(error) = config::models::save(library, store) {
        tracing::warn!(%error, "what the classifier learned could not be kept");
    }
}

async fn received(signal: &mut Signal) {
    // `None` means that no signal can come any more: then this wait never ends.
    if signal.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}

fn notify(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd cannot be told how hark stands");
    }
}

/// Tells systemd that the scheduler still turns, twice as often as it wants to hear it.
async fn feed_watchdog() {
    let Some(every) = sd_notify::watchdog_enabled() else {
        return;
    };
    let mut ticks = tokio::time::interval(every / 2);
    loop {
        ticks.tick().await;
        notify(&[sd_notify::NotifyState::Watchdog]);
    }
}

async fn keep_metrics_tidy(metrics: PrometheusHandle) {
    let mut ticks = tokio::time::interval(METRICS_UPKEEP);
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}

/// The packs that the config's brands use, compiled, with every problem found in them and in the config's use of them.
pub fn load_library(config: &Config) -> (Option<Library>, Vec<Diagnostic>) {
    let brands = config.brands.values();
    let used: Vec<&PackName> = brands.flat_map(|brand| &brand.packs).collect();
    load_packs(config, |sources| Library::load_used(sources, &used))
}

/// All packs that there are, whether a brand uses them or not.
pub fn load_every_pack(config: &Config) -> (Option<Library>, Vec<Diagnostic>) {
    load_packs(config, Library::load)
}

fn load_packs(
    config: &Config,
    load: impl FnOnce(&[PackSource]) -> (Option<Library>, Vec<Diagnostic>),
) -> (Option<Library>, Vec<Diagnostic>) {
    let sources = match pack_sources(config) {
        Ok(sources) => sources,
        Err(problem) => return (None, vec![problem]),
    };
    let names: Vec<PackName> = sources.iter().map(|source| source.name.clone()).collect();
    let (library, mut problems) = load(&sources);
    problems.extend(config.check_packs(&names));
    if let Some(library) = &library {
        problems.extend(config.check_languages(library));
    }
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    (library.filter(|_| !failed), problems)
}

fn pack_sources(config: &Config) -> Result<Vec<PackSource>, Diagnostic> {
    let directory = config.library.directory.as_deref();
    config::packs::read(directory).map_err(|error| Diagnostic {
        level: Level::Error,
        path: directory
            .map(|path| path.display().to_string())
            .unwrap_or_default(),
        line: 0,
        column: 0,
        message: format!("cannot read the packs: {error}"),
        hint: Some("`library.directory` must hold one folder per pack".to_owned()),
    })
}

fn open_channels(config: &Config) -> anyhow::Result<BTreeMap<AccountId, AnyChannel>> {
    config.channels.open().map_err(|failed| {
        let list: Vec<String> = failed
            .iter()
            .map(|(account, error)| format!("[channel.{}.{}]: {error}", account.kind, account.name))
            .collect();
        anyhow::anyhow!("{}", list.join("\n"))
    })
}

fn open_desks(config: &Config) -> anyhow::Result<BTreeMap<DeskName, AnyDesk>> {
    let context = DeskContext {
        public_url: config.http.base_url(),
    };
    config.desks.open(&context).map_err(|failed| {
        let list: Vec<String> = failed
            .iter()
            .map(|(desk, error)| format!("[desk.{desk}]: {error}"))
            .collect();
        anyhow::anyhow!("{}", list.join("\n"))
    })
}

/// What decisions are made with.
pub fn build_world(
    config: &Config,
    library: Library,
    limits: &BTreeMap<AccountId, Limits>,
) -> anyhow::Result<World> {
    let mut brands = BTreeMap::new();
    for (name, brand) in &config.brands {
        let desk = config
            .desk_of(brand)
            .cloned()
            .with_context(|| format!("[brand.{name}] has no desk"))?;
        brands.insert(
            name.clone(),
            Brand {
                name: brand.name.clone().unwrap_or_else(|| name.to_string()),
                packs: brand.packs.clone(),
                languages: brand.languages.clone(),
                mode: mode(brand.mode),
                desk,
                airlines: brand.airlines.clone(),
            },
        );
    }
    let accounts = config
        .channels
        .accounts()
        .into_iter()
        .filter_map(|(account, brand)| {
            let limits = *limits.get(&account)?;
            Some((account, Account { brand, limits }))
        });
    let desks = config.desks.0.iter().map(|(name, desk)| {
        let terms = &desk.terms;
        let policy = DeskPolicy {
            first_response: terms.first_response.duration(),
            escalate_to: terms.escalate_to.clone(),
            private: terms.private,
        };
        (name.clone(), policy)
    });
    Ok(World {
        library,
        brands,
        accounts: accounts.collect(),
        desks: desks.collect(),
    })
}

fn mode(mode: config::Mode) -> Mode {
    match mode {
        config::Mode::Live => Mode::Live,
        config::Mode::Shadow => Mode::Shadow,
        config::Mode::Paused => Mode::Paused,
    }
}
