//! How fast a message is searched for flights, codes, dates and numbers: messages with nothing to find, and messages full
//! of it.
//!
//! An iteration is one message, in turn; messages are of about a hundred bytes.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hark::text::entities::{Hints, find};

const PLAIN: &[&str] = &[
    "still no answer from anybody at your desk, and the queue has not moved since we got here. Not good enough.",
    "thank you so much to the crew who looked after my mother, she was nervous and they were wonderful with her",
    "Warum geht bei euch niemand ans Telefon? Ich versuche es seit Stunden und werde immer wieder rausgeworfen",
    "llevo toda la noche esperando y nadie nos dice nada, es una falta de respeto para las familias con niños",
];

const RICH: &[&str] = &[
    "BA117 LHR-JFK on 12 May was 3h 20m late, ref X7K9QD, I paid £350.50 and missed my meeting at 15:30",
    "bag tag NW884213 from flight NW2207, call me on +44 7700 900123 or ann@example.com, it was two days ago",
    "Flug LH 2054 am 3. Mai um 7:45 Uhr gestrichen, Ticket 220-2401234567, bitte 1.200,50 € auf DE89370400440532013000",
    "vuelo IB 3167 de MAD a BOG retrasado 4 horas, localizador LMP9QX, tarjeta 4111 1111 1111 1111, gasté 85 euros",
];

fn search(criterion: &mut Criterion) {
    let hints = Hints {
        airlines: vec!["NW".to_owned()],
        ..Hints::default()
    };
    let mut group = criterion.benchmark_group("entities of a message");
    group.throughput(Throughput::Elements(1));
    for (name, messages) in [("plain", PLAIN), ("rich", RICH)] {
        let mut messages = messages.iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| messages.next().map(|text| find(black_box(text), &hints)));
        });
    }
    group.finish();
}

criterion_group!(benches, search);
criterion_main!(benches);
