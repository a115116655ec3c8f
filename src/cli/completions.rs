//! `hark completions SHELL`: what a shell needs to complete our commands.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::output::Output;
use crate::cli::{Arguments, Ended};

/// The arguments.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Prints them.
    pub fn run(&self) -> anyhow::Result<Ended> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "hark", &mut script);
        Output::stdout(false).text(&String::from_utf8(script)?)?;
        Ok(Ended::Fine)
    }
}
