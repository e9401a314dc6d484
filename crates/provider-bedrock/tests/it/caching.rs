//! Where a prompt is marked for caching, and for how long.

use std::sync::Arc;

use clawdia_bedrock_emulator::{Credentials, Emulator};
use clawdia_core::{
    CACHE_BOUNDARY, CacheRetention, Context, HostContext, Model, Provider, ProviderConfig, StreamOptions,
};
use clawdia_provider_bedrock::PLUGIN;
use serde_json::{Value, json};

use crate::conversation::{
    LLAMA, NOVA_PRO, OPUS_4_6, SONNET_4, Sent, assistant, call, history, kinds, named, result, send,
    send_through_profile, text, tool, user,
};
use crate::fixture::{Bedrock, SONNET, connect, question};

fn prompted() -> Context {
    question().with_system_prompt("Be brief.")
}

fn retention(retention: CacheRetention) -> StreamOptions {
    StreamOptions::default().with_cache_retention(retention)
}

fn point() -> Value {
    json!({ "cachePoint": { "type": "default" } })
}

fn hour() -> Value {
    json!({ "cachePoint": { "type": "default", "ttl": "1h" } })
}

/// The marks behind the system prompt and at the end of the only message.
fn marks(sent: &Sent) -> (Option<&Value>, Option<&Value>) {
    (sent.body["system"].get(1), sent.content(0).get(1))
}

#[tokio::test]
async fn claude_has_the_system_prompt_and_the_last_user_message_cached() {
    let sent = send(SONNET, &prompted(), &StreamOptions::default()).await;
    assert_eq!(marks(&sent), (Some(&point()), Some(&point())));
    assert_eq!(sent.cache_points(), 2);
}

#[tokio::test]
async fn an_hour_is_asked_for_only_of_models_that_keep_prompts_so_long() {
    let sent = send(SONNET, &prompted(), &retention(CacheRetention::Long)).await;
    assert_eq!(marks(&sent), (Some(&hour()), Some(&hour())));
    let long = retention(CacheRetention::Long);
    let sent = send_through_profile(SONNET_4, "Claude Sonnet 4", &prompted(), &long).await;
    assert_eq!(marks(&sent), (Some(&point()), Some(&point())));
}

#[tokio::test]
async fn no_retention_is_no_cache_points() {
    let sent = send(SONNET, &prompted(), &retention(CacheRetention::None)).await;
    assert_eq!(sent.cache_points(), 0);
}

#[tokio::test]
async fn the_call_goes_before_the_configuration_and_that_before_the_environment() {
    for (variable, configured, asked, expected) in [
        (Some("long"), None, None, hour()),
        (Some("long"), None, Some(CacheRetention::Short), point()),
        (Some("long"), Some("short"), None, point()),
        (Some("short"), Some("long"), None, hour()),
        (None, Some("long"), Some(CacheRetention::Short), point()),
        (None, None, None, point()),
    ] {
        let bedrock = Bedrock::start().await;
        let variables = variable.map(|word| ("CLAWDIA_CACHE_RETENTION", word));
        let provider = connect(&bedrock.emulator, variables.as_slice(), |config| {
            if let Some(word) = configured {
                config.params.insert("cacheRetention".to_owned(), json!(word));
            }
        });
        let mut options = StreamOptions::default();
        options.cache_retention = asked;
        let sent = ask(&bedrock.emulator, &provider, &bedrock.model(SONNET), &options).await;
        assert_eq!(marks(&sent).0, Some(&expected), "{variable:?} {configured:?} {asked:?}");
    }
}

#[tokio::test]
async fn caching_can_be_switched_off_in_the_configuration_and_on_in_a_call() {
    let bedrock = Bedrock::start().await;
    let provider = connect(&bedrock.emulator, &[], |config| {
        config.params.insert("cacheRetention".to_owned(), json!("none"));
    });
    let model = bedrock.model(SONNET);
    assert_eq!(ask(&bedrock.emulator, &provider, &model, &StreamOptions::default()).await.cache_points(), 0);
    let sent = ask(&bedrock.emulator, &provider, &model, &retention(CacheRetention::Short)).await;
    assert_eq!(sent.cache_points(), 2);
}

#[tokio::test]
async fn a_model_can_be_configured_to_be_cached_otherwise_than_its_provider() {
    let bedrock = Bedrock::start_with(|config| {
        config.params.insert("cacheRetention".to_owned(), json!("long"));
        let model = json!({ "id": SONNET, "params": { "cacheRetention": "short" } });
        config.models = vec![serde_json::from_value(model).unwrap()];
    })
    .await;
    let options = StreamOptions::default();
    let sent = bedrock.send(&bedrock.model(SONNET), &prompted(), &options).await;
    assert_eq!(marks(&sent), (Some(&point()), Some(&point())));
    let sent = bedrock.send(&bedrock.model(OPUS_4_6), &prompted(), &options).await;
    assert_eq!(marks(&sent), (Some(&hour()), Some(&hour())));
}

