//! What no single key shows: names that must exist, lines of escalation, addresses that need a lock. Pure.

use std::collections::BTreeSet;

use crate::config::document::Document;
use crate::config::{Brand, Config, Source};
use crate::desk::DeskContext;
use crate::library::Library;
use crate::library::diagnostic::{Diagnostic, Level};
use crate::library::spelling::hint;
use crate::model::id::{BrandName, DeskName, Language, PackName};

/// Length of an ISO 639-1 code.
const LANGUAGE_CHARS: usize = 2;

/// Lengths of an airline designator: IATA has two characters, ICAO three.
const DESIGNATOR_CHARS: [usize; 2] = [2, 3];

/// Everything that can be checked without the packs.
pub(super) fn all(config: &Config) -> Vec<Diagnostic> {
    let Some(mut found) = Findings::over(&config.source) else {
        return Vec::new();
    };
    found.accounts(config);
    for (name, brand) in &config.brands {
        found.brand(config, name, brand);
    }
    found.escalation(config);
    found.http(config);
    found.problems
}

/// Every brand's pack must be one of `known`.
pub(super) fn packs(config: &Config, known: &[PackName]) -> Vec<Diagnostic> {
    let Some(mut found) = Findings::over(&config.source) else {
        return Vec::new();
    };
    for (brand, settings) in &config.brands {
        for pack in settings.packs.iter().filter(|pack| !known.contains(pack)) {
            let message = format!("unknown pack `{pack}`");
            let hint = hint("packs", pack.as_str(), known.iter().map(PackName::as_str));
            found.error(&["brand", brand.as_str(), "packs"], message, hint);
        }
    }
    found.problems
}

/// Every pack of a brand should answer in every language that the brand lists.
pub(super) fn languages(config: &Config, library: &Library) -> Vec<Diagnostic> {
    let Some(mut found) = Findings::over(&config.source) else {
        return Vec::new();
    };
    for (brand, settings) in &config.brands {
        for pack in &settings.packs {
            found.unanswered(brand, settings, pack, library.languages(pack));
        }
    }
    found.problems
}

/// Every secret must be there, and every account and desk must open.
pub(super) fn secrets(config: &Config) -> Vec<Diagnostic> {
    let Some(mut found) = Findings::over(&config.source) else {
        return Vec::new();
    };
    if let Err(error) = config.http.read_tokens() {
        found.failed(&["http", "tokens"], &error);
    }
    for (account, error) in config.channels.open().err().unwrap_or_default() {
        found.failed(&["channel", &account.kind, &account.name], &error);
    }
    let context = DeskContext {
        public_url: config.http.base_url(),
    };
    for (desk, error) in config.desks.open(&context).err().unwrap_or_default() {
        found.failed(&["desk", desk.as_str()], &error);
    }
    found.problems
}

/// A config seen as its text and as the problems found in it.
struct Findings<'c> {
    document: Document<'c>,
    problems: Vec<Diagnostic>,
}

impl<'c> Findings<'c> {
    /// `None` where the text does not parse, which was reported before.
    fn over(source: &'c Source) -> Option<Self> {
        let document = Document::parse(source).ok()?;
        Some(Self {
            document,
            problems: Vec::new(),
        })
    }

    fn error(&mut self, keys: &[&str], message: String, hint: impl Into<String>) {
        self.problems.push(Diagnostic {
            message,
            hint: Some(hint.into()),
            ..self.document.place(keys)
        });
    }

    fn failed(&mut self, keys: &[&str], error: &impl std::error::Error) {
        self.problems.push(Diagnostic {
            message: error.to_string(),
            ..self.document.place(keys)
        });
    }

    fn warning(&mut self, keys: &[&str], message: String, hint: impl Into<String>) {
        self.problems.push(Diagnostic {
            level: Level::Warning,
            message,
            hint: Some(hint.into()),
            ..self.document.place(keys)
        });
    }

    fn accounts(&mut self, config: &Config) {
        let brands = self.document.names("brand");
        if brands.is_empty() {
            let message = "no brand is configured".to_owned();
            self.error(&[], message, "add a table [brand.NAME]");
            return;
        }
        for (account, brand) in config.channels.accounts() {
            if !brands.iter().any(|name| name == brand.as_str()) {
                let keys = ["channel", &account.kind, &account.name, "brand"];
                let known = brands.iter().map(String::as_str);
                let hint = hint("brands", brand.as_str(), known);
                self.error(&keys, format!("unknown brand `{brand}`"), hint);
            }
        }
    }

    fn brand(&mut self, config: &Config, name: &BrandName, brand: &Brand) {
        let accounts = config.channels.accounts();
        if !accounts.iter().any(|(_, owner)| owner == name) {
            let message = format!("brand `{name}` has no account: nobody is listened to");
            let hint = format!("add a table [channel.KIND.NAME] with brand = \"{name}\"");
            self.warning(&["brand", name.as_str()], message, hint);
        }
        self.languages(&["brand", name.as_str(), "languages"], brand);
        self.airlines(&["brand", name.as_str(), "airlines"], brand);
        self.desk(config, name, brand);
    }

