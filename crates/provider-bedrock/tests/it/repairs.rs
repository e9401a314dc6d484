//! Requests that the service refuses for one field: sent again without it, once, and never with it again.

use clawdia_bedrock_emulator::{Reply, Step};
use clawdia_core::{Context, ErrorKind, Message, StreamOptions, ThinkingLevel, ToolChoice};
use serde_json::{Value, json};

use crate::conversation::{OPUS_4_6, history, tool, uncached};
use crate::fixture::{Bedrock, NOVA, SONNET, question};

const PREFIX: &str = "The model returned the following errors: ";

/// Whether a member is anywhere in a body.
fn holds(body: &Value, member: &str) -> bool {
    body.to_string().contains(&format!("\"{member}\""))
}

/// Asks twice an endpoint that refuses a member, and sees that it was sent once and never again.
#[track_caller]
fn check(bodies: &[Value], member: &str) {
    let held: Vec<_> = bodies.iter().map(|body| holds(body, member)).collect();
    assert_eq!(held, [true, false, false], "{member}");
}

async fn ask_twice(bedrock: &Bedrock, model: &str, context: &Context, options: &StreamOptions) {
    let first = bedrock.ask_with(model, context, options).await;
    let codes: Vec<_> = first.expect_message().diagnostics.iter().map(|found| found.code.as_str()).collect();
    assert_eq!(codes.iter().filter(|code| **code == "bedrock_request_repaired").count(), 1, "{codes:?}");
    let second = bedrock.ask_with(model, context, options).await;
    let codes = second.expect_message().diagnostics.iter().map(|found| found.code.as_str());
    assert!(codes.into_iter().all(|code| code != "bedrock_request_repaired"));
}

#[tokio::test]
async fn a_refused_field_is_left_out_and_stays_out() {
    let tools = || question().with_tools([tool("read")]);
    let any = || uncached().with_tool_choice(ToolChoice::Any);
    let unsupported =
        |field: &str| format!("This model doesn't support the {field} field. Remove {field} and try again.");
    let cases: Vec<(&str, String, &str, &str, Context, StreamOptions)> = vec![
        (
            "inferenceConfig.temperature",
            format!("{PREFIX}`temperature` is deprecated for this model."),
            "temperature",
            SONNET,
            question(),
            uncached().with_temperature(0.5),
        ),
        (
            "inferenceConfig.stopSequences",
            unsupported("stopSequences"),
            "stopSequences",
            SONNET,
            question(),
            uncached().with_stop_sequences(["x"]),
        ),
        (
            "toolConfig.toolChoice.any",
            unsupported("toolConfig.toolChoice.any"),
            "toolChoice",
            NOVA,
            tools(),
            any(),
        ),
        (
            "system.*.cachePoint",
            unsupported("cachePoint"),
            "cachePoint",
            SONNET,
            question().with_system_prompt("Be brief."),
            StreamOptions::default(),
        ),
        (
            "additionalModelRequestFields.output_config.effort",
            format!("{PREFIX}output_config.effort: Extra inputs are not permitted"),
            "effort",
            OPUS_4_6,
            question(),
            uncached().with_reasoning(ThinkingLevel::Low),
        ),
        (
            "serviceTier",
            "The service tier provided is invalid for this model.".to_owned(),
            "serviceTier",
            SONNET,
            question(),
            uncached().with_param("serviceTier", "flex"),
        ),
        (
            "additionalModelResponseFieldPaths",
            unsupported("additionalModelResponseFieldPaths"),
            "additionalModelResponseFieldPaths",
            SONNET,
            question(),
            uncached().with_stop_sequences(["x"]),
        ),
    ];
    for (path, message, member, model, context, options) in cases {
        let bedrock = Bedrock::refusing(path, &message).await;
        ask_twice(&bedrock, model, &context, &options).await;
        check(&bedrock.bodies(), member);
    }
}

#[tokio::test]
async fn strict_tools_that_are_refused_outright_become_plain_ones() {
    let refusal = format!("{PREFIX}tools.0.custom.strict: Extra inputs are not permitted");
    let bedrock = Bedrock::refusing("toolConfig.tools.*.toolSpec.strict", &refusal).await;
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] });
    let strict =
        clawdia_core::Tool::new("save", "Saves.", schema).with_strict(clawdia_core::Strictness::Prefer);
    ask_twice(&bedrock, SONNET, &question().with_tools([strict]), &uncached()).await;
    check(&bedrock.bodies(), "strict");
}

#[tokio::test]
async fn a_repair_for_one_model_is_none_for_another() {
    let refusal = "This model doesn't support the stopSequences field";
    let bedrock = Bedrock::start().await;
    let options = uncached().with_stop_sequences(["x"]);
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
    bedrock.ask_with(OPUS_4_6, &question(), &options).await.expect_message();
    let held: Vec<_> = bedrock.bodies().iter().map(|body| holds(body, "stopSequences")).collect();
    assert_eq!(held, [true, false, true]);
}

