//! Which language a short text is in, for a brand that speaks English, German and Spanish: told right, told wrong, or not
//! told. A text in a language that the brand does not speak must not be told as one that it does.

use std::collections::BTreeMap;
use std::path::Path;

use hark::clock;
use hark::model::id::Language;
use hark::text::language;
use hark::text::tokens::TokenText;
use serde::Deserialize;

use crate::report::{Report, Share};
use crate::source;

/// What the brand speaks.
const SPOKEN: [&str; 3] = ["en", "de", "es"];

/// Most words of a text that is looked at apart as a very short one.
const SHORT_WORDS_MAX: usize = 5;

#[derive(Deserialize)]
struct Row {
    text: String,
    lang: Option<String>,
    relevant: Option<bool>,
}

/// A text, the language it is in, and the one that was told.
struct Told {
    language: String,
    short: bool,
    answer: Option<Language>,
}

impl Told {
    fn is_right(&self) -> bool {
        self.answer.as_ref().map(Language::as_str) == Some(self.language.as_str())
    }

    fn is_wrong(&self) -> bool {
        self.answer.is_some() && !self.is_right()
    }
}

/// Measures every set under `folder` whose language is known.
pub(crate) fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    for (set, language) in [
        ("airline", "en"),
        ("snips", "en"),
        ("germeval2017", "de"),
        ("xsid", ""),
    ] {
        let rows: Vec<Row> = source::rows(&folder.join(set))?;
        let told: Vec<Told> = rows
            .iter()
            .filter(|row| row.relevant != Some(false))
            .map(|row| tell(row, row.lang.as_deref().unwrap_or(language)))
            .collect();
        if told.is_empty() {
            continue;
        }
        let mut by_language: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
        for one in &told {
            by_language.entry(&one.language).or_default().push(one);
        }
        let mut others: Vec<&Told> = Vec::new();
        for (language, told) in &by_language {
            if SPOKEN.contains(language) {
                let short: Vec<&Told> = told.iter().filter(|told| told.short).copied().collect();
                lines(&format!("{set}, in {language}"), told, report);
                lines(
                    &format!("{set}, in {language}, to {SHORT_WORDS_MAX} words"),
                    &short,
                    report,
                );
            } else {
                others.extend(told);
                report.detail(&other(language, told));
            }
        }
        if !others.is_empty() {
            let name = format!("{set}, in other languages");
            report.line(
                &name,
                "told as a spoken one",
                Share::of(&others, |told| told.is_wrong()),
                "",
            );
        }
        speed(set, &rows, report);
    }
    Ok(())
}

fn tell(row: &Row, language: &str) -> Told {
    Told {
        language: language.to_owned(),
        short: row.text.split_whitespace().count() <= SHORT_WORDS_MAX,
        answer: language::detect(&row.text, &SPOKEN.map(Language::from)),
    }
}

fn lines(set: &str, told: &[&Told], report: &mut Report) {
    report.line(
        set,
        "language wrong",
        Share::of(told, |told| told.is_wrong()),
        "",
    );
    report.line(
        set,
        "language not told",
        Share::of(told, |told| told.answer.is_none()),
        "",
    );
}

fn other(language: &str, told: &[&Told]) -> String {
    let counts = SPOKEN.map(|spoken| {
        let is_told = |told: &&Told| told.answer.as_ref().is_some_and(|it| it.as_str() == spoken);
        format!("{spoken} {}", Share::of(told, |one| is_told(one)).hits)
    });
    format!("{language} ({}) told as: {}", told.len(), counts.join(", "))
}

/// How long it takes once the text is cut into words.
fn speed(set: &str, rows: &[Row], report: &mut Report) {
    let spoken = SPOKEN.map(Language::from);
    let texts: Vec<TokenText> = rows.iter().map(|row| TokenText::new(&row.text)).collect();
    let started = clock::now();
    let told = texts
        .iter()
        .filter(|text| language::tell(text, &spoken) != language::Told::Unknown)
        .count();
    let took = clock::now().duration_since(started).as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "no set has 2^52 messages")]
    let each = took * 1e6 / texts.len() as f64;
    report.detail(&format!("{set}: {each:.2} µs a text, {told} told"));
}
