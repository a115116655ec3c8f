//! `hark test`: runs the tests that stand beside the topics.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use clap::Args;

use crate::app::load_every_pack;
use crate::channel;
use crate::cli::output::Output;
use crate::cli::{Ended, load_config};
use crate::clock;
use crate::config::models;
use crate::engine::judge::judge;
use crate::engine::world::{Account, Brand, DeskPolicy, Mode, World};
use crate::library::Library;
use crate::library::test_table::PackTest;
use crate::model::conversation::Conversation;
use crate::model::id::{AccountId, BrandName, DeskName, PackName};
use crate::model::message::Inbound;

/// The brand that tests speak to.
const BRAND: &str = "test";

/// The arguments.
#[derive(Debug, Args)]
pub struct Test {
    /// Only this pack
    pack: Option<String>,
    /// One JSON object per failure, and one with the counts
    #[arg(long)]
    json: bool,
}

impl Test {
    /// Runs the tests and shows each that fails with its place.
    pub fn run(&self, path: Option<&Path>) -> anyhow::Result<Ended> {
        let mut output = Output::stdout(self.json);
        let mut remarks = Output::stderr_errors();
        let Some(config) = load_config(path, &mut remarks)? else {
            return Ok(Ended::Problems);
        };
        let (library, problems) = load_every_pack(&config);
        remarks.problems(&problems)?;
        let Some(mut library) = library else {
            return Ok(Ended::Problems);
        };
        let known: Vec<PackName> = library.packs().map(|(name, _)| name.clone()).collect();
        let wanted = |name: &&PackName| self.pack.as_ref().is_none_or(|pack| pack == name.as_str());
        let packs: Vec<PackName> = known.iter().filter(wanted).cloned().collect();
        if packs.is_empty() {
            let known: Vec<&str> = known.iter().map(PackName::as_str).collect();
            anyhow::bail!("there is no such pack; there are {}", known.join(", "));
        }
        let alone = packs.chunks(1);
        models::teach(&mut library, alone, &config.store.path);
        let tests: Vec<PackTest> = packs
            .iter()
            .flat_map(|pack| library.tests(pack))
            .cloned()
            .collect();
        let mut worlds = Worlds::new(library);
        let mut failed = 0;
        for test in &tests {
            let failures = worlds.check(test);
            failed += usize::from(!failures.is_empty());
            for failure in failures {
                output.failed_test(test, &failure)?;
            }
        }
        output.test_summary(tests.len() - failed, failed)?;
        Ok(if failed == 0 {
            Ended::Fine
        } else {
            Ended::Problems
        })
    }
}

/// A world around the packs, in which every pack is a brand of its own.
struct Worlds {
    world: World,
}

impl Worlds {
    fn new(library: Library) -> Self {
        let names: Vec<PackName> = library.packs().map(|(name, _)| name.clone()).collect();
        let desks: BTreeMap<DeskName, DeskPolicy> = library
            .topics(&names)
            .filter_map(|topic| topic.handoff.desk.clone())
            .map(|desk| {
                (
                    desk,
                    DeskPolicy {
                        first_response: Duration::from_mins(30),
                        escalate_to: None,
                        private: false,
                    },
                )
            })
            .collect();
        let world = World {
            library,
            brands: BTreeMap::new(),
            accounts: BTreeMap::new(),
            desks,
        };
        Self { world }
    }

    fn check(&mut self, test: &PackTest) -> Vec<String> {
        let (reading, topic) = test.read(&self.world.library);
        let mut failures = test.check(&reading, topic);
        if let Some(expected) = &test.expect.outcome {
            let outcome = self.outcome(test);
            if outcome.to_string() != *expected {
                failures.push(format!("outcome: expected `{expected}`, found `{outcome}`"));
            }
        }
        failures
    }

    fn outcome(&mut self, test: &PackTest) -> crate::model::record::Outcome {
        let account = AccountId::new(test.context.channel.as_str(), BRAND);
        let brand = Brand {
            name: "Test".to_owned(),
            packs: vec![test.pack.clone()],
            languages: self.world.library.languages(&test.pack).to_vec(),
            mode: Mode::Live,
            desk: DeskName::from("care"),
            airlines: Vec::new(),
        };
        self.world.brands = BTreeMap::from([(BrandName::from(BRAND), brand)]);
        let limits = channel::http::LIMITS;
        self.world.accounts = BTreeMap::from([(
            account.clone(),
            Account {
                brand: BrandName::from(BRAND),
                limits,
            },
        )]);
        let mut message =
            Inbound::imagined(account, &test.say, test.context.visibility, clock::now());
        message.author.followers = test.context.followers;
        message.author.verified = test.context.verified;
        judge(
            &self.world,
            &Conversation::new(&message, BrandName::from(BRAND)),
            &message,
            clock::now(),
        )
        .outcome
    }
}
