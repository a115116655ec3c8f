//! What an operator meets: a start that cannot be, a disk that is full, and what machines ask.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use reqwest::Method;
use serde_json::json;

use crate::daemon::eventually;
use crate::daemon::place::{Ended, HARK, Hark, PAGE, Place, config, free_address, message};
use crate::daemon::sink::Sink;

/// Runs hark, which must refuse to start and say each of these on stderr.
async fn refuses(place: &Place, command: &mut Command, says: &[&str]) -> Ended {
    let ended = place
        .finish(command.env("HARK_HTTP_LISTEN", free_address().to_string()))
        .await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    for word in says {
        assert!(
            ended.stderr.contains(word),
            "`{word}` is not in:\n{}",
            ended.stderr
        );
    }
    ended
}

async fn place() -> (Sink, Place) {
    let sink = Sink::start().await;
    let place = Place::new(&config(&sink, PAGE));
    (sink, place)
}

#[tokio::test]
async fn a_config_that_is_wrong_is_refused_with_its_place() {
    let (_sink, place) = place().await;
    let good = fs::read_to_string(place.path("hark.toml")).expect("a config");
    let line = good.lines().count() + 1;
    for (lines, says) in [
        (
            "[http]\nlissten = '127.0.0.1:1'\n",
            vec![
                format!("hark.toml:{}:1", line + 1),
                "lissten".to_owned(),
                "listen".to_owned(),
            ],
        ),
        (
            "[channel.telegram.care]\nbrand = 'northwind'\n",
            vec![format!("hark.toml:{line}"), "token".to_owned()],
        ),
        (
            "[channel.http.other]\nbrand = 'nobody'\n",
            vec![
                format!("hark.toml:{}", line + 1),
                "nobody".to_owned(),
                "northwind".to_owned(),
            ],
        ),
        ("[desk.\n", vec![format!("hark.toml:{line}")]),
    ] {
        place.write("hark.toml", &format!("{good}{lines}"));
        let says: Vec<&str> = says.iter().map(String::as_str).collect();
        refuses(&place, &mut place.command(HARK), &says).await;
    }
    fs::remove_file(place.path("hark.toml")).expect("removed");
    refuses(
        &place,
        &mut place.command(HARK),
        &["hark.toml", "hark init"],
    )
    .await;
}

