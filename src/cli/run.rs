//! `hark run`: the daemon.

use std::path::Path;

use anyhow::Context;

use crate::app;
use crate::cli::output::Output;
use crate::cli::{Ended, load};
use crate::config::Config;
use crate::telemetry;

/// Runs until it is told to stop.
pub fn run(path: Option<&Path>) -> anyhow::Result<Ended> {
    let mut output = Output::stderr_errors();
    let Some((config, library)) = load(path, &mut output)? else {
        return Ok(Ended::Problems);
    };
    telemetry::install_log(config.log.format, config.log.level).context("logging")?;
    let metrics = telemetry::install_metrics().context("metrics")?;
    let welcome = welcome(&config, path.is_none());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting threads")?;
    runtime.block_on(async {
        let app = app::start(config, library, metrics).await?;
        Output::stderr().text(&welcome)?;
        let path = path.map(Path::to_owned);
        let reload = move || {
            load(path.as_deref(), &mut Output::stderr_errors())
                .ok()
                .flatten()
        };
        app.run(reload).await
    })?;
    Ok(Ended::Fine)
}

fn welcome(config: &Config, demo: bool) -> String {
    let base = config.http.base_url();
    let accounts: Vec<String> = config
        .channels
        .accounts()
        .iter()
        .map(|(account, _)| account.to_string())
        .collect();
    let text = format!(
        "hark {} listens on {base} for {}\n",
        env!("CARGO_PKG_VERSION"),
        accounts.join(", ")
    );
    if !demo {
        return text;
    }
    format!(
        "{text}\nThis is the demo: brand Northwind, documents in {}. Three things to try:\n\
             \x20 1. Complain as a customer:   {base}/\n\
             \x20    \u{201c}my bag never arrived, 3 days now\u{201d}, then \u{201c}I want to speak to a person\u{201d}\n\
             \x20 2. Answer as a person:       {base}/desk\n\
             \x20 3. Ask why:                  hark explain \"my flight XY123 is late again\"\n\
             \nYour own brand: hark init airline ./my-airline\n",
        config.store.path.display()
    )
}
