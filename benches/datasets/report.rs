//! The tables that are printed.

use std::collections::BTreeMap;
use std::fmt::Write;

/// A share: how many of how many.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Share {
    pub(crate) hits: usize,
    pub(crate) of: usize,
}

impl Share {
    /// Counts the items of which `holds` is true.
    pub(crate) fn of<T>(items: &[T], holds: impl Fn(&T) -> bool) -> Self {
        Self {
            hits: items.iter().filter(|item| holds(item)).count(),
            of: items.len(),
        }
    }

    fn percent(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "no set has 2^52 messages")]
        let share = self.hits as f64 / self.of.max(1) as f64;
        100.0 * share
    }
}

/// What was measured, as it is printed at the end.
pub(crate) struct Report {
    verbose: bool,
    show: Option<String>,
    rows: String,
    details: String,
}

impl Report {
    pub(crate) fn new(verbose: bool, show: Option<String>) -> Self {
        Self {
            verbose,
            show,
            rows: String::new(),
            details: String::new(),
        }
    }

    /// A line of the table. `target` is what it should be; empty where nothing is promised.
    pub(crate) fn line(&mut self, set: &str, measure: &str, share: Share, target: &str) {
        let Share { hits, of } = share;
        let percent = share.percent();
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.rows,
            "| {set} | {measure} | {percent:.1} % | {hits} of {of} | {target} |"
        );
    }

    /// A line of text below the table, for who asks for all of it.
    pub(crate) fn detail(&mut self, line: &str) {
        if self.verbose {
            self.details.push_str(line);
            self.details.push('\n');
        }
    }

    /// A message to look at, where its kind is asked for.
    pub(crate) fn example(&mut self, kind: &str, about: &str, text: &str) {
        if self.show.as_deref() == Some(kind) {
            let text = text.replace(['\n', '\r'], " ");
            let _ = writeln!(self.details, "{about}: {text}");
        }
    }

    /// How often each topic was picked for each label.
    pub(crate) fn pairs(&mut self, title: &str, pairs: &[(String, String, bool)]) {
        self.detail(&format!("\n{title}: topic picked, label, messages\n"));
        let mut topics: BTreeMap<&str, (Share, BTreeMap<&str, usize>)> = BTreeMap::new();
        for (topic, label, right) in pairs {
            let (share, labels) = topics.entry(topic).or_default();
            share.of += 1;
            share.hits += usize::from(*right);
            *labels.entry(label).or_default() += 1;
        }
        for (topic, (share, labels)) in topics {
            let mut sorted: Vec<(&str, usize)> = labels.into_iter().collect();
            sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let labels: Vec<String> = sorted
                .iter()
                .map(|(label, count)| format!("{label} {count}"))
                .collect();
            let (hits, of) = (share.hits, share.of);
            let percent = share.percent();
            self.detail(&format!(
                "{topic:<20}{hits:>5} of {of:<5}{percent:>6.1} %  {}",
                labels.join(", ")
            ));
        }
    }

    /// All of it.
    pub(crate) fn to_text(&self) -> String {
        if self.rows.is_empty() {
            return "there is none of the sets in that folder\n".to_owned();
        }
        format!(
            "| set | measure | measured | messages | target |\n| --- | --- | --- | --- | --- |\n{}{}",
            self.rows, self.details
        )
    }
}
