//! "Did you mean": the nearest of the known names, for hints.

/// Most characters that may differ for a name to be taken as meant.
const DISTANCE_MAX: usize = 2;

/// Most names that a hint lists.
const NAMES_MAX: usize = 24;

/// A hint for an unknown name: the nearest known one where there is one, and all that are known.
pub(crate) fn hint<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    if known.is_empty() {
        return format!("there are no {what} here");
    }
    let shown = known.len().min(NAMES_MAX);
    let more = match known.len() - shown {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let all = format!("known {what}: {}{more}", known[..shown].join(", "));
    match nearest(name, &known) {
        Some(nearest) => format!("did you mean `{nearest}`? {all}"),
        None => all,
    }
}

fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (distance(name, candidate), *candidate))
        .filter(|(distance, candidate)| {
            *distance <= DISTANCE_MAX && *distance < candidate.chars().count()
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many characters must be added, taken away or changed to get from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        for (name, expected) in [
            ("titel", "did you mean `title`? known keys: title, when"),
            ("wen", "did you mean `when`? known keys: title, when"),
            ("colour", "known keys: title, when"),
        ] {
            assert_eq!(hint("keys", name, ["title", "when"].into_iter()), expected);
        }
        let many: Vec<String> = (10..50).map(|number| format!("name-{number}")).collect();
        let many = hint("names", "x", many.iter().map(String::as_str));
        assert!(many.ends_with("name-32, name-33 and 16 more"), "{many}");
        assert_eq!(hint("keys", "x", [].into_iter()), "there are no keys here");
    }
}
