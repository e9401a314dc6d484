//! Listings that fail, wholly or in part: what is told, what is kept.

use clawdia_bedrock_emulator::{Emulator, Gate, Operation, Reply};
use clawdia_core::{ErrorKind, Freshness, ProviderError};
use serde_json::{Value, json};

use crate::account::{Account, but, ids, model, open, profile};

const LIST_MODELS: &str = "bedrock:ListFoundationModels";
const LIST_PROFILES: &str = "bedrock:ListInferenceProfiles";

fn on_demand_and_not() -> [Value; 2] {
    [model("acme.m"), but(model("acme.n"), json!({ "inferenceTypesSupported": ["INFERENCE_PROFILE"] }))]
}

async fn refused(account: &Account) -> ProviderError {
    account.source(json!({})).discover(Freshness::Cached).await.unwrap_err()
}

#[tokio::test]
async fn a_missing_permission_is_named_with_the_line_that_grants_it() {
    let account = Account::of(|builder| builder.deny(LIST_MODELS)).await;
    let error = refused(&account).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Permission, Some(403)));
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert!(error.request_id().is_some());
    let hint = error.hint().unwrap();
    assert!(
        hint.contains(r#"{"Effect": "Allow", "Action": "bedrock:ListFoundationModels", "Resource": "*"}"#),
        "{hint}"
    );
    let text = error.to_string();
    assert!(
        text.starts_with("could not list the foundation models of Amazon Bedrock at http://127.0.0.1"),
        "{text}"
    );
    assert!(account.files().is_empty());
    account.emulator.allow(LIST_MODELS);
    assert!(!account.found().await.models.is_empty(), "a failure poisons nothing");
}

