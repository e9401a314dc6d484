//! Lists that are kept: in memory and on disk, for whom and how long, damaged ones included.

use std::fs;

use clawdia_bedrock_emulator::{Emulator, Gate, Operation, Reply};
use clawdia_core::{Freshness, ModelSource};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::json;

use crate::account::{Account, ids, model, open, profile};

async fn small() -> Account {
    Account::with([model("acme.m")], [profile("us.acme.n", "acme.n")]).await
}

async fn discover(source: &dyn ModelSource, freshness: Freshness) -> clawdia_core::Discovery {
    source.discover(freshness).await.unwrap()
}

#[tokio::test]
async fn a_list_is_good_for_the_refresh_interval() {
    let account = small().await;
    let source = account.source(json!({ "refreshInterval": 3_600 }));
    let first = discover(&*source, Freshness::Cached).await;
    account.clock.advance(3_599);
    assert_eq!(discover(&*source, Freshness::Cached).await, first);
    assert_eq!(account.asked(), (1, 2));
    account.clock.advance(1);
    let second = discover(&*source, Freshness::Cached).await;
    assert_eq!(account.asked(), (2, 4));
    assert_eq!(second.listed_at_ms.unwrap() - first.listed_at_ms.unwrap(), 3_600_000);
    account.clock.set_back(10);
    discover(&*source, Freshness::Cached).await;
    assert_eq!(account.asked(), (3, 6), "a list from the future is not trusted");
}

#[tokio::test]
async fn an_interval_of_nothing_keeps_nothing() {
    let account = small().await;
    let source = account.source(json!({ "refreshInterval": 0 }));
    for _ in 0..2 {
        discover(&*source, Freshness::Cached).await;
    }
    assert_eq!((account.asked(), account.files()), ((2, 4), vec![]));
    let offline = discover(&*source, Freshness::Offline).await;
    assert!(offline.skipped.unwrap().contains("refreshInterval"));
    account.emulator.deny("bedrock:ListFoundationModels");
    source.discover(Freshness::Cached).await.unwrap_err();
}

#[tokio::test]
async fn the_longest_interval_there_is_is_no_trouble() {
    let account = small().await;
    let source = account.source(json!({ "refreshInterval": u64::MAX }));
    discover(&*source, Freshness::Cached).await;
    account.clock.advance(1_000_000_000);
    discover(&*source, Freshness::Cached).await;
    assert_eq!(account.asked(), (1, 2));
}

#[tokio::test]
async fn another_process_reads_what_this_one_kept() {
    let account = small().await;
    let found = account.found().await;
    let other = open(&account.other_process(&[]), json!({}), |_| {}).unwrap();
    assert_eq!(discover(&*other, Freshness::Cached).await, found);
    assert_eq!(account.asked(), (1, 2));
    // It asks, and this one learns of it although its own list is still in memory.
    account.clock.advance(3_600);
    let renewed = discover(&*other, Freshness::Cached).await;
    assert_eq!(account.found().await, renewed);
    assert_eq!(account.asked(), (2, 4));
}

#[tokio::test]
async fn a_kept_list_needs_no_connection() {
    let account = small().await;
    let found = account.found().await;
    let connections = account.emulator.connections();
    let other = open(&account.other_process(&[]), json!({}), |_| {}).unwrap();
    // It is there at once: nothing was waited for.
    assert_eq!(discover(&*other, Freshness::Cached).await, found);
    assert_eq!(account.emulator.connections(), connections);
}

#[tokio::test]
async fn whoever_wants_it_fresh_gets_it_fresh() {
    let account = small().await;
    let source = account.source(json!({}));
    discover(&*source, Freshness::Cached).await;
    account.emulator.list_models([model("acme.new")]);
    assert_eq!(ids(&discover(&*source, Freshness::Refreshed).await), ["acme.new", "us.acme.n"]);
    assert_eq!(ids(&discover(&*source, Freshness::Cached).await), ["acme.new", "us.acme.n"]);
    assert_eq!(account.asked(), (2, 4));
}

