//! How each family of models is asked to think.

use clawdia_bedrock_emulator::{Credentials, Emulator};
use clawdia_core::{Environment, HostContext, ProviderConfig, ThinkingLevel};
use clawdia_provider_bedrock::PLUGIN;
use serde_json::{Value, json};

use crate::conversation::{
    GPT_OSS, LLAMA, OPUS_4_6, OPUS_4_7, Sent, send, send_through_profile, thinking, uncached,
};
use crate::fixture::{Bedrock, SONNET, connect, question};

const BINDING_BETA: &str = "thinking-binding-controls-2026-08-01";
const INTERLEAVED_BETA: &str = "interleaved-thinking-2025-05-14";
const FABLE: &str = "us.anthropic.claude-fable-5";
const MYTHOS: &str = "us.anthropic.claude-mythos-5";
const SONNET_5: &str = "us.anthropic.claude-sonnet-5";
const OPUS_5: &str = "us.anthropic.claude-opus-5";
const GPT: &str = "us.openai.gpt-5.4";

async fn asked(model: &str, level: ThinkingLevel) -> Sent {
    send(model, &question(), &thinking(level)).await
}

fn adaptive(effort: &str) -> Value {
    json!({
        "thinking": { "type": "adaptive", "display": "summarized" },
        "output_config": { "effort": effort },
    })
}

fn bound(effort: &str) -> Value {
    let mut fields = adaptive(effort);
    fields["thinking"]["block_binding"] = json!({ "prefix_mismatch_behavior": "drop_block" });
    fields["anthropic_beta"] = json!([BINDING_BETA]);
    fields
}

/// What a provider with these `params` sends for Sonnet 4.5.
async fn with_params(params: Value, model: &str, level: ThinkingLevel) -> Sent {
    let bedrock = Bedrock::start_with(|config| {
        let Value::Object(params) = params else { panic!("params are an object") };
        config.params = params;
    })
    .await;
    bedrock.send(&bedrock.model(model), &question(), &thinking(level)).await
}

async fn budget_of(max_tokens: u64, level: ThinkingLevel) -> Sent {
    let bedrock = Bedrock::start().await;
    let mut model = bedrock.model(SONNET);
    model.max_tokens = max_tokens;
    bedrock.send(&model, &question(), &thinking(level)).await
}

#[tokio::test]
async fn a_budget_leaves_room_for_the_answer() {
    for (most, level, budget, max_tokens) in [
        (8_192, ThinkingLevel::High, 7_168, 8_192),
        (64_000, ThinkingLevel::Minimal, 1_024, 64_000),
        (64_000, ThinkingLevel::Low, 2_048, 64_000),
        (64_000, ThinkingLevel::Medium, 8_192, 64_000),
        (64_000, ThinkingLevel::High, 16_384, 64_000),
        (64_000, ThinkingLevel::XHigh, 16_384, 64_000),
        (64_000, ThinkingLevel::Max, 16_384, 64_000),
        (2_048, ThinkingLevel::Low, 1_024, 2_048),
    ] {
        let sent = budget_of(most, level).await;
        assert_eq!(sent.fields()["thinking"]["budget_tokens"], budget, "{most} {level}");
        assert_eq!(sent.body["inferenceConfig"]["maxTokens"], max_tokens, "{most} {level}");
    }
}

#[tokio::test]
async fn a_limit_on_the_answer_grows_by_the_budget() {
    let options = thinking(ThinkingLevel::Low).with_max_tokens(4_000);
    let sent = send(SONNET, &question(), &options).await;
    assert_eq!(sent.fields()["thinking"]["budget_tokens"], 2_048);
    assert_eq!(sent.body["inferenceConfig"]["maxTokens"], 6_048);
}

#[tokio::test]
async fn budgets_can_be_configured_for_a_provider_and_for_a_model() {
    let budgets = json!({ "thinkingBudgets": { "medium": 3_000, "high": 9_000 } });
    for (level, budget) in [
        (ThinkingLevel::Low, 2_048),
        (ThinkingLevel::Medium, 3_000),
        (ThinkingLevel::High, 9_000),
        (ThinkingLevel::Max, 9_000),
    ] {
        let sent = with_params(budgets.clone(), SONNET, level).await;
        assert_eq!(sent.fields()["thinking"]["budget_tokens"], budget, "{level}");
    }
    let bedrock = Bedrock::start_with(|config| {
        let model = json!({ "id": SONNET, "params": { "thinkingBudgets": { "medium": 5_000 } } });
        config.models = vec![serde_json::from_value(model).unwrap()];
    })
    .await;
    let sent = bedrock.send(&bedrock.model(SONNET), &question(), &thinking(ThinkingLevel::Medium)).await;
    assert_eq!(sent.fields()["thinking"]["budget_tokens"], 5_000);
}

