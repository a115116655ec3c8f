//! One wording of a reply: words, values, and choices between words; cut from a template once, so that saying it costs
//! little. It computes nothing.

use std::borrow::Cow;

use handlebars::template::{HelperTemplate, Template, TemplateElement};

use crate::library::values::{self, Known};

/// A wording, ready to be said.
#[derive(Debug)]
pub(crate) struct Wording {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
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
    let (known, unknown) = match block.name.as_name()? {
        "if" => (then, otherwise),
        "unless" => (otherwise, then),
        _ => return None,
    };
    Some(Piece::Choice { on, known, unknown })
}
