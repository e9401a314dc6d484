//! A conversation that goes on: what was sent before is sent again as it was, or the service has nothing to read from its
//! cache.
//!
//! Cache points move with the conversation and are no part of it. Videos are left out here: a request holds one, so that a
//! newer one takes the place of those before.

use std::sync::LazyLock;

use clawdia_core::{Context, StreamOptions};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::conversation::{
    GPT_OSS, LLAMA, OPUS_4_6, OPUS_4_7, assistant, by, call, failed, history, image, result, text, user,
};
use crate::fixture::{Bedrock, NOVA, SONNET};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static BEDROCK: LazyLock<Bedrock> = LazyLock::new(|| RUNTIME.block_on(Bedrock::start()));

/// What the model reads, in the order in which it reads it: tools, system prompt, and each block of each turn.
fn read_by_the_model(body: &Value) -> Vec<Value> {
    let is_content = |block: &&Value| block.get("cachePoint").is_none();
    let parts = [&body["toolConfig"]["tools"], &body["system"]].into_iter().filter_map(Value::as_array);
    let mut read = parts.flatten().filter(is_content).cloned().collect::<Vec<_>>();
    for message in body["messages"].as_array().unwrap() {
        let blocks = message["content"].as_array().unwrap().iter().filter(is_content);
        read.extend(blocks.map(|block| json!({ "role": message["role"], "block": block })));
    }
    read
}

fn sent(bedrock: &Bedrock, model: &str, context: &Context) -> Value {
    let outcome = RUNTIME.block_on(bedrock.ask_with(model, context, &StreamOptions::default()));
    assert!(outcome.error.is_none(), "{model}: {:?}", outcome.error);
    bedrock.sent()
}

/// A part of a conversation after which the model can be asked.
type Round = Vec<Value>;

/// The rounds of a conversation, each asked for with all before it; what was sent for one begins what is sent for the next.
fn check(bedrock: &Bedrock, model: &str, rounds: &[Round]) {
    let mut messages = Vec::new();
    let mut before = Vec::new();
    for (round, added) in rounds.iter().enumerate() {
        messages.extend(added.iter().cloned());
        let context = history(json!(messages)).with_system_prompt("Be brief.");
        let now = read_by_the_model(&sent(bedrock, model, &context));
        for (index, block) in before.iter().enumerate() {
            assert_eq!(Some(block), now.get(index), "{model}: round {round} changes block {index}");
        }
        before = now;
    }
}

fn document(name: &str) -> Value {
    json!({ "type": "document", "data": "SGVsbG8=", "mimeType": "text/plain", "name": name })
}

#[test]
fn what_was_sent_for_a_conversation_begins_what_is_sent_when_it_goes_on() {
    let mut volatile = user("It is noon.");
    volatile["runtimeContext"] = json!({});
    let mut aborted = assistant(json!([text("I was"), call("lost")]));
    aborted["stopReason"] = json!("aborted");
    let foreign_id = format!("call|{}", "x".repeat(90));
    let rounds = [
        vec![user(json!([document("notes.txt"), document("notes_txt")]))],
        vec![
            assistant(json!([text("Let me see."), call("a"), call("b")])),
            result("b", "2"),
            result("a", "1"),
        ],
        vec![assistant("Done."), user("  ")],
        vec![aborted, user(json!([document("notes.txt"), text("again")]))],
        vec![by("gpt-4", json!([call(&foreign_id)])), failed(&foreign_id, json!([text("no"), image()]))],
        vec![assistant(json!([])), user("still there?")],
        vec![assistant(json!([call("c"), call("d")])), result("c", "x"), user("never mind the other")],
        vec![assistant(json!([text("fine "), text(" ")])), volatile, user("and?")],
    ];
    let bedrock = RUNTIME.block_on(Bedrock::start());
    for model in [SONNET, OPUS_4_6, OPUS_4_7, NOVA, GPT_OSS] {
        check(&bedrock, model, &rounds);
    }
}

/// What users say and tools return; at most one document each, since a request takes five.
fn said() -> impl Strategy<Value = Value> {
    let block = prop_oneof![
        3 => "[a-z ]{0,6}".prop_map(|said| text(&said)),
        1 => Just(image()),
        1 => select(vec!["a.txt", "a_txt", "b"]).prop_map(document),
        1 => Just(json!({ "type": "cachePoint" })),
    ];
    prop_oneof!["[a-z ]{0,6}".prop_map(Value::from), prop::collection::vec(block, 0..2).prop_map(Value::from)]
}

/// A question, and what may have come before it since the last: an answer with calls, and results of some of them in any
/// order, some twice.
fn round(number: usize) -> impl Strategy<Value = Round> {
    let calls = (0..3).map(|call| format!("round{number}|call{call}")).collect::<Vec<_>>();
    let answered = (
        subsequence(calls.clone(), 0..=3),
        prop::collection::vec((any::<Index>(), said(), any::<bool>()), 0..4),
        "[a-z ]{0,4}",
        select(vec!["toolUse", "stop", "error"]),
    );
    (answered, prop::option::weighted(0.7, said())).prop_map(
        move |((called, results, words, reason), question)| {
            let mut content = vec![text(&words)];
            content.extend(called.iter().map(|id| call(id)));
            let mut answer = assistant(content);
            answer["stopReason"] = json!(reason);
            let mut round = vec![answer];
            for (which, content, is_error) in results {
                let mut message = result(which.get::<String>(&calls), content);
                message["isError"] = json!(is_error);
                round.push(message);
            }
            // Where nothing was called, somebody must go on.
            round.push(user(question.unwrap_or_else(|| json!("go on"))));
            round
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_sent_begins_what_is_sent_when_the_conversation_goes_on(
        model in select(vec![SONNET, OPUS_4_6, OPUS_4_7, NOVA, GPT_OSS, LLAMA]),
        rounds in (said(), round(1), round(2), round(3)),
    ) {
        let (question, first, second, third) = rounds;
        check(&BEDROCK, model, &[vec![user(question)], first, second, third]);
    }
}

#[test]
fn a_call_without_a_result_does_not_take_that_of_a_later_call_with_its_id() {
    let bedrock = RUNTIME.block_on(Bedrock::start());
    let rounds = [
        vec![user("go")],
        vec![assistant(json!([call("read:0")])), user("never mind")],
        vec![assistant(json!([call("read:0")])), result("read:0", "second")],
    ];
    check(&bedrock, SONNET, &rounds);
    let results = bedrock.sent()["messages"].to_string();
    assert!(results.find("No result provided") < results.find("second"), "{results}");
}
