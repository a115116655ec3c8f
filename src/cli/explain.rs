//! `hark explain`: what would be decided about a message, and why. Sends nothing, stores nothing.

use std::path::Path;

use clap::Args;

use crate::app::build_world;
use crate::cli::output::Output;
use crate::cli::{Ended, account_for, load};
use crate::clock;
use crate::engine::explain::explain_rules;
use crate::model::message::Inbound;
use crate::model::network::Visibility;

/// The arguments.
#[derive(Debug, Args)]
pub struct Explain {
    /// What the customer says
    text: String,
    /// The network it is said on, or one of our accounts as KIND/NAME
    #[arg(long, value_name = "K")]
    channel: Option<String>,
    /// The brand it is said to
    #[arg(long)]
    brand: Option<String>,
    /// Said where everyone can read it
    #[arg(long)]
    public: bool,
    /// JSON for a program
    #[arg(long)]
    json: bool,
}

impl Explain {
    /// Judges the text as the first message of a new conversation.
    pub fn run(&self, path: Option<&Path>) -> anyhow::Result<Ended> {
        let Some((config, library)) = load(path, &mut Output::stderr_errors())? else {
            return Ok(Ended::Problems);
        };
        let limits = config.channels.limits();
        let world = build_world(&config, library, &limits)?;
        let account = account_for(&world, self.brand.as_deref(), self.channel.as_deref())?;
        let brand = world.accounts[&account].brand.clone();
        let visibility = if self.public {
            Visibility::Public
        } else {
            Visibility::Private
        };
        let message = Inbound::imagined(account, &self.text, visibility, clock::now());
        let explanation = explain_rules(&world, &brand, &message, clock::now());
        let mut output = Output::stdout(self.json);
        if self.json {
            output.json(&explanation)?;
        } else {
            output.text(&explanation.to_text())?;
        }
        Ok(Ended::Fine)
    }
}
