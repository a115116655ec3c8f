//! The manual, the demo, the golden faults and the overrides.

use std::path::{Path, PathBuf};

use super::*;
use crate::channel::KINDS;
use crate::library::shipped;

fn nothing(_: &str) -> Option<String> {
    None
}

/// The text of the manual with every example line made real.
fn manual_with_examples() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(example) if example.starts_with(|c: char| c == '[' || c.is_ascii_lowercase()) => {
            example.to_owned()
        }
        _ => line.to_owned(),
    };
    MANUAL.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_demo_loads_without_a_word() {
    let (config, problems) = Config::load(None, nothing);
    assert_eq!(problems, []);
    let config = config.expect("no error");
    let (name, brand) = config.brands.first_key_value().expect("one brand");
    assert_eq!(name.as_str(), "northwind");
    assert_eq!(config.desk_of(brand), Some(&DeskName::from("care")));
    let accounts: Vec<String> = config
        .channels
        .accounts()
        .iter()
        .map(|(account, _)| account.to_string())
        .collect();
    assert_eq!(accounts, ["http/demo", "webchat/demo"]);
    assert_eq!(config.http.base_url(), "http://127.0.0.1:8080");
}

#[test]
fn what_the_manual_states_plainly_are_the_defaults() {
    let source = Source {
        path: "default.toml".to_owned(),
        text: MANUAL.to_owned(),
        overrides: Vec::new(),
    };
    let mut document = Document::parse(&source).expect("TOML");
    let stated = Config::from_document(&mut document, source.clone());
    assert_eq!(document.into_problems(), []);
    assert!(stated.brands.is_empty());
    assert_eq!(stated.store, Store::default());
    assert_eq!(stated.library, Library::default());
    assert_eq!(stated.log, Log::default());
    assert_eq!(
        format!("{:?}", stated.http),
        format!("{:?}", Http::default())
    );
}

#[test]
fn the_examples_of_the_manual_load() {
    let (config, problems) = Config::read("default.toml", &manual_with_examples(), nothing);
    assert_eq!(problems, []);
    assert!(config.is_some());
}

/// A key that no table knows makes its reader name all that it does know.
fn keys_of(table: &str, lines: &str) -> Vec<String> {
    let text = format!("[{table}]\n{lines}\nno_such_key = 1");
    let (_, problems) = Config::read("keys", &text, nothing);
    let hint = problems
        .iter()
        .find(|problem| problem.message == "unknown key `no_such_key`")
        .and_then(|problem| problem.hint.as_deref())
        .unwrap_or_else(|| panic!("{table} refuses no key: {problems:?}"));
    let (_, keys) = hint.split_once("known keys: ").expect("a list of keys");
    keys.split(", ").map(str::to_owned).collect()
}

#[test]
fn the_manual_explains_every_key() {
    let mut tables: Vec<(String, String)> = ["store", "http", "library", "log", "brand.x"]
        .map(|table| (table.to_owned(), String::new()))
        .to_vec();
    tables.extend(
        KINDS
            .iter()
            .map(|kind| (format!("channel.{kind}.x"), String::new())),
    );
    let desk = |kind: &str| ("desk.x".to_owned(), format!("kind = \"{kind}\""));
    tables.extend(crate::desk::KINDS.iter().copied().map(desk));
    let manual = manual_with_examples();
    for (table, lines) in tables {
        let group = table.strip_suffix(".x").unwrap_or(&table);
        let sections: Vec<&str> = manual
            .split("\n[")
            .filter(|section| section.starts_with(group))
            .collect();
        assert!(
            sections.iter().any(|section| section.contains(&lines)),
            "default.toml has no [{table}] {lines}"
        );
        for key in keys_of(&table, &lines) {
            let told = format!("\n{key} = ");
            assert!(
                sections.iter().any(|section| section.contains(&told)),
                "default.toml does not explain `{key}` of [{table}] {lines}"
            );
        }
    }
}

#[test]
fn the_manual_lists_the_overrides() {
    for (variable, _) in OVERRIDES {
        assert!(MANUAL.contains(variable), "{variable}");
    }
}

