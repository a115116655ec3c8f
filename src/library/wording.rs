//! One wording of a reply: words, values, and choices between words; cut from a template once, so that saying it costs
//! little. It computes nothing.

use std::borrow::Cow;

use handlebars::template::{HelperTemplate, Template, TemplateElement};

use crate::library::values::{self, Known, Origin};

/// How deep the choices of a simple wording may stand in each other.
const DEPTH_MAX: usize = 4;

/// A wording, ready to be said.
#[derive(Debug, PartialEq)]
pub(crate) struct Wording {
    pieces: Vec<Piece>,
}

#[derive(Debug, PartialEq)]
enum Piece {
    Words(String),
    Value(&'static Known),
    Choice {
        on: &'static Known,
        known: Vec<Piece>,
        unknown: Vec<Piece>,
    },
}

impl Wording {
    /// Of a template that was checked; what a reply may not use is left out.
    pub(crate) fn of(template: &Template) -> Self {
        Self {
            pieces: pieces(Some(template)),
        }
    }

    /// Of a template of nothing but words in one line, values, and `if` and `unless` around them, as most are; none where
    /// it has more, or anything wrong. To read any template takes a hundred times as long.
    pub(crate) fn simple(template: &str) -> Option<Self> {
        let text = template.trim();
        // A tag alone in its line takes the line with it, and a backslash may stand before a tag that is none.
        if text.contains("{{") && text.contains(['\n', '\\']) {
            return None;
        }
        let mut rest = text;
        let pieces = simple_pieces(&mut rest, DEPTH_MAX)?;
        rest.is_empty().then_some(Self { pieces })
    }

    /// The text with what `value` gives for each value, or the value that it lacks.
    pub(crate) fn say<'v>(
        &self,
        value: &impl Fn(&'static Known) -> Option<Cow<'v, str>>,
    ) -> Result<String, &'static Known> {
        let mut text = String::new();
        say(&self.pieces, value, &mut text)?;
        let trimmed = text.trim();
        if trimmed.len() < text.len() {
            text = trimmed.to_owned();
        }
        Ok(text)
    }
}

fn say<'v>(
    pieces: &[Piece],
    value: &impl Fn(&'static Known) -> Option<Cow<'v, str>>,
    text: &mut String,
) -> Result<(), &'static Known> {
    for piece in pieces {
        match piece {
            Piece::Words(words) => text.push_str(words),
            Piece::Value(known) => text.push_str(&value(known).ok_or(*known)?),
            Piece::Choice { on, known, unknown } => {
                let chosen = if value(on).is_some() { known } else { unknown };
                say(chosen, value, text)?;
            }
        }
    }
    Ok(())
}

/// Reads up to the tag that ends what was begun before; `rest` begins with it then.
fn simple_pieces(rest: &mut &str, depth: usize) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (words, at_tag) = rest.split_at(rest.find("{{").unwrap_or(rest.len()));
        if !words.is_empty() {
            pieces.push(Piece::Words(words.to_owned()));
        }
        *rest = at_tag;
        if at_tag.is_empty() {
            break;
        }
        let (tag, after) = tag(at_tag)?;
        if tag == "else" || tag.starts_with("else ") || tag.starts_with('/') {
            break;
        }
        *rest = after;
        pieces.push(match tag.strip_prefix('#') {
            Some(block) => simple_choice(block, rest, depth)?,
            None => Piece::Value(values::find(tag).filter(|it| it.origin != Origin::Flag)?),
        });
    }
    Some(pieces)
}

/// Reads from behind `{{#block}}` to behind its end.
fn simple_choice(block: &str, rest: &mut &str, depth: usize) -> Option<Piece> {
    let depth = depth.checked_sub(1)?;
    let (name, on) = block.split_once(' ')?;
    let on = values::find(on)?;
    let then = simple_pieces(rest, depth)?;
    let mut otherwise = Vec::new();
    match tag(rest) {
        Some(("else", after)) => {
            *rest = after;
            otherwise = simple_pieces(rest, depth)?;
        }
        // A chain: the end of the next choice is the end of this one.
        Some((next, after)) if next.starts_with("else ") => {
            *rest = after;
            let next = &next["else ".len()..];
            if next.split_once(' ').map(|(next, _)| next) != Some(name) {
                return None;
            }
            return made_of(name, on, then, vec![simple_choice(next, rest, depth)?]);
        }
        _ => {}
    }
    let (end, after) = tag(rest)?;
    *rest = after;
    if end.strip_prefix('/') != Some(name) {
        return None;
    }
    made_of(name, on, then, otherwise)
}

