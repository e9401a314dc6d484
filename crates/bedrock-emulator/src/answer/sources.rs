//! What an answer cites: the documents and search results of a prompt, and the web.
//!
//! Apart because each kind of source has a way of its own to say where in it something stands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::request::{Request, items, present, wants_citations};

/// How many characters of a source are cited at most.
const LONGEST: usize = 60;

/// Something that may be cited: a passage, and where it stands.
pub(super) struct Source {
    pub(super) text: String,
    pub(super) citation: Value,
}

/// The sources that a request wants cited, in the order in which they come.
pub(super) fn cited(request: &Request<'_>) -> Vec<Source> {
    let mut sources = Vec::new();
    let (mut documents, mut results) = (0, 0);
    for block in request.blocks() {
        if let Some(document) = block.get("document") {
            if wants_citations(document) {
                sources.push(of_document(document, documents));
            }
            documents += 1;
        }
        let inside = block.get("toolResult").map(|result| items(&result["content"])).unwrap_or_default();
        let inside = inside.iter().filter_map(|content| present(content, "searchResult"));
        for result in block.get("searchResult").into_iter().chain(inside) {
            if wants_citations(result) {
                sources.push(of_search_result(result, results));
            }
            results += 1;
        }
    }
    sources
}

fn of_document(document: &Value, index: usize) -> Source {
    let source = &document["source"];
    let (text, location) = if let Some(first) = items(&source["content"]).first() {
        let text = passage(first["text"].as_str().unwrap_or_default());
        (text, json!({ "documentChunk": { "documentIndex": index, "start": 0, "end": 1 } }))
    } else if document["format"] == "pdf" && source["text"].is_null() {
        // Nobody here reads PDF; pages are counted from one, and the last is not part of it.
        let text = "the words on the first page".to_owned();
        (text, json!({ "documentPage": { "documentIndex": index, "start": 1, "end": 2 } }))
    } else {
        let bytes = source["bytes"].as_str().and_then(|encoded| STANDARD.decode(encoded).ok());
        let decoded = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let text = passage(source["text"].as_str().unwrap_or(&decoded));
        let end = text.chars().count();
        (text, json!({ "documentChar": { "documentIndex": index, "start": 0, "end": end } }))
    };
    let citation = json!({
        "title": document["name"],
        "sourceContent": [{ "text": text }],
        "location": location,
    });
    Source { text, citation }
}

fn of_search_result(result: &Value, index: usize) -> Source {
    let first = items(&result["content"]).first().and_then(|part| part["text"].as_str());
    let text = passage(first.unwrap_or_default());
    let location = json!({ "searchResultIndex": index, "start": 0, "end": 1 });
    let citation = json!({
        "title": result["title"],
        "source": result["source"],
        "sourceContent": [{ "text": text }],
        "location": { "searchResultLocation": location },
    });
    Source { text, citation }
}

// The first sentence, as far as it is not too long.
fn passage(text: &str) -> String {
    let sentence = text.split_inclusive(['.', '\n']).next().unwrap_or_default();
    sentence.chars().take(LONGEST).collect()
}
