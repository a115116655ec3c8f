//! How many short messages a second are cut and matched against how many rules on one core, how long texts take that
//! nobody would write, and how long rules take to compile.

mod made_up;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hark::text::matcher::{Facts, Lists, Matcher, Rule};
use hark::text::query::{self, Query};
use hark::text::tokens::TokenText;

use self::made_up::Trade;

const FACTS: Facts<'_> = Facts {
    language: None,
    other_language: false,
    channel: "http",
    brand: "northwind",
    public: true,
    is_reply: false,
    followers: None,
    verified: false,
};

fn compile(queries: &[Query]) -> Matcher {
    let rules: Vec<Rule<'_>> = queries
        .iter()
        .map(|query| Rule { scope: 0, query })
        .collect();
    Matcher::new(&rules, &[Lists::new()])
}

fn parse(rules: &[String]) -> Vec<Query> {
    let queries = rules.iter().map(|rule| query::parse(rule));
    queries
        .collect::<Result<_, _>>()
        .expect("made-up rules are rules")
}

fn find(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("messages of 100 bytes against rules");
    for count in [200, 2_000, 20_000] {
        let mut trade = Trade::new();
        let matcher = compile(&parse(&trade.rules(count)));
        let messages = trade.messages(10_000);
        let mut next = messages.iter().cycle();
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| {
                let message = next.next().map_or("", String::as_str);
                matcher.find(&TokenText::new(black_box(message)), &[], &FACTS, &[0])
            });
        });
    }
    group.finish();
}

/// Texts that are no messages: ten times the text must not take much more than ten times the time.
fn endure(criterion: &mut Criterion) {
    let mut rules = Trade::new().rules(2_000);
    let repeated = [
        "bag NEAR/50 bag NEAR/50 bag",
        "not NEAR/5 (bag OR not)",
        "\"bag bag bag\"",
        "baggage~2",
    ];
    rules.extend(repeated.map(str::to_owned));
    let matcher = compile(&parse(&rules));
    let mut group = criterion.benchmark_group("hostile texts of KB");
    group.sample_size(10);
    let parts = [
        "@",
        "#a",
        "a",
        "\u{200b}",
        "a\u{301}",
        "\"'",
        "a'",
        "not ",
        "bag ",
        "👨\u{200d}",
        "www.",
        "漢",
    ];
    for part in parts {
        for kilobytes in [8, 64] {
            let text = part.repeat(kilobytes * 1_024 / part.len());
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(
                BenchmarkId::new(part.escape_default().to_string(), kilobytes),
                |bencher| {
                    bencher.iter(|| {
                        matcher.find(&TokenText::new(black_box(&text)), &[], &FACTS, &[0])
                    });
                },
            );
        }
    }
    group.finish();
}

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rules read and compiled");
    group.sample_size(20);
    for count in [200, 2_000, 20_000] {
        let rules = Trade::new().rules(count);
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| compile(&parse(black_box(&rules))));
        });
    }
    group.finish();
}

criterion_group!(benches, find, endure, load);
criterion_main!(benches);
