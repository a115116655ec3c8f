//! What the operator sees of a running hark: log lines on stderr, and every metric with its name, unit and meaning.
//!
//! Spans and events carry ids only. The text of a message, a name, an address or a token never gets into either.

use std::fmt;
use std::io::IsTerminal;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use serde::Deserialize;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{Format, Full, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, Registry};

/// Messages taken in, by `account`; a duplicate is not counted again.
pub const MESSAGES_RECEIVED: &str = "hark_messages_received_total";

/// Decisions on messages, by `outcome`: `reply`, `ask`, `handoff` or `silence`.
pub const DECISIONS: &str = "hark_decisions_total";

/// Attempts to send, by `to` (`customer` or `desk`) and `outcome`: `sent`, `later`, `refused` or `unknown`.
pub const DELIVERIES: &str = "hark_deliveries_total";

/// How long one attempt to send took, by `to`. Seconds.
pub const DELIVERY_SECONDS: &str = "hark_delivery_seconds";

/// From a message's arrival to the first reply being sent. Seconds.
pub const FIRST_REPLY_SECONDS: &str = "hark_first_reply_seconds";

/// Cases that a person must act on, by `state`: `open` or `claimed`.
pub const CASES_OPEN: &str = "hark_cases_open";

/// Cases that nobody claimed in time.
pub const CASES_OVERDUE: &str = "hark_cases_overdue";

/// Whether an account's network answers, by `account`: 1 or 0.
pub const ACCOUNT_UP: &str = "hark_account_up";

/// How long one commit took, to the disk and back. Seconds.
pub const STORE_COMMIT_SECONDS: &str = "hark_store_commit_seconds";

/// Reloads of config and packs, by `outcome`: `applied` or `refused`.
pub const RELOADS: &str = "hark_reloads_total";

/// Faults of ours that were contained; each one is a bug.
pub const PANICS: &str = "hark_panics_total";

/// Always 1; its `version` is what runs.
pub const BUILD_INFO: &str = "hark_build_info";

/// From a call to a network near by to the time limit of the HTTP client. Seconds.
const DELIVERY_BUCKETS: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 30.0, 60.0];

/// From "at once" to the longest first response time that care teams promise. Seconds.
const FIRST_REPLY_BUCKETS: &[f64] = &[0.1, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 3600.0];

/// From a fast disk to one that needs looking at. Seconds.
const COMMIT_BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0,
];

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line for people and for journald.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// How important a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Someone must act.
    Error,
    /// Something went wrong and was mended.
    Warn,
    /// What an operator would tell a colleague.
    #[default]
    Info,
    /// Each step.
    Debug,
    /// Each step of each step.
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// Who reads the text lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// A person at a terminal: colour.
    Terminal,
    /// journald, which has its own clock and reads the priority from the start of the line.
    Journal,
    /// A file or a pipe.
    File,
}

/// Sends every log line of at least `level` to stderr. Crates below hark speak up from `warn` on.
pub fn install_log(format: LogFormat, level: LogLevel) -> Result<(), TryInitError> {
    let reader = if std::env::var_os("JOURNAL_STREAM").is_some() {
        Reader::Journal
    } else if std::io::stderr().is_terminal() {
        Reader::Terminal
    } else {
        Reader::File
    };
    subscriber(format, level, reader, std::io::stderr).try_init()
}

/// Takes in every metric from now on. The handle renders them for `/metrics`; its `run_upkeep` must be called every few
/// seconds, or what the histograms hold grows until somebody asks.
pub fn install_metrics() -> Result<PrometheusHandle, BuildError> {
    let recorder = recorder()?;
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)?;
    describe();
    Ok(handle)
}

