//! Reasoning of earlier turns, given back as it was or left out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clawdia_bedrock_emulator::{Credentials, Emulator, Reply, Turn};
use clawdia_core::{AssistantBlock, Context, Message, StreamOptions, Thinking, ThinkingLevel};
use serde_json::{Value, json};

use crate::conversation::{
    GPT_OSS, OPUS_4_6, OPUS_4_7, Sent, by, call, history, kinds, result, send_uncached, text, thinking, tool,
    uncached, user,
};
use crate::fixture::{Bedrock, NOVA, SONNET, connect, question};

const NOVA_2: &str = "us.amazon.nova-2-lite-v1:0";

fn thought(text: &str, signature: Option<&str>) -> Value {
    json!({ "type": "thinking", "thinking": text, "thinkingSignature": signature })
}

/// What is sent for an answer that the model itself gave before.
async fn replayed(model: &str, content: Value) -> Sent {
    send_uncached(model, &history(json!([user("a"), by(model, content), user("b")]))).await
}

/// Lets the service give this answer, and gives it back to it.
async fn given_back(model: &str, turn: Turn) -> (Thinking, Sent) {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(Reply::turn(turn.text("ok")));
    let mut context = question();
    let options = thinking(ThinkingLevel::Low);
    let outcome = bedrock.ask_with(model, &context, &options).await;
    let message = outcome.expect_message().clone();
    let AssistantBlock::Thinking(thinking) = message.content[0].clone() else { panic!("{message:?}") };
    context.messages.extend([Message::Assistant(message), Message::user("Go on.")]);
    (thinking, bedrock.send(&bedrock.model(model), &context, &options).await)
}

#[tokio::test]
async fn signed_reasoning_goes_back_byte_for_byte() {
    for text in ["Hm.", " \n blanks around \t", "😀 é \u{fffd} \u{1} \"quotes\" \\ end"] {
        for model in [SONNET, OPUS_4_6, OPUS_4_7] {
            let (thinking, sent) = given_back(model, Turn::new().thinking(text)).await;
            assert_eq!(thinking.thinking, text);
            let expected = json!({ "text": text, "signature": thinking.thinking_signature.unwrap() });
            assert_eq!(sent.content(1)[0]["reasoningContent"]["reasoningText"], expected, "{model}");
        }
    }
}

#[tokio::test]
async fn signed_reasoning_without_text_goes_back_too() {
    let (thinking, sent) = given_back(OPUS_4_7, Turn::new().thinking("")).await;
    let expected = json!({ "text": "", "signature": thinking.thinking_signature.unwrap() });
    assert_eq!(sent.content(1)[0]["reasoningContent"]["reasoningText"], expected);
}

#[tokio::test]
async fn unsigned_reasoning_goes_back_to_claude_as_text() {
    for signature in [None, Some(""), Some("reasoning_content")] {
        let sent = replayed(SONNET, json!([thought("hm", signature), text("ok")])).await;
        assert_eq!(sent.content(1), [json!({ "text": "hm" }), json!({ "text": "ok" })]);
    }
    let sent = replayed(SONNET, json!([thought(" ", None), text("ok")])).await;
    assert_eq!(sent.content(1), [json!({ "text": "ok" })], "blank text is refused");
}

#[tokio::test]
async fn other_families_get_their_reasoning_back_without_a_signature() {
    for model in [NOVA_2, GPT_OSS] {
        let sent = replayed(model, json!([thought("hm", Some("sig")), text("ok")])).await;
        let expected = json!({ "reasoningContent": { "reasoningText": { "text": "hm" } } });
        assert_eq!(sent.content(1)[0], expected, "{model}");
    }
}

#[tokio::test]
async fn models_that_take_no_reasoning_back_get_none() {
    for model in [NOVA, "us.deepseek.r1-v1:0", "us.openai.gpt-5.4"] {
        let sent = replayed(model, json!([thought("hm", Some("sig")), text("ok")])).await;
        assert_eq!(sent.content(1), [json!({ "text": "ok" })], "{model}");
        assert!(sent.has_diagnostic("bedrock_reasoning_dropped"), "{model}");
    }
}

#[tokio::test]
async fn hidden_reasoning_goes_back_as_the_bytes_that_came() {
    for (model, turn) in [
        (SONNET, Turn::new().redacted_thinking("secret")),
        (OPUS_4_7, { Turn::new().redacted_thinking("another \u{0} secret") }),
    ] {
        let (thinking, sent) = given_back(model, turn).await;
        assert!(thinking.redacted);
        let payload = thinking.thinking_signature.unwrap();
        assert!(STANDARD.decode(&payload).unwrap().len() > 8);
        let expected = json!({ "reasoningContent": { "redactedContent": payload } });
        assert_eq!(sent.content(1)[0], expected, "{model}");
    }
}

#[tokio::test]
async fn hidden_reasoning_that_was_corrupted_is_left_out() {
    for payload in [None, Some(""), Some("no base64!"), Some("AAAAA")] {
        let mut hidden = thought("[hidden]", payload);
        hidden["redacted"] = json!(true);
        let sent = replayed(SONNET, json!([hidden, text("ok")])).await;
        assert_eq!(sent.content(1), [json!({ "text": "ok" })]);
        assert!(sent.has_diagnostic("bedrock_reasoning_dropped"));
    }
}