#[test]
fn a_configured_budget_below_the_least_is_refused() {
    let mut config = ProviderConfig::new("amazon-bedrock");
    config.params.insert("thinkingBudgets".to_owned(), json!({ "low": 1_023 }));
    let connected = (PLUGIN.connect)(&config, &HostContext::new(Environment::default()));
    let error = connected.unwrap_err().to_string();
    assert!(error.contains("1023") && error.contains("1024"), "{error}");
}

#[tokio::test]
async fn a_budget_below_the_least_is_no_thinking_and_that_is_said() {
    for most in [1_024, 1_500, 2_047] {
        let sent = budget_of(most, ThinkingLevel::Low).await;
        assert!(sent.fields().is_null(), "{}", sent.body);
        assert_eq!(sent.body["inferenceConfig"]["maxTokens"], most);
        assert!(sent.has_diagnostic("bedrock_thinking_dropped"));
    }
}

#[tokio::test]
async fn adaptive_claude_is_told_an_effort_that_it_knows() {
    for (model, level, expected) in [
        (OPUS_4_6, ThinkingLevel::Minimal, adaptive("low")),
        (OPUS_4_6, ThinkingLevel::Low, adaptive("low")),
        (OPUS_4_6, ThinkingLevel::Medium, adaptive("medium")),
        (OPUS_4_6, ThinkingLevel::High, adaptive("high")),
        (OPUS_4_6, ThinkingLevel::XHigh, adaptive("high")),
        (OPUS_4_6, ThinkingLevel::Max, adaptive("max")),
        (OPUS_4_7, ThinkingLevel::Medium, bound("medium")),
        (OPUS_4_7, ThinkingLevel::XHigh, bound("xhigh")),
        (OPUS_4_7, ThinkingLevel::Max, bound("xhigh")),
        (OPUS_5, ThinkingLevel::Max, bound("max")),
    ] {
        let sent = asked(model, level).await;
        assert_eq!(*sent.fields(), expected, "{model} {level}");
        let effort = expected["output_config"]["effort"].as_str().unwrap();
        assert_eq!(
            sent.has_diagnostic("bedrock_thinking_level_changed"),
            effort != level.as_str(),
            "{model} {level}"
        );
    }
}

#[tokio::test]
async fn a_configured_word_goes_before_the_known_one() {
    let bedrock = Bedrock::start().await;
    for (id, level, word, pointer) in [
        (OPUS_4_6, ThinkingLevel::Medium, "max", "/output_config/effort"),
        (GPT_OSS, ThinkingLevel::Medium, "high", "/reasoning_effort"),
        (GPT, ThinkingLevel::Low, "xhigh", "/reasoning/effort"),
    ] {
        let mut model = bedrock.model(id);
        model.thinking_level_map.insert(level, Some(word.to_owned()));
        let sent = bedrock.send(&model, &question(), &thinking(level)).await;
        assert_eq!(sent.fields().pointer(pointer), Some(&json!(word)), "{id}: {}", sent.body);
    }
}

#[tokio::test]
async fn a_profile_that_is_named_thinks_like_the_model_it_is_named_for() {
    for name in ["Claude Opus 4.7", "opus-4.7", "Opus_4_7", "opus 4 7", "our Opus:4.7 (prod)"] {
        let sent = send_through_profile(OPUS_4_7, name, &question(), &thinking(ThinkingLevel::Medium)).await;
        assert_eq!(*sent.fields(), bound("medium"), "{name}");
    }
}

