//! Answers that say where they have it from, and such answers coming back.

use clawdia_bedrock_emulator::{Reply, Turn};
use serde_json::{Value, json};

use crate::client::pair;
use crate::prompts::*;

fn document_of(format: &str, source: Value) -> Value {
    json!({ "document": {
        "format": format, "name": format!("My {format}"), "source": source, "citations": { "enabled": true },
    } })
}

fn citations(reply: &Value) -> Vec<Value> {
    let content = reply["output"]["message"]["content"].as_array().unwrap();
    content.iter().filter_map(|block| block.get("citationsContent").cloned()).collect()
}

#[tokio::test]
async fn every_kind_of_source_is_cited_by_its_place() {
    let (_emulator, client) = pair().await;
    let sources = [
        document_of("txt", json!({ "bytes": base64(b"It rained. Much.") })),
        document_of("pdf", json!({ "bytes": base64(b"%PDF") })),
        document_of("md", json!({ "content": [{ "text": "Chunk." }, { "text": "Other." }] })),
    ];
    let mut sources = Vec::from(sources);
    sources[2]["document"].as_object_mut().unwrap().remove("format");
    sources.push(json!({ "searchResult": {
        "source": "https://example.com/a", "title": "Found", "content": [{ "text": "Snow." }],
        "citations": { "enabled": true },
    } }));
    let request = conversation([user([text("What about the weather?")].into_iter().chain(sources))]);
    let reply = client.converse(SONNET_4_5, &request).await;
    reply.assert_accepted();
    let cited = citations(&reply.json());
    let all: Vec<&Value> = cited.iter().map(|block| &block["citations"][0]).collect();
    let source = |text: &str| json!([{ "text": text }]);
    assert_eq!(
        *all[0],
        json!({ "title": "My txt", "sourceContent": source("It rained."),
            "location": { "documentChar": { "documentIndex": 0, "start": 0, "end": 10 } } })
    );
    assert_eq!(all[1]["location"], json!({ "documentPage": { "documentIndex": 1, "start": 1, "end": 2 } }));
    assert_eq!(all[2]["location"], json!({ "documentChunk": { "documentIndex": 2, "start": 0, "end": 1 } }));
    assert_eq!(
        *all[3],
        json!({ "title": "Found", "source": "https://example.com/a", "sourceContent": source("Snow."),
            "location": { "searchResultLocation": { "searchResultIndex": 0, "start": 0, "end": 1 } } })
    );
    assert_eq!(cited[3]["content"], json!([{ "text": " It says: Snow." }]));

    // A stream says it in the same blocks, and a citation follows its text.
    let streamed = client.stream(SONNET_4_5, &request).await;
    let found: Vec<Value> =
        streamed.deltas().into_iter().filter_map(|delta| delta.get("citation").cloned()).collect();
    assert_eq!(found.iter().collect::<Vec<_>>(), all);
    let frames = streamed.frames();
    let place = frames.iter().position(|frame| frame.json()["delta"].get("citation").is_some()).unwrap();
    let (before, citation) = (frames[place - 1].json(), frames[place].json());
    assert_eq!(before["contentBlockIndex"], citation["contentBlockIndex"]);
    assert!(before["delta"]["text"].is_string());

    // And the answer can be given back.
    let mut messages = request["messages"].as_array().unwrap().clone();
    messages.push(reply.json()["output"]["message"].clone());
    messages.push(user([text("Thanks")]));
    client.stream(SONNET_4_5, &conversation(messages)).await.assert_accepted();
}

#[tokio::test]
async fn search_results_of_tools_are_cited_too() {
    let (_emulator, client) = pair().await;
    let found = json!({ "searchResult": {
        "source": "s", "title": "t", "content": [{ "text": "Snow." }], "citations": { "enabled": true },
    } });
    let result = json!({ "toolResult": { "toolUseId": "t1", "content": [found] } });
    let request =
        with(conversation([user([text("Find x")]), assistant([call("t1")]), user([result])]), tools());
    let cited = citations(&client.converse(SONNET_4_5, &request).await.json());
    assert_eq!(cited[0]["citations"][0]["source"], "s");
}

#[tokio::test]
async fn nothing_is_cited_unasked() {
    let (_emulator, client) = pair().await;
    let reply = client.converse(SONNET_4_5, &conversation([user([text("See"), document("a")])])).await;
    assert_eq!(citations(&reply.json()), Vec::<Value>::new());
}

#[tokio::test]
async fn scripted_citations_go_out_as_they_are() {
    let (emulator, client) = pair().await;
    let citation = json!({ "location": { "web": { "url": "https://example.com" } } });
    let turn = Turn::new().cited_text("One two three", [citation.clone(), json!({ "title": "x" })]);
    emulator.enqueue(Reply::turn(turn.clone()));
    let deltas = client.stream(NOVA, &prompt("Hi")).await.deltas();
    assert_eq!(
        deltas,
        [
            text("One two "),
            text("three"),
            json!({ "citation": citation }),
            json!({ "citation": { "title": "x" } }),
        ]
    );
    emulator.enqueue(Reply::turn(turn));
    let reply = client.converse(NOVA, &prompt("Hi")).await.json();
    let cited = citations(&reply);
    assert_eq!(cited[0]["content"], json!([text("One two three")]));
    assert_eq!(reply["stopReason"], "end_turn");
}
