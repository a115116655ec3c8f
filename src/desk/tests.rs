//! How `[desk.<name>]` is read and opened.

use super::*;

#[derive(Debug, Deserialize)]
struct Config {
    desk: DeskConfigs,
}

fn read(toml: &str) -> Result<DeskConfigs, toml::de::Error> {
    toml::from_str::<Config>(toml).map(|config| config.desk)
}

fn context() -> DeskContext {
    DeskContext {
        public_url: "http://127.0.0.1:8080".to_owned(),
    }
}

#[test]
fn a_desk_is_read_with_its_terms() {
    let desks = read(
        r#"
        [desk.care]
        kind = "webhook"
        url = "https://desk.example/hooks/hark"
        secret = { env = "CARE_SECRET" }
        timeout = "20s"
        group_by = ["topic", "flight"]
        first_response = "45m"
        escalate_to = "supervisors"
        private = true

        [desk.supervisors]
        kind = "page"
        "#,
    )
    .expect("two desks");
    let care = &desks.0[&DeskName::from("care")];
    assert_eq!(
        care.terms,
        Terms {
            first_response: Span::from_secs(45 * 60),
            escalate_to: Some(DeskName::from("supervisors")),
            group_by: vec!["topic".to_owned(), "flight".to_owned()],
            private: true,
        }
    );
    assert!(
        matches!(&care.kind, KindConfig::Webhook(config) if config.timeout == Span::from_secs(20))
    );
    let supervisors = &desks.0[&DeskName::from("supervisors")];
    assert_eq!(supervisors.terms, Terms::default());
    assert_eq!(supervisors.terms.first_response, Span::from_secs(30 * 60));
}

#[test]
fn a_mistake_is_told_with_what_is_known() {
    let url = "url = 'https://desk.example'";
    for (keys, line, problems) in [
        ("kind = 'slack'", 3, vec!["`slack`", "`page`", "`webhook`"]),
        (url, 2, vec!["missing key `kind`", "page, webhook"]),
        ("kind = 'webhook'", 2, vec!["missing field `url`"]),
        (
            &*format!("kind = 'webhook'\n{url}\nurll = 'x'"),
            2,
            vec!["`urll`", "`secret`", "first_response"],
        ),
        (
            "kind = 'page'\nurl = 'x'",
            2,
            vec!["unknown field `url`", "group_by"],
        ),
        (
            "kind = 'page'\nfirst_response = '30'",
            4,
            vec!["`30`", "`30m`"],
        ),
        ("kind = 'page'\ngroup_by = 'topic'", 4, vec!["sequence"]),
        ("kind = 'page'\nprivate = 'yes'", 4, vec!["boolean"]),
        (
            &format!("kind = 'webhook'\n{url}\ntimeout = '0s'"),
            2,
            vec!["`0s`", "`30m`"],
        ),
        (
            &format!("kind = 'webhook'\n{url}\nsecret = 5"),
            2,
            vec!["credential"],
        ),
    ] {
        let error = read(&format!("\n[desk.care]\n{keys}\n"))
            .expect_err(keys)
            .to_string();
        assert!(error.contains(&format!("line {line},")), "{error}");
        for problem in problems {
            assert!(error.contains(problem), "{error}");
        }
    }
}

#[test]
fn every_desk_that_cannot_be_opened_is_named() {
    let desks = read(
        r#"
        [desk.a]
        kind = "webhook"
        url = "https://desk.example"
        secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
        [desk.b]
        kind = "webhook"
        url = "http://127.0.0.1:9/"
        secret = "no base64!"
        [desk.c]
        kind = "webhook"
        url = "ftp://desk.example"
        [desk.d]
        kind = "webhook"
        url = "http://127.0.0.1:9/"
        secret = ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "whsec_ZGVmZ2hpamts"]
        [desk.e]
        kind = "page"
        "#,
    )
    .expect("five desks");
    let failed: Vec<String> = desks
        .open(&context())
        .expect_err("three cannot be opened")
        .into_iter()
        .map(|(name, error)| format!("{name}: {error}"))
        .collect();
    let starts = [
        "a: secret: a secret written in the config is refused",
        "b: secret: a webhook secret is base64 text",
        "c: url: it must start with http",
    ];
    assert_eq!(failed.len(), starts.len(), "{failed:?}");
    for (failed, start) in failed.iter().zip(starts) {
        assert!(failed.starts_with(start), "{failed}");
    }
}
