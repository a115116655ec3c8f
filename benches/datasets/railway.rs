//! What people wrote about the German railway, 2015 and 2016, in German, with its sentiment. Read with the airline's
//! packs: a brand of a trade that no pack is made for, in a language that is not the first.

use std::path::Path;

use serde::Deserialize;

use crate::reader::{Reader, Seen};
use crate::report::{Report, Share};
use crate::source;

const SET: &str = "railway posts, German";

#[derive(Deserialize)]
struct Row {
    id: String,
    text: String,
    relevant: bool,
    sentiment: String,
}

/// Measures the rows under `folder` that are about the railway.
pub(crate) fn measure(reader: &Reader, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let rows: Vec<Row> = source::rows(folder)?;
    let posts: Vec<(&Row, Seen)> = rows
        .iter()
        .filter(|row| row.relevant)
        .map(|row| (row, reader.read("railway", &row.id, &row.text)))
        .collect();
    if posts.is_empty() {
        return Ok(());
    }
    let is = |sentiment: &'static str| move |row: &Row| row.sentiment == sentiment;
    let right = Share::of(&posts, |(row, seen)| is("negative")(row) == seen.complaint);
    report.line(SET, "complaint or not: right", right, "");
    for (what, sentiment) in [
        ("of complaints, seen as such", "negative"),
        ("of neutral ones, taken for complaints", "neutral"),
    ] {
        let those: Vec<_> = posts.iter().filter(|(row, _)| is(sentiment)(row)).collect();
        report.line(SET, what, Share::of(&those, |(_, seen)| seen.complaint), "");
    }
    let positive: Vec<_> = posts
        .iter()
        .filter(|(row, _)| is("positive")(row))
        .collect();
    let praise = Share::of(&positive, |(_, seen)| seen.treated_as_complaint);
    report.line(SET, "praise answered as a complaint", praise, "");
    let critical = Share::of(&posts, |(_, seen)| seen.critical);
    report.line(SET, "left to people as critical", critical, "");
    let unknown = Share::of(&posts, |(_, seen)| seen.explanation.language.is_none());
    report.line(SET, "language not told", unknown, "");
    let pairs: Vec<(String, String, bool)> = posts
        .iter()
        .map(|(row, seen)| {
            let topic = seen.explanation.topic.as_deref().unwrap_or("(none)");
            let right = is("negative")(row) == seen.complaint;
            (topic.to_owned(), row.sentiment.clone(), right)
        })
        .collect();
    report.pairs(SET, &pairs);
    for (row, seen) in &posts {
        let decides = seen.explanation.topic.as_deref().unwrap_or("none");
        if is("negative")(row) != seen.complaint || seen.critical {
            report.example(
                decides,
                &format!("[{decides} / {}]", row.sentiment),
                &row.text,
            );
        }
    }
    Ok(())
}
