//! What a rule author probably meant where a query cannot be read.

use super::lexer::{Piece, Placed};

/// What to write where two terms stand side by side.
pub(super) fn side_by_side(before: Option<&Placed<'_>>, found: &Placed<'_>) -> String {
    if let Some(meant) = operator(found.raw) {
        let meant = if meant == "NOT" { "AND NOT" } else { &meant };
        return format!("did you mean `{meant}`? operators are written in capitals");
    }
    let Some(before) = before else {
        return between_terms(None, found);
    };
    if let Some(meant) = operator(before.raw) {
        return format!("did you mean `{meant}` instead of `{}`?", before.raw);
    }
    let is_single = |raw: &str| raw.starts_with(['\'', '‘', '’', '‚', '`']);
    if is_single(before.raw) || is_single(found.raw) {
        return "a phrase stands between double quotation marks: `\"where is\"`".to_owned();
    }
    match (before.piece, found.raw.chars().next()) {
        (Piece::Regex(_), Some(c)) if c.is_alphabetic() => {
            "a pattern takes no flags; it ignores case already".to_owned()
        }
        (Piece::Quoted(..), Some('~')) => {
            "words that may stand apart are joined with NEAR: `where NEAR/2 bag`".to_owned()
        }
        (Piece::Quoted(..), Some('*')) => {
            "write `*` inside the quotation marks: `\"never arriv*\"`".to_owned()
        }
        (_, Some('-' | '!')) if found.raw.len() > 1 => {
            format!("write `AND NOT {}`", found.raw[1..].trim())
        }
        _ => between_terms(Some(before), found),
    }
}

fn between_terms(before: Option<&Placed<'_>>, found: &Placed<'_>) -> String {
    let is_word = |placed: &Placed<'_>| matches!(placed.piece, Piece::Bare(word) if word.chars().all(char::is_alphanumeric));
    let phrase = match before {
        Some(before) if is_word(before) && is_word(found) => {
            format!("`\"{} {}\"`", before.raw, found.raw)
        }
        _ => "`\"two words\"`".to_owned(),
    };
    format!("write AND, OR or NEAR/n between terms, or {phrase} for words in a row")
}

/// What to write where a term is missing and `found`, or the end, stands instead.
pub(super) fn no_term(before: Option<&Placed<'_>>, found: Option<&Placed<'_>>) -> Option<String> {
    match found {
        Some(Placed {
            piece: Piece::Close,
            ..
        }) if before.is_some_and(|before| before.piece == Piece::Open) => {
            Some("nothing stands between these parentheses".to_owned())
        }
        Some(found) if is_operator(found) && found.piece != Piece::Close => Some(format!(
            "`{0}` stands between two terms; for the word itself write `\"{0}\"`",
            found.raw
        )),
        _ => before
            .filter(|before| is_operator(before))
            .map(|before| format!("`{}` needs a term after it", before.raw)),
    }
}

fn is_operator(placed: &Placed<'_>) -> bool {
    matches!(
        placed.piece,
        Piece::And | Piece::Or | Piece::Not | Piece::Affirmed | Piece::Near { .. }
    )
}

/// The operator that something written otherwise looks like.
fn operator(raw: &str) -> Option<String> {
    let lower = raw.to_lowercase();
    let known = match lower.as_str() {
        "and" | "&" | "&&" | "+" | "und" => "AND",
        "or" | "|" | "||" | "oder" => "OR",
        "not" | "!" | "-" => "NOT",
        "affirmed" => "AFFIRMED",
        _ => return distance(&lower),
    };
    Some(known.to_owned())
}

/// `near/3`, `NEAR3`, `Near:3` → `NEAR/3`.
fn distance(lower: &str) -> Option<String> {
    for (name, operator) in [("near", "NEAR"), ("before", "BEFORE")] {
        if let Some(rest) = lower.strip_prefix(name) {
            let gap = rest.trim_start_matches(['/', '\\', ':', '~', '-', '=', '_']);
            let gap = if gap.is_empty() { "6" } else { gap };
            return gap
                .bytes()
                .all(|c| c.is_ascii_digit())
                .then(|| format!("{operator}/{gap}"));
        }
    }
    None
}
