//! Messages that no rule decides, from the example in a pack to the answer on the network.

use serde_json::json;

use crate::daemon::place::{PAGE, Place, config, message};
use crate::daemon::sink::Sink;

const PARCEL: &str = "examples = ['the courier never rang', 'nobody delivered anything today', \
    'what I ordered is not here yet', 'the courier left it in the rain', \
    'my order is on its way for two weeks', 'the tracking page has not moved']";
const CARD: &str = "examples = ['the machine swallowed it', 'somebody pays with my plastic', \
    'my pin is blocked', 'I cannot pay at the till', 'the till says declined', \
    'the machine keeps my plastic']";

fn place(sink: &Sink, bars: &str) -> Place {
    let text = config(sink, &format!("{PAGE}[library]\ndirectory = 'packs'\n"));
    let place = Place::new(&text.replace("[store]", "packs = ['shop']\n[store]"));
    place.write(
        "packs/shop/pack.toml",
        &format!("title = 'Shop'\nlanguages = ['en']\n[classifier]\n{bars}\n"),
    );
    for (name, examples) in [("parcel", PARCEL), ("card", CARD)] {
        place.write(
            &format!("packs/shop/topics/{name}.toml"),
            &format!("title = '{name}'\nwhen = ['un{name}']\nreply = '{name}'\n{examples}\n"),
        );
        place.write(
            &format!("packs/shop/replies/en/{name}.hbs"),
            &format!("We look after your {name}."),
        );
    }
    place
}

const TEXT: &str = "is the courier on the way with what I ordered";

#[tokio::test]
async fn a_message_without_a_rule_is_answered_by_example_and_what_was_learned_is_kept() {
    let sink = Sink::start().await;
    let place = place(&sink, "reply_at = 0.2\nask_at = 0.1");
    let hark = place.start().await;
    hark.say(&message("ann", TEXT)).await;
    sink.replies(1).await;
    assert_eq!(sink.texts(), ["We look after your parcel."]);
    let explained = hark
        .post("/api/v1/explain", &json!({ "text": TEXT }))
        .await
        .json();
    assert_eq!(explained["guess"]["topic"], "parcel");
    assert_eq!(explained["topics"][0]["topic"], "parcel");
    assert!(hark.terminate().await.success());

    let models = || {
        let entries = std::fs::read_dir(place.path("store/models")).expect("a folder");
        let mut files: Vec<_> = entries
            .map(|entry| entry.expect("a file").path())
            .map(|path| (path.clone(), std::fs::read(path).expect("read")))
            .collect();
        files.sort();
        files
    };
    let learned = models();
    assert!(!learned.is_empty());
    // A command reads the same, and damaged files are put right by the next start.
    for (path, _) in &learned {
        std::fs::write(path, "damaged").expect("written");
    }
    let explained = place.run(&["explain", TEXT, "--json"]).await;
    assert!(
        explained
            .stdout
            .contains("the classifier takes it for parcel"),
        "{}",
        explained.stdout
    );
    let hark = place.start().await;
    assert!(models() == learned);
    assert!(hark.terminate().await.success());
}

#[tokio::test]
async fn a_doubtful_one_is_asked_about_and_an_unsure_one_goes_to_a_person() {
    for (bars, outcome) in [
        ("reply_at = 1\nask_at = 0.1", "ask"),
        ("reply_at = 1\nask_at = 1", "handoff"),
    ] {
        let sink = Sink::start().await;
        let place = place(&sink, bars);
        let hark = place.start().await;
        hark.say(&message("ann", TEXT)).await;
        sink.replies(1).await;
        let explained = hark
            .post("/api/v1/explain", &json!({ "text": TEXT }))
            .await
            .json();
        assert_eq!(explained["outcome"], outcome, "{explained}");
        let open = hark.get("/api/v1/cases?state=open").await.json();
        let cases = open["cases"].as_array().map(Vec::len);
        assert_eq!(cases, Some(usize::from(outcome == "handoff")), "{open}");
    }
}
