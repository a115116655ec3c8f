//! `hark replay`: past messages through today's packs, and what other packs would change.

use serde_json::{Value, json};

use crate::daemon::place::{Ended, PAGE, Place, config};
use crate::daemon::sink::Sink;

const PERSON: &str = "I want to speak to a real person";

async fn place() -> (Sink, Place) {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    (sink, place)
}

fn parse(lines: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    lines.lines().map(parse).collect()
}

fn ids(ended: &Ended) -> Vec<String> {
    let id = |line: &Value| line["id"].as_str().expect("an id").to_owned();
    parse(&ended.stdout).iter().map(id).collect()
}

/// A pack `parcels` in `folder`, with a reply of this name to a parcel.
fn write_pack(place: &Place, folder: &str, reply: &str) {
    for (file, text) in [
        (
            "pack.toml".to_owned(),
            "title = 'Parcels'\nlanguages = ['en', 'de']\n".to_owned(),
        ),
        (
            format!("replies/en/{reply}.hbs"),
            "We look for it.".to_owned(),
        ),
        (
            format!("replies/de/{reply}.hbs"),
            "Wir suchen es.".to_owned(),
        ),
        (
            "topics/parcel.toml".to_owned(),
            format!(
                "title = 'Parcel'\nseverity = 'normal'\nwhen = ['parcel']\nreply = '{reply}'\n"
            ),
        ),
    ] {
        place.write(&format!("{folder}/parcels/{file}"), &text);
    }
}

