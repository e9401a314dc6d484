//! Options of a protocol: from which places they come, which go before which, and whom they reach.

use std::sync::Arc;

use async_trait::async_trait;
use clawdia::config::Config;
use clawdia::core::schemars::{self, JsonSchema};
use clawdia::core::testing::Scripted;
use clawdia::core::{Provider, ProviderConfig, ProviderPlugin, merge_params};
use clawdia::{
    Context, Environment, EventStream, Host, HostContext, Message, Model, ModelId, ModelRef, Plugins,
    ProviderError, ProviderId, StreamOptions, TokenCount,
};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A protocol with three options.
const LAYERED: ProviderPlugin =
    ProviderPlugin::new("layered", "layered-crate", connect).with_default_id("acme").with_params::<Layered>();
/// Another, which shares one of them.
const NARROW: ProviderPlugin =
    ProviderPlugin::new("narrow", "narrow-crate", connect).with_default_id("narrow").with_params::<Narrow>();

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Layered {
    word: Option<String>,
    list: Option<Vec<String>>,
    object: Option<Map<String, Value>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Narrow {
    word: Option<String>,
}

/// A provider that merges options as a plugin should, and answers with what came out.
#[derive(Debug)]
struct Outspoken {
    config: ProviderConfig,
    id: ProviderId,
}

impl Outspoken {
    fn params(&self, model: &Model, options: &StreamOptions) -> Map<String, Value> {
        let mut params = self.config.params.clone();
        if let Some(row) = self.config.models.iter().find(|row| row.id == model.id) {
            merge_params(&mut params, &row.params);
        }
        merge_params(&mut params, &options.params);
        params
    }
}

#[async_trait]
impl Provider for Outspoken {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn describe(&self, _: &ModelId) -> Option<Model> {
        None
    }

    async fn stream(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        let params = Value::Object(self.params(model, options));
        Scripted::new(self.id.clone()).then_text(&params.to_string()).stream(model, context, options).await
    }

    async fn count_tokens(
        &self,
        model: &Model,
        _: &Context,
        options: &StreamOptions,
    ) -> Result<TokenCount, ProviderError> {
        let word = self.params(model, options).get("word").and_then(Value::as_str).map_or(0, str::len);
        Ok(TokenCount::counted(u64::try_from(word).unwrap()))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the signature is the plugin record's")]
fn connect(config: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    Ok(Arc::new(Outspoken { config: config.clone(), id: config.id.clone().unwrap() }))
}

pub(crate) fn host(config: &Value) -> Host {
    let plugins = Plugins::new([&LAYERED, &NARROW], [], []).unwrap();
    let config = Config::parse(&config.to_string(), &plugins).unwrap();
    Host::new(config, plugins, HostContext::new(Environment::default()))
}

fn question() -> Context {
    Context::new([Message::user("Hi")])
}

fn options(params: &Value) -> StreamOptions {
    let mut options = StreamOptions::default();
    options.params.clone_from(params.as_object().unwrap());
    options
}

/// What the provider of `reference` has in the end.
pub(crate) fn outcome(host: &Host, reference: &str, call: &Value) -> Value {
    let reference: ModelRef = reference.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let message = runtime.block_on(host.complete(&reference, &question(), &options(call))).unwrap();
    serde_json::from_str(&message.text()).unwrap()
}

/// The places of options, lowest first: provider, all models, listed model, single model, call.
const LEVELS: usize = 5;

/// What comes out where `params` gives options to some of the places.
#[track_caller]
fn check(params: [Option<Value>; LEVELS], expected: &Value) {
    let [provider, all, listed, single, call] =
        params.map(|params| params.unwrap_or_else(|| Value::Object(Map::new())));
    let config = json!({
        "models": { "providers": { "acme": { "params": provider, "models": [{ "id": "m", "params": listed }] } } },
        "agents": { "defaults": { "params": all, "models": { "acme/m": { "params": single } } } },
    });
    assert_eq!(outcome(&host(&config), "acme/m", &call), *expected, "{config} {call}");
}

/// For each pair of places, `lower` in the lower one and `higher` in the higher one.
#[track_caller]
fn check_pairs(lower: &Value, higher: &Value, expected: &Value) {
    for low in 0..LEVELS {
        for high in low + 1..LEVELS {
            let mut params: [Option<Value>; LEVELS] = Default::default();
            params[low] = Some(lower.clone());
            params[high] = Some(higher.clone());
            check(params, expected);
        }
    }
}

#[test]
fn each_place_is_heard() {
    for level in 0..LEVELS {
        let mut params: [Option<Value>; LEVELS] = Default::default();
        params[level] = Some(json!({ "word": "x" }));
        check(params, &json!({ "word": "x" }));
    }
}

#[test]
fn each_place_goes_before_all_below_it() {
    check_pairs(
        &json!({ "word": "low", "list": ["a", "b"] }),
        &json!({ "word": "high", "list": ["c"] }),
        &json!({ "word": "high", "list": ["c"] }),
    );
}

#[test]
fn objects_are_merged_between_any_two_places() {
    check_pairs(
        &json!({ "object": { "both": 1, "low": { "a": 1 } } }),
        &json!({ "object": { "both": 2, "low": { "b": 2 }, "high": 3 } }),
        &json!({ "object": { "both": 2, "low": { "a": 1, "b": 2 }, "high": 3 } }),
    );
}

#[test]
fn null_takes_back_what_any_place_below_says() {
    check_pairs(
        &json!({ "word": "low", "list": ["a"], "object": { "a": 1, "b": { "c": 2 } } }),
        &json!({ "word": null, "object": { "a": null, "b": { "d": 4 } } }),
        &json!({ "list": ["a"], "object": { "b": { "c": 2, "d": 4 } } }),
    );
}

#[test]
fn what_is_taken_back_may_be_said_anew_further_up() {
    for low in 0..LEVELS {
        for middle in low + 1..LEVELS {
            for high in middle + 1..LEVELS {
                let mut params: [Option<Value>; LEVELS] = Default::default();
                params[low] = Some(json!({ "object": { "low": { "x": 1 } }, "word": "low" }));
                params[middle] = Some(json!({ "object": null, "word": null }));
                params[high] = Some(json!({ "object": { "low": { "y": 2 } }, "word": "high" }));
                check(params, &json!({ "object": { "low": { "y": 2 } }, "word": "high" }));
            }
        }
    }
}

#[tokio::test]
async fn every_way_to_call_a_model_has_them() {
    let host = host(&json!({ "agents": { "defaults": {
        "params": { "list": ["all"] },
        "models": { "acme/m": { "params": { "word": "four" } } },
    } } }));
    let reference: ModelRef = "Acme/m".parse().unwrap();
    let model = host.model(&reference).unwrap();
    let call = StreamOptions::default();
    let expected = json!({ "list": ["all"], "word": "four" });

    let message = host.complete(&reference, &question(), &call).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&message.text()).unwrap(), expected);
    let streams = [
        host.stream(&reference, &question(), &call).await.unwrap(),
        host.stream_model(&model, &question(), &call).await.unwrap(),
        // By hand.
        host.provider_for(&model)
            .unwrap()
            .stream(&model, &question(), &host.options(&model, &host.options(&model, &call)))
            .await
            .unwrap(),
    ];
    for mut events in streams {
        let mut accumulator = clawdia::Accumulator::new(&model);
        while let Some(event) = events.next().await {
            accumulator.push(&event.unwrap());
        }
        assert_eq!(serde_json::from_str::<Value>(&accumulator.message().text()).unwrap(), expected);
    }
    let count = host.count_tokens(&reference, &question(), &call).await.unwrap();
    assert_eq!(count, TokenCount::counted(4));
    let count =
        host.count_model_tokens(&model, &question(), &call.with_param("word", "fives")).await.unwrap();
    assert_eq!(count, TokenCount::counted(5));
}

#[test]
fn a_provider_gets_those_it_knows() {
    let host = host(&json!({
        "models": { "providers": { "second": { "api": "narrow", "params": { "word": "own" } } } },
        "agents": { "defaults": { "params": { "word": "all", "list": ["a"] } } },
    }));
    let call = json!({});
    assert_eq!(outcome(&host, "acme/m", &call), json!({ "word": "all", "list": ["a"] }));
    assert_eq!(outcome(&host, "narrow/m", &call), json!({ "word": "all" }));
    assert_eq!(outcome(&host, "second/m", &call), json!({ "word": "all" }));
}

#[test]
fn those_of_one_model_are_no_other_models() {
    let host = host(&json!({
        "models": { "providers": { "second": { "api": "layered" } } },
        "agents": { "defaults": { "models": { "acme/m": { "params": { "word": "x" } } } } },
    }));
    for other in ["acme/n", "acme/M", "second/m"] {
        assert_eq!(outcome(&host, other, &json!({})), json!({}), "{other}");
    }
}

#[tokio::test]
async fn a_described_model_of_an_unconfigured_provider_has_them() {
    let host = host(&json!({ "agents": { "defaults": {
        "params": { "word": "all" },
        "models": { "elsewhere/m": { "params": { "list": ["x"] } } },
    } } }));
    let model = Model::new("elsewhere", "m", "layered");
    let count = host.count_model_tokens(&model, &question(), &StreamOptions::default()).await.unwrap();
    assert_eq!(count, TokenCount::counted(3));
    let options = host.options(&model, &StreamOptions::default());
    assert_eq!(Value::Object(options.params), json!({ "list": ["x"] }));
}

#[tokio::test]
async fn a_provider_that_cannot_count_estimates_and_one_that_is_not_there_is_an_error() {
    let host = crate::plugins::host("{}");
    let call = StreamOptions::default();
    let count = host.count_tokens(&"acme/known".parse().unwrap(), &question(), &call).await.unwrap();
    assert!(count.estimated && count.input_tokens > 0, "{count:?}");
    let error = host.count_tokens(&"acne/known".parse().unwrap(), &question(), &call).await.unwrap_err();
    assert_eq!(error.kind(), clawdia::ErrorKind::NotFound);
}
