//! How many durable commits a second the embedded store makes, with one writer and with many at once.
//!
//! An iteration is one swap of a new 2 KB document by each writer; writers do not wait for each other. The folder is
//! under `target/`, since a memory disk, as `/tmp` often is one, would tell nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use criterion::measurement::{Measurement, WallTime};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hark::store::Store;
use hark::store::sled::SledStore;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const DOCUMENT_BYTES: usize = 2 * 1024;

fn swaps(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime starts");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("target/ is writable");
    let store = Arc::new(SledStore::open(folder.path()).expect("an empty folder opens"));
    let mut group = criterion.benchmark_group("swap of 2 KB");
    group.sample_size(20);
    for writers in [1, 64, 1_024] {
        group.throughput(Throughput::Elements(writers));
        group.bench_function(BenchmarkId::from_parameter(writers), |bencher| {
            bencher.iter_custom(|each| runtime.block_on(write(&store, writers, each)));
        });
    }
    group.finish();
}

/// The time in which each of `writers` writers puts `each` documents.
async fn write(store: &Arc<SledStore>, writers: u64, each: u64) -> Duration {
    static NEXT_KEY: AtomicU64 = AtomicU64::new(0);
    let started = WallTime.start();
    let mut running = JoinSet::new();
    for _ in 0..writers {
        let store = Arc::clone(store);
        running.spawn(async move {
            for _ in 0..each {
                let key = format!("document/{}", NEXT_KEY.fetch_add(1, Ordering::Relaxed));
                let swapped = store.swap(&key, None, vec![b'x'; DOCUMENT_BYTES]).await;
                swapped.expect("the disk takes it");
            }
        });
    }
    running.join_all().await;
    WallTime.end(started)
}

criterion_group!(benches, swaps);
criterion_main!(benches);
