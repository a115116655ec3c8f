//! Parses the arguments, does what they say, prints what went wrong, and ends with the right code.

use std::process::ExitCode;

use clap::Parser;
use hark::cli::{self, Arguments};

fn main() -> ExitCode {
    // clap ends the process with 2 on wrong usage.
    match cli::run(Arguments::parse()) {
        Ok(ended) => ended.into(),
        Err(error) => {
            cli::output::failure(&error);
            ExitCode::from(1)
        }
    }
}