#[tokio::test]
async fn each_message_is_one_line_of_the_promised_form() {
    let (_sink, place) = place().await;
    let message =
        json!({ "text": format!("{PERSON}, call +1 212 555 0123"), "id": "m1", "retweets": 0 });
    place.write("past.jsonl", &format!("{message}\n"));
    let ended = place.run(&["replay", "past.jsonl"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let start = r#"{"id":"m1","outcome":"handoff","topic":"wants-person","topics":[{"topic":"wants-person","score":1.0}"#;
    assert!(ended.stdout.starts_with(start), "{}", ended.stdout);
    let rest = r#""severity":"normal","desk":"care","reply":"wants-person","language":"en","entities":{"phone":"+12125550123"},"why":["#;
    assert!(ended.stdout.contains(rest), "{}", ended.stdout);
    assert_eq!(
        parse(&ended.stdout)[0]
            .as_object()
            .expect("an object")
            .len(),
        10
    );
    for said in [
        "1 messages in ",
        " messages/s",
        "outcome handoff ",
        "topic   wants-person ",
    ] {
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
    }
    assert!(!place.path("store").exists(), "nothing is stored");
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_the_rest_goes_on() {
    let (_sink, place) = place().await;
    place.write(
        "past.jsonl",
        "{\"text\":\"hello\"}\nnot for the log\n\n{\"id\":1}\n{\"text\":\"hello\",\"id\":2}\n",
    );
    let ended = place.run(&["replay", "past.jsonl"]).await;
    assert_eq!(ended.code, Some(1));
    assert_eq!(ids(&ended), ["1", "2"]);
    for said in ["past.jsonl:2: ", "past.jsonl:4: ", "2 unreadable lines"] {
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("for the log"), "{}", ended.stderr);
}

#[tokio::test]
async fn the_order_stays_with_any_number_of_threads() {
    let (_sink, place) = place().await;
    // More than are read at once.
    let past: Vec<String> = (0..5000)
        .map(|number| json!({ "text": "hello", "id": number }).to_string())
        .collect();
    place.write("past.jsonl", &past.join("\n"));
    let one = place.run(&["replay", "past.jsonl", "--threads", "1"]).await;
    let some = place
        .run(&[
            "replay",
            "past.jsonl",
            "--threads",
            "3",
            "--out",
            "out.jsonl",
        ])
        .await;
    assert_eq!((one.code, some.code), (Some(0), Some(0)), "{}", some.stderr);
    let expected: Vec<String> = (0..5000).map(|number| number.to_string()).collect();
    assert_eq!(ids(&one), expected);
    assert_eq!(some.stdout, "");
    let out = std::fs::read_to_string(place.path("out.jsonl")).expect("a file");
    assert!(out == one.stdout, "the same lines");
}

#[tokio::test]
async fn tables_and_standard_input_are_read_too() {
    let (_sink, place) = place().await;
    let rows = format!("id,Body\n7,\"{PERSON},\nplease\"\n");
    place.write("past.csv", &rows);
    place.write("past.txt", &rows);
    place.write("past.tsv", &format!("id\ttext\n7\t{PERSON}\n"));
    let mut piped = place.command("sh");
    piped.args([
        "-c",
        "\"$0\" replay - --text-column Body < past.csv",
        crate::daemon::place::HARK,
    ]);
    for ended in [
        place
            .run(&["replay", "past.csv", "--text-column", "Body"])
            .await,
        place
            .run(&["replay", "past.txt", "--text-column", "Body"])
            .await,
        place.run(&["replay", "past.tsv"]).await,
        place.finish(&mut piped).await,
    ] {
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(ids(&ended), ["7"]);
        assert_eq!(parse(&ended.stdout)[0]["topic"], "wants-person");
    }
    let ended = place.run(&["replay", "past.csv"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    assert!(ended.stderr.contains("--text-column"), "{}", ended.stderr);
}

#[tokio::test]
async fn packs_that_no_brand_names_are_read_with_all_the_same() {
    let (sink, place) = place().await;
    place.write("hark.toml", &config(&sink, PAGE));
    write_pack(&place, "new", "parcel");
    place.write("past.jsonl", "{\"text\":\"my parcel\"}\n");
    for packs in ["new", "new/parcels"] {
        let ended = place.run(&["replay", "past.jsonl", "--packs", packs]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(parse(&ended.stdout)[0]["topic"], "parcel", "{packs}");
        let said = "it is read with parcels";
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn other_packs_show_what_they_would_change() {
    let (sink, place) = place().await;
    let brand = "[brand.northwind]\n";
    let config = config(&sink, PAGE).replace(brand, &format!("{brand}packs = ['parcels']\n"));
    place.write(
        "hark.toml",
        &format!("{config}[library]\ndirectory = 'old'\n"),
    );
    write_pack(&place, "old", "parcel");
    write_pack(&place, "new", "parcel-found");
    place.write(
        "past.jsonl",
        &format!(
            "{{\"text\":\"my parcel, +1 212 555 0123\",\"id\":\"a\"}}\n{{\"text\":\"{PERSON}\",\"id\":\"b\"}}\n"
        ),
    );
    let reply = async |more: &[&str]| {
        let ended = place.run(&[&["replay", "past.jsonl"], more].concat()).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        parse(&ended.stdout)[0]["reply"].clone()
    };
    assert_eq!(reply(&[]).await, "parcel");
    assert_eq!(reply(&["--packs", "new"]).await, "parcel-found");

    let compare = ["replay", "past.jsonl", "--packs", "new", "--compare", "old"];
    let ended = place.run(&compare).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let [change] = parse(&ended.stdout).try_into().expect("one change");
    let choice = |reply| json!({ "outcome": "reply", "topic": "parcel", "reply": reply });
    assert_eq!(
        change,
        json!({
            "id": "a", "text": "my parcel, •••",
            "before": choice("parcel"), "after": choice("parcel-found"),
        })
    );
    let count = "1 of 2 messages would change";
    assert!(ended.stderr.contains(count), "{}", ended.stderr);
    let same = place
        .run(&["replay", "past.jsonl", "--compare", "old"])
        .await;
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn what_cannot_be_done_ends_with_1_and_wrong_usage_with_2() {
    let (_sink, place) = place().await;
    place.write("past.jsonl", "{\"text\":\"hello\"}\n");
    for (arguments, code, said) in [
        (vec!["nowhere.jsonl"], 1, "nowhere.jsonl"),
        (vec!["past.jsonl", "--packs", "nowhere"], 1, "nowhere"),
        (vec!["past.jsonl", "--compare", "nowhere"], 1, "nowhere"),
        (vec!["past.jsonl", "--brand", "nobody"], 1, "http/demo"),
        (vec!["past.jsonl", "--out", "./past.jsonl"], 1, "overwrite"),
        (vec!["past.jsonl", "--threads", "0"], 2, "--threads"),
        (vec![], 2, "FILE"),
    ] {
        let ended = place.run(&[vec!["replay"], arguments].concat()).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""));
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
    }
}
