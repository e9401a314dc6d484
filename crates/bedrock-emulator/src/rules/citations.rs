//! Rules about citations: asking for them, and giving them back.

use serde_json::Value;

use crate::refusal::Refusal;
use crate::request::{Block, Request, items, present, wants_citations};

pub(super) fn are_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let wanted = request.blocks().any(|block| {
        let own = block.get("document").or_else(|| block.get("searchResult"));
        own.is_some_and(wants_citations) || inside_result(&block, "searchResult").any(wants_citations)
    });
    if wanted && !request.model.is_claude() {
        return Err(Refusal::validation("This model doesn't support citations."));
    }
    Ok(())
}

pub(super) fn documents_can_be_cited(request: &Request<'_>) -> Result<(), Refusal> {
    let odd = request.blocks().filter_map(|block| block.get("document")).any(|document| {
        let format = document["format"].as_str().unwrap_or("txt");
        wants_citations(document) && !matches!(format, "txt" | "pdf")
    });
    if odd {
        return Err(Refusal::validation(
            "Unsupported document format. Only txt and pdf formats are supported when citations are enabled",
        ));
    }
    Ok(())
}

pub(super) fn none_in_tool_results(request: &Request<'_>) -> Result<(), Refusal> {
    if request.blocks().any(|block| inside_result(&block, "document").any(wants_citations)) {
        return Err(Refusal::validation("Citations are not supported in tool result documents."));
    }
    Ok(())
}

pub(super) fn come_from_the_assistant(request: &Request<'_>) -> Result<(), Refusal> {
    let foreign =
        request.blocks().find(|block| block.role == "user" && block.get("citationsContent").is_some());
    foreign.map_or(Ok(()), |block| {
        Err(Refusal::validation(format!(
            "The citationsContent field in the ContentBlock object at {} is only supported in assistant messages.",
            block.path()
        )))
    })
}

pub(super) fn texts_are_not_blank(request: &Request<'_>) -> Result<(), Refusal> {
    for block in request.blocks() {
        let contents = block.get("citationsContent").map(|cited| items(&cited["content"]));
        let blank = contents
            .unwrap_or_default()
            .iter()
            .position(|content| content["text"].as_str().is_some_and(|text| text.trim().is_empty()));
        if let Some(index) = blank {
            return Err(Refusal::validation(format!(
                "The text field in the CitationGeneratedContent object at {}.citationsContent.content.{index} is \
                 blank. Add text to the text field, and try again.",
                block.path()
            )));
        }
    }
    Ok(())
}

fn inside_result<'a>(block: &Block<'a>, kind: &'static str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let contents = block.get("toolResult").map(|result| items(&result["content"])).unwrap_or_default();
    contents.iter().filter_map(move |content| present(content, kind))
}