fn subscriber<W>(
    format: LogFormat,
    level: LogLevel,
    reader: Reader,
    writer: W,
) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let own = LevelFilter::from(level);
    let filter = Targets::new()
        .with_default(own.min(LevelFilter::WARN))
        .with_target("hark", own);
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match (format, reader) {
        (LogFormat::Json, _) => Box::new(lines.json().flatten_event(true).with_span_list(false)),
        (LogFormat::Text, Reader::Journal) => {
            let plain = Format::default().without_time().with_level(false);
            Box::new(
                lines
                    .with_ansi(false)
                    .event_format(WithPriority(plain.with_ansi(false))),
            )
        }
        (LogFormat::Text, Reader::Terminal) => Box::new(lines.with_ansi(true)),
        (LogFormat::Text, Reader::File) => Box::new(lines.with_ansi(false)),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter))
}

/// A line that starts with its syslog priority, as sd-daemon(3) reads it.
struct WithPriority(Format<Full, ()>);

impl<S, N> FormatEvent<S, N> for WithPriority
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let priority = match *event.metadata().level() {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            _ => 7,
        };
        write!(writer, "<{priority}>")?;
        self.0.format_event(context, writer, event)
    }
}

fn recorder() -> Result<PrometheusRecorder, BuildError> {
    let full = |name: &str| Matcher::Full(name.to_owned());
    Ok(PrometheusBuilder::new()
        .set_buckets_for_metric(full(DELIVERY_SECONDS), DELIVERY_BUCKETS)?
        .set_buckets_for_metric(full(FIRST_REPLY_SECONDS), FIRST_REPLY_BUCKETS)?
        .set_buckets_for_metric(full(STORE_COMMIT_SECONDS), COMMIT_BUCKETS)?
        .build_recorder())
}

