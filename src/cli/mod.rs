//! The command line: what it takes, and which command does it.

pub mod case;
pub mod check;
pub mod completions;
pub mod evaluate;
pub mod explain;
pub mod init;
pub mod output;
pub mod replay;
pub mod run;
pub mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::app::load_library;
use crate::cli::output::Output;
use crate::config::{Config, models};
use crate::engine::world::World;
use crate::library::Library;
use crate::model::id::AccountId;

/// Listens where customers complain, answers at once, and hands what needs a person to a person.
#[derive(Debug, Parser)]
#[command(name = "hark", version, propagate_version = true)]
pub struct Arguments {
    /// The config file; the demo runs where none is named
    #[arg(long, env = "HARK_CONFIG", global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What to do; `run` where nothing is said
    #[command(subcommand)]
    command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon
    Run,
    /// Check the config and the packs, and show every problem
    Check(check::Check),
    /// Run the tests of the packs
    Test(test::Test),
    /// Show what hark would do with a message, and why
    Explain(explain::Explain),
    /// Show what hark would do with past messages, and what other packs would change
    Replay(replay::Replay),
    /// Train the classifier on labelled texts, and measure it on others
    Evaluate(evaluate::Evaluate),
    /// See and answer cases of a running hark
    Case(case::Case),
    /// Start a folder of your own: a config and the packs
    Init(init::Init),
    /// Print completions for a shell
    Completions(completions::Completions),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All is well.
    Fine,
    /// Problems were found and shown.
    Problems,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Fine => Self::SUCCESS,
            Ended::Problems => Self::from(1),
        }
    }
}

/// Does what the arguments say.
pub fn run(arguments: Arguments) -> anyhow::Result<Ended> {
    let config = arguments.config.as_deref();
    match arguments.command.unwrap_or(Command::Run) {
        Command::Run => run::run(config),
        Command::Check(check) => check.run(config),
        Command::Test(test) => test.run(config),
        Command::Explain(explain) => explain.run(config),
        Command::Replay(replay) => replay.run(config),
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Case(case) => case.run(config),
        Command::Init(init) => init.run(),
        Command::Completions(completions) => completions.run(),
    }
}

/// The environment, as the config reads it.
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Config and packs, or every problem shown.
fn load(path: Option<&Path>, output: &mut Output) -> anyhow::Result<Option<(Config, Library)>> {
    let Some(config) = load_config(path, output)? else {
        return Ok(None);
    };
    Ok(load_packs(&config, output)?.map(|library| (config, library)))
}

/// The config, or every problem shown.
fn load_config(path: Option<&Path>, output: &mut Output) -> anyhow::Result<Option<Config>> {
    let (config, problems) = Config::load(path, environment);
    output.problems(&problems)?;
    Ok(config)
}

/// The packs with what their examples teach, or every problem shown.
fn load_packs(config: &Config, output: &mut Output) -> anyhow::Result<Option<Library>> {
    let (mut library, problems) = load_library(config);
    output.problems(&problems)?;
    if let Some(library) = &mut library {
        let brands = config.brands.values().map(|brand| brand.packs.as_slice());
        models::teach(library, brands, &config.store.path);
    }
    Ok(library)
}

/// The account that is asked for, or an error that says which there are.
fn account_for(
    world: &World,
    brand: Option<&str>,
    channel: Option<&str>,
) -> anyhow::Result<AccountId> {
    world.account_for(brand, channel).with_context(|| {
        let known: Vec<String> = world
            .accounts
            .iter()
            .map(|(id, account)| format!("{id} of brand {}", account.brand))
            .collect();
        format!("no such account; the config has {}", known.join(", "))
    })
}
