//! The real binary, driven from outside as any other program would: over HTTP, signals, files and its command line.
//!
//! Each test has a folder of its own with a config and a store. Nothing here waits for a fixed time: what must happen is
//! looked for until it is there, or until [`PATIENCE`] is over.

mod api;
mod command_line;
mod crash;
mod desk;
mod door;
mod guesses;
mod networks;
mod operations;
mod place;
mod promises;
mod reload;
mod replay;
mod sink;
mod stopping;

use std::time::Duration;

/// Longest wait for something that must happen; far above what it takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// Pause between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Looks until there is something, and gives it.
async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, looking).await;
    found.unwrap_or_else(|_| panic!("this did not happen in time: {what}"))
}