#[test]
fn an_unknown_retention_in_the_environment_is_refused() {
    let environment = [("CLAWDIA_CACHE_RETENTION", "forever")].into_iter().collect();
    let config = ProviderConfig::new("amazon-bedrock");
    let error = (PLUGIN.connect)(&config, &HostContext::new(environment)).unwrap_err().to_string();
    assert!(error.contains("CLAWDIA_CACHE_RETENTION") && error.contains("forever"), "{error}");
}

#[tokio::test]
async fn nova_caches_only_when_asked_to_and_never_for_an_hour() {
    assert_eq!(send(NOVA_PRO, &prompted(), &StreamOptions::default()).await.cache_points(), 0);
    for asked in [CacheRetention::Short, CacheRetention::Long] {
        let sent = send(NOVA_PRO, &prompted(), &retention(asked)).await;
        assert_eq!(marks(&sent), (Some(&point()), Some(&point())));
    }
    // The environment speaks for all models, which is not to ask for this one.
    let bedrock = Bedrock::start().await;
    let provider = connect(&bedrock.emulator, &[("CLAWDIA_CACHE_RETENTION", "long")], |_| {});
    let sent = ask(&bedrock.emulator, &provider, &bedrock.model(NOVA_PRO), &StreamOptions::default()).await;
    assert_eq!(sent.cache_points(), 0);
}

#[tokio::test]
async fn a_model_that_does_not_cache_gets_no_cache_points() {
    for asked in [CacheRetention::Short, CacheRetention::Long] {
        assert_eq!(send(LLAMA, &prompted(), &retention(asked)).await.cache_points(), 0);
    }
}

#[tokio::test]
async fn an_answer_that_is_to_be_continued_is_not_cached() {
    let mut context = history(json!([user("go"), assistant("Once upon")])).with_system_prompt("Be brief.");
    context.tools.clear();
    let sent = send(SONNET, &context, &StreamOptions::default()).await;
    assert!(!sent.body["messages"].to_string().contains("cachePoint"));
    assert_eq!(sent.cache_points(), 1);
}

async fn ask(
    emulator: &Emulator,
    provider: &Arc<dyn Provider>,
    model: &Model,
    options: &StreamOptions,
) -> Sent {
    let outcome = crate::fixture::ask(&**provider, model, &prompted(), options).await;
    let message = outcome.expect_message().clone();
    Sent { body: emulator.requests().pop().unwrap().json(), message }
}

#[tokio::test]
async fn an_opaque_profile_is_cached_when_its_name_or_its_configuration_says_what_it_is() {
    for (name, points) in [("our model", 0), ("Claude Sonnet 4.5", 2), ("team-a sonnet_4_5", 2)] {
        let sent = send_through_profile(SONNET, name, &prompted(), &StreamOptions::default()).await;
        assert_eq!(sent.cache_points(), points, "{name}");
    }
    let emulator = Emulator::builder().credentials(Credentials::new("AKIDEXAMPLE", "secret"));
    let emulator = emulator.application_profile("team", SONNET).start().await.unwrap();
    let provider = connect(&emulator, &[], |_| {});
    let mut known = named("our model");
    known.canonical_model_id = Some(SONNET.into());
    let mut forced = named("our model");
    forced.capabilities.insert("promptCaching".to_owned(), true);
    for model in [known, forced] {
        assert_eq!(ask(&emulator, &provider, &model, &StreamOptions::default()).await.cache_points(), 2);
    }
}

#[tokio::test]
async fn a_name_without_a_minor_version_is_enough() {
    let sent =
        send_through_profile(SONNET_4, "Claude Sonnet 4", &prompted(), &StreamOptions::default()).await;
    assert_eq!(sent.cache_points(), 2);
}

