//! What is listed, and what is said of it: filters, profiles, limits, order. Over a real socket.

use clawdia_core::{Freshness, LimitsFrom, Modality, ModelId};
use serde_json::{Value, json};

use crate::account::{Account, but, find, ids, model, open, profile, without};

/// Claude, served only through profiles.
const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
/// Called by its own id.
const NOVA: &str = "amazon.nova-lite-v1:0";

fn legacy(end: &Value) -> Value {
    json!({ "modelLifecycle": { "status": "LEGACY", "endOfLifeTime": end } })
}

fn through_profiles(id: &str) -> Value {
    but(model(id), json!({ "inferenceTypesSupported": ["INFERENCE_PROFILE"] }))
}

#[tokio::test]
async fn only_what_streams_text_and_is_still_served_is_listed() {
    let account = Account::with(
        [
            model("acme.plain"),
            but(model("acme.upper"), json!({ "outputModalities": ["Text", "SMELL"] })),
            without(model("acme.silent"), "responseStreamingSupported"),
            but(model("acme.whole"), json!({ "responseStreamingSupported": false })),
            but(model("acme.embedding"), json!({ "outputModalities": ["EMBEDDING"] })),
            without(model("acme.without-lifecycle"), "modelLifecycle"),
            but(model("acme.gone"), json!({ "modelLifecycle": { "status": "RETIRED" } })),
            but(model("  "), json!({})),
            but(model("acme.bought"), json!({ "inferenceTypesSupported": ["PROVISIONED"] })),
        ],
        [],
    )
    .await;
    assert_eq!(ids(&account.found().await), ["acme.plain", "acme.upper"]);
}

#[tokio::test]
async fn legacy_models_are_listed_until_their_end_by_the_hosts_clock() {
    let account = Account::with(
        [
            but(model("acme.a"), legacy(&json!("2026-06-02T00:00:00Z"))),
            but(model("acme.b"), legacy(&json!("2026-06-01T00:00:00Z"))),
            but(model("acme.c"), legacy(&Value::Null)),
            but(
                model("acme.d"),
                json!({ "modelLifecycle": { "status": "active", "endOfLifeTime": "2027-01-01T00:00:00Z" } }),
            ),
        ],
        [profile("us.acme.b", "acme.b"), profile("us.acme.a", "acme.a")],
    )
    .await;
    let found = account.found().await;
    assert_eq!(ids(&found), ["acme.a", "acme.c", "acme.d", "us.acme.a"]);
    let day = |id| (find(&found, id).is_legacy, find(&found, id).legacy_until.as_deref());
    assert_eq!(day("acme.a"), (true, Some("2026-06-02")));
    assert_eq!(day("us.acme.a"), (true, Some("2026-06-02")));
    assert_eq!(day("acme.c"), (true, None));
    assert_eq!(day("acme.d"), (false, Some("2027-01-01")));
    // The same kept list, a day later.
    account.clock.advance(86_400);
    let later =
        account.source(json!({ "refreshInterval": 1_000_000 })).discover(Freshness::Cached).await.unwrap();
    assert_eq!(ids(&later), ["acme.c", "acme.d"]);
    assert_eq!(account.asked().0, 1);
}

#[tokio::test]
async fn a_filter_takes_names_of_makers_and_first_parts_of_ids() {
    let models = [
        but(model("mistral.m"), json!({ "providerName": "Mistral AI" })),
        without(model("acme.nameless"), "providerName"),
        but(model("other.m"), json!({ "providerName": "Other" })),
        but(through_profiles("hidden.m"), json!({ "providerName": "Hidden Inc" })),
    ];
    let two_behind = json!({ "models": [
        { "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/other.m" },
        { "modelArn": "arn:aws:bedrock:us-west-2::foundation-model/acme.x" },
    ] });
    let profiles = [profile("us.hidden.m", "hidden.m"), but(profile("us.other.m", "other.m"), two_behind)];
    let account = Account::with(models, profiles).await;
    let check = async |filter: Value, expected: &[&str]| {
        assert_eq!(ids(&account.discover(json!({ "providerFilter": filter })).await), expected, "{filter}");
    };
    check(json!(["mistral"]), &["mistral.m"]).await;
    check(json!(["MISTRAL AI "]), &["mistral.m"]).await;
    check(json!(["acme"]), &["acme.nameless", "us.other.m"]).await;
    check(json!(["hidden inc"]), &["us.hidden.m"]).await;
    check(json!([]), &["acme.nameless", "mistral.m", "other.m", "us.hidden.m", "us.other.m"]).await;
    check(json!(["nobody"]), &[]).await;
}

