//! The `http` channel against a partner that checks every call.

use hark::channel::{Arrival, Channel, Intake};
use hark::model::delivery::Attempted;
use hark::model::id::AccountId;
use tokio::sync::mpsc;

use crate::contract;
use crate::fakes::FakeNetwork;
use crate::fakes::http::Partner;

#[tokio::test]
async fn the_contract_holds() {
    let partner = Partner::start().await;
    contract::holds(&partner).await;
    assert_eq!(partner.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_second_secret_serves_while_the_first_is_replaced() {
    let partner = Partner::start().await;
    let new = "'whsec_ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7'";
    let both = partner.open_with(&format!("secret = [{new}, '{}']", partner.secret()));
    let outcome = both.send(&partner.outbound("one", "hello")).await;
    assert_eq!(outcome, Attempted::Sent { message: None });

    let only_new = partner.open_with(&format!("secret = {new}"));
    let outcome = only_new.send(&partner.outbound("two", "hello")).await;
    assert!(matches!(outcome, Attempted::Later { .. }), "{outcome:?}");
    assert_eq!(partner.complaints(), ["no webhook-signature matches"]);
}

#[tokio::test]
async fn without_a_secret_nothing_is_signed() {
    let partner = Partner::start().await;
    let unsigned = partner.open_with("");
    let outcome = unsigned.send(&partner.outbound("one", "hello")).await;
    assert!(matches!(outcome, Attempted::Later { .. }), "{outcome:?}");
    assert_eq!(
        partner.complaints(),
        ["header webhook-signature is missing"]
    );
}

#[tokio::test]
async fn the_account_is_healthy_as_soon_as_it_runs() {
    let partner = Partner::start().await;
    let channel = partner.open();
    let (arrivals, mut arrived) = mpsc::channel(1);
    let intake = Intake::new(AccountId::new("http", "partner"), arrivals);
    tokio::select! {
        stopped = channel.run(intake) => panic!("{stopped}"),
        arrival = arrived.recv() => assert!(matches!(arrival, Some(Arrival::Connected { .. }))),
    }
}
