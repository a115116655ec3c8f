//! Tweets to six airlines of the United States, February 2015: sentiment, and for complaints one of ten reasons.

use std::path::Path;

use serde::Deserialize;

use crate::labels::{AIRLINE_REASONS, is_right};
use crate::reader::{Reader, Seen};
use crate::report::{Report, Share};
use crate::source;

const SET: &str = "airline tweets";

/// All who labelled it agree; rounding makes it a little less than 1 in some rows.
const UNANIMOUS: f64 = 0.995;

#[derive(Deserialize)]
struct Row {
    id: String,
    text: String,
    sentiment: String,
    reason: Option<String>,
    reason_conf: Option<f64>,
}

struct Tweet {
    row: Row,
    seen: Seen,
}

impl Tweet {
    fn is_negative(&self) -> bool {
        self.row.sentiment == "negative"
    }

    /// The reason, where the tables know it.
    fn reason(&self) -> Option<&str> {
        let reason = self.row.reason.as_deref()?;
        AIRLINE_REASONS
            .iter()
            .any(|(known, _)| *known == reason)
            .then_some(reason)
    }

    fn is_unanimous(&self) -> bool {
        self.reason().is_some() && self.row.reason_conf.is_some_and(|conf| conf >= UNANIMOUS)
    }

    /// Whether the topic that was picked fits the label; none where no topic was picked or the label says nothing.
    fn agrees(&self) -> Option<bool> {
        is_right(
            AIRLINE_REASONS,
            self.reason()?,
            self.seen.picked.as_deref()?,
        )
    }
}

/// Measures all rows under `folder`.
pub(crate) fn measure(reader: &Reader, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let rows: Vec<Row> = source::rows(folder)?;
    let tweets: Vec<Tweet> = rows
        .into_iter()
        .map(|row| Tweet {
            seen: reader.read("airline", &row.id, &row.text),
            row,
        })
        .collect();
    if tweets.is_empty() {
        return Ok(());
    }
    let unanimous: Vec<&Tweet> = tweets.iter().filter(|tweet| tweet.is_unanimous()).collect();
    let negative: Vec<&Tweet> = tweets
        .iter()
        .filter(|tweet| tweet.reason().is_some())
        .collect();
    let positive: Vec<&Tweet> = tweets
        .iter()
        .filter(|tweet| tweet.row.sentiment == "positive")
        .collect();
    complaints(&tweets, report);
    reasons(
        "all agree on the reason",
        &unanimous,
        ("≥ 55 %", "≥ 85 %", "≤ 5 %"),
        report,
    );
    reasons("any reason", &negative, ("", "", ""), report);
    let praise = Share::of(&positive, |tweet| tweet.seen.treated_as_complaint);
    report.line(SET, "praise answered as a complaint", praise, "≤ 2 %");
    let critical = Share::of(&tweets, |tweet| tweet.seen.critical);
    report.line(SET, "left to people as critical", critical, "≤ 0.5 %");
    show(&tweets, report);
    details(&unanimous, report);
    let found: Vec<(String, String, bool)> = tweets
        .iter()
        .flat_map(|tweet| {
            let negative = tweet.is_negative();
            let topics = tweet.seen.explanation.topics.iter();
            topics.map(move |found| (found.topic.clone(), tweet.row.sentiment.clone(), negative))
        })
        .collect();
    report.pairs(
        "airline tweets, every topic found and the sentiment",
        &found,
    );
    Ok(())
}

fn complaints(tweets: &[Tweet], report: &mut Report) {
    let right = Share::of(tweets, |tweet| tweet.is_negative() == tweet.seen.complaint);
    report.line(SET, "complaint or not: right", right, "≥ 85 %");
    for (what, sentiment) in [
        ("of complaints, seen as such", "negative"),
        ("of neutral ones, taken for complaints", "neutral"),
        ("of praise, taken for complaints", "positive"),
    ] {
        let those: Vec<&Tweet> = tweets
            .iter()
            .filter(|tweet| tweet.row.sentiment == sentiment)
            .collect();
        let share = Share::of(&those, |tweet| tweet.seen.complaint);
        report.line(SET, what, share, "");
    }
}

fn reasons(which: &str, tweets: &[&Tweet], targets: (&str, &str, &str), report: &mut Report) {
    let agrees: Vec<Option<bool>> = tweets.iter().map(|tweet| tweet.agrees()).collect();
    let picked: Vec<bool> = agrees.iter().copied().flatten().collect();
    let (coverage, agreement, wrong) = targets;
    let mut line = |what: &str, share, target| {
        report.line(SET, &format!("{which}: {what}"), share, target);
    };
    line(
        "a topic is picked",
        Share::of(&agrees, Option::is_some),
        coverage,
    );
    line(
        "… and it agrees",
        Share::of(&picked, |right| *right),
        agreement,
    );
    line(
        "confidently wrong",
        Share::of(&agrees, |agrees| *agrees == Some(false)),
        wrong,
    );
}

/// The messages behind `--show`.
fn show(tweets: &[Tweet], report: &mut Report) {
    for tweet in tweets {
        let text = &tweet.row.text;
        let label = tweet.reason().unwrap_or(&tweet.row.sentiment);
        let seen = &tweet.seen;
        let decides = seen.explanation.topic.as_deref().unwrap_or("none");
        let about = format!("[{decides} / {label}]");
        let wrong = tweet.is_unanimous() && tweet.agrees() == Some(false);
        let praised = tweet.row.sentiment == "positive" && seen.treated_as_complaint;
        if wrong || praised || seen.critical {
            report.example(decides, &about, text);
        } else if tweet.is_unanimous() && seen.picked.is_none() {
            report.example("none", &about, text);
        } else if tweet.is_negative() != seen.complaint {
            report.example("complaint", &about, text);
        }
    }
}

fn details(unanimous: &[&Tweet], report: &mut Report) {
    report.detail("\nwhich topics are right for which reason:\n");
    for (reason, topics) in AIRLINE_REASONS {
        report.detail(&format!("{reason:<28}{}", topics.join(", ")));
    }
    let pairs: Vec<(String, String, bool)> = unanimous
        .iter()
        .map(|tweet| {
            let topic = tweet.seen.picked.as_deref().unwrap_or("(none picked)");
            let reason = tweet.reason().unwrap_or_default();
            (
                topic.to_owned(),
                reason.to_owned(),
                tweet.agrees() == Some(true),
            )
        })
        .collect();
    report.pairs("airline tweets on whose reason all agree", &pairs);
    report.detail("\nper reason: picked, of these right\n");
    for (reason, _) in AIRLINE_REASONS {
        let of: Vec<Option<bool>> = unanimous
            .iter()
            .filter(|tweet| tweet.reason() == Some(reason))
            .map(|tweet| tweet.agrees())
            .collect();
        let picked = Share::of(&of, Option::is_some).hits;
        let right = Share::of(&of, |agrees| *agrees == Some(true)).hits;
        report.detail(&format!("{reason:<28}{:>5}{picked:>6}{right:>6}", of.len()));
    }
}
