//! Conversations of some hundred companies with their customers on Twitter, 2017 and 2020. Few rows have labels: this
//! tells mostly how much is understood, and what becomes of the rest.

use std::path::Path;

use serde::Deserialize;

use crate::labels::{CARE_LABELS, is_right, trade};
use crate::reader::{Reader, Seen};
use crate::report::{Report, Share};
use crate::source;

#[derive(Deserialize)]
struct Tweet {
    id: String,
    text: String,
    inbound: bool,
    company: Option<String>,
    in_response_to: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
}

#[derive(Deserialize)]
struct Thread {
    id: String,
    company: String,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    from: String,
    text: String,
}

/// Measures the sets `twcs` and `twitter_cdp` under `folder`.
pub(crate) fn measure(reader: &Reader, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let tweets: Vec<Tweet> = source::rows(&folder.join("twcs"))?;
    let tweets: Vec<(&Tweet, Seen)> = tweets
        .iter()
        .filter(|tweet| tweet.inbound)
        .map(|tweet| (tweet, read(reader, tweet)))
        .collect();
    labelled(&tweets, report);
    let (first, later): (Vec<_>, Vec<_>) = tweets
        .iter()
        .filter(|(tweet, _)| tweet.company.is_none())
        .partition(|(tweet, _)| tweet.in_response_to.is_none());
    let seen = |tweets: &[&'_ (&Tweet, Seen)], report: &mut Report, set: &str| {
        let seen: Vec<&Seen> = tweets.iter().map(|(_, seen)| seen).collect();
        overview(set, &seen, report);
        for (tweet, seen) in tweets {
            show(&tweet.text, seen, report);
        }
    };
    seen(&first, report, "care tweets, first ones");
    seen(&later, report, "care tweets, later ones");

    let threads: Vec<Thread> = source::rows(&folder.join("twitter_cdp"))?;
    let seen: Vec<Seen> = threads
        .iter()
        .filter_map(|thread| {
            let turn = thread.turns.iter().find(|turn| turn.from == "customer")?;
            let seen = reader.read(trade(&thread.company), &thread.id, &turn.text);
            show(&turn.text, &seen, report);
            Some(seen)
        })
        .collect();
    overview("care threads", &seen.iter().collect::<Vec<_>>(), report);
    Ok(())
}

/// The company is the one that the set names, else the first that the text does.
fn read(reader: &Reader, tweet: &Tweet) -> Seen {
    let mut handles = tweet.text.split('@').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    });
    let named = handles.find(|handle| handle.contains(|c: char| c.is_ascii_alphabetic()));
    let company = tweet.company.as_deref().or(named).unwrap_or_default();
    reader.read(trade(company), &tweet.id, &tweet.text)
}

fn overview(set: &str, seen: &[&Seen], report: &mut Report) {
    if seen.is_empty() {
        return;
    }
    let mut line = |what: &str, share, target| report.line(set, what, share, target);
    line(
        "a topic is picked",
        Share::of(seen, |seen| seen.picked.is_some()),
        "",
    );
    for outcome in ["reply", "ask", "handoff", "silence"] {
        let share = Share::of(seen, |seen| seen.explanation.outcome == outcome);
        line(&format!("ends as {outcome}"), share, "");
    }
    line(
        "left to people as critical",
        Share::of(seen, |seen| seen.critical),
        "",
    );
    let unknown = Share::of(seen, |seen| seen.explanation.language.is_none());
    line("language not told", unknown, "");
    let pairs: Vec<(String, String, bool)> = seen
        .iter()
        .map(|seen| {
            let topic = seen.explanation.topic.as_deref().unwrap_or("(none)");
            (topic.to_owned(), seen.explanation.outcome.clone(), true)
        })
        .collect();
    report.pairs(set, &pairs);
}

fn show(text: &str, seen: &Seen, report: &mut Report) {
    let decides = seen.explanation.topic.as_deref().unwrap_or("none");
    report.example(decides, &format!("[{decides}]"), text);
}

fn labelled(tweets: &[(&Tweet, Seen)], report: &mut Report) {
    let known: Vec<(&Tweet, &Seen)> = tweets
        .iter()
        .filter(|(tweet, _)| {
            let mut labels = tweet.labels.iter();
            labels.any(|label| CARE_LABELS.iter().any(|(known, _)| known == label))
        })
        .map(|(tweet, seen)| (*tweet, seen))
        .collect();
    if known.is_empty() {
        return;
    }
    let agrees: Vec<Option<bool>> = known
        .iter()
        .map(|(tweet, seen)| {
            let topic = seen.picked.as_deref()?;
            let mut labels = tweet.labels.iter();
            Some(labels.any(|label| is_right(CARE_LABELS, label, topic) == Some(true)))
        })
        .collect();
    let picked: Vec<bool> = agrees.iter().copied().flatten().collect();
    let set = "care tweets, labelled";
    report.line(
        set,
        "a topic is picked",
        Share::of(&agrees, Option::is_some),
        "",
    );
    report.line(
        set,
        "… and it agrees",
        Share::of(&picked, |right| *right),
        "",
    );
    let pairs: Vec<(String, String, bool)> = known
        .iter()
        .zip(&agrees)
        .map(|((tweet, seen), agrees)| {
            let topic = seen.picked.as_deref().unwrap_or("(none picked)");
            (
                topic.to_owned(),
                tweet.labels.join(" + "),
                *agrees == Some(true),
            )
        })
        .collect();
    report.pairs(set, &pairs);
}