#[test]
fn the_environment_goes_before_the_file() {
    let environment = |name: &str| match name {
        "HARK_HTTP_LISTEN" => Some("[::1]:9".to_owned()),
        "HARK_STORE_PATH" => Some("/tmp/elsewhere".to_owned()),
        "HARK_LOG_FORMAT" => Some("json".to_owned()),
        _ => None,
    };
    let text = format!("{DEMO}\n[http]\nlisten = \"127.0.0.1:1\"");
    let (config, problems) = Config::read("hark.toml", &text, environment);
    assert_eq!(problems, []);
    let config = config.expect("no error");
    assert_eq!(config.http.listen.port(), 9);
    assert_eq!(config.store.path, PathBuf::from("/tmp/elsewhere"));
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn a_fault_in_the_environment_names_the_variable() {
    for (variable, value, expected) in [
        (
            "HARK_HTTP_LISTEN",
            "localhost",
            "HARK_HTTP_LISTEN:0:0: error: invalid socket address syntax",
        ),
        (
            "HARK_HTTP_LISTEN",
            "0.0.0.0:80",
            "HARK_HTTP_LISTEN:0:0: error: listening on 0.0.0.0 needs tokens",
        ),
        (
            "HARK_LOG_LEVEL",
            "inof",
            "HARK_LOG_LEVEL:0:0: error: unknown value `inof`\n  hint: did you mean `info`?",
        ),
    ] {
        let environment = |name: &str| (name == variable).then(|| value.to_owned());
        let (config, problems) = Config::load(None, environment);
        assert!(config.is_none());
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(
            told.iter().any(|line| line.starts_with(expected)),
            "{told:?}"
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let (config, problems) = Config::load(Some(Path::new("/nowhere/hark.toml")), nothing);
    assert!(config.is_none());
    assert!(
        problems[0]
            .to_string()
            .starts_with("/nowhere/hark.toml:0:0: error: cannot read")
    );
}

#[test]
fn an_unknown_pack_has_its_place() {
    let text = DEMO.replace("\"airline\"", "\"airlines\"");
    let (config, _) = Config::read("hark.toml", &text, nothing);
    let problems = config
        .expect("packs are checked apart")
        .check_packs(&[PackName::from("airline")]);
    assert_eq!(
        problems[0].to_string(),
        "hark.toml:5:9: error: unknown pack `airlines`\n  hint: did you mean `airline`? known packs: airline"
    );
    assert_eq!(problems.len(), 1);
}

#[test]
fn a_language_that_a_pack_is_not_written_in_is_warned_of() {
    let (library, _) = crate::library::Library::load(&shipped::packs());
    let library = library.expect("the shipped packs are sound");
    for (languages, warnings) in [
        (r#"["en"]"#, vec![]),
        (
            r#"["fi", "en"]"#,
            vec![
                "hark.toml:6:13: warning: pack `airline` has no replies in `fi`; they fall back to `en`\n  hint: write them and add `fi` to its `languages`, or take it out of the brand's",
            ],
        ),
        (
            r#"["fi"]"#,
            vec![
                "hark.toml:6:13: warning: pack `airline` has no replies in `fi`, nor in another language of the brand\n  hint: write them and add `fi` to its `languages`, or take it out of the brand's",
            ],
        ),
    ] {
        let text = DEMO.replace(r#"["en", "de", "es"]"#, languages);
        let (config, _) = Config::read("hark.toml", &text, nothing);
        let problems = config.expect("sound").check_languages(&library);
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, warnings, "{languages}");
    }
}

#[test]
fn tokens_are_read_and_a_literal_needs_loopback() {
    let http = |listen: &str| -> Http {
        toml::from_str(&format!("listen = \"{listen}\"\ntokens = [\"s3cret\"]")).expect("http")
    };
    assert_eq!(
        http("127.0.0.1:1").read_tokens().map(|all| all.len()).ok(),
        Some(1)
    );
    assert_eq!(
        http("0.0.0.0:1").read_tokens().err(),
        Some(SecretError::Literal)
    );
}

#[test]
fn a_config_never_prints_its_text() {
    let text = format!("{DEMO}\n[http]\ntokens = [\"s3cret\"]");
    let (config, _) = Config::read("hark.toml", &text, nothing);
    assert!(!format!("{:?}", config.expect("no error")).contains("s3cret"));
}

/// Every `tests/golden/config/*.toml` and what is said about it; `HARK_BLESS=1` writes the latter anew.
#[test]
fn bad_configs_are_explained_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/config");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the golden folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("readable");
        let (_, problems) = Config::read(&name, &text, nothing);
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let told = lines.join(
            "
",
        ) + "
";
        assert!(!lines.is_empty(), "{name} has no fault");
        assert!(!told.contains("s3cret"), "{name} shows a secret");
        let expected = path.with_extension("expected");
        if std::env::var_os("HARK_BLESS").is_some() {
            std::fs::write(&expected, &told).expect("writable");
        }
        let expected = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(told, expected, "{name}");
        seen += 1;
    }
    assert!(seen > 5, "only {seen} golden configs");
}

#[test]
fn the_desk_of_a_brand_is_found_without_naming_it_where_only_one_can_be_meant() {
    let table = [
        ("", Some("care")),
        ("[desk.help]\nkind = \"page\"\n", Some("help")),
        (
            "[desk.help]\nkind = \"page\"\nescalate_to = \"boss\"\n[desk.boss]\nkind = \"page\"\n",
            Some("help"),
        ),
        (
            "[desk.bags]\nkind = \"page\"\n[desk.care]\nkind = \"page\"\n",
            Some("care"),
        ),
        (
            "[desk.bags]\nkind = \"page\"\n[desk.help]\nkind = \"page\"\n",
            None,
        ),
    ];
    for (desks, expected) in table {
        let text = format!("[brand.gmc]\n[channel.http.partner]\nbrand = \"gmc\"\n{desks}");
        let (config, _) = Config::read("x", &text, |_| None);
        let found = config
            .as_ref()
            .and_then(|config| config.desk_of(config.brands.values().next()?));
        assert_eq!(found.map(DeskName::as_str), expected, "{desks}");
    }
}
