//! The command line: exit codes, what is for people and what is for programs.

use serde_json::{Value, json};

use crate::daemon::place::{Ended, PAGE, Place, config, free_address, message};
use crate::daemon::sink::Sink;

async fn place() -> (Sink, Place) {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    (sink, place)
}

/// Each line as JSON.
fn lines(ended: &Ended) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    ended.stdout.lines().map(parse).collect()
}

#[tokio::test]
async fn wrong_usage_ends_with_2() {
    let (_sink, place) = place().await;
    for arguments in [
        vec!["fly"],
        vec!["--colour", "red"],
        vec!["explain"],
        vec!["check", "more"],
        vec!["case"],
        vec!["case", "show"],
        vec!["completions", "klingon"],
        vec!["init"],
    ] {
        let ended = place.run(&arguments).await;
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
        assert!(
            ended.stderr.contains("Usage: hark") || ended.stderr.contains("--help"),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn help_and_version_end_with_0() {
    let (_sink, place) = place().await;
    for arguments in [
        vec!["--help"],
        vec!["case", "--help"],
        vec!["case", "reply", "--help"],
        vec!["help", "explain"],
    ] {
        let ended = place.run(&arguments).await;
        assert_eq!(
            (ended.code, ended.stderr.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
        assert!(ended.stdout.contains("Usage: hark"), "{}", ended.stdout);
    }
    let version = place.run(&["--version"]).await;
    assert_eq!(
        (version.code, version.stdout),
        (Some(0), format!("hark {}\n", env!("CARGO_PKG_VERSION")))
    );
}

#[tokio::test]
async fn check_ends_with_0_or_1() {
    let (sink, place) = place().await;
    let fine = place.run(&["check"]).await;
    assert_eq!(fine.code, Some(0), "{}{}", fine.stdout, fine.stderr);
    assert_eq!(place.run(&["check", "--json"]).await.code, Some(0));

    place.write(
        "hark.toml",
        &config(&sink, &format!("{PAGE}[http]\nlissten = 'x'\n")),
    );
    let text = place.run(&["check"]).await;
    assert_eq!(text.code, Some(1));
    assert!(
        text.stdout.contains("lissten") && text.stdout.contains("listen"),
        "{}",
        text.stdout
    );
    assert!(
        !text.stdout.contains('\u{1b}'),
        "no colour where no terminal is"
    );
    let json = place.run(&["check", "--json"]).await;
    assert_eq!(json.code, Some(1));
    let problems = lines(&json);
    let problem = problems
        .iter()
        .find(|problem| problem["level"] == "error")
        .expect("an error");
    assert_eq!(problem["path"], "hark.toml");
    assert!(
        problem["line"].as_u64() > Some(0) && problem["column"].as_u64() > Some(0),
        "{problem}"
    );
    assert!(
        problem["message"].is_string() && problem["hint"].is_string(),
        "{problem}"
    );
}

#[tokio::test]
async fn test_runs_a_pack_s_own_tests() {
    let (_sink, place) = place().await;
    let core = place.run(&["test", "core", "--json"]).await;
    assert_eq!(core.code, Some(0), "{}{}", core.stdout, core.stderr);
    let summary = lines(&core).pop().expect("a summary");
    assert!(
        summary["passed"].as_u64() > Some(50) && summary["failed"] == 0,
        "{summary}"
    );
    let unknown = place.run(&["test", "nothing"]).await;
    assert_eq!(unknown.code, Some(1));
    assert!(
        unknown.stderr.contains("core"),
        "what there is, is told: {}",
        unknown.stderr
    );
}

#[tokio::test]
async fn a_test_that_fails_ends_with_1_and_its_place() {
    let (sink, place) = place().await;
    place.write(
        "hark.toml",
        &config(&sink, &format!("{PAGE}[library]\ndirectory = 'packs'\n")),
    );
    place.write(
        "packs/parcels/pack.toml",
        "title = 'Parcels'\nlanguages = ['en']\n",
    );
    place.write("packs/parcels/replies/en/parcel.hbs", "We look for it.");
    let topic = "title = 'Parcel'\nseverity = 'normal'\nwhen = ['parcel']\nreply = 'parcel'\n\
                 [[test]]\nsay = 'where is my letter'\nexpect = { topic = 'parcel' }\n";
    place.write("packs/parcels/topics/parcel.toml", topic);
    let ended = place.run(&["test", "parcels"]).await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stdout.contains("packs/parcels/topics/parcel.toml:5"),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    let failure = lines(&place.run(&["test", "parcels", "--json"]).await).remove(0);
    assert_eq!(
        (&failure["line"], &failure["topic"]),
        (&json!(5), &json!("parcel")),
        "{failure}"
    );
}

#[tokio::test]
async fn explain_says_what_would_be_done_and_why() {
    let (_sink, place) = place().await;
    let text = place
        .run(&["explain", "I want to speak to a real person"])
        .await;
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    assert!(text.stdout.contains("wants-person"), "{}", text.stdout);
    let ended = place
        .run(&[
            "explain",
            "I want to speak to a real person",
            "--channel",
            "http",
            "--brand",
            "northwind",
            "--json",
        ])
        .await;
    let [explained] = lines(&ended).try_into().expect("one object");
    for (field, expected) in [
        ("outcome", json!("handoff")),
        ("topic", json!("wants-person")),
        ("severity", json!("normal")),
        ("desk", json!("care")),
        ("reply", json!("wants-person")),
        ("language", json!("en")),
        ("entities", json!({})),
    ] {
        assert_eq!(explained[field], expected, "{field} of {explained}");
    }
    let topic = &explained["topics"][0];
    assert!(
        topic["topic"] == "wants-person" && topic["score"].is_number(),
        "{explained}"
    );
    assert!(
        explained["why"]
            .as_array()
            .is_some_and(|why| !why.is_empty()),
        "{explained}"
    );
    assert!(!place.path("store").exists(), "nothing is stored");
    for arguments in [["--channel", "pigeon"], ["--brand", "nobody"]] {
        let ended = place
            .run(&["explain", "hello", arguments[0], arguments[1]])
            .await;
        assert_eq!(ended.code, Some(1), "{arguments:?}");
        assert!(ended.stderr.contains("http/demo"), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn completions_are_for_every_shell() {
    let (_sink, place) = place().await;
    for shell in ["bash", "zsh", "fish"] {
        let ended = place.run(&["completions", shell]).await;
        assert_eq!(ended.code, Some(0), "{shell}");
        assert!(
            ended.stdout.contains("explain"),
            "{shell}: {}",
            ended.stdout
        );
    }
}

#[tokio::test]
async fn what_init_writes_passes_its_own_check() {
    let (_sink, place) = place().await;
    for kind in ["airline", "brand"] {
        let ended = place.run(&["init", kind, kind]).await;
        assert_eq!(
            ended.code,
            Some(0),
            "{kind}: {}{}",
            ended.stdout,
            ended.stderr
        );
        let mut check = place.command(crate::daemon::place::HARK);
        check.current_dir(place.path(kind)).args(["check"]);
        let ended = place.finish(&mut check).await;
        assert_eq!(
            ended.code,
            Some(0),
            "{kind}: {}{}",
            ended.stdout,
            ended.stderr
        );
        assert_eq!(
            place.run(&["init", kind, kind]).await.code,
            Some(1),
            "never over what is there"
        );
    }
}

#[tokio::test]
async fn cases_are_seen_and_answered_from_the_command_line() {
    let (sink, place) = place().await;
    let hark = place.start().await;
    let conversation = hark
        .say(&message("ann", "I want to speak to a real person"))
        .await;
    let number = hark.case(&conversation).await["number"]
        .as_str()
        .expect("a number")
        .to_owned();
    let url = format!("http://{}", hark.address);
    let run = async |arguments: &[&str]| {
        let mut command = place.command(crate::daemon::place::HARK);
        place
            .finish(command.args(["case", "--url", &url]).args(arguments))
            .await
    };

    let list = run(&["list", "--state", "open", "--json"]).await;
    assert_eq!(
        lines(&list)[0]["cases"][0]["number"],
        number,
        "{}",
        list.stdout
    );
    assert!(run(&["list"]).await.stdout.contains(&number));
    assert!(
        !run(&["list", "--state", "resolved"])
            .await
            .stdout
            .contains(&number)
    );
    let show = run(&["show", &number, "--json"]).await;
    assert_eq!(
        lines(&show)[0]["transcript"][0]["text"],
        "I want to speak to a real person"
    );

    let claimed = run(&["claim", &number, "--agent", "eva", "--json"]).await;
    assert_eq!(
        (claimed.code, &lines(&claimed)[0]["state"]),
        (Some(0), &json!("claimed"))
    );
    let second = run(&["claim", &number, "--agent", "tom"]).await;
    assert_eq!(second.code, Some(1));
    assert!(second.stderr.contains("eva"), "{}", second.stderr);
    assert_eq!(
        run(&["note", &number, "--agent", "eva", "calls back"])
            .await
            .code,
        Some(0)
    );
    assert_eq!(
        run(&["reply", &number, "--agent", "eva", "Here I am."])
            .await
            .code,
        Some(0)
    );
    sink.replies(2).await;
    assert_eq!(sink.texts()[1], "Here I am.");
    assert_eq!(
        run(&["release", &number, "--agent", "eva"]).await.code,
        Some(0)
    );
    assert_eq!(run(&["show", "00000-00000"]).await.code, Some(1));
    assert_eq!(run(&["list", "--state", "odd"]).await.code, Some(1));
}

#[tokio::test]
async fn without_a_running_hark_cases_say_what_to_do() {
    let (_sink, place) = place().await;
    let ended = place
        .run(&[
            "case",
            "list",
            "--url",
            &format!("http://{}", free_address()),
        ])
        .await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("is it running") && ended.stderr.contains("--url"),
        "{}",
        ended.stderr
    );
}