#[tokio::test]
async fn a_boundary_in_the_system_prompt_is_where_its_mark_stands() {
    for (prompt, expected) in [
        (format!("stable{CACHE_BOUNDARY}now"), json!([{ "text": "stable" }, point(), { "text": "now" }])),
        (format!("stable{CACHE_BOUNDARY}"), json!([{ "text": "stable" }, point()])),
        (format!("stable{CACHE_BOUNDARY} \n"), json!([{ "text": "stable" }, point()])),
        (format!("{CACHE_BOUNDARY}now"), json!([{ "text": "now" }])),
        (
            format!("stable{CACHE_BOUNDARY}now{CACHE_BOUNDARY}too"),
            json!([{ "text": "stable" }, point(), { "text": "nowtoo" }]),
        ),
    ] {
        let sent = send(SONNET, &question().with_system_prompt(&prompt), &StreamOptions::default()).await;
        assert_eq!(sent.body["system"], expected, "{prompt}");
    }
    let alone = question().with_system_prompt(CACHE_BOUNDARY);
    assert_eq!(send(SONNET, &alone, &StreamOptions::default()).await.body.get("system"), None);
    let llama = question().with_system_prompt(format!("stable{CACHE_BOUNDARY}now"));
    assert!(!send(LLAMA, &llama, &StreamOptions::default()).await.body.to_string().contains("boundary"));
}

#[tokio::test]
async fn there_are_never_more_than_four_points_nor_two_in_a_row() {
    let mark = || json!({ "type": "cachePoint" });
    for callers in 0..7 {
        let mut turns = Vec::new();
        for turn in 0..callers {
            turns.push(user(json!([text(&format!("{turn}")), mark(), mark()])));
            turns.push(assistant(json!([text("ok"), mark(), call(&format!("c{turn}"))])));
            turns.push(result(&format!("c{turn}"), json!([text("x"), mark()])));
        }
        turns.push(user("go"));
        let context = history(json!(turns)).with_system_prompt("Be brief.");
        let sent = send(SONNET, &context, &StreamOptions::default()).await;
        assert!((1..=4).contains(&sent.cache_points()), "{callers}: {}", sent.body);
        for message in sent.body["messages"].as_array().unwrap() {
            let kinds = kinds(message["content"].as_array().unwrap());
            assert_ne!(kinds[0], "cachePoint");
            assert!(!kinds.windows(2).any(|pair| pair == ["cachePoint", "cachePoint"]), "{kinds:?}");
        }
        assert_eq!(sent.has_diagnostic("bedrock_cache_points_dropped"), callers > 1);
    }
}

#[tokio::test]
async fn what_is_said_anew_in_every_call_stands_behind_the_mark() {
    let mut volatile = user("It is noon.");
    volatile["runtimeContext"] = json!({});
    let turns = json!([user("a"), assistant("b"), user("c"), volatile]);
    let sent = send(SONNET, &history(turns), &StreamOptions::default()).await;
    assert_eq!(sent.content(2), [json!({ "text": "c" }), point(), json!({ "text": "It is noon." })]);
}

#[tokio::test]
async fn a_turn_that_is_all_anew_leaves_the_mark_on_the_turn_before() {
    let mut volatile = user("It is noon.");
    volatile["runtimeContext"] = json!({});
    let turns = json!([user("a"), assistant("b"), volatile]);
    let sent = send(SONNET, &history(turns), &StreamOptions::default()).await;
    assert_eq!(sent.content(0), [json!({ "text": "a" }), point()]);
    assert_eq!(sent.content(2), [json!({ "text": "It is noon." })]);
}

#[tokio::test]
async fn without_a_system_prompt_the_tools_are_marked() {
    let sent = send(SONNET, &question().with_tools([tool("read")]), &StreamOptions::default()).await;
    assert_eq!(sent.body["toolConfig"]["tools"][1], point());
    let both = prompted().with_tools([tool("read")]);
    let sent = send(SONNET, &both, &StreamOptions::default()).await;
    assert_eq!(
        sent.body["toolConfig"]["tools"].as_array().unwrap().len(),
        1,
        "the system prompt's covers them"
    );
}

#[tokio::test]
async fn lifetimes_never_grow_in_reading_order() {
    let long = json!({ "type": "cachePoint", "retention": "long" });
    let turns = json!([user(json!([text("a"), long])), assistant("b"), user("c")]);
    let context = history(turns).with_system_prompt("Be brief.");
    let sent = send(SONNET, &context, &retention(CacheRetention::Short)).await;
    assert_eq!(sent.body["system"][1], point());
    assert_eq!(sent.content(0)[1], point(), "an hour behind five minutes is refused");
}

#[tokio::test]
async fn caching_can_be_switched_off_in_the_environment() {
    let bedrock = Bedrock::start().await;
    let provider = crate::fixture::connect(&bedrock.emulator, &[("CLAWDIA_CACHE_RETENTION", "none")], |_| {});
    let model = bedrock.model(SONNET);
    let (context, options) = (crate::fixture::question(), StreamOptions::default());
    crate::fixture::ask(&*provider, &model, &context, &options).await.expect_message();
    assert!(!bedrock.sent().to_string().contains("cachePoint"));
}
