//! `hark replay`: what would be decided about past messages, and what other packs would change about that.
//!
//! Each message is judged as the first of a new conversation. Sends nothing, stores nothing.

mod fields;
mod judged;
mod past;
mod tally;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde::Serialize;

use crate::app::build_world;
use crate::cli::output::Output;
use crate::cli::replay::judged::{Change, Choice, Judged};
use crate::cli::replay::past::{Past, Source, Unreadable};
use crate::cli::replay::tally::Tally;
use crate::cli::{Ended, account_for, load_config, load_packs};
use crate::clock;
use crate::config::{self, Config};
use crate::engine::explain::judge_first;
use crate::engine::judge::Verdict;
use crate::engine::world::World;
use crate::library::CORE;
use crate::model::id::{AccountId, PackName};
use crate::model::message::Inbound;

/// How many messages are read before the threads share them; what keeps memory small however long the file is.
const BATCH: usize = 4096;

/// A smaller file, in bytes, is done before anyone could look at a progress bar.
const PROGRESS_BYTES_MIN: u64 = 1024 * 1024;

/// The arguments.
#[derive(Debug, Args)]
pub struct Replay {
    /// JSON lines, or CSV where it ends in .csv or .tsv; `-` is standard input
    file: PathBuf,
    /// A folder of packs, or a pack, instead of the config's
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Print only what changed since these packs
    #[arg(long, value_name = "OLD_PACKS")]
    compare: Option<PathBuf>,
    /// Read CSV, with the texts in this column
    #[arg(long, value_name = "NAME")]
    text_column: Option<String>,
    /// How many threads judge; as many as the machine runs at once where nothing is said
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Where the results go, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The brand the messages were written to
    #[arg(long, value_name = "B")]
    brand: Option<String>,
}

impl Replay {
    /// Judges every message that can be read, and says at the end how it went.
    pub fn run(&self, path: Option<&Path>) -> anyhow::Result<Ended> {
        let Some(bench) = self.bench(path)? else {
            return Ok(Ended::Problems);
        };
        let progress = self.progress()?;
        let mut source = self.source(&progress)?;
        let mut results = self.results()?;
        let mut remarks = Output::stderr();
        let mut tally = Tally::default();
        let threads = self.threads();
        loop {
            let batch = self.read_batch(&mut source, |unreadable| {
                tally.add_unreadable();
                let remark = format!("{}:{unreadable}\n", self.name());
                progress.suspend(|| remarks.text(&remark))
            })?;
            let is_last = batch.len() < BATCH;
            for part in bench.judge_all(batch, threads) {
                tally.add_all(&part.tally);
                progress.suspend(|| results.bytes(&part.lines))?;
            }
            if is_last {
                break;
            }
        }
        progress.finish_and_clear();
        let took = clock::now().duration_since(bench.now).unsigned_abs();
        remarks.text(&tally.to_text(took))?;
        if self.compare.is_some() {
            let (changes, messages) = (tally.changes(), tally.messages());
            remarks.text(&format!("{changes} of {messages} messages would change\n"))?;
        }
        Ok(if tally.has_unreadable() {
            Ended::Problems
        } else {
            Ended::Fine
        })
    }

    /// As many messages as are judged at once; fewer only at the end.
    fn read_batch(
        &self,
        source: &mut Source,
        mut skip: impl FnMut(Unreadable) -> io::Result<()>,
    ) -> anyhow::Result<Vec<Past>> {
        let mut batch = Vec::new();
        while batch.len() < BATCH {
            match source.next().with_context(|| self.name())? {
                Some(Ok(past)) => batch.push(past),
                Some(Err(unreadable)) => skip(unreadable)?,
                None => break,
            }
        }
        Ok(batch)
    }

    /// What the messages are judged with, or every problem shown.
    fn bench(&self, path: Option<&Path>) -> anyhow::Result<Option<Bench>> {
        let mut errors = Output::stderr_errors();
        let Some(mut config) = load_config(path, &mut errors)? else {
            return Ok(None);
        };
        let Some(world) = world(&mut config, self.packs.as_deref(), &mut errors)? else {
            return Ok(None);
        };
        let old = match &self.compare {
            None => None,
            Some(packs) => match world_of(&mut config, packs, &mut errors)? {
                None => return Ok(None),
                old => old,
            },
        };
        let account = account_for(&world, self.brand.as_deref(), None)?;
        Ok(Some(Bench {
            world,
            old,
            brand: self.brand.clone(),
            account,
            now: clock::now(),
        }))
    }

    fn name(&self) -> String {
        if self.is_stdin() {
            "stdin".to_owned()
        } else {
            self.file.display().to_string()
        }
    }

    fn is_stdin(&self) -> bool {
        self.file.as_os_str() == "-"
    }

    fn threads(&self) -> usize {
        self.threads
            .or_else(|| thread::available_parallelism().ok())
            .map_or(1, NonZeroUsize::get)
    }

    fn source(&self, progress: &ProgressBar) -> anyhow::Result<Source> {
        let input: Box<dyn Read> = if self.is_stdin() {
            Box::new(io::stdin())
        } else {
            let file = File::open(&self.file).with_context(|| self.name())?;
            Box::new(progress.wrap_read(file))
        };
        let text_column = self.text_column.as_deref();
        let ending = self.file.extension().unwrap_or_default();
        if ending.eq_ignore_ascii_case("tsv") {
            Source::csv(input, b'\t', text_column).with_context(|| self.name())
        } else if ending.eq_ignore_ascii_case("csv") || text_column.is_some() {
            Source::csv(input, b',', text_column).with_context(|| self.name())
        } else {
            Ok(Source::json_lines(input))
        }
    }

