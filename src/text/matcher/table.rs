//! A read-only table of numbers by hashed key, in two pieces of memory whatever its size.

/// Numbers under 64-bit keys that are spread evenly; one key may have several, and different keys never share one.
#[derive(Debug)]
pub(super) struct HashTable {
    /// Where the entries of each bucket start; one more than there are buckets.
    starts: Vec<u32>,
    /// Low half of the key, and the number; by bucket.
    entries: Vec<(u32, u32)>,
    /// A key's bucket is the key without so many low bits.
    shift: u32,
}

impl HashTable {
    /// Keeps all `entries`, keys and their numbers.
    pub(super) fn new(mut entries: Vec<(u64, u32)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        // Most lookups find nothing, and end at once where most buckets are empty.
        let buckets = (2 * entries.len()).next_power_of_two().max(2);
        let shift = u64::BITS - buckets.trailing_zeros();
        let buckets = entries.iter().map(|(key, _)| number(key >> shift));
        Self {
            starts: starts(buckets, 1 << (u64::BITS - shift)),
            entries: entries
                .iter()
                .map(|&(key, value)| (low(key), value))
                .collect(),
            shift,
        }
    }

    /// The numbers under `key`. Keys that agree in bucket and low half are taken for one, so what is found must be
    /// compared with what was looked for.
    pub(super) fn get(&self, key: u64) -> impl Iterator<Item = u32> {
        let bucket = number(key >> self.shift) as usize;
        let found = &self.entries[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        let wanted = low(key);
        found
            .iter()
            .filter(move |(key, _)| *key == wanted)
            .map(|&(_, value)| value)
    }
}

/// Where the entries of each key start, given the sorted keys of all entries.
pub(super) fn starts(keys: impl Iterator<Item = u32>, count: usize) -> Vec<u32> {
    let mut starts = vec![0; count + 1];
    for key in keys {
        starts[key as usize + 1] += 1;
    }
    for key in 0..count {
        starts[key + 1] += starts[key];
    }
    starts
}

fn number(value: u64) -> u32 {
    u32::try_from(value).expect("rules are far smaller than 4 GB")
}

fn low(key: u64) -> u32 {
    number(key & u64::from(u32::MAX))
}
