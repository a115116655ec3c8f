//! Which codes are airlines and airports. The tables are trimmed from `OpenTravelData` (CC BY 4.0).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static AIRLINES: LazyLock<Airlines> =
    LazyLock::new(|| Airlines::read(include_str!("../data/airlines.txt")));

static AIRPORTS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    rows(include_str!("../data/airports.txt"))
        .flat_map(str::split_whitespace)
        .collect()
});

#[derive(Debug, Default)]
struct Airlines {
    iata: BTreeSet<&'static str>,
    iata_of_icao: BTreeMap<&'static str, &'static str>,
    prefixes: BTreeSet<&'static str>,
}

impl Airlines {
    fn read(table: &'static str) -> Self {
        let mut airlines = Self::default();
        for row in rows(table) {
            let mut columns = row
                .split(' ')
                .map(|column| Some(column).filter(|&c| c != "-"));
            let mut column = || columns.next().flatten();
            let (Some(iata), icao, prefix) = (column(), column(), column()) else {
                continue;
            };
            airlines.iata.insert(iata);
            if let Some(icao) = icao {
                airlines.iata_of_icao.insert(icao, iata);
            }
            airlines.prefixes.extend(prefix);
        }
        airlines
    }
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

/// The IATA designator of an airline, from its IATA or ICAO designator in capitals.
pub(super) fn airline(code: &str) -> Option<&'static str> {
    let airlines = &*AIRLINES;
    airlines
        .iata
        .get(code)
        .or_else(|| airlines.iata_of_icao.get(code))
        .copied()
}

/// Whether tickets and bag tags of an airline start with these three digits.
pub(super) fn is_issuer(digits: &str) -> bool {
    AIRLINES.prefixes.contains(digits)
}

/// Whether this is the IATA code of an airport, in capitals.
pub(super) fn is_airport(code: &str) -> bool {
    AIRPORTS.contains(code)
}
