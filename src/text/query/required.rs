//! Which sign a text must have for a pattern to match it: a look that is far cheaper than the pattern.

use regex_syntax::hir::{Hir, HirKind};

/// A sign of punctuation without which the pattern matches nothing, if there is one.
pub(super) fn required_sign(pattern: &Hir) -> Option<u8> {
    match pattern.kind() {
        HirKind::Literal(literal) => {
            let mut signs = literal.0.iter().filter(|byte| byte.is_ascii_punctuation());
            signs.next().copied()
        }
        HirKind::Repetition(repetition) if repetition.min > 0 => required_sign(&repetition.sub),
        HirKind::Capture(capture) => required_sign(&capture.sub),
        HirKind::Concat(parts) => parts.iter().find_map(required_sign),
        HirKind::Alternation(any) => {
            let mut signs = any.iter().map(required_sign);
            let first = signs.next()?;
            if signs.all(|sign| sign == first) {
                first
            } else {
                None
            }
        }
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}