#[tokio::test]
async fn offline_nobody_is_asked() {
    let account = small().await;
    let source = account.source(json!({}));
    let nothing = discover(&*source, Freshness::Offline).await;
    assert!(nothing.skipped.unwrap().contains("no list is kept"));
    discover(&*source, Freshness::Cached).await;
    assert_eq!(discover(&*source, Freshness::Offline).await.stale, None);
    account.clock.advance(1_000_000);
    let old = discover(&*source, Freshness::Offline).await;
    assert_eq!(ids(&old), ["acme.m", "us.acme.n"]);
    assert!(old.stale.unwrap().contains("older than"));
    assert_eq!(account.asked(), (1, 2));
}

#[tokio::test]
async fn identities_regions_and_addresses_have_lists_of_their_own() {
    let account = small().await;
    account.found().await;
    let check = async |variables: &[(&str, &str)], section: serde_json::Value, is_new: bool| {
        let before = account.asked().0;
        let source = open(&account.other_process(variables), section, |_| {}).unwrap();
        // The emulator knows neither other keys nor other regions, but it hears of them.
        let _ = source.discover(Freshness::Cached).await;
        assert_eq!(account.asked().0 > before, is_new, "{variables:?}");
    };
    check(&[], json!({}), false).await;
    check(&[("AWS_ACCESS_KEY_ID", "AKIDOTHER")], json!({}), true).await;
    check(&[("AWS_BEARER_TOKEN_BEDROCK", "token")], json!({}), true).await;
    check(&[("AWS_REGION", "eu-west-1")], json!({}), true).await;
    check(&[], json!({ "region": "eu-west-1" }), true).await;
    let elsewhere = Emulator::builder().list_models([]).list_profiles([]).start().await.unwrap();
    let url = elsewhere.url().to_owned();
    let other = account.other_process(&[("AWS_ENDPOINT_URL_BEDROCK", &url)]);
    let source = open(&other, json!({}), |_| {}).unwrap();
    assert_eq!(ids(&discover(&*source, Freshness::Cached).await), [""; 0]);
    assert_eq!(elsewhere.count(Operation::ListFoundationModels), 1);
}

#[tokio::test]
async fn no_file_holds_a_secret() {
    let account = small().await;
    account.found().await;
    let variables = account.emulator.environment();
    for file in account.files() {
        let text = fs::read_to_string(file).unwrap();
        for (name, value) in &variables {
            assert!(
                !matches!(*name, "AWS_SECRET_ACCESS_KEY" | "AWS_ACCESS_KEY_ID") || !text.contains(value),
                "{name}"
            );
        }
    }
    assert_eq!(account.files().len(), 1);
}

#[tokio::test]
async fn a_damaged_file_is_none_and_is_replaced() {
    let account = small().await;
    let found = account.found().await;
    let file = account.files().remove(0);
    let good = fs::read(&file).unwrap();
    for damaged in
        [&b""[..], b"{", b"null", &good[..good.len() / 2], &[0xff; 10], &[&good[..], b"x"].concat()]
    {
        fs::write(&file, damaged).unwrap();
        let other = open(&account.other_process(&[]), json!({}), |_| {}).unwrap();
        assert_eq!(discover(&*other, Freshness::Cached).await, found);
        assert_eq!(fs::read(&file).unwrap(), good);
    }
    assert_eq!(account.asked().0, 7);
}

#[tokio::test]
async fn a_list_that_cannot_be_kept_is_given_all_the_same() {
    let account = small().await;
    fs::write(account.state().join("cache"), "in the way").unwrap();
    let found = account.found().await;
    assert_eq!(ids(&found), ["acme.m", "us.acme.n"]);
    assert!(found.notices[0].contains("could not be kept"), "{:?}", found.notices);
}

#[tokio::test]
async fn an_empty_list_is_kept_like_any_other() {
    let account = Account::with([], []).await;
    for _ in 0..2 {
        let found = account.found().await;
        assert_eq!((ids(&found).len(), &found.stale, &found.skipped), (0, &None, &None));
        assert_eq!(found.notices, ["Amazon Bedrock has no models in us-east-1"]);
    }
    assert_eq!(account.asked(), (1, 2));
}