#[tokio::test]
async fn gov_cloud_is_told_neither_display_nor_binding() {
    const ARN: &str = "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/";
    for (region, id, expected) in [
        (
            "us-gov-west-1",
            "us-gov.anthropic.claude-opus-5".to_owned(),
            json!({ "thinking": { "type": "adaptive" }, "output_config": { "effort": "low" } }),
        ),
        (
            "us-gov-west-1",
            format!("{ARN}us-gov.anthropic.claude-opus-5"),
            json!({ "thinking": { "type": "adaptive" }, "output_config": { "effort": "low" } }),
        ),
        (
            "us-gov-east-1",
            "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0".to_owned(),
            json!({
                "thinking": { "type": "enabled", "budget_tokens": 2_048 },
                "anthropic_beta": [INTERLEAVED_BETA],
            }),
        ),
    ] {
        let emulator = Emulator::builder()
            .region(region)
            .credentials(Credentials::new("AKIDEXAMPLE", "secret"))
            .start()
            .await
            .unwrap();
        let provider = connect(&emulator, &[("AWS_REGION", region)], |_| {});
        let bedrock = Bedrock { emulator, provider };
        let sent = bedrock.send(&bedrock.model(&id), &question(), &thinking(ThinkingLevel::Low)).await;
        assert_eq!(*sent.fields(), expected, "{id}");
    }
}