/// Tells the recorder what each metric means, and what runs.
fn describe() {
    describe_counter!(MESSAGES_RECEIVED, "Messages taken in.");
    describe_counter!(DECISIONS, "Decisions on messages, by outcome.");
    describe_counter!(DELIVERIES, "Attempts to send, by outcome.");
    describe_histogram!(
        DELIVERY_SECONDS,
        Unit::Seconds,
        "How long one attempt to send took."
    );
    describe_histogram!(
        FIRST_REPLY_SECONDS,
        Unit::Seconds,
        "From a message's arrival to the first reply being sent."
    );
    describe_gauge!(CASES_OPEN, "Cases that a person must act on, by state.");
    describe_gauge!(CASES_OVERDUE, "Cases that nobody claimed in time.");
    describe_gauge!(ACCOUNT_UP, "Whether the account's network answers.");
    describe_histogram!(
        STORE_COMMIT_SECONDS,
        Unit::Seconds,
        "How long one commit took, to the disk and back."
    );
    describe_counter!(RELOADS, "Reloads of config and packs, by outcome.");
    describe_counter!(
        PANICS,
        "Faults inside hark that were contained; each is a bug."
    );
    describe_gauge!(BUILD_INFO, "What runs; always 1.");
    gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use metrics::{counter, histogram};

    use super::*;

    fn rendered() -> String {
        let recorder = recorder().expect("buckets");
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe();
            for name in [MESSAGES_RECEIVED, DECISIONS, DELIVERIES, RELOADS, PANICS] {
                counter!(name, "account" => "http/demo").increment(1);
            }
            for name in [CASES_OPEN, CASES_OVERDUE, ACCOUNT_UP] {
                gauge!(name, "account" => "http/demo").set(1.0);
            }
            for name in [DELIVERY_SECONDS, FIRST_REPLY_SECONDS, STORE_COMMIT_SECONDS] {
                histogram!(name).record(0.3);
            }
        });
        handle.run_upkeep();
        handle.render()
    }

    /// What `promtool check metrics` complains of, as far as our names can offend.
    fn lint(text: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let words = |mark: &str| -> BTreeMap<&str, &str> {
            let lines = text.lines().filter_map(|line| line.strip_prefix(mark));
            lines.filter_map(|line| line.split_once(' ')).collect()
        };
        let (help, types) = (words("# HELP "), words("# TYPE "));
        for line in text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            let sample = line.split(['{', ' ']).next().unwrap_or_default();
            let is_known = |name: &str| types.contains_key(name);
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| sample.strip_suffix(end).filter(|name| is_known(name)))
                .unwrap_or(sample);
            if !is_known(family) {
                problems.push(format!("{family} has no type"));
            }
        }
        for (name, kind) in types {
            let mut check = |wrong: bool, what: &str| {
                if wrong {
                    problems.push(format!("{name} {what}"));
                }
            };
            let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
            let parts: Vec<&str> = name.split('_').collect();
            check(!help.contains_key(name), "has no help");
            check(
                kind == "counter" && !ends(&["_total"]),
                "is a counter without _total",
            );
            check(
                kind != "counter" && ends(&["_total"]),
                "is no counter but has _total",
            );
            check(kind == "histogram" && !ends(&["_seconds"]), "has no unit");
            check(kind == "summary", "has quantiles, which cannot be added up");
            check(
                ends(&["_count", "_sum", "_bucket"]),
                "ends like a part of a histogram",
            );
            check(
                name.chars().any(|c| c.is_ascii_uppercase() || c == ':'),
                "is not snake_case",
            );
            let bad = [
                "ms",
                "milliseconds",
                "minutes",
                "gauge",
                "counter",
                "histogram",
            ];
            check(
                parts.iter().any(|part| bad.contains(part)),
                "names its type or no base unit",
            );
            check(!name.starts_with("hark_"), "is not ours");
        }
        problems
    }

    #[test]
    fn every_metric_passes_the_lint() {
        let text = rendered();
        assert_eq!(lint(&text), Vec::<String>::new(), "{text}");
        assert!(text.contains("hark_build_info{version=\""), "{text}");
        assert!(
            text.contains("hark_delivery_seconds_bucket{le=\"0.5\"} 1"),
            "{text}"
        );
        assert_eq!(text.matches("# TYPE ").count(), 12, "{text}");
    }

    #[test]
    fn the_lint_sees_what_is_wrong() {
        for (text, problem) in [
            (
                "# TYPE hark_a counter\n# HELP hark_a A.\nhark_a 1",
                "without _total",
            ),
            (
                "# TYPE hark_a_total gauge\n# HELP hark_a_total A.",
                "no counter",
            ),
            ("# TYPE hark_a_ms histogram\n# HELP hark_a_ms A.", "no unit"),
            (
                "# TYPE hark_a_count gauge\n# HELP hark_a_count A.",
                "part of a histogram",
            ),
            ("# TYPE hark_a gauge", "no help"),
            ("hark_a 1", "no type"),
        ] {
            let problems = lint(text).join("; ");
            assert!(problems.contains(problem), "{text}: {problems}");
        }
    }

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn lines(format: LogFormat, level: LogLevel, reader: Reader) -> Vec<String> {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = subscriber(format, level, reader, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::info_span!("deliver", attempt = 1).in_scope(|| {
                tracing::error!("a");
                tracing::info!("b");
                tracing::debug!("c");
            });
            tracing::info!(target: "hyper", "d");
        });
        let bytes = written.0.lock().expect("not poisoned").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn journald_gets_a_priority_and_neither_clock_nor_colour() {
        let lines = lines(LogFormat::Text, LogLevel::Debug, Reader::Journal);
        assert_eq!(lines.len(), 3, "crates below are quiet: {lines:?}");
        for (line, priority) in lines.iter().zip(["<3>", "<6>", "<7>"]) {
            assert!(line.starts_with(priority), "{line}");
            assert!(!line.contains('\x1b') && !line.contains("20"), "{line}");
        }
    }

    #[test]
    fn json_is_one_object_on_each_line() {
        let lines = lines(LogFormat::Json, LogLevel::Info, Reader::Journal);
        assert_eq!(lines.len(), 2);
        for line in lines {
            let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            assert_eq!(value["span"]["attempt"], 1);
        }
    }

    #[test]
    fn only_a_terminal_gets_colour() {
        let coloured = |reader| lines(LogFormat::Text, LogLevel::Info, reader)[0].contains('\x1b');
        assert!(coloured(Reader::Terminal));
        assert!(!coloured(Reader::File));
    }
}