#[tokio::test]
async fn a_refusal_in_the_stream_is_mended_as_well_while_there_is_no_content() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::stream([
        Step::event("messageStart", json!({ "role": "assistant" })),
        Step::exception(
            "validationException",
            format!("{PREFIX}`temperature` is deprecated for this model."),
        ),
    ]));
    let outcome = bedrock.ask_with(SONNET, &question(), &uncached().with_temperature(0.5)).await;
    outcome.expect_message();
    let held: Vec<_> = bedrock.bodies().iter().map(|body| holds(body, "temperature")).collect();
    assert_eq!(held, [true, false]);
}

#[tokio::test]
async fn a_kind_of_thinking_that_is_refused_is_asked_for_in_the_other_way() {
    let refusal = format!(
        "{PREFIX}thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags: \
         'disabled', 'enabled'"
    );
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    let options = uncached().with_reasoning(ThinkingLevel::Low);
    bedrock.ask_with(OPUS_4_6, &question(), &options).await.expect_message();
    let kinds: Vec<_> = bedrock
        .bodies()
        .iter()
        .map(|body| body["additionalModelRequestFields"]["thinking"]["type"].clone())
        .collect();
    assert_eq!(kinds, ["adaptive", "enabled"]);
}

#[tokio::test]
async fn thinking_that_no_longer_fits_its_conversation_is_left_out_of_this_call_alone() {
    let refusal = format!(
        "{PREFIX}messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different \
         conversation."
    );
    let bedrock = Bedrock::start().await;
    let first = bedrock.ask_with(SONNET, &question(), &uncached().with_reasoning(ThinkingLevel::Low)).await;
    let mut context = question();
    context.messages.push(Message::Assistant(first.expect_message().clone()));
    context.messages.push(Message::user("And then?"));
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    let options = uncached();
    bedrock.ask_with(SONNET, &context, &options).await.expect_message();
    bedrock.ask_with(SONNET, &context, &options).await.expect_message();
    let held: Vec<_> = bedrock.bodies().iter().map(|body| holds(body, "reasoningContent")).collect();
    assert_eq!(held, [false, true, false, true], "another conversation may be in order");
}

#[tokio::test]
async fn a_limit_that_the_service_names_is_kept_to() {
    let refusal = "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum \
                   tokens value that is lower than 4096.";
    let bedrock = Bedrock::start().await;
    let options = uncached().with_max_tokens(10_000);
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
    bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
    let limits: Vec<_> =
        bedrock.bodies().iter().map(|body| body["inferenceConfig"]["maxTokens"].clone()).collect();
    assert_eq!(limits, [10_000, 4_096, 4_096]);
}

#[tokio::test]
async fn turns_are_separated_for_a_model_that_wants_it() {
    let refusal =
        "messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.";
    let bedrock = Bedrock::start().await;
    let context = history(json!([
        { "role": "user", "content": "read it" },
        { "role": "assistant", "content": [{ "type": "toolCall", "id": "t", "name": "read", "arguments": {} }] },
        { "role": "toolResult", "toolCallId": "t", "toolName": "read", "content": "data" },
        { "role": "user", "content": "and now?" },
    ]));
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    bedrock.ask_with(NOVA, &context, &uncached()).await.expect_message();
    let turns: Vec<_> =
        bedrock.bodies().iter().map(|body| body["messages"].as_array().unwrap().len()).collect();
    assert_eq!(turns, [3, 5]);
}

#[tokio::test]
async fn a_refusal_that_changes_nothing_about_the_request_is_the_outcome() {
    let bedrock = Bedrock::start().await;
    // There is no temperature to leave out.
    let refusal = format!("{PREFIX}`temperature` is deprecated for this model.");
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    let outcome = bedrock.ask_with(SONNET, &question(), &uncached()).await;
    assert_eq!(outcome.expect_error().kind(), ErrorKind::InvalidRequest);
    assert_eq!(bedrock.emulator.requests().len(), 1);
}

#[tokio::test]
async fn a_repair_that_does_not_help_is_not_remembered() {
    let bedrock = Bedrock::start().await;
    let refusal = || {
        Reply::error(
            400,
            "ValidationException",
            format!("{PREFIX}`temperature` is deprecated for this model."),
        )
    };
    bedrock.emulator.enqueue(refusal());
    bedrock.emulator.enqueue(refusal());
    let options = uncached().with_temperature(0.5);
    bedrock.ask_with(SONNET, &question(), &options).await.expect_error();
    bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
    let held: Vec<_> = bedrock.bodies().iter().map(|body| holds(body, "temperature")).collect();
    assert_eq!(held, [true, false, true]);
}
