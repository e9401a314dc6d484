//! Any history on any model: accepted by the service, or refused before it is sent with the message and the rule.

use clawdia_bedrock_emulator::{Operation, RecordedRequest};
use clawdia_core::{CacheRetention, Context, ErrorKind, StreamOptions, ThinkingLevel, ToolChoice};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::fixture::{Bedrock, Outcome, params};
use crate::generated::{MODELS, RUNTIME, cases, message, text, tools};

fn options() -> impl Strategy<Value = StreamOptions> {
    (
        prop::option::of(select(ThinkingLevel::ALL.to_vec())),
        prop::option::of(select(vec![0.0, 0.7, 1.0])),
        prop::option::of(select(vec![1, 600, 3_000, 1_000_000])),
        prop::option::of(select(vec![
            ToolChoice::Auto,
            ToolChoice::Any,
            ToolChoice::None,
            ToolChoice::Tool("read".to_owned()),
        ])),
        prop::option::of(select(vec![CacheRetention::None, CacheRetention::Short, CacheRetention::Long])),
        any::<bool>(),
        select(vec![None, None, Some("conversation"), Some("lastUserTurn")]),
    )
        .prop_map(
            |(reasoning, temperature, max_tokens, tool_choice, cache_retention, stops, guarded)| {
                let mut options = StreamOptions::default();
                options.reasoning = reasoning;
                options.temperature = temperature;
                options.max_tokens = max_tokens;
                options.tool_choice = tool_choice;
                options.cache_retention = cache_retention;
                if stops {
                    options.stop_sequences = vec!["ZZZ".to_owned()];
                }
                if let Some(scope) = guarded {
                    options.params = params(json!({ "guardrail": {
                    "guardrailIdentifier": "gr1", "guardrailVersion": "1", "scope": scope,
                } }));
                }
                options
            },
        )
}

/// An outcome that shows no request the service would refuse.
fn is_fine(outcome: &Outcome) -> bool {
    match &outcome.error {
        None => true,
        // Refused by us: an answer of the service has a status.
        Some(error) => {
            error.kind() == ErrorKind::InvalidRequest
                && error.status().is_none()
                && (error.message().contains("context.") || error.message().contains("options."))
        }
    }
}

/// The non-blank texts that users and models said, in order; failed turns and results left out.
fn spoken(history: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    for message in history["messages"].as_array().unwrap() {
        let failed = matches!(message["stopReason"].as_str(), Some("error" | "aborted"));
        if failed || !matches!(message["role"].as_str(), Some("user" | "assistant")) {
            continue;
        }
        match &message["content"] {
            Value::String(text) => texts.push(text.clone()),
            Value::Array(blocks) => {
                let says = |block: &&Value| block["type"] == "text" || block["type"] == "guardContent";
                texts.extend(
                    blocks.iter().filter(says).map(|block| block["text"].as_str().unwrap().to_owned()),
                );
            }
            _ => {}
        }
    }
    texts.retain(|text| !text.trim().is_empty());
    texts
}

/// The texts of a request's messages, whether plain, guarded or cited.
fn sent_texts(body: &Value) -> Vec<String> {
    let turns = body["messages"].as_array().unwrap().iter();
    let blocks = turns.flat_map(|turn| turn["content"].as_array().unwrap());
    let places = ["/text", "/guardContent/text/text", "/citationsContent/content/0/text"];
    let said = blocks.filter_map(|block| places.iter().find_map(|place| block.pointer(place)?.as_str()));
    said.map(str::to_owned).collect()
}

fn is_subsequence(texts: &[String], of: &[String]) -> bool {
    let mut rest = of.iter();
    // The end of an answer that is to be continued loses its trailing blanks.
    texts.iter().all(|text| rest.any(|sent| sent == text || sent == text.trim_end()))
}

/// Whether the service refused a request for what it holds. That it counts no tokens for a model breaks no rule.
fn was_refused(request: &RecordedRequest) -> bool {
    let counts = request.operation == Operation::CountTokens;
    request.refusal.as_ref().is_some_and(|refusal| !counts || refusal.rule.is_some())
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_history_on_any_model_is_accepted_or_refused_before_it_is_sent(
        model in select(MODELS.clone()),
        messages in prop::collection::vec(message(), 0..9),
        system in prop::option::of(text()),
        tools in tools(),
        options in options(),
    ) {
        let history = json!({ "systemPrompt": system, "messages": messages });
        let mut context: Context = serde_json::from_value(history.clone()).unwrap();
        context.tools = tools;
        let (outcome, requests, count) = RUNTIME.block_on(async {
            // One of its own, so that nothing is learned from other cases.
            let bedrock = Bedrock::start_at(|builder| builder.guardrail("gr1"), |_| {}).await;
            let outcome = bedrock.ask_with(model, &context, &options).await;
            let count = bedrock.provider.count_tokens(&bedrock.model(model), &context, &options).await;
            (outcome, bedrock.emulator.requests(), count)
        });
        prop_assert!(is_fine(&outcome), "{model}: {:?}", outcome.error);
        prop_assert_eq!(count.is_ok(), outcome.error.is_none(), "{}: {:?}", model, count);
        for request in &requests {
            prop_assert!(!was_refused(request), "{model}: {:?} of {}", request.refusal, request.json());
        }
        if outcome.error.is_none() {
            let (spoken, sent) = (spoken(&history), sent_texts(&requests[0].json()));
            prop_assert!(is_subsequence(&spoken, &sent), "{spoken:?} in {sent:?}");
        }
    }
}
