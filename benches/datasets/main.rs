//! How well the shipped packs read messages that nobody here wrote.
//!
//! `cargo bench --bench datasets -- FOLDER` decides every message of the labelled sets under `FOLDER` as hark would, as
//! the first one of a public conversation, and prints the table that the README shows. The sets are not part of this
//! repository: they may be measured with, not copied. A set is a folder of `*.jsonl` or `*.jsonl.gz`; one that is not
//! there is left out.

mod airline;
mod care;
mod labels;
mod languages;
mod railway;
mod reader;
mod report;
mod source;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::reader::Reader;
use crate::report::Report;

const USAGE: &str = "usage: cargo bench --bench datasets -- FOLDER [--packs DIR] [--verbose] [--show TOPIC]

FOLDER       holds any of airline, twcs, twitter_cdp, germeval2017
--packs DIR  packs that stand in for the shipped ones of the same name
--verbose    also which topic was picked for which label
--show TOPIC lists the messages that were wrongly picked for TOPIC (or `none`: missed, `complaint`: wrongly told)
";

/// What the command line asks for.
#[derive(Default)]
struct Arguments {
    folder: Option<PathBuf>,
    packs: Option<PathBuf>,
    verbose: bool,
    show: Option<String>,
}

impl Arguments {
    /// What cargo adds by itself, such as `--bench`, is passed over.
    fn read(mut words: impl Iterator<Item = String>) -> Self {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--packs" => arguments.packs = words.next().map(PathBuf::from),
                "--show" => arguments.show = words.next(),
                "--verbose" => arguments.verbose = true,
                option if option.starts_with("--") => {}
                folder => arguments.folder = Some(PathBuf::from(folder)),
            }
        }
        arguments
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::read(std::env::args().skip(1));
    let Some(folder) = &arguments.folder else {
        return std::io::stderr()
            .write_all(USAGE.as_bytes())
            .context("stderr");
    };
    let reader = Reader::new(arguments.packs.as_deref())?;
    let mut report = Report::new(arguments.verbose, arguments.show.clone());
    airline::measure(&reader, &folder.join("airline"), &mut report)?;
    care::measure(&reader, folder, &mut report)?;
    railway::measure(&reader, &folder.join("germeval2017"), &mut report)?;
    languages::measure(folder, &mut report)?;
    std::io::stdout()
        .write_all(report.to_text().as_bytes())
        .context("stdout")
}