    fn languages(&mut self, keys: &[&str], brand: &Brand) {
        if brand.languages.is_empty() {
            let message = "a brand needs at least one language".to_owned();
            self.error(keys, message, "the first is the fallback: [\"en\"]");
        }
        let mut seen = BTreeSet::new();
        for language in &brand.languages {
            let code = language.as_str();
            let is_code =
                code.len() == LANGUAGE_CHARS && code.bytes().all(|byte| byte.is_ascii_lowercase());
            if !is_code {
                let message = format!("`{code}` is not a language");
                self.error(keys, message, "a lower-case ISO 639-1 code such as `en`");
            } else if !seen.insert(code) {
                let message = format!("language `{code}` is there twice");
                self.error(keys, message, "take one of them out");
            }
        }
    }

    fn unanswered(
        &mut self,
        name: &BrandName,
        brand: &Brand,
        pack: &PackName,
        written: &[Language],
    ) {
        let fallback = brand
            .languages
            .iter()
            .find(|language| written.contains(language));
        for language in &brand.languages {
            if written.contains(language) {
                continue;
            }
            let consequence = fallback.map_or_else(
                || ", nor in another language of the brand".to_owned(),
                |fallback| format!("; they fall back to `{fallback}`"),
            );
            let message = format!("pack `{pack}` has no replies in `{language}`{consequence}");
            let hint = format!(
                "write them and add `{language}` to its `languages`, or take it out of the brand's"
            );
            self.warning(&["brand", name.as_str(), "languages"], message, hint);
        }
    }

    fn airlines(&mut self, keys: &[&str], brand: &Brand) {
        for designator in &brand.airlines {
            let is_designator = DESIGNATOR_CHARS.contains(&designator.len())
                && designator
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            if !is_designator {
                let message = format!("`{designator}` is not an airline designator");
                let hint = "two (IATA) or three (ICAO) capitals or digits, such as `XY`";
                self.error(keys, message, hint);
            }
        }
    }

    fn desk(&mut self, config: &Config, name: &BrandName, brand: &Brand) {
        let desks = self.document.names("desk");
        let known: Vec<&str> = desks.iter().map(String::as_str).collect();
        let keys = ["brand", name.as_str(), "desk"];
        match &brand.desk {
            Some(desk) if !known.contains(&desk.as_str()) => {
                let hint = hint("desks", desk.as_str(), known.iter().copied());
                self.error(&keys, format!("unknown desk `{desk}`"), hint);
            }
            None if known.is_empty() => {
                let message = format!(
                    "brand `{name}` has no desk: its cases wait on hark's own pages, and nobody is told"
                );
                let hint = "add a table [desk.NAME], such as kind = \"webhook\"";
                self.warning(&keys[..2], message, hint);
            }
            None if known.len() > 1 && config.desk_of(brand).is_none() => {
                let message = format!("brand `{name}` must name its desk: there are several");
                let hint = format!("desk = one of {}", known.join(", "));
                self.error(&keys, message, hint);
            }
            Some(_) | None => {}
        }
    }

    fn escalation(&mut self, config: &Config) {
        let desks = self.document.names("desk");
        let known: Vec<&str> = desks.iter().map(String::as_str).collect();
        let mut in_a_reported_cycle: BTreeSet<&DeskName> = BTreeSet::new();
        for (name, desk) in &config.desks.0 {
            let keys = ["desk", name.as_str(), "escalate_to"];
            if let Some(next) = desk.terms.escalate_to.as_ref()
                && !known.contains(&next.as_str())
            {
                let hint = hint("desks", next.as_str(), known.iter().copied());
                self.error(&keys, format!("unknown desk `{next}`"), hint);
            }
            let line = line_after(config, name);
            if line.last() == Some(&name) && !in_a_reported_cycle.contains(name) {
                let path: Vec<&str> = line.iter().map(|desk| desk.as_str()).collect();
                let message = format!("escalation goes in a circle: {name} → {}", path.join(" → "));
                self.error(&keys, message, "let the last desk in line name no other");
                in_a_reported_cycle.extend(line);
            }
        }
    }

    fn http(&mut self, config: &Config) {
        let http = &config.http;
        let address = http.listen.ip();
        if !address.is_loopback() && http.tokens.is_empty() {
            let message =
                format!("listening on {address} needs tokens: everyone there could speak for you");
            let hint = "tokens = [{ credential = \"api-token\" }], or listen on 127.0.0.1";
            self.error(&["http", "listen"], message, hint);
        }
        match &http.public_url {
            Some(url) if !["http", "https"].contains(&url.scheme()) => {
                let message = format!("public_url starts with `{}:`", url.scheme());
                self.error(&["http", "public_url"], message, "https://… or http://…");
            }
            None if address.is_unspecified() => {
                let message = format!("links for people would lead to {address}");
                let hint = "public_url = the address under which people reach hark";
                self.warning(&["http", "listen"], message, hint);
            }
            Some(_) | None => {}
        }
    }
}

/// The desks that follow `start` in its line of escalation, up to the first that comes again or to `start` itself.
fn line_after<'c>(config: &'c Config, start: &'c DeskName) -> Vec<&'c DeskName> {
    let mut line = Vec::new();
    let mut at = start;
    while let Some(next) = config
        .desks
        .0
        .get(at)
        .and_then(|desk| desk.terms.escalate_to.as_ref())
    {
        if line.contains(&next) {
            break;
        }
        line.push(next);
        if next == start {
            break;
        }
        at = next;
    }
    line
}