#[tokio::test]
async fn a_secret_that_is_missing_is_named() {
    let (sink, place) = place().await;
    let telegram =
        "[channel.telegram.care]\nbrand = 'northwind'\ntoken = { env = 'NO_SUCH_TOKEN' }\n";
    place.write("hark.toml", &config(&sink, &format!("{PAGE}{telegram}")));
    refuses(
        &place,
        &mut place.command(HARK),
        &["channel.telegram.care", "NO_SUCH_TOKEN"],
    )
    .await;
    let literal = "[channel.telegram.care]\nbrand = 'northwind'\ntoken = '1:do-not-show'\n";
    place.write("hark.toml", &config(&sink, &format!("{PAGE}{literal}")));
    let ended = refuses(
        &place,
        &mut place.command(HARK),
        &["channel.telegram.care", "env"],
    )
    .await;
    assert!(!ended.stderr.contains("do-not-show"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_port_in_use_is_told() {
    let (_sink, place) = place().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let ended = place
        .finish(place.command(HARK).env("HARK_HTTP_LISTEN", &address))
        .await;
    assert_eq!(ended.code, Some(1));
    for word in [address.as_str(), "in use", "HARK_HTTP_LISTEN"] {
        assert!(ended.stderr.contains(word), "{word}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn a_second_hark_on_one_store_is_refused_and_the_first_goes_on() {
    let (sink, place) = place().await;
    let hark = place.start().await;
    hark.say(&message("ann", "hello")).await;
    refuses(
        &place,
        &mut place.command(HARK),
        &[
            "store",
            "in use by another process",
            "stop the other hark",
            "`store.path`",
        ],
    )
    .await;
    hark.say(&message("ben", "hello")).await;
    sink.replies(2).await;
}

#[tokio::test]
async fn a_damaged_store_is_told_and_never_taken_for_an_empty_one() {
    let (_sink, place) = place().await;
    let hark = place.start().await;
    hark.say(&message("ann", "hello")).await;
    hark.kill();
    let log = place.path("store/db");
    let length = usize::try_from(fs::metadata(&log).expect("a log").len()).expect("small");
    fs::write(&log, vec![0xA5; length]).expect("written");
    for _ in 0..3 {
        refuses(
            &place,
            &mut place.command(HARK),
            &["store", "damaged", "backup"],
        )
        .await;
    }
    fs::rename(place.path("store"), place.path("damaged")).expect("moved away");
    drop(place.start().await);
}

#[tokio::test]
async fn a_store_that_may_not_be_written_is_told() {
    let (sink, place) = place().await;
    place.write("store/.keep", "");
    fs::set_permissions(place.path("store"), fs::Permissions::from_mode(0o555)).expect("allowed");
    // For root no folder is read-only, so it steps down to nobody, who needs to reach the binary and the config.
    let nobody = fs::write(place.path("store/probe"), "").is_ok();
    let mut command = place.command(HARK);
    if nobody {
        fs::set_permissions(place.path("."), fs::Permissions::from_mode(0o755)).expect("allowed");
        fs::copy(HARK, place.path("hark")).expect("copied");
        command = place.command("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(place.path("hark"));
    }
    refuses(&place, &mut command, &["store", "Permission denied"]).await;

    place.write(
        "hark.toml",
        &config(&sink, PAGE).replace("path = 'store'", "path = 'hark.toml/store'"),
    );
    refuses(
        &place,
        &mut place.command(HARK),
        &["hark.toml/store", "directory"],
    )
    .await;
}

/// A small disk: a file system of its own where the test may mount one, else a limit on the size of files.
struct SmallDisk {
    mounted: Option<PathBuf>,
}

impl SmallDisk {
    fn at(store: PathBuf) -> Self {
        fs::create_dir_all(&store).expect("a folder");
        let mounted = Self::mount(&["-t", "tmpfs", "-o", "size=5m", "tmpfs"], &store);
        Self {
            mounted: mounted.then_some(store),
        }
    }

    fn limited() -> Self {
        Self { mounted: None }
    }

    fn mount(arguments: &[&str], store: &PathBuf) -> bool {
        let ended = Command::new("mount").args(arguments).arg(store).output();
        ended.is_ok_and(|ended| ended.status.success())
    }

    fn hark(&self, place: &Place) -> Command {
        if self.mounted.is_some() {
            return place.command(HARK);
        }
        let mut command = place.command("sh");
        // In pieces of 512 bytes.
        command
            .args(["-c", "ulimit -f 10240; exec \"$0\""])
            .arg(HARK);
        command
    }

    fn grow(&self) {
        if let Some(store) = &self.mounted {
            assert!(Self::mount(&["-o", "remount,size=256m"], store));
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Some(store) = &self.mounted {
            // Lazily: a hark that is being killed may still hold it.
            drop(Command::new("umount").arg("-l").arg(store).output());
        }
    }
}

#[tokio::test]
async fn a_full_disk_ends_hark_with_a_reason_and_nothing_taken_is_lost() {
    let (_sink, place) = place().await;
    let disk = SmallDisk::at(place.path("store"));
    fill(&place, disk).await;
}

#[tokio::test]
async fn a_limit_on_the_size_of_files_ends_hark_with_a_reason_too() {
    let (_sink, place) = place().await;
    fill(&place, SmallDisk::limited()).await;
}

async fn fill(place: &Place, disk: SmallDisk) {
    let mut hark = place.start_as(|place| disk.hark(place)).await;
    let filler = "word ".repeat(8_000);
    let mut taken = Vec::new();
    loop {
        let number = taken.len();
        let mut long = message(&format!("author-{number}"), &format!("{filler} {number}"));
        long["id"] = json!(format!("m-{number}"));
        match hark
            .try_send(hark.request(Method::POST, "/api/v1/messages").json(&long))
            .await
        {
            Ok(answer) if answer.status == 202 => taken.push(
                answer.json()["conversation"]
                    .as_str()
                    .expect("a name")
                    .to_owned(),
            ),
            Ok(answer) => {
                assert_eq!(answer.problem().0, 503);
                break;
            }
            Err(_) => break,
        }
        assert!(number < 5_000, "the disk is full by now");
    }
    let ended = hark.ended().await;
    let log = place.log();
    assert_eq!(
        ended.code(),
        Some(1),
        "so that a supervisor starts it again: {ended} {log}"
    );
    assert!(
        log.contains("store") && (log.contains("No space left") || log.contains("File too large")),
        "{log}"
    );
    assert!(!log.contains("word word"), "no customer's words in the log");

    disk.grow();
    let hark = place.start().await;
    assert!(!taken.is_empty());
    for (number, conversation) in taken.iter().enumerate() {
        let shown = hark.conversation(conversation).await;
        assert_eq!(
            shown["turns"][0]["message"],
            format!("m-{number}"),
            "{conversation}"
        );
    }
}

async fn ready(hark: &Hark) -> serde_json::Value {
    let ready = hark.get("/readyz").await;
    assert_eq!(
        (ready.status, ready.content_type.as_str()),
        (200, "application/json")
    );
    ready.json()
}

#[tokio::test]
async fn machines_can_ask_how_it_is() {
    let (_sink, place) = place().await;
    let hark = place.start().await;
    assert_eq!(
        (
            hark.get("/healthz").await.status,
            hark.get("/healthz").await.text.as_str()
        ),
        (200, "ok\n")
    );
    eventually("the account is up", async || {
        (ready(&hark).await["accounts"]["http/demo"]["up"] == true).then_some(())
    })
    .await;
    let shown = ready(&hark).await;
    assert_eq!(
        (&shown["ready"], &shown["store"]),
        (&json!(true), &json!("ok"))
    );
}

#[tokio::test]
async fn metrics_are_as_prometheus_wants_them_and_tell_nobody_s_name() {
    let (sink, place) = place().await;
    let hark = place.start().await;
    let mut wants = message("ann-the-author", "I want to speak to a real person");
    wants["conversation"] = json!("order-7");
    hark.say(&wants).await;
    sink.replies(1).await;
    let text = eventually("the reply is counted", async || {
        let metrics = hark.get("/metrics").await;
        assert!(
            metrics
                .content_type
                .starts_with("text/plain; version=0.0.4"),
            "{}",
            metrics.content_type
        );
        let sent = "hark_deliveries_total{to=\"customer\",outcome=\"sent\"} 1";
        metrics.text.contains(sent).then_some(metrics.text)
    })
    .await;
    lint(&text);
    for line in [
        "hark_messages_received_total{account=\"http/demo\"} 1",
        "hark_decisions_total{outcome=\"handoff\"} 1",
        "hark_account_up{account=\"http/demo\"} 1",
        "hark_cases_open{state=\"open\"} 1",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in\n{text}"
        );
    }
    for name in ["ann", "order-7", "real person"] {
        assert!(!text.contains(name), "{name} in\n{text}");
    }
}

/// The rules of <https://prometheus.io/docs/instrumenting/exposition_formats/> and of naming, as far as hark needs them.
fn lint(text: &str) {
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    let mut helps: BTreeMap<&str, &str> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some((name, help)) = line
            .strip_prefix("# HELP ")
            .and_then(|rest| rest.split_once(' '))
        {
            assert!(
                helps.insert(name, help).is_none() && !help.is_empty(),
                "{line}"
            );
        } else if let Some((name, kind)) = line
            .strip_prefix("# TYPE ")
            .and_then(|rest| rest.split_once(' '))
        {
            assert!(kinds.insert(name, kind).is_none(), "{line}");
            assert!(
                name.starts_with("hark_")
                    && name
                        .bytes()
                        .all(|byte| byte == b'_' || byte.is_ascii_lowercase()),
                "{line}"
            );
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        } else {
            let name = line.split(['{', ' ']).next().expect("a name");
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| {
                name.strip_suffix(end)
                    .filter(|name| kinds.contains_key(name))
            });
            assert!(
                kinds.contains_key(family.unwrap_or(name)),
                "no TYPE before {line}"
            );
            let value = line.rsplit(' ').next().expect("a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
    for name in kinds.keys() {
        assert!(helps.contains_key(name), "no HELP for {name}");
    }
}