/// What stands between the braces with which a text begins, and what follows.
fn tag(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("{{")?.split_once("}}")
}

fn pieces(template: Option<&Template>) -> Vec<Piece> {
    let elements = template.iter().flat_map(|template| &template.elements);
    elements.filter_map(piece).collect()
}

fn piece(element: &TemplateElement) -> Option<Piece> {
    match element {
        TemplateElement::RawString(words) => Some(Piece::Words(words.clone())),
        TemplateElement::Expression(value) | TemplateElement::HtmlExpression(value) => {
            Some(Piece::Value(values::find(value.name.as_name()?)?))
        }
        TemplateElement::HelperBlock(block) => choice(block),
        _ => None,
    }
}

fn choice(block: &HelperTemplate) -> Option<Piece> {
    let on = values::find(block.params.first()?.as_name()?)?;
    let then = pieces(block.template.as_ref());
    let otherwise = pieces(block.inverse.as_ref());
    made_of(block.name.as_name()?, on, then, otherwise)
}

/// The choice that a block of this name makes.
fn made_of(
    name: &str,
    on: &'static Known,
    then: Vec<Piece>,
    otherwise: Vec<Piece>,
) -> Option<Piece> {
    let (known, unknown) = match name {
        "if" => (then, otherwise),
        "unless" => (otherwise, then),
        _ => return None,
    };
    Some(Piece::Choice { on, known, unknown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::shipped;

    fn parsed(text: &str) -> Wording {
        Wording::of(&Template::compile(text.trim()).unwrap())
    }

    #[test]
    fn what_is_simple_reads_like_any_template() {
        for text in [
            "Words.",
            " Two\n\nlines with \\ and { and }}. \n",
            "Flight {{flight.number}}.",
            "{{flight.number}}",
            "{{flight.number}} {{wait}}",
            "{{#if private}}Here.{{else}}There.{{/if}}",
            " {{#unless private}} {{/unless}} \n",
            "{{#if wait}}{{/if}}{{#if wait}}{{else}}b{{/if}}",
            "{{#if wait}}a{{else if private}}b{{else if flight.number}}{{flight.number}}{{else}}d{{/if}}",
            "{{#if wait}}a{{else if private}}b{{/if}}c",
            "a{{#if wait}} in {{wait}}{{#unless private}}, {{else}}; {{/unless}}c{{/if}} \n",
        ] {
            assert_eq!(Wording::simple(text), Some(parsed(text)), "{text}");
        }
    }

    #[test]
    fn what_is_not_simple_or_wrong_is_left_to_the_parser() {
        let deep = format!("{}a{}", "{{#if wait}}".repeat(5), "{{/if}}".repeat(5));
        for text in [
            "{{nothing}}",
            "{{private}}",
            "{{ wait }}",
            "{{{wait}}}",
            "{{wait",
            "\\{{wait}}",
            "{{! no }}a",
            "{{~wait}}",
            "{{#if wait}}a",
            "{{#if wait}}a{{/unless}}",
            "{{#if wait}}a{{else}}b{{else}}c{{/if}}",
            "{{#if wait}}a{{else unless private}}b{{/if}}",
            "{{#each wait}}a{{/each}}",
            "{{/if}}",
            "a{{else}}b",
            "{{#if wait}}\na\n{{/if}}",
            &deep,
        ] {
            assert_eq!(Wording::simple(text), None, "{text}");
        }
    }

    #[test]
    fn what_hark_ships_is_simple_and_reads_the_same() {
        let packs = shipped::packs();
        let files = packs.iter().flat_map(|pack| &pack.files);
        let replies = files.filter(|file| file.name.starts_with("replies/"));
        for wording in replies.flat_map(|file| file.text.split("\n---\n")) {
            assert_eq!(Wording::simple(wording), Some(parsed(wording)), "{wording}");
        }
    }
}
