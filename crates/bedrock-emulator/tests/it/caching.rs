//! Cached prefixes and what they cost.

use serde_json::{Value, json};

use crate::client::{Client, pair};
use crate::prompts::*;

fn stable(words: usize) -> Value {
    text(&"stable ".repeat(words))
}

async fn usage(client: &Client, model: &str, request: &Value) -> Value {
    let reply = client.converse(model, request).await;
    reply.assert_accepted();
    reply.json()["usage"].clone()
}

#[tokio::test]
async fn a_prefix_is_written_once_and_read_afterwards() {
    let (_emulator, client) = pair().await;
    let request = |words: &str| with(prompt(words), json!({ "system": [stable(2000), cache_point()] }));
    let first = usage(&client, SONNET_4_5, &request("One")).await;
    let written = first["cacheWriteInputTokens"].as_u64().unwrap();
    assert!(written > 3000);
    assert_eq!(first["cacheReadInputTokens"], 0);
    assert_eq!(first["cacheDetails"], json!([{ "ttl": "5m", "inputTokens": written }]));
    let second = usage(&client, SONNET_4_5, &request("Another")).await;
    assert_eq!(second["cacheReadInputTokens"], written);
    assert_eq!(second["cacheWriteInputTokens"], 0);
    assert_eq!(second.get("cacheDetails"), None);
    let count = |name: &str| second[name].as_u64().unwrap();
    assert!(count("inputTokens") < 10);
    assert_eq!(count("totalTokens"), count("inputTokens") + count("outputTokens") + written);
    // Another model has a cache of its own.
    let other = usage(&client, OPUS_4_1, &request("One")).await;
    assert_eq!(other["cacheReadInputTokens"], 0);
}

#[tokio::test]
async fn a_byte_changed_before_the_point_misses() {
    let (_emulator, client) = pair().await;
    let request =
        |first: &str| with(prompt("Hi"), json!({ "system": [text(first), stable(2000), cache_point()] }));
    usage(&client, SONNET_4_5, &request("A")).await;
    assert_eq!(usage(&client, SONNET_4_5, &request("B")).await["cacheReadInputTokens"], 0);
    assert_ne!(usage(&client, SONNET_4_5, &request("A")).await["cacheReadInputTokens"], 0);
}

#[tokio::test]
async fn a_point_that_moves_on_finds_what_its_predecessor_saved() {
    let (_emulator, client) = pair().await;
    let first = conversation([user([stable(2000), cache_point()])]);
    let written = usage(&client, SONNET_4_5, &first).await["cacheWriteInputTokens"].as_u64().unwrap();
    let second = conversation([
        user([stable(2000)]),
        assistant([text("I see.")]),
        user([text("And now something more to say about it"), cache_point()]),
    ]);
    let second = usage(&client, SONNET_4_5, &second).await;
    assert_eq!(second["cacheReadInputTokens"], written);
    assert!((1..50).contains(&second["cacheWriteInputTokens"].as_u64().unwrap()));
    assert_eq!(second["inputTokens"], 0);
}

#[tokio::test]
async fn twenty_blocks_are_looked_back_at_and_no_more() {
    let (_emulator, client) = pair().await;
    usage(&client, SONNET_4_5, &conversation([user([stable(2000), cache_point()])])).await;
    let later = |blocks: usize| {
        let more = (0..blocks).map(|index| text(&format!("Block {index}")));
        conversation([user([stable(2000)].into_iter().chain(more).chain([cache_point()]))])
    };
    assert_eq!(usage(&client, SONNET_4_5, &later(20)).await["cacheReadInputTokens"], 0);
    assert_ne!(usage(&client, SONNET_4_5, &later(19)).await["cacheReadInputTokens"], 0);
}

#[tokio::test]
async fn lifetimes_are_billed_apart_and_short_prefixes_not_at_all() {
    let (_emulator, client) = pair().await;
    let long = json!({ "cachePoint": { "type": "default", "ttl": "1h" } });
    let request =
        with(conversation([user([stable(500), cache_point()])]), json!({ "system": [stable(2000), long] }));
    let bill = usage(&client, SONNET_4_5, &request).await;
    let details = bill["cacheDetails"].as_array().unwrap();
    assert_eq!(details[0]["ttl"], "1h");
    assert_eq!(details[1]["ttl"], "5m");
    let sum: u64 = details.iter().map(|detail| detail["inputTokens"].as_u64().unwrap()).sum();
    assert_eq!(bill["cacheWriteInputTokens"], sum);

    let short = conversation([user([text("Short"), cache_point()])]);
    let bill = usage(&client, SONNET_4_5, &short).await;
    assert_eq!(bill["cacheWriteInputTokens"], 0);
    assert_eq!(usage(&client, SONNET_4_5, &short).await["cacheReadInputTokens"], 0);
}
