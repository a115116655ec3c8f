//! How many durable commits a second the embedded store makes, with one writer and with many at once.
//!
//! An iteration is one swap of a 2 KB document by each writer. The folder is under `target/`, since a memory disk such
//! as `/tmp` often is one would tell nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures::future::join_all;
use hark::store::Store;
use hark::store::sled::SledStore;

const DOCUMENT_BYTES: usize = 2 * 1024;

fn swaps(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("target/ is writable");
    let store = SledStore::open(folder.path()).expect("an empty folder opens");
    let next_key = AtomicU64::new(0);
    let mut group = criterion.benchmark_group("swap of 2 KB");
    group.sample_size(20);
    for writers in [1_u64, 64, 1_024] {
        group.throughput(Throughput::Elements(writers));
        group.bench_function(BenchmarkId::from_parameter(writers), |bencher| {
            bencher.to_async(&runtime).iter(|| {
                join_all((0..writers).map(|_| {
                    let key = format!("document/{}", next_key.fetch_add(1, Ordering::Relaxed));
                    let store = &store;
                    async move { store.swap(&key, None, vec![b'x'; DOCUMENT_BYTES]).await }
                }))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, swaps);
criterion_main!(benches);
