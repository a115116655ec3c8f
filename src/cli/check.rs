//! `hark check`: every problem of config and packs, before they are live.

use std::path::Path;

use clap::Args;

use crate::app::load_every_pack;
use crate::cli::output::Output;
use crate::cli::{Ended, environment};
use crate::config::Config;
use crate::library::diagnostic::Level;

/// The arguments.
#[derive(Debug, Args)]
pub struct Check {
    /// One JSON object per problem
    #[arg(long)]
    json: bool,
}

impl Check {
    /// Shows every problem; warnings alone are fine.
    pub fn run(&self, path: Option<&Path>) -> anyhow::Result<Ended> {
        let mut output = Output::stdout(self.json);
        let (config, mut problems) = Config::load(path, environment);
        if let Some(config) = &config {
            problems.extend(load_every_pack(config).1);
            problems.extend(config.check_secrets());
        }
        output.problems(&problems)?;
        let errors = problems
            .iter()
            .filter(|problem| problem.level == Level::Error)
            .count();
        if !self.json {
            output.text(&summary(errors, problems.len() - errors))?;
        }
        Ok(if errors == 0 {
            Ended::Fine
        } else {
            Ended::Problems
        })
    }
}

fn summary(errors: usize, warnings: usize) -> String {
    let count =
        |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "config and packs are fine\n".to_owned(),
        (0, warnings) => format!(
            "config and packs are fine, with {}\n",
            count(warnings, "warning")
        ),
        (errors, warnings) => format!(
            "{} and {}\n",
            count(errors, "error"),
            count(warnings, "warning")
        ),
    }
}