#[tokio::test]
async fn without_the_permission_for_profiles_there_is_what_needs_none() {
    let profiles = [profile("us.acme.n", "acme.n")];
    let account = Account::of(|builder| {
        builder.list_models(on_demand_and_not()).list_profiles(profiles).deny(LIST_PROFILES)
    })
    .await;
    let found = account.found().await;
    assert_eq!(ids(&found), ["acme.m"]);
    let [notice] = found.notices.as_slice() else { panic!("{:?}", found.notices) };
    assert!(
        notice.contains("only models that can be called on demand are listed (`acme.n` is left out)"),
        "{notice}"
    );
    assert!(notice.contains(r#""Action": "bedrock:ListInferenceProfiles""#), "{notice}");
    // It lasts until somebody changes the policy, so it is kept, with its notice.
    assert_eq!(account.found().await, found);
    assert_eq!(account.asked().0, 1);
    assert!(notice.ends_with("list with `--refresh`"), "{notice}");
    account.clock.advance(60);
    account.found().await;
    assert_eq!(account.asked().0, 2, "the policy may have been changed");
    account.emulator.allow(LIST_PROFILES);
    let mended = account.source(json!({})).discover(Freshness::Refreshed).await.unwrap();
    assert_eq!((ids(&mended), mended.notices.len()), (vec!["acme.m", "us.acme.n"], 0));
}

#[tokio::test]
async fn the_last_good_list_is_kept_and_says_that_it_is_old() {
    let account = Account::with(on_demand_and_not(), []).await;
    let good = account.found().await;
    account.clock.advance(3_600);
    account.emulator.deny(LIST_MODELS);
    let old = account.found().await;
    assert_eq!((&old.models, old.listed_at_ms), (&good.models, good.listed_at_ms));
    assert!(old.stale.unwrap().contains(LIST_MODELS));
    // A new process finds it, too.
    let other = open(&account.other_process(&[]), json!({}), |_| {}).unwrap();
    assert!(other.discover(Freshness::Refreshed).await.unwrap().stale.is_some());
    account.emulator.allow(LIST_MODELS);
    account.clock.advance(30);
    assert_eq!(account.found().await.stale, None);
}

#[tokio::test]
async fn a_failed_refresh_is_remembered_while_an_older_list_is_kept() {
    let account = Account::with(on_demand_and_not(), []).await;
    let source = open(&account.host, json!({}), |provider| provider.timeouts.total_ms = Some(300)).unwrap();
    source.discover(Freshness::Cached).await.unwrap();
    account.clock.advance(3_600);
    let gate = Gate::new();
    account.emulator.reply_always(Operation::ListFoundationModels, Reply::answer().after(&gate));
    let asked = || account.asked().0;
    let slow = source.discover(Freshness::Cached).await.unwrap().stale.unwrap();
    assert!(slow.contains("longer than 300 ms"), "{slow}");
    let before = asked();
    account.clock.advance(29);
    assert_eq!(source.discover(Freshness::Cached).await.unwrap().stale.as_ref(), Some(&slow));
    assert_eq!(asked(), before, "nobody is asked again so soon");
    assert!(source.discover(Freshness::Refreshed).await.unwrap().stale.is_some());
    assert_eq!(asked(), before + 1, "except by those who insist");
    account.clock.advance(30);
    gate.open();
    assert_eq!(source.discover(Freshness::Cached).await.unwrap().stale, None);
}

#[tokio::test]
async fn all_pages_are_read() {
    let profiles =
        (0..1_000).map(|number| profile(&format!("us.acme.m-{number}"), "acme.m")).collect::<Vec<_>>();
    let account = Account::of(|builder| builder.list_models([]).list_profiles(profiles).page_size(100)).await;
    let found = account.found().await;
    assert_eq!((found.models.len(), found.notices.len()), (1_000, 0));
    assert_eq!(account.asked(), (1, 11));
}

#[tokio::test]
async fn a_failure_on_a_late_page_leaves_what_needs_no_profile_and_is_not_kept() {
    let profiles = || (0..100).map(|number| profile(&format!("us.acme.m-{number}"), "acme.m"));
    let account = Account::of(|builder| {
        builder.list_models(on_demand_and_not()).list_profiles(profiles()).page_size(10).failing_page(
            7,
            400,
            "ValidationException",
            "Broken.",
        )
    })
    .await;
    let found = account.found().await;
    assert_eq!(ids(&found), ["acme.m"]);
    assert!(found.notices[0].contains("ValidationException: Broken."), "{:?}", found.notices);
    assert_eq!(account.asked(), (1, 8));
    assert!(account.files().is_empty());
    account.found().await;
    assert_eq!(account.asked(), (2, 16), "it is asked again at once");
}

#[tokio::test]
async fn a_complete_list_goes_before_a_new_one_with_gaps() {
    let account = Account::with([model("acme.m")], [profile("us.acme.n", "acme.n")]).await;
    let good = account.found().await;
    account.clock.advance(3_600);
    let denied = "User: u is not authorized to perform: bedrock:ListInferenceProfiles";
    for (gap, words) in [
        (Reply::error(400, "ValidationException", "Broken."), "Broken."),
        (Reply::error(403, "AccessDeniedException", denied), denied),
        (Reply::document(json!({})), "something other than Bedrock answered"),
        (
            Reply::document(json!({ "inferenceProfileSummaries": [], "nextToken": 7 })),
            "`nextToken` is no text",
        ),
    ] {
        account.emulator.reply_always(Operation::ListInferenceProfiles, gap);
        // A failure is remembered for half a minute.
        account.clock.advance(30);
        let old = account.found().await;
        assert_eq!(old.models, good.models);
        assert!(old.stale.unwrap().contains(words), "{words}");
        let other = open(&account.other_process(&[]), json!({}), |_| {}).unwrap();
        assert_eq!(other.discover(Freshness::Offline).await.unwrap().models, good.models);
    }
    account.emulator.reply_normally(Operation::ListInferenceProfiles);
    account.clock.advance(30);
    assert_eq!(account.found().await.stale, None);
}

#[tokio::test]
async fn only_the_services_own_denial_is_one() {
    let account = Account::with(on_demand_and_not(), [profile("us.acme.n", "acme.n")]).await;
    let portal = Reply::http(403).header("content-type", "text/html").body("<html>Log in</html>");
    account.emulator.reply_always(Operation::ListInferenceProfiles, portal);
    assert_eq!(ids(&account.found().await), ["acme.m"]);
    assert!(account.files().is_empty());
    account.emulator.reply_normally(Operation::ListInferenceProfiles);
    assert_eq!(ids(&account.found().await), ["acme.m", "us.acme.n"], "it is asked again at once");
}

#[tokio::test]
async fn an_answer_that_is_no_list_leaves_the_last_good_one() {
    let account = Account::with([model("acme.m")], []).await;
    let good = account.found().await;
    for answer in [json!({ "hello": 1 }), json!({ "modelSummaries": null })] {
        account.clock.advance(3_600);
        account.emulator.reply_always(Operation::ListFoundationModels, Reply::document(answer));
        let old = account.found().await;
        assert_eq!(old.models, good.models);
        assert!(old.stale.unwrap().contains("something other than Bedrock answered"));
    }
    let empty = json!({ "modelSummaries": [] });
    account.clock.advance(30);
    account.emulator.reply_always(Operation::ListFoundationModels, Reply::document(empty));
    let nothing = account.found().await;
    assert_eq!((nothing.models.len(), nothing.stale), (0, None), "that there are none is an answer");
}

#[tokio::test]
async fn pages_without_an_end_come_to_one() {
    let check = async |account: Account, reason: &str| {
        let found = account.found().await;
        assert!(found.notices[0].contains(reason), "{:?}", found.notices);
        assert_eq!(ids(&found), ["acme.m"]);
    };
    let endless = Account::of(|builder| {
        builder.list_models([model("acme.m")]).list_profiles([profile("us.acme.n", "acme.n")]).endless_pages()
    });
    check(endless.await, "never comes to an end").await;
    let account = Account::with([model("acme.m")], []).await;
    let page = Reply::document(json!({ "inferenceProfileSummaries": [], "nextToken": "again" }));
    account.emulator.reply_always(Operation::ListInferenceProfiles, page);
    check(account, "the token of a page again").await;
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let account = Account::with([model("acme.m")], []).await;
    account.emulator.enqueue_for(Operation::ListFoundationModels, Reply::throttled());
    account.emulator.enqueue_for(Operation::ListInferenceProfiles, Reply::throttled());
    let found = account.found().await;
    assert_eq!((ids(&found), found.notices.len()), (vec!["acme.m"], 0));
    assert_eq!(account.asked(), (2, 3));
}

#[tokio::test]
async fn a_service_that_asks_for_more_time_than_there_is_is_not_waited_for() {
    let account = Account::with([model("acme.m")], []).await;
    let busy = Reply::throttled().header("retry-after", "600");
    account.emulator.reply_always(Operation::ListFoundationModels, busy);
    let error = refused(&account).await;
    assert_eq!((error.kind(), error.retry_after().unwrap().as_secs()), (ErrorKind::Throttled, 600));
    assert_eq!(account.asked().0, 1);
}

#[tokio::test]
async fn everything_has_a_deadline() {
    let account = Account::usual().await;
    let gate = Gate::new();
    account.emulator.reply_always(Operation::ListFoundationModels, Reply::answer().after(&gate));
    let source = open(&account.host, json!({}), |provider| provider.timeouts.total_ms = Some(50)).unwrap();
    let error = source.discover(Freshness::Cached).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("it took longer than 50 ms"), "{error}");
    let mut steps = Vec::<clawdia_core::Step>::new();
    source.examine(None, &mut steps).await;
    assert!(steps[0].detail.contains("longer than 50 ms"), "{steps:?}");
}

#[tokio::test]
async fn profiles_that_hang_do_not_cost_the_models_that_need_none() {
    let account = Account::with(on_demand_and_not(), [profile("us.acme.n", "acme.n")]).await;
    let gate = Gate::new();
    account.emulator.reply_always(Operation::ListInferenceProfiles, Reply::answer().after(&gate));
    let source = open(&account.host, json!({}), |provider| provider.timeouts.total_ms = Some(500)).unwrap();
    let found = source.discover(Freshness::Cached).await.unwrap();
    assert_eq!(ids(&found), ["acme.m"]);
    assert!(found.notices[0].contains("it took too long"), "{:?}", found.notices);
    assert!(account.files().is_empty(), "it is asked again at once");
}

#[tokio::test]
async fn what_answers_and_is_no_bedrock_is_recognised() {
    let account = Account::usual().await;
    for body in ["<html>Welcome!</html>", "[]", ""] {
        let reply = Reply::http(200).header("content-type", "text/html").body(body);
        account.emulator.reply_always(Operation::ListFoundationModels, reply);
        let error = refused(&account).await;
        assert!(error.to_string().contains("something other than Bedrock answered"), "{error}");
    }
}

#[tokio::test]
async fn nobody_at_the_address_is_a_transport_error() {
    let account = Account::usual().await;
    let gone = Emulator::builder().start().await.unwrap();
    let url = gone.url().to_owned();
    gone.shutdown().await;
    let other = account.other_process(&[("AWS_ENDPOINT_URL_BEDROCK", &url)]);
    let source = open(&other, json!({}), |_| {}).unwrap();
    let error = source.discover(Freshness::Cached).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
}

#[tokio::test]
async fn refused_credentials_are_an_auth_error() {
    let account = Account::usual().await;
    let other = account.other_process(&[("AWS_SECRET_ACCESS_KEY", "wrong")]);
    let error = open(&other, json!({}), |_| {}).unwrap().discover(Freshness::Cached).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    assert!(!format!("{error:?}").contains("wrong"));
}

#[tokio::test]
async fn a_setting_that_cannot_be_used_is_named() {
    let account = Account::usual().await;
    for (section, words) in [
        (json!({ "refreshInterval": -5 }), "refreshInterval"),
        (json!({ "refreshInterval": 1.9 }), "refreshInterval"),
        (json!({ "refreshInterval": 1e308 }), "refreshInterval"),
        (json!({ "defaultContextWindow": 0 }), "defaultContextWindow"),
        (json!({ "defaultMaxTokens": -1 }), "defaultMaxTokens"),
        (json!({ "defaultMaxTokens": 1.5 }), "defaultMaxTokens"),
        (json!({ "region": "Mars!" }), "region of `models.bedrockDiscovery`"),
    ] {
        let error = open(&account.host, section, |_| {}).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let text = format!("{error}");
        assert!(text.contains(words), "{text}");
    }
    let other = account.other_process(&[("AWS_ENDPOINT_URL", "not a url")]);
    let text = open(&other, json!({}), |_| {}).unwrap_err().to_string();
    assert!(text.contains("`AWS_ENDPOINT_URL` cannot be used: `not a url` is no address"), "{text}");
}

#[tokio::test]
async fn models_of_a_region_that_is_not_called_come_with_a_notice() {
    let account = Account::usual().await;
    let other = account.other_process(&[("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-west-1")]);
    let source = open(&other, json!({ "region": "us-east-1" }), |_| {}).unwrap();
    let found = source.discover(Freshness::Cached).await.unwrap();
    assert!(found.notices[0].contains("calls eu-west-1"), "{:?}", found.notices);
}

#[tokio::test]
async fn the_region_that_is_called_may_be_the_profiles() {
    let account = Account::usual().await;
    let check = async |region: &str, notices: usize| {
        let directory = account.state().join("home/.aws");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("config"), format!("[default]\nregion = {region}\n")).unwrap();
        let other = account.other_process(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "")]);
        let source = open(&other, json!({ "region": "us-east-1" }), |_| {}).unwrap();
        let found = source.discover(Freshness::Cached).await.unwrap();
        assert_eq!(found.notices.len(), notices, "{region}: {:?}", found.notices);
    };
    check("us-east-1", 0).await;
    check("eu-west-1", 1).await;
}