    fn results(&self) -> anyhow::Result<Output> {
        let Some(out) = &self.out else {
            return Ok(Output::stdout(true));
        };
        let name = out.display();
        let same = fs::canonicalize(&self.file)
            .is_ok_and(|file| fs::canonicalize(out).is_ok_and(|out| out == file));
        if same {
            bail!("the results would overwrite {name}");
        }
        Output::file(out).with_context(|| name.to_string())
    }

    /// Shown where somebody can see it, it does not run through the results, and there is time to look.
    fn progress(&self) -> anyhow::Result<ProgressBar> {
        let seen =
            io::stderr().is_terminal() && (self.out.is_some() || !io::stdout().is_terminal());
        let bytes = fs::metadata(&self.file).map_or(0, |about| about.len());
        if self.is_stdin() || !seen || bytes < PROGRESS_BYTES_MIN {
            return Ok(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{bar:40} {percent:>3} %, {eta} left")?;
        Ok(ProgressBar::new(bytes).with_style(style))
    }
}

/// The world with the packs under `packs`, or with those that the config names.
fn world(
    config: &mut Config,
    packs: Option<&Path>,
    output: &mut Output,
) -> anyhow::Result<Option<World>> {
    if let Some(packs) = packs {
        return world_of(config, packs, output);
    }
    let Some(library) = load_packs(config, output)? else {
        return Ok(None);
    };
    build_world(config, library, &config.channels.limits()).map(Some)
}

/// The world with the packs under `packs`. A brand that names none of them uses them all: whoever replays with packs wants
/// to see what they say.
fn world_of(
    config: &mut Config,
    packs: &Path,
    output: &mut Output,
) -> anyhow::Result<Option<World>> {
    config.library.directory = Some(packs.to_owned());
    let mut there = config::packs::names(packs).with_context(|| packs.display().to_string())?;
    there.retain(|pack| pack.as_str() != CORE);
    let mut named = BTreeMap::new();
    for (name, brand) in &mut config.brands {
        if there.is_empty() || brand.packs.iter().any(|pack| there.contains(pack)) {
            continue;
        }
        let used: Vec<&str> = there.iter().map(PackName::as_str).collect();
        let used = used.join(", ");
        output.text(&format!(
            "brand {name} names none of the packs in {}: it is read with {used}\n",
            packs.display()
        ))?;
        named.insert(
            name.clone(),
            std::mem::replace(&mut brand.packs, there.clone()),
        );
    }
    let world = world(config, None, output)?;
    for (name, packs) in named {
        if let Some(brand) = config.brands.get_mut(&name) {
            brand.packs = packs;
        }
    }
    Ok(world)
}

/// What past messages are judged with.
struct Bench {
    world: World,
    /// The one to compare with.
    old: Option<World>,
    brand: Option<String>,
    /// Where a message came in whose channel is not said or not ours.
    account: AccountId,
    /// When a message came in that does not say when.
    now: Timestamp,
}

/// What became of some of the messages.
#[derive(Default)]
struct Part {
    /// The lines to print about them, in order.
    lines: Vec<u8>,
    tally: Tally,
}

impl Bench {
    /// Judges all of them, in as many parts as there are threads, in order.
    fn judge_all(&self, mut pasts: Vec<Past>, threads: usize) -> Vec<Part> {
        let share = pasts.len().div_ceil(threads).max(1);
        let mut shares = Vec::new();
        while pasts.len() > share {
            let rest = pasts.split_off(share);
            shares.push(std::mem::replace(&mut pasts, rest));
        }
        thread::scope(|scope| {
            let judging: Vec<_> = shares
                .into_iter()
                .map(|share| scope.spawn(|| self.judge_part(share)))
                .collect();
            let last = self.judge_part(pasts);
            let mut judged: Vec<Part> = judging
                .into_iter()
                .map(|thread| {
                    thread
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect();
            judged.push(last);
            judged
        })
    }

    fn judge_part(&self, pasts: Vec<Past>) -> Part {
        let mut done = Part::default();
        for past in pasts {
            self.judge(past, &mut done);
        }
        done
    }

    fn judge(&self, past: Past, done: &mut Part) {
        let account = past
            .channel
            .as_deref()
            .and_then(|channel| self.world.account_for(self.brand.as_deref(), Some(channel)))
            .unwrap_or_else(|| self.account.clone());
        let message = past.into_message(account, self.now);
        let verdict = judged(&self.world, &message);
        let changes = match &self.old {
            None => {
                write_line(&Judged::of(&message.id, &verdict), &mut done.lines);
                false
            }
            Some(old) => {
                let old = judged(old, &message);
                write_change(&self.world, &message, &old, &verdict, &mut done.lines)
            }
        };
        done.tally.add(&verdict, changes);
    }
}

fn judged(world: &World, message: &Inbound) -> Verdict {
    let brand = &world.accounts[&message.account].brand;
    judge_first(world, brand, message, message.sent_at)
}

/// Writes what changes, if anything does, and says whether.
fn write_change(
    world: &World,
    message: &Inbound,
    old: &Verdict,
    new: &Verdict,
    lines: &mut Vec<u8>,
) -> bool {
    let (before, after) = (Choice::from(old), Choice::from(new));
    let changes = before != after;
    if changes {
        let change = Change {
            id: &message.id,
            text: world.mask(&world.accounts[&message.account].brand, &message.text),
            before,
            after,
        };
        write_line(&change, lines);
    }
    changes
}

fn write_line(value: &impl Serialize, lines: &mut Vec<u8>) {
    serde_json::to_writer(&mut *lines, value).expect("text and numbers are JSON");
    lines.push(b'\n');
}
