//! Rules about images, documents and videos.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clawdia_bedrock_models::Modality;
use serde_json::Value;

use super::image_header;
use crate::quirks::Quirk;
use crate::refusal::Refusal;
use crate::request::{Block, Request, blocks_of, items, present};

/// How long an image may be in base64.
const LARGEST_IMAGE: usize = 5 * 1024 * 1024;
/// How long a document may be, in bytes.
const LARGEST_DOCUMENT: usize = 4_500_000;
/// How many documents a request may have.
const MOST_DOCUMENTS: usize = 5;
/// How many images a request may have; newer Claude takes more.
const MOST_IMAGES: usize = 20;
/// How many images newer Claude takes.
const MOST_IMAGES_OF_NEWER_CLAUDE: usize = 100;
/// How wide or high an image may be, in pixels.
const LONGEST_SIDE: u32 = 8000;
/// The same in requests with many images.
const LONGEST_SIDE_OF_MANY: u32 = 2000;

/// An image, document or video, wherever in the conversation it is.
struct Medium<'a> {
    /// The block that it is, or that it is inside of.
    block: Block<'a>,
    path: String,
    value: &'a Value,
}

pub(super) fn comes_from_the_user(request: &Request<'_>) -> Result<(), Refusal> {
    for kind in ["image", "document", "video"] {
        let foreign = request.blocks().find(|block| block.role == "assistant" && block.get(kind).is_some());
        if let Some(block) = foreign {
            return Err(Refusal::validation(format!(
                "The {kind} field in the ContentBlock object at {} is only supported in user messages.",
                block.path()
            )));
        }
    }
    Ok(())
}

pub(super) fn images_are_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let sees = request.model.facts.input.contains(&Modality::Image);
    if !sees && !media(request, "image").is_empty() {
        return Err(Refusal::unsupported_field("image"));
    }
    Ok(())
}

pub(super) fn videos_are_supported(request: &Request<'_>) -> Result<(), Refusal> {
    let model = &request.model;
    let watches = model.capabilities().video == Some(true)
        || (model.is_nova() && model.facts.input.contains(&Modality::Image));
    if !watches && !media(request, "video").is_empty() {
        return Err(Refusal::unsupported_field("video"));
    }
    Ok(())
}

pub(super) fn at_most_five_documents(request: &Request<'_>) -> Result<(), Refusal> {
    if media(request, "document").len() > MOST_DOCUMENTS {
        return Err(Refusal::validation(format!(
            "You can't include more than {MOST_DOCUMENTS} documents in a request."
        )));
    }
    Ok(())
}

pub(super) fn documents_are_small(request: &Request<'_>) -> Result<(), Refusal> {
    // A PDF for Claude is sent on page by page and may be larger.
    let large = media(request, "document").into_iter().find(|document| {
        let encoded = document.value["source"]["bytes"].as_str().unwrap_or_default();
        let exempt = request.model.is_claude() && document.value["format"] == "pdf";
        !exempt && encoded.len() / 4 * 3 > LARGEST_DOCUMENT
    });
    large.map_or(Ok(()), |document| {
        Err(Refusal::validation(format!(
            "The size of the document at {} exceeds the limit of 4.5 MB. Provide a smaller document and try again.",
            document.path
        )))
    })
}

pub(super) fn documents_come_with_text(request: &Request<'_>) -> Result<(), Refusal> {
    for (index, message) in request.messages().iter().enumerate() {
        let mut blocks = blocks_of(index, message);
        let documents = blocks_of(index, message).any(|block| block.get("document").is_some());
        if documents && !blocks.any(|block| block.get("text").is_some()) {
            return Err(Refusal::validation("A text block must be included when using documents."));
        }
    }
    Ok(())
}

pub(super) fn document_names_are_plain(request: &Request<'_>) -> Result<(), Refusal> {
    let odd = media(request, "document").into_iter().any(|document| !is_plain(name(&document)));
    if odd {
        return Err(Refusal::validation(
            "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, \
             parentheses, and square brackets. The name can't contain more than one consecutive whitespace \
             character. Check that the file name conforms to these restrictions and retry your request.",
        ));
    }
    Ok(())
}