#[tokio::test]
async fn reasoning_of_another_model_is_left_out_signed_or_hidden() {
    let mut hidden = thought("[hidden]", Some("c2VjcmV0"));
    hidden["redacted"] = json!(true);
    for block in [thought("hm", Some("c2ln")), thought("hm", None), hidden] {
        for model in [OPUS_4_6, NOVA, "gpt-4o"] {
            let turns = json!([user("a"), by(model, json!([block, text("ok")])), user("b")]);
            let sent = send_uncached(SONNET, &history(turns)).await;
            assert_eq!(sent.content(1), [json!({ "text": "ok" })], "{model}");
            assert!(sent.has_diagnostic("bedrock_reasoning_dropped"));
        }
    }
}

#[tokio::test]
async fn a_model_is_the_same_through_each_of_its_profiles() {
    let bedrock = Bedrock::start().await;
    let options = thinking(ThinkingLevel::Low);
    let mut context = question();
    let ids = [SONNET, "global.anthropic.claude-sonnet-4-5-20250929-v1:0"];
    for (round, id) in ids.iter().cycle().take(4).enumerate() {
        let sent = bedrock.send(&bedrock.model(id), &context, &options).await;
        assert_eq!(sent.body["messages"].to_string().matches("signature").count(), round, "{id}");
        context.messages.extend([Message::Assistant(sent.message), Message::user("Go on.")]);
    }
}

#[tokio::test]
async fn a_call_whose_turn_began_without_reasoning_goes_on_without_it() {
    let turns = json!([user("a"), by(SONNET, json!([text("I will look."), call("a")])), result("a", "x"),]);
    let bedrock = Bedrock::start().await;
    let sent = bedrock.send(&bedrock.model(SONNET), &history(turns), &thinking(ThinkingLevel::Low)).await;
    assert_eq!(kinds(sent.content(1)), ["text", "toolUse"]);
    assert!(sent.fields().is_null());
    assert!(sent.has_diagnostic("bedrock_thinking_dropped"));
}

/// A conversation of two hundred answers, most with a call of a tool, each asked for with all that was said before.
async fn long_conversation(bedrock: Bedrock, model: &str) {
    let model = bedrock.model(model);
    let options = StreamOptions::default().with_reasoning(ThinkingLevel::Medium);
    let mut context = Context::new([Message::user("Please use the read tool on x.")])
        .with_system_prompt("Be brief.")
        .with_tools([tool("read"), tool("write")]);
    let mut signatures = Vec::new();
    for _ in 0..200 {
        let outcome = crate::fixture::ask(&*bedrock.provider, &model, &context, &options).await;
        let message = outcome.expect_message().clone();
        signatures.extend(message.content.iter().filter_map(|block| match block {
            AssistantBlock::Thinking(thinking) => Some(thinking.thinking_signature.clone().unwrap()),
            _ => None,
        }));
        let calls = message.tool_calls().cloned().collect::<Vec<_>>();
        context.messages.push(Message::Assistant(message));
        if calls.is_empty() {
            context.messages.push(Message::user("Use the read tool again."));
        }
        context.messages.extend(calls.iter().map(|call| Message::tool_result(call, "contents")));
    }
    assert_eq!(signatures.len(), 200, "every answer began with reasoning");
    let sent = bedrock.send(&model, &context, &options).await;
    let blocks = sent.body["messages"].as_array().unwrap().iter();
    let blocks = blocks.flat_map(|message| message["content"].as_array().unwrap());
    let replayed = blocks
        .filter_map(|block| block["reasoningContent"]["reasoningText"]["signature"].as_str())
        .collect::<Vec<_>>();
    assert_eq!(replayed, signatures);
    assert!(bedrock.emulator.requests().iter().all(|request| request.status == Some(200)));
}

#[tokio::test]
async fn two_hundred_answers_with_budgets_and_tools_go_back_whole() {
    long_conversation(Bedrock::start().await, SONNET).await;
}

#[tokio::test]
async fn two_hundred_adaptive_answers_with_tools_go_back_whole() {
    long_conversation(Bedrock::start().await, OPUS_4_7).await;
}

#[tokio::test]
async fn two_hundred_answers_that_are_bound_to_their_conversation_go_back_whole() {
    // GovCloud does not know the member by which others are asked to tolerate a reasoning block whose beginning changed.
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let emulator =
        Emulator::builder().region("us-gov-west-1").credentials(credentials).start().await.unwrap();
    let provider = connect(&emulator, &[("AWS_REGION", "us-gov-west-1")], |_| {});
    long_conversation(Bedrock { emulator, provider }, "us-gov.anthropic.claude-opus-5-5").await;
}

#[tokio::test]
async fn reasoning_is_replayed_also_when_no_more_is_asked_for() {
    let bedrock = Bedrock::start().await;
    let model = bedrock.model(OPUS_4_6);
    let first = bedrock.send(&model, &question(), &thinking(ThinkingLevel::Low)).await;
    let mut context = question();
    context.messages.extend([Message::Assistant(first.message), Message::user("Go on.")]);
    let sent = bedrock.send(&model, &context, &uncached()).await;
    assert_eq!(kinds(sent.content(1))[0], "reasoningContent");
}
