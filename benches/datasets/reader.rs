//! Decides a message as hark would: the packs compiled, and a brand for each trade.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, bail};
use hark::app::{build_world, load_library};
use hark::clock;
use hark::config::{Config, models, packs};
use hark::engine::explain::{Explanation, explain_rules};
use hark::engine::world::World;
use hark::model::id::{AccountId, BrandName};
use hark::model::message::Inbound;
use hark::model::network::Visibility;
use hark::model::severity::Severity;
use jiff::Timestamp;

use crate::labels::{NO_COMPLAINT, UNSPECIFIC};

/// The brands: name, the pack of its trade, and its languages. A brand whose pack is not there has the pack `core` only.
const BRANDS: &[(&str, &str, &str)] = &[
    ("airline", "airline", r#"["en", "de", "es"]"#),
    ("bank", "bank", r#"["en", "de", "es"]"#),
    ("brand", "brand", r#"["en", "de", "es"]"#),
    ("telecom", "telecom", r#"["en", "de", "es"]"#),
    ("railway", "airline", r#"["de"]"#),
];

/// The packs, ready to read with.
pub(crate) struct Reader {
    world: World,
    critical: BTreeSet<String>,
    at: Timestamp,
}

/// What hark makes of a message.
pub(crate) struct Seen {
    pub(crate) explanation: Explanation,
    /// The topic that hark picks on its own and that says what the message is about.
    pub(crate) picked: Option<String>,
    /// Whether any topic that was found is a complaint.
    pub(crate) complaint: bool,
    /// Whether the topic that decides is one, and something follows from it.
    pub(crate) treated_as_complaint: bool,
    /// Whether it is left to people at once because somebody may be hurt or a court is near.
    pub(crate) critical: bool,
}

impl Reader {
    /// Compiles the shipped packs, with those under `packs` in their place.
    pub(crate) fn new(packs: Option<&Path>) -> anyhow::Result<Self> {
        let (config, problems) = Config::read("brands", &config(packs)?, |_| None);
        let Some(mut config) = config else {
            bail!("{problems:#?}");
        };
        config.library.directory = packs.map(Path::to_owned);
        let (library, problems) = load_library(&config);
        let Some(mut library) = library else {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!("{}", problems.join("\n"));
        };
        let brands = config.brands.values().map(|brand| brand.packs.as_slice());
        models::teach(&mut library, brands, &config.store.path);
        let world = build_world(&config, library, &config.channels.limits())?;
        let brands = world.brands.values();
        let topics = brands.flat_map(|brand| world.library.topics(&brand.packs));
        let critical = topics
            .filter(|topic| topic.severity == Severity::Critical)
            .map(|topic| topic.name.to_string())
            .collect();
        Ok(Self {
            world,
            critical,
            at: clock::now(),
        })
    }

    /// Decides `text` as the first message of a public conversation with `brand`.
    pub(crate) fn read(&self, brand: &str, id: &str, text: &str) -> Seen {
        let account = AccountId::new("http", brand);
        let mut message = Inbound::imagined(account, text, Visibility::Public, self.at);
        message.id = id.into();
        let explanation = explain_rules(&self.world, &BrandName::from(brand), &message, self.at);
        let is_complaint = |topic: &str| !NO_COMPLAINT.contains(&topic);
        let topics = &explanation.topics;
        let critical = topics
            .iter()
            .any(|found| self.critical.contains(&found.topic));
        let decides = explanation.topic.as_deref();
        let picked =
            decides.filter(|topic| !UNSPECIFIC.contains(topic) && !self.critical.contains(*topic));
        Seen {
            picked: picked.map(str::to_owned),
            complaint: topics.iter().any(|found| is_complaint(&found.topic)),
            treated_as_complaint: explanation.outcome != "silence"
                && decides.is_some_and(is_complaint),
            critical,
            explanation,
        }
    }
}

/// A config with an account and the right packs for each brand.
fn config(directory: Option<&Path>) -> anyhow::Result<String> {
    let there = packs::read(directory).context("the packs")?;
    let mut text = "[desk.care]\nkind = \"page\"\n".to_owned();
    for (brand, pack, languages) in BRANDS {
        let is_there = there.iter().any(|known| known.name.as_str() == *pack);
        let packs = if is_there { pack } else { "core" };
        write!(
            text,
            "[brand.{brand}]\nname = \"Demo\"\npacks = [\"{packs}\"]\nlanguages = {languages}\n\
             [channel.http.{brand}]\nbrand = \"{brand}\"\n"
        )?;
    }
    Ok(text)
}
