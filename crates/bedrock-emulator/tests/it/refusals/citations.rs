//! Citations, asked for and given back.

use serde_json::{Value, json};

use super::{Case, refused};
use crate::prompts::*;

/// A question about a source.
fn about(source: Value) -> Value {
    conversation([user([text("What does it say?"), source])])
}

fn document_as(format: &str, cited: bool) -> Value {
    json!({ "document": {
        "format": format,
        "name": "a",
        "source": { "bytes": base64(b"It rained.") },
        "citations": { "enabled": cited },
    } })
}

fn search_result(cited: bool) -> Value {
    json!({ "searchResult": {
        "source": "https://example.com",
        "title": "Weather",
        "content": [{ "text": "It rained." }],
        "citations": { "enabled": cited },
    } })
}

fn cited_turn(words: &str) -> Value {
    let citation = json!({ "title": "a", "location": { "web": { "url": "https://example.com" } } });
    json!({ "citationsContent": { "content": [{ "text": words }], "citations": [citation] } })
}

pub(super) fn cases() -> Vec<Case> {
    let hi = || user([text("Hi")]);
    let replayed = |words: &str| conversation([hi(), assistant([cited_turn(words)]), hi()]);
    let inside = |content: Value| {
        let result = json!({ "toolResult": { "toolUseId": "t1", "content": [{ "text": "See" }, content] } });
        with(conversation([hi(), assistant([call("t1")]), user([result])]), tools())
    };
    let in_result = |cited: bool| {
        let mut request = inside(document_as("txt", cited));
        // A document wants a text beside it, here too.
        request["messages"][2]["content"].as_array_mut().unwrap().push(text("So?"));
        request
    };
    vec![
        refused(
            "citations-supported",
            NOVA,
            about(document_as("txt", true)),
            "This model doesn't support citations.",
            about(document_as("txt", false)),
        ),
        refused(
            "citations-supported",
            NOVA,
            inside(search_result(true)),
            "This model doesn't support citations.",
            inside(search_result(false)),
        ),
        refused(
            "citations-format",
            SONNET_4_5,
            about(document_as("docx", true)),
            "Unsupported document format. Only txt and pdf formats are supported when citations are enabled",
            about(document_as("docx", false)),
        ),
        refused(
            "citations-in-result",
            SONNET_4_5,
            in_result(true),
            "Citations are not supported in tool result documents.",
            in_result(false),
        ),
        refused(
            "citations-from-assistant",
            SONNET_4_5,
            conversation([user([text("Hi"), cited_turn("It rained.")])]),
            "The citationsContent field in the ContentBlock object at messages.0.content.1 is only supported in \
             assistant messages.",
            replayed("It rained."),
        ),
        refused(
            "citations-not-blank",
            SONNET_4_5,
            replayed(" "),
            "The text field in the CitationGeneratedContent object at messages.1.content.0.citationsContent.content.0 \
             is blank.",
            replayed("."),
        ),
    ]
}
