//! How many short messages a second are cut and matched against how many rules on one core, and how long rules take
//! to compile.

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

criterion_group!(benches, find, load);
criterion_main!(benches);