#[tokio::test]
async fn two_hundred_who_want_a_list_share_one() {
    let account = small().await;
    let gate = Gate::new();
    account.emulator.enqueue_for(Operation::ListFoundationModels, Reply::answer().after(&gate));
    let source = account.source(json!({}));
    let other = account.source(json!({ "defaultMaxTokens": 9 }));
    let wanting = (0..200).map(|number| {
        let source = if number % 2 == 0 { &source } else { &other };
        source.discover(if number % 3 == 0 { Freshness::Refreshed } else { Freshness::Cached })
    });
    let opening = async {
        account.emulator.wait_for(Operation::ListInferenceProfiles, 2).await;
        gate.open();
    };
    let (found, ()) = futures_util::future::join(join_all(wanting), opening).await;
    assert!(found.iter().all(|found| ids(found.as_ref().unwrap()) == ["acme.m", "us.acme.n"]));
    assert_eq!(account.asked(), (1, 2));
}

#[tokio::test]
async fn two_hundred_tasks_share_one_on_any_runtime() {
    let account = small().await;
    let source = account.source(json!({}));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let tasks = (0..200).map(|_| {
        let source = source.clone();
        runtime.spawn(async move { source.discover(Freshness::Cached).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(ids(&task.await.unwrap().unwrap()), ["acme.m", "us.acme.n"]);
    }
    runtime.shutdown_background();
    assert_eq!(account.asked(), (1, 2));
}

#[tokio::test]
async fn whoever_gives_up_does_not_stop_the_others() {
    let account = small().await;
    let gate = Gate::new();
    account.emulator.enqueue_for(Operation::ListFoundationModels, Reply::answer().after(&gate));
    let source = account.source(json!({}));
    let mut first = source.discover(Freshness::Cached);
    let second = source.discover(Freshness::Cached);
    let asked = account.emulator.wait_for(Operation::ListFoundationModels, 1);
    // The first one asks, since only it is polled.
    tokio::select! {
        _ = &mut first => panic!("the gate is closed"),
        () = asked => {}
    }
    let mut second = second;
    assert!((&mut second).now_or_never().is_none());
    drop(first);
    gate.open();
    assert_eq!(ids(&second.await.unwrap()), ["acme.m", "us.acme.n"]);
    assert_eq!(account.asked(), (1, 2));
}

#[tokio::test]
async fn the_last_who_gives_up_closes_the_connections() {
    let account = small().await;
    let gate = Gate::new();
    for operation in [Operation::ListFoundationModels, Operation::ListInferenceProfiles] {
        account.emulator.reply_always(operation, Reply::answer().after(&gate));
    }
    let source = account.source(json!({}));
    let mut wanting = source.discover(Freshness::Cached);
    tokio::select! {
        _ = &mut wanting => panic!("the gate is closed"),
        () = account.emulator.wait_for(Operation::ListInferenceProfiles, 2) => {}
    }
    drop(wanting);
    account.emulator.wait_for_open_connections(0).await;
    gate.open();
    assert_eq!(ids(&discover(&*source, Freshness::Cached).await), ["acme.m", "us.acme.n"]);
    assert_eq!(account.asked().0, 2);
}

#[tokio::test]
async fn the_lists_of_one_instance_role_are_not_shown_to_another() {
    let account =
        Account::of(|builder| builder.instance_role("app").list_models([model("acme.m")]).list_profiles([]))
            .await;
    let other = Emulator::builder().instance_role("batch").start().await.unwrap();
    // The same home directory and the same addresses, on a machine whose metadata is at `url`.
    let on_instance = |url: &str| {
        let variables = [
            ("AWS_ACCESS_KEY_ID", ""),
            ("AWS_SECRET_ACCESS_KEY", ""),
            ("AWS_SESSION_TOKEN", ""),
            ("AWS_EC2_METADATA_DISABLED", "false"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", url),
        ];
        open(&account.other_process(&variables), json!({}), |_| {}).unwrap()
    };
    let nothing = discover(&*on_instance(account.emulator.url()), Freshness::Offline).await;
    assert!(nothing.skipped.is_some());
    let asked = account.emulator.requests().len();
    assert_eq!(asked, 0, "where no list was ever kept, nobody is asked who it would belong to");
    let list = discover(&*on_instance(account.emulator.url()), Freshness::Cached).await;
    assert_eq!(ids(&list), ["acme.m"]);
    let again = discover(&*on_instance(account.emulator.url()), Freshness::Offline).await;
    assert_eq!(again, list);
    let others = discover(&*on_instance(other.url()), Freshness::Offline).await;
    assert!(others.skipped.unwrap().contains("no list is kept"));
    on_instance(other.url()).discover(Freshness::Cached).await.unwrap_err();
}
