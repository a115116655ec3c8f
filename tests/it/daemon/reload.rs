//! SIGHUP: a good change goes live, a bad one leaves what ran and says where the fault is.

use crate::daemon::eventually;
use crate::daemon::place::{Hark, PAGE, Place, config, message};
use crate::daemon::sink::Sink;

const PACK: &str = "title = 'Parcels'\nlanguages = ['en', 'de']\n[lists.parcel]\nen = ['parcel', 'package']\nde = ['paket']\n";
const TOPIC: &str = "title = 'Parcel'\nseverity = 'normal'\nwhen = ['$parcel']\nreply = 'parcel'\n\
                     [[test]]\nsay = 'where is my parcel'\nexpect = { topic = 'parcel' }\n";

struct Scene {
    sink: Sink,
    place: Place,
    hark: Hark,
    asked: usize,
}

impl Scene {
    async fn start() -> Self {
        let sink = Sink::start().await;
        let text = config(&sink, &format!("{PAGE}[library]\ndirectory = 'packs'\n"));
        let place = Place::new(&text.replace("[store]", "packs = ['parcels']\n[store]"));
        place.write("packs/parcels/pack.toml", PACK);
        place.write("packs/parcels/topics/parcel.toml", TOPIC);
        place.write(
            "packs/parcels/replies/de/parcel.hbs",
            "Wir suchen Ihr Paket.",
        );
        place.write(
            "packs/parcels/replies/en/parcel.hbs",
            "We are looking for your parcel.",
        );
        let hark = place.start().await;
        Self {
            sink,
            place,
            hark,
            asked: 0,
        }
    }

    /// What a new customer is answered.
    async fn answer(&mut self) -> String {
        self.asked += 1;
        let customer = format!("customer-{}", self.asked);
        self.hark
            .say(&message(&customer, "where is my parcel"))
            .await;
        self.sink.replies(self.asked).await;
        self.sink.texts().pop().expect("a reply")
    }

    /// Tells hark to read everything again, and waits until it logged `words` once more.
    async fn reload(&self, words: &str) {
        let count = || self.place.log().matches(words).count();
        let before = count();
        self.hark.signal("HUP");
        eventually(words, async || (count() > before).then_some(())).await;
    }
}

const REFUSED: &str = "reload refused";
const DONE: &str = "reloaded";

#[tokio::test]
async fn a_good_change_is_live_and_a_bad_one_is_not() {
    let mut scene = Scene::start().await;
    assert_eq!(scene.answer().await, "We are looking for your parcel.");

    scene.place.write(
        "packs/parcels/replies/en/parcel.hbs",
        "Your parcel is being looked for.",
    );
    assert_eq!(
        scene.answer().await,
        "We are looking for your parcel.",
        "not before it is asked for"
    );
    scene.reload(DONE).await;
    assert_eq!(scene.answer().await, "Your parcel is being looked for.");

    scene.place.write(
        "packs/parcels/replies/en/parcel.hbs",
        "Nobody must read this: {{no.such}}",
    );
    scene.reload(REFUSED).await;
    assert_eq!(scene.answer().await, "Your parcel is being looked for.");
    assert!(
        scene
            .place
            .log()
            .contains("packs/parcels/replies/en/parcel.hbs:1:"),
        "the place is told: {}",
        scene.place.log()
    );

    scene.place.write(
        "packs/parcels/replies/en/parcel.hbs",
        "We found a way to look for it.",
    );
    scene.place.write(
        "packs/parcels/topics/parcel.toml",
        &TOPIC.replace("$parcel", "$parcels"),
    );
    scene.reload(REFUSED).await;
    assert_eq!(
        scene.answer().await,
        "Your parcel is being looked for.",
        "a pack goes live whole or not at all"
    );
    scene.place.write("packs/parcels/topics/parcel.toml", TOPIC);
    scene.reload(DONE).await;
    assert_eq!(scene.answer().await, "We found a way to look for it.");
}

#[tokio::test]
async fn a_config_that_is_broken_leaves_what_ran() {
    let mut scene = Scene::start().await;
    let good = std::fs::read_to_string(scene.place.path("hark.toml")).expect("a config");
    scene
        .place
        .write("hark.toml", &format!("{good}[http]\nlissten = 'x'\n"));
    scene.reload(REFUSED).await;
    assert!(
        scene.place.log().contains("lissten"),
        "the place is told: {}",
        scene.place.log()
    );
    assert_eq!(scene.answer().await, "We are looking for your parcel.");
    std::fs::remove_file(scene.place.path("hark.toml")).expect("removed");
    scene.reload(REFUSED).await;
    assert_eq!(scene.answer().await, "We are looking for your parcel.");

    scene.place.write(
        "hark.toml",
        &good.replace(
            "languages = ['en', 'de']",
            "languages = ['de', 'en']\nmode = 'shadow'",
        ),
    );
    scene.reload(DONE).await;
    let silent = scene.hark.say(&message("ann", "where is my parcel")).await;
    let turns = scene.hark.conversation(&silent).await["turns"].clone();
    assert_eq!(
        turns[1]["status"], "withdrawn",
        "the brand is in shadow mode now: {turns}"
    );
}