#[tokio::test]
async fn a_region_in_gov_cloud_is_enough_to_know_it() {
    // The id says nothing; neither does the table know which regions a foundation model has.
    let emulator = Emulator::builder()
        .region("us-gov-west-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "secret"))
        .start()
        .await
        .unwrap();
    let provider = connect(&emulator, &[("AWS_REGION", "us-gov-west-1")], |config| {
        config.params.insert("profilePreference".to_owned(), json!("none"));
    });
    emulator.enqueue(clawdia_bedrock_emulator::Reply::text("ok").unjudged());
    let bedrock = Bedrock { emulator, provider };
    let model = bedrock.model("anthropic.claude-opus-4-7");
    let sent = bedrock.send(&model, &question(), &thinking(ThinkingLevel::Low)).await;
    assert_eq!(sent.fields()["thinking"], json!({ "type": "adaptive" }));
}

#[tokio::test]
async fn what_claude_shows_of_its_thinking_can_be_configured() {
    let omitted = json!({ "thinkingDisplay": "omitted" });
    for model in [SONNET, OPUS_4_6, OPUS_4_7] {
        let sent = with_params(omitted.clone(), model, ThinkingLevel::Low).await;
        assert_eq!(sent.fields()["thinking"]["display"], "omitted", "{model}");
    }
}

#[tokio::test]
async fn claude_thinks_between_calls_unless_configured_otherwise() {
    let sent = asked(SONNET, ThinkingLevel::Low).await;
    let expected = json!({
        "thinking": { "type": "enabled", "budget_tokens": 2_048, "display": "summarized" },
        "anthropic_beta": [INTERLEAVED_BETA],
    });
    assert_eq!(*sent.fields(), expected);
    let sent = with_params(json!({ "interleavedThinking": false }), SONNET, ThinkingLevel::Low).await;
    assert_eq!(sent.fields().get("anthropic_beta"), None);
    let sent = with_params(json!({ "interleavedThinking": true }), SONNET, ThinkingLevel::Low).await;
    assert_eq!(sent.fields()["anthropic_beta"], json!([INTERLEAVED_BETA]));
}

#[tokio::test]
async fn a_model_that_is_not_asked_to_think_or_cannot_is_told_nothing() {
    for model in [SONNET, OPUS_4_6, OPUS_4_7, GPT_OSS, GPT, LLAMA] {
        let sent = send(model, &question(), &uncached()).await;
        assert_eq!(sent.body.get("additionalModelRequestFields"), None, "{model}");
    }
    assert!(asked(SONNET, ThinkingLevel::Off).await.fields().is_null());
    let llama = asked(LLAMA, ThinkingLevel::High).await;
    assert!(llama.fields().is_null());
    assert!(llama.has_diagnostic("bedrock_thinking_dropped"));
    let bedrock = Bedrock::start().await;
    for id in [SONNET, OPUS_4_7] {
        let mut model = bedrock.model(id);
        model.reasoning = false;
        let sent = bedrock.send(&model, &question(), &thinking(ThinkingLevel::High)).await;
        assert!(sent.fields().is_null(), "{id}");
        assert!(sent.has_diagnostic("bedrock_thinking_dropped"), "{id}");
    }
}

#[tokio::test]
async fn openai_models_are_told_an_effort_in_their_own_member() {
    for (model, level, expected) in [
        (GPT_OSS, ThinkingLevel::Minimal, json!({ "reasoning_effort": "low" })),
        (GPT_OSS, ThinkingLevel::Low, json!({ "reasoning_effort": "low" })),
        (GPT_OSS, ThinkingLevel::Medium, json!({ "reasoning_effort": "medium" })),
        (GPT_OSS, ThinkingLevel::Max, json!({ "reasoning_effort": "high" })),
        (GPT, ThinkingLevel::Minimal, json!({ "reasoning": { "effort": "low" } })),
        (GPT, ThinkingLevel::High, json!({ "reasoning": { "effort": "high" } })),
        (GPT, ThinkingLevel::XHigh, json!({ "reasoning": { "effort": "xhigh" } })),
    ] {
        assert_eq!(*asked(model, level).await.fields(), expected, "{model} {level}");
    }
}

#[tokio::test]
async fn a_model_that_always_thinks_is_asked_to_think_little() {
    for model in [FABLE, MYTHOS] {
        for level in [ThinkingLevel::Off, ThinkingLevel::Minimal] {
            let sent = asked(model, level).await;
            assert_eq!(sent.fields()["output_config"]["effort"], "low", "{model} {level}");
            assert_eq!(sent.fields()["thinking"]["type"], "adaptive");
        }
        assert!(asked(model, ThinkingLevel::Off).await.has_diagnostic("bedrock_thinking_always_on"));
    }
}

#[tokio::test]
async fn a_model_that_thinks_unless_told_not_to_is_told() {
    for model in [SONNET_5, OPUS_5, OPUS_4_7, OPUS_4_6] {
        let sent = asked(model, ThinkingLevel::Off).await;
        assert_eq!(*sent.fields(), json!({ "thinking": { "type": "disabled" } }), "{model}");
    }
}

#[tokio::test]
async fn a_model_that_thinks_unasked_is_left_to_its_own_effort_and_refuses_a_temperature() {
    for model in [FABLE, MYTHOS, SONNET_5, OPUS_5] {
        let sent = send(model, &question(), &uncached().with_temperature(0.2)).await;
        assert!(sent.fields().is_null(), "{model}");
        assert_eq!(sent.body["inferenceConfig"].get("temperature"), None, "{model}");
        assert!(sent.has_diagnostic("bedrock_temperature_dropped"), "{model}");
    }
}

#[tokio::test]
async fn other_families_are_asked_in_their_own_words() {
    let fields = |sent: Sent| sent.fields().clone();
    let nova = asked("us.amazon.nova-2-lite-v1:0", ThinkingLevel::Medium).await;
    let expected = json!({ "reasoningConfig": { "type": "enabled", "maxReasoningEffort": "medium" } });
    assert_eq!(fields(nova), expected);
    let qwen = asked("qwen.qwen3-32b-v1:0", ThinkingLevel::Low).await;
    assert_eq!(fields(qwen), json!({ "reasoning_effort": "low" }));
    let deepseek = asked("deepseek.v3-v1:0", ThinkingLevel::High).await;
    assert_eq!(fields(deepseek), json!({ "reasoning_config": "high" }));
    let r1 = asked("us.deepseek.r1-v1:0", ThinkingLevel::High).await;
    assert!(r1.fields().is_null() && r1.has_diagnostic("bedrock_thinking_dropped"));
}

#[tokio::test]
async fn nova_is_not_limited_while_it_thinks_hard() {
    const NOVA_2: &str = "us.amazon.nova-2-lite-v1:0";
    let free = asked(NOVA_2, ThinkingLevel::High).await;
    assert_eq!(free.fields()["reasoningConfig"]["maxReasoningEffort"], "high");
    assert_eq!(free.body["inferenceConfig"].get("maxTokens"), None);
    let limited = thinking(ThinkingLevel::High).with_max_tokens(2_000);
    let limited = send(NOVA_2, &question(), &limited).await;
    assert_eq!(limited.fields()["reasoningConfig"]["maxReasoningEffort"], "medium");
    assert_eq!(limited.body["inferenceConfig"]["maxTokens"], 2_000);
}
