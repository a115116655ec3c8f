//! How many typing slips lie between two words.

/// Longest word that is compared letter by letter; typing slips in longer ones do not matter.
pub(super) const LETTERS_MAX: usize = 40;

/// Whether two words are at most `edits` apart, an edit being a letter added, dropped or replaced, or two neighbours
/// swapped (optimal string alignment: no letter is edited twice).
pub(super) fn within(left: &str, right: &str, edits: u8) -> bool {
    if left == right {
        return true;
    }
    let left: Vec<char> = left.chars().take(LETTERS_MAX + 1).collect();
    let right: Vec<char> = right.chars().take(LETTERS_MAX + 1).collect();
    if left.len() > LETTERS_MAX || right.len() > LETTERS_MAX {
        return false;
    }
    let mut before = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for row in 1..=left.len() {
        let mut line = vec![row; right.len() + 1];
        for column in 1..=right.len() {
            let same = usize::from(left[row - 1] != right[column - 1]);
            let mut best = (last[column - 1] + same)
                .min(last[column] + 1)
                .min(line[column - 1] + 1);
            let swapped = row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1];
            if swapped {
                best = best.min(before[column - 2] + 1);
            }
            line[column] = best;
        }
        before = std::mem::replace(&mut last, line);
    }
    last[right.len()] <= usize::from(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        let cases = [
            ("luggage", "luggage", 0),
            ("luggage", "lugage", 1),
            ("luggage", "lugggage", 1),
            ("luggage", "luggaje", 1),
            ("luggage", "lugagge", 1),
            ("luggage", "lugaje", 2),
            ("flight", "filght", 1),
            ("flight", "fright", 1),
            ("koffer", "", 6),
        ];
        for (left, right, edits) in cases {
            assert!(within(left, right, edits), "{left} {right}");
            assert!(within(right, left, edits), "{right} {left}");
            if edits > 0 {
                assert!(!within(left, right, edits - 1), "{left} {right}");
            }
        }
    }
}