#[tokio::test]
async fn two_ways_to_write_a_filter_share_a_list() {
    let account = Account::usual().await;
    let untidy = account.discover(json!({ "providerFilter": [" Anthropic ", "anthropic", ""] })).await;
    let tidy = account.discover(json!({ "providerFilter": ["anthropic"] })).await;
    assert_eq!(untidy, tidy);
    assert!(!tidy.models.is_empty() && ids(&tidy).iter().all(|id| id.contains("anthropic.")));
    assert_eq!((account.asked(), account.files().len()), ((1, 2), 1));
}

#[tokio::test]
async fn modalities_are_the_services_where_the_facts_are_silent() {
    let input = |words: Value| json!({ "inputModalities": words });
    let account = Account::with(
        [
            but(model("acme.a"), input(json!(["TEXT", "IMAGE", "IMAGE", "SPEECH"]))),
            but(model("acme.b"), input(json!([]))),
            but(model("acme.c"), input(json!(["video", "text"]))),
            but(model(NOVA), input(json!(["TEXT"]))),
        ],
        [],
    )
    .await;
    let found = account.found().await;
    let input = |id| find(&found, id).model.input.clone();
    assert_eq!(input("acme.a"), [Modality::Text, Modality::Image]);
    assert_eq!(input("acme.b"), [Modality::Text]);
    assert_eq!(input("acme.c"), [Modality::Text, Modality::Video]);
    assert!(input(NOVA).contains(&Modality::Image), "the facts know better");
}