pub(super) fn document_names_differ(request: &Request<'_>) -> Result<(), Refusal> {
    let documents = media(request, "document");
    let mut names: Vec<String> = documents.iter().map(|document| name(document).to_lowercase()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::validation(
            "Messages can't contain duplicate document names. Rename the document and retry your request.",
        ));
    }
    Ok(())
}

pub(super) fn images_are_small(request: &Request<'_>) -> Result<(), Refusal> {
    let encoded = |image: &Medium<'_>| image.value["source"]["bytes"].as_str().map_or(0, str::len);
    let large = media(request, "image").into_iter().find(|image| encoded(image) > LARGEST_IMAGE);
    large.map_or(Ok(()), |image| {
        Err(Refusal::by_the_model(format!(
            "{}.source: image exceeds 5 MB maximum: {} bytes > {LARGEST_IMAGE} bytes",
            image.path,
            encoded(&image)
        )))
    })
}

pub(super) fn images_are_what_they_say(request: &Request<'_>) -> Result<(), Refusal> {
    for (image, header) in claude_images(request) {
        let format = image.value["format"].as_str().unwrap_or_default();
        match header {
            None => {
                return Err(Refusal::by_the_model(format!(
                    "{}.source.base64.data: Could not process image",
                    image.path
                )));
            }
            Some(header) if header.format != format => {
                return Err(Refusal::by_the_model(format!(
                    "{}.source.base64.data: Image does not match the provided media type image/{format}",
                    image.path
                )));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

pub(super) fn images_are_not_huge(request: &Request<'_>) -> Result<(), Refusal> {
    let images = claude_images(request);
    let many = images.len() > MOST_IMAGES;
    let longest = if many { LONGEST_SIDE_OF_MANY } else { LONGEST_SIDE };
    for (image, header) in images {
        let size = header.and_then(|header| header.size);
        if size.is_some_and(|(width, height)| width > longest || height > longest) {
            let which = if many { " for many-image requests" } else { "" };
            return Err(Refusal::by_the_model(format!(
                "{}.source.base64.data: At least one of the image dimensions exceed max allowed size{which}: \
                 {longest} pixels",
                image.path
            )));
        }
    }
    Ok(())
}

pub(super) fn few_images(request: &Request<'_>) -> Result<(), Refusal> {
    let most = if request.model.has(Quirk::ManyImages) { MOST_IMAGES_OF_NEWER_CLAUDE } else { MOST_IMAGES };
    let (images, documents) = (media(request, "image").len(), media(request, "document").len());
    if images > most {
        return Err(Refusal::by_the_model(format!("messages: too many images: {images} > {most}")));
    }
    if images + documents > most {
        return Err(Refusal::by_the_model(format!(
            "messages: too many images and documents: {images} + {documents} > {most}"
        )));
    }
    Ok(())
}

fn media<'a>(request: &Request<'a>, kind: &str) -> Vec<Medium<'a>> {
    let mut media = Vec::new();
    for block in request.blocks() {
        if let Some(value) = block.get(kind) {
            media.push(Medium { block, path: format!("{}.{kind}", block.path()), value });
        }
        let contents = block.get("toolResult").map(|result| items(&result["content"])).unwrap_or_default();
        for (index, content) in contents.iter().enumerate() {
            if let Some(value) = present(content, kind) {
                let path = format!("{}.tool_result.content.{index}.{kind}", block.path());
                media.push(Medium { block, path, value });
            }
        }
    }
    media.retain(|medium| medium.block.role != "assistant");
    media
}

// The images that Claude would look at, with what their bytes say. Those in a bucket are not here.
fn claude_images<'a>(request: &Request<'a>) -> Vec<(Medium<'a>, Option<image_header::ImageHeader>)> {
    if !request.model.is_claude() {
        return Vec::new();
    }
    media(request, "image")
        .into_iter()
        .filter_map(|image| {
            let bytes = STANDARD.decode(image.value["source"]["bytes"].as_str()?).ok()?;
            let header = image_header::read(&bytes);
            Some((image, header))
        })
        .collect()
}

fn name<'a>(document: &Medium<'a>) -> &'a str {
    document.value["name"].as_str().unwrap_or_default()
}

// Underscores are accepted although the text does not say so; of the blanks only the plain space is.
fn is_plain(name: &str) -> bool {
    let allowed = |character: char| character.is_ascii_alphanumeric() || " -_()[]".contains(character);
    name.chars().all(allowed) && !name.contains("  ")
}
