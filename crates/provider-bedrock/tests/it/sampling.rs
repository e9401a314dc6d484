//! How long an answer may be and how it is sampled.

use clawdia_core::{AssistantBlock, AssistantMessage, Context, Message, Text, ThinkingLevel};
use serde_json::{Value, json};

use crate::conversation::{LLAMA, OPUS_4_6, OPUS_4_7, send, send_through_profile, thinking, uncached};
use crate::fixture::{Bedrock, SONNET, question};

/// A conversation of so many tokens: what the service counted, and one more.
fn counted(tokens: u64) -> Context {
    let content = vec![AssistantBlock::Text(Text::new("ok"))];
    let mut answer = AssistantMessage { content, ..AssistantMessage::default() };
    answer.usage.total_tokens = tokens - 1;
    Context::new([Message::user("a"), Message::Assistant(answer), Message::user("b")])
}

async fn limit(window: u64, most: u64, context: &Context) -> Value {
    let bedrock = Bedrock::start().await;
    let mut model = bedrock.model(SONNET);
    (model.context_window, model.max_tokens) = (window, most);
    bedrock.send(&model, context, &uncached()).await.body["inferenceConfig"]["maxTokens"].take()
}

#[tokio::test]
async fn claude_may_write_as_much_as_it_can_and_llama_as_much_as_the_service_lets_it() {
    let sent = send(SONNET, &question(), &uncached()).await;
    assert_eq!(sent.body["inferenceConfig"], json!({ "maxTokens": 64_000 }));
    assert_eq!(send(LLAMA, &question(), &uncached()).await.body.get("inferenceConfig"), None);
}

#[tokio::test]
async fn an_answer_gets_what_the_window_leaves_it() {
    for (window, prompt, expected) in
        [(200_000, 1_000, 64_000), (200_000, 180_000, 15_904), (4_096, 5_000, 1)]
    {
        assert_eq!(limit(window, 64_000, &counted(prompt)).await, expected, "{window} {prompt}");
    }
}

#[tokio::test]
async fn an_answer_gets_what_it_is_given_where_the_window_is_not_known() {
    let options = uncached().with_max_tokens(64_000);
    let sent = send_through_profile(SONNET, "our model", &counted(10_000_000), &options).await;
    assert_eq!(sent.body["inferenceConfig"]["maxTokens"], 64_000);
    assert!(sent.message.diagnostics.is_empty(), "{:?}", sent.message.diagnostics);
}

#[tokio::test]
async fn a_limit_of_the_caller_that_does_not_fit_is_lowered_and_that_is_said() {
    let bedrock = Bedrock::start().await;
    let model = bedrock.model(SONNET);
    let options = uncached().with_max_tokens(64_000);
    let sent = bedrock.send(&model, &counted(180_000), &options).await;
    assert_eq!(sent.body["inferenceConfig"]["maxTokens"], 15_904);
    assert!(sent.has_diagnostic("bedrock_max_tokens_lowered"));
    let sent = bedrock.send(&model, &question(), &uncached().with_max_tokens(1_000_000)).await;
    assert_eq!(sent.body["inferenceConfig"]["maxTokens"], 64_000);
    assert!(sent.has_diagnostic("bedrock_max_tokens_lowered"));
    let sent = bedrock.send(&model, &question(), &uncached().with_max_tokens(100)).await;
    assert_eq!(sent.body["inferenceConfig"]["maxTokens"], 100);
    assert!(sent.message.diagnostics.is_empty(), "{:?}", sent.message.diagnostics);
}

#[tokio::test]
async fn a_temperature_is_dropped_where_the_model_refuses_it() {
    for (model, options) in [
        (SONNET, thinking(ThinkingLevel::Low)),
        (OPUS_4_6, thinking(ThinkingLevel::Low)),
        (OPUS_4_7, uncached()),
        (OPUS_4_7, thinking(ThinkingLevel::Off)),
        ("us.anthropic.claude-sonnet-5", uncached()),
        ("us.anthropic.claude-fable-5", uncached()),
        ("us.anthropic.claude-mythos-5", uncached()),
    ] {
        let sent = send(model, &question(), &options.with_temperature(0.2)).await;
        assert_eq!(sent.body["inferenceConfig"].get("temperature"), None, "{model}");
        assert!(sent.has_diagnostic("bedrock_temperature_dropped"), "{model}");
    }
}

#[tokio::test]
async fn a_temperature_of_zero_is_a_temperature() {
    for (model, options) in
        [(SONNET, uncached()), (SONNET, thinking(ThinkingLevel::Off)), (LLAMA, uncached())]
    {
        for temperature in [0.0, 0.2, 1.0] {
            let options = options.clone().with_temperature(temperature);
            let sent = send(model, &question(), &options).await;
            assert_eq!(sent.body["inferenceConfig"]["temperature"], temperature);
            assert!(!sent.has_diagnostic("bedrock_temperature_dropped"));
        }
    }
}