#[tokio::test]
async fn limits_and_prices_are_those_of_the_facts_and_else_the_defaults() {
    let account = Account::with(
        [through_profiles(SONNET), model("acme.new")],
        [
            profile(&format!("us.{SONNET}"), SONNET),
            profile("us.acme.other", "acme.other"),
            but(profile("us.acme.asleep", "acme.new"), json!({ "status": "INACTIVE" })),
            profile("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET),
        ],
    )
    .await;
    let found = account.discover(json!({ "defaultContextWindow": 7, "defaultMaxTokens": 3 })).await;
    assert!(!ids(&found).contains(&"us.acme.asleep"));
    let sonnet = find(&found, &format!("us.{SONNET}"));
    let facts = clawdia_bedrock_models::find(&format!("us.{SONNET}")).unwrap().facts;
    assert_eq!(sonnet.limits_from, LimitsFrom::Facts);
    assert_eq!((sonnet.model.context_window, sonnet.model.max_tokens), (200_000, facts.max_tokens.unwrap()));
    assert_eq!(sonnet.model.cost, facts.cost());
    assert!(sonnet.model.reasoning && sonnet.model.accepts(Modality::Image));
    for id in ["acme.new", "us.acme.other"] {
        let unknown = find(&found, id);
        assert_eq!(unknown.limits_from, LimitsFrom::Default);
        assert_eq!((unknown.model.context_window, unknown.model.max_tokens), (7, 3));
        assert!(!unknown.model.reasoning);
    }
    let gov = find(&found, "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!((gov.model.context_window, gov.limits_from), (200_000, LimitsFrom::Facts));
    let by_default = account.found().await;
    let unknown = &find(&by_default, "acme.new").model;
    assert_eq!((unknown.context_window, unknown.max_tokens), (32_000, 4_096));
}

#[tokio::test]
async fn a_model_of_the_future_is_taken_to_be_like_its_family() {
    let account = Account::with([model("anthropic.claude-opus-9-v1:0")], []).await;
    let found = account.found().await;
    let opus = find(&found, "anthropic.claude-opus-9-v1:0");
    assert!(opus.model.reasoning);
    assert_eq!(opus.limits_from, LimitsFrom::Default);
}

#[tokio::test]
async fn an_application_profile_is_called_by_its_arn_and_known_by_the_model_behind_it() {
    let account = Account::of(|builder| builder.application_profile("a1b2c3", format!("us.{SONNET}"))).await;
    let found = account.found().await;
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3";
    let own = find(&found, arn);
    assert_eq!(own.model.canonical_model_id.as_ref().unwrap().as_str(), SONNET);
    assert_eq!((own.model.context_window, own.limits_from), (200_000, LimitsFrom::Facts));
    assert!(own.model.reasoning && own.model.cost.input > 0.0 && own.model.accepts(Modality::Image));
    assert_eq!(own.model.name, "a1b2c3");
    assert!(!ids(&found).contains(&"a1b2c3"));
    assert_eq!(find(&found, &format!("us.{SONNET}")).model.canonical_model_id, None);
}

#[tokio::test]
async fn a_profile_with_a_prefix_nobody_knows_is_known_by_the_model_behind_it() {
    let id = "interplanetary.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let account = Account::with([], [profile(id, SONNET)]).await;
    let found = account.found().await;
    let model = &find(&found, id).model;
    assert_eq!(model.canonical_model_id.as_ref().unwrap().as_str(), SONNET);
    assert_eq!(model.context_window, 200_000);
}

#[tokio::test]
async fn each_id_is_listed_once_whatever_its_case() {
    let account = Account::with(
        [model("acme.m"), but(model("ACME.M"), json!({ "modelName": "Other" })), model("us.acme.m")],
        [profile("US.acme.M", "acme.m"), profile("us.acme.x", "acme.x"), profile("us.acme.x", "acme.x")],
    )
    .await;
    assert_eq!(ids(&account.found().await), ["acme.m", "us.acme.m", "us.acme.x"]);
}

#[tokio::test]
async fn global_profiles_are_first_and_then_names_and_ids_decide() {
    let named = |value: Value, name: &str| {
        let key = if value.get("modelId").is_some() { "modelName" } else { "inferenceProfileName" };
        but(value, json!({ key: name }))
    };
    let mut models = vec![
        named(model("acme.z"), "beta"),
        named(model("acme.a"), "Beta"),
        named(model("acme.b"), "Alpha"),
        named(model("acme.c"), "Alpha"),
    ];
    let mut profiles = vec![
        named(profile("us.acme.z", "acme.z"), "Zeta"),
        named(profile("global.acme.z", "acme.z"), "Zulu"),
    ];
    let expected = ["global.acme.z", "acme.b", "acme.c", "acme.a", "acme.z", "us.acme.z"];
    let account = Account::with(models.clone(), profiles.clone()).await;
    assert_eq!(ids(&account.found().await), expected);
    models.reverse();
    profiles.reverse();
    let account = Account::with(models, profiles).await;
    assert_eq!(ids(&account.found().await), expected);
}

#[tokio::test]
async fn what_cannot_be_called_on_demand_is_offered_through_the_profiles_there_are() {
    let account = Account::with(
        [
            through_profiles("acme.m"),
            through_profiles("acme.far"),
            through_profiles("acme.lost"),
            model("acme.free"),
        ],
        [
            profile("us.acme.m", "acme.m"),
            profile("eu.acme.m", "acme.m"),
            profile("global.acme.m", "acme.m"),
            profile("mars.acme.far", "acme.far"),
            profile("us.acme.free", "acme.free"),
        ],
    )
    .await;
    let check = async |params: Value, stand_ins: &[(&str, &str)]| {
        let source = open(&account.host, json!({}), |provider| {
            provider.params = params.as_object().unwrap().clone();
        });
        let found = source.unwrap().discover(Freshness::Cached).await.unwrap();
        // Whatever stands for what: each profile is listed, and no id that fails.
        assert_eq!(
            ids(&found),
            ["global.acme.m", "acme.free", "eu.acme.m", "mars.acme.far", "us.acme.free", "us.acme.m"]
        );
        let standing = found
            .models
            .iter()
            .filter_map(|found| Some((found.model.id.as_str(), found.stands_for.as_ref()?.as_str())));
        assert_eq!(standing.collect::<Vec<_>>(), stand_ins, "{params}");
    };
    check(json!({}), &[("mars.acme.far", "acme.far"), ("us.acme.m", "acme.m")]).await;
    check(json!({ "profilePreference": "geo" }), &[("mars.acme.far", "acme.far"), ("us.acme.m", "acme.m")])
        .await;
    let global = [("global.acme.m", "acme.m"), ("mars.acme.far", "acme.far")];
    check(json!({ "profilePreference": "global" }), &global).await;
    check(json!({ "profilePreference": "none" }), &[]).await;
    assert_eq!(account.asked(), (1, 2));
}

#[tokio::test]
async fn the_facts_say_how_a_model_is_called_where_the_service_does_not() {
    let silent = |id| but(model(id), json!({ "inferenceTypesSupported": null }));
    let account = Account::with([silent(SONNET), silent(NOVA), silent("acme.m")], []).await;
    assert_eq!(ids(&account.found().await), ["acme.m", NOVA]);
}

#[tokio::test]
async fn a_profile_of_a_model_that_cannot_chat_is_not_listed() {
    let account = Account::with(
        [but(through_profiles("acme.embed"), json!({ "outputModalities": ["EMBEDDING"] }))],
        [profile("us.acme.embed", "acme.embed")],
    )
    .await;
    assert_eq!(ids(&account.found().await), [""; 0]);
}

#[tokio::test]
async fn what_converse_does_not_take_is_not_listed_whatever_is_said_of_it() {
    let speech = json!({ "inputModalities": ["SPEECH"], "outputModalities": ["SPEECH", "TEXT"] });
    // The catalogue of a region has not all models that are behind its profiles.
    let account = Account::with(
        [but(model("acme.listener"), speech), model("amazon.nova-sonic-v1:0")],
        [
            profile("us.cohere.embed-v4:0", "cohere.embed-v4:0"),
            profile("us.stability.stable-image-inpaint-v1:0", "stability.stable-image-inpaint-v1:0"),
        ],
    )
    .await;
    assert_eq!(ids(&account.found().await), [""; 0]);
}

/// Asks a model of the emulator's, without any client of ours; the answer's status.
async fn converse(account: &Account, id: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = account.emulator.url().strip_prefix("http://").unwrap();
    let path = id.replace(':', "%3A").replace('/', "%2F");
    let body = r#"{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}"#;
    let request = format!(
        "POST /model/{path}/converse-stream HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

const TOKEN: &str = "a-token";

#[tokio::test]
async fn everything_that_the_usual_account_is_shown_can_be_called() {
    let account = Account::of(|builder| builder.bearer_token(TOKEN)).await;
    let found = account.found().await;
    assert!(found.models.len() > 60, "{}", found.models.len());
    assert_eq!((&found.notices, &found.stale, &found.skipped), (&vec![], &None, &None));
    for entry in &found.models {
        let id = entry.model.id.as_str();
        assert!(!clawdia_bedrock_models::served_only_through_profile(id), "{id}");
        assert!(entry.model.context_window > 0 && entry.model.max_tokens > 0, "{id}");
        assert!(!entry.model.name.is_empty());
        let status = converse(&account, id).await;
        assert!(status.contains(" 200 "), "{id}: {status}");
    }
    let sonnet = find(&found, &format!("us.{SONNET}"));
    assert_eq!(sonnet.stands_for.as_ref().map(ModelId::as_str), Some(SONNET));
}

#[tokio::test]
async fn strange_answers_are_listed_as_far_as_they_make_sense() {
    let account = Account::with(
        [
            json!(null),
            json!("text"),
            json!({}),
            json!({ "modelId": null, "modelLifecycle": null, "inputModalities": null }),
            but(
                model("acme.m"),
                json!({ "inputModalities": [null, "TEXT", 7], "modelName": null, "providerName": [] }),
            ),
            but(
                model("acme.n"),
                json!({ "inferenceTypesSupported": ["ON_DEMAND", null, "TELEPATHY"], "modelArn": 1 }),
            ),
            but(model("acme.telepathic"), json!({ "inferenceTypesSupported": ["TELEPATHY"] })),
        ],
        [
            json!(null),
            json!({ "status": "ACTIVE" }),
            but(profile("xy.acme.p", "acme.p"), json!({ "models": null })),
            but(profile("us.acme.q", "acme.q"), json!({ "models": [null, {}, { "modelArn": "no arn" }] })),
            without(profile("us.acme.r", "acme.r"), "status"),
            but(
                without(profile("opaque", "acme.s"), "inferenceProfileArn"),
                json!({ "type": "APPLICATION" }),
            ),
        ],
    )
    .await;
    let found = account.found().await;
    assert_eq!(ids(&found), ["acme.m", "acme.n", "us.acme.q", "xy.acme.p"]);
    assert_eq!(find(&found, "acme.m").model.name, "acme.m");
}

#[tokio::test]
async fn an_account_in_europe_is_offered_european_profiles_first() {
    let account = Account::of(|builder| builder.region("eu-central-1")).await;
    let found = account.found().await;
    let stand_in =
        found.models.iter().find(|found| found.stands_for.as_ref().is_some_and(|id| id.as_str() == SONNET));
    assert_eq!(stand_in.unwrap().model.id.as_str(), format!("eu.{SONNET}"));
}

#[tokio::test]
async fn of_ids_that_differ_in_capitals_the_usual_one_is_listed() {
    let loud = [model("ACME.M"), model("acme.m"), model("acme two.m")];
    let account = Account::with(loud, [profile("US.acme.n", "acme.n"), profile("us.acme.n", "acme.n")]).await;
    assert_eq!(ids(&account.found().await), ["acme.m", "us.acme.n"]);
}
