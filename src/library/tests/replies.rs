//! What comes out of a template: the right language and wording, and nothing of a customer's that is more than words.

use super::*;

const LIMITS: Limits = Limits {
    text_max: 40,
    unit: TextUnit::Chars,
    markup: "*_",
};

/// Renders reply `bag` of the sound pack with this template.
fn render(template: &str, values: &[(&str, &str)], seed: u64) -> Result<String, RenderError> {
    let library = library(&[air(&[("replies/en/bag.hbs", template)])]);
    let value = |wanted: &str| {
        let (_, value) = values.iter().find(|(name, _)| *name == wanted)?;
        Some((*value).into())
    };
    let rendered = library.render(&Wanted {
        packs: &["air".into()],
        languages: &["en".into()],
        reply: &"bag".into(),
        values: &value,
        seed,
        limits: &LIMITS,
    })?;
    Ok(rendered.text)
}

#[test]
fn the_seed_chooses_the_wording() {
    let template = "one\n---\ntwo\n---\nthree\n";
    let texts: Vec<String> = (0..4)
        .map(|seed| render(template, &[], seed).unwrap())
        .collect();
    assert_eq!(texts, ["one", "two", "three", "one"]);
}

#[test]
fn a_wording_that_does_not_fit_gives_way_to_the_longest_that_does() {
    let long = "x".repeat(41);
    let template = format!("{long}\n---\nshort\n---\nnot so short\n---\n{long}");
    assert_eq!(render(&template, &[], 0).unwrap(), "not so short");
    let error = render(&format!("{long}\n---\n{long}"), &[], 0).unwrap_err();
    assert_eq!(
        error,
        RenderError::TooLong {
            reply: "bag".into(),
            max: 40
        }
    );
}

#[test]
fn a_value_is_inserted_harmless_and_unescaped() {
    let text = render(
        "Hi {{customer.name}}!",
        &[("customer.name", "A&B *x* @all https://e.example")],
        0,
    );
    assert_eq!(text.unwrap(), "Hi A&B x all!");
}

#[test]
fn what_is_not_known_is_said_or_avoided() {
    let error = render("Hi {{customer.name}}", &[], 0).unwrap_err();
    let value = "customer.name".to_owned();
    assert_eq!(
        error,
        RenderError::Unknown {
            reply: "bag".into(),
            value
        }
    );
    assert_eq!(
        render("Hi {{customer.name}}\n---\nHi", &[], 0).unwrap(),
        "Hi"
    );
    let asked = "{{#if wait}}Wait {{wait}}{{else}}Soon{{/if}}{{#unless private}}, here{{/unless}}";
    assert_eq!(render(asked, &[], 0).unwrap(), "Soon, here");
    assert_eq!(
        render(asked, &[("wait", "2 h"), ("private", "true")], 0).unwrap(),
        "Wait 2 h"
    );
}

#[test]
fn a_template_cannot_be_written_by_a_value() {
    let text = render("Hi {{customer.name}}", &[("customer.name", "{{wait}}")], 0);
    assert_eq!(text.unwrap(), "Hi {{wait}}");
}

#[test]
fn the_language_wins_over_the_pack_and_the_next_language_steps_in() {
    let library = library(&shipped::packs());
    let render = |languages: &[Language], reply: &str| {
        library.render(&Wanted {
            packs: &["airline".into()],
            languages,
            reply: &reply.into(),
            values: &|_| None,
            seed: 0,
            limits: &Limits {
                text_max: 500,
                ..LIMITS
            },
        })
    };
    let language = |languages: &[Language], reply: &str| {
        render(languages, reply).map(|r| r.language.to_string())
    };
    assert_eq!(
        language(&["de".into(), "en".into()], "delay"),
        Ok("de".to_owned())
    );
    assert_eq!(
        language(&["fr".into(), "en".into()], "delay"),
        Ok("en".to_owned())
    );
    assert_eq!(language(&["es".into()], "handed-off"), Ok("es".to_owned()));
    assert_eq!(
        language(&["fr".into()], "delay"),
        Err(RenderError::Missing("delay".into()))
    );
    assert_eq!(
        language(&["en".into()], "nothing"),
        Err(RenderError::Missing("nothing".into()))
    );
}

/// What the authors of the shipped packs hold themselves to: shorter than any public network asks for
/// (X: 280 weighted characters, twitter-text v3).
#[test]
fn every_shipped_reply_has_short_public_words() {
    let packs = shipped::packs();
    let library = library(&packs);
    let longest = |name: &str| Some("x".repeat(values::find(name)?.chars_max).into());
    for pack in &packs {
        for file in &pack.files {
            let Some((language, reply)) = file
                .name
                .strip_prefix("replies/")
                .and_then(|name| name.strip_suffix(".hbs"))
                .and_then(|name| name.split_once('/'))
            else {
                continue;
            };
            let rendered = library.render(&Wanted {
                packs: std::slice::from_ref(&pack.name),
                languages: &[language.into()],
                reply: &reply.into(),
                values: &|name| longest(name),
                seed: 0,
                limits: &Limits {
                    text_max: 280,
                    ..LIMITS
                },
            });
            assert!(rendered.is_ok(), "{}: {rendered:?}", file.path);
        }
    }
}
