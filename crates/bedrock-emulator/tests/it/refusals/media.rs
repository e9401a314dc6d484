//! Images, documents and videos.

use serde_json::{Value, json};

use super::{Case, refused, refused_by_model};
use crate::prompts::*;

const PLAIN_NAMES: &str = "The document file name can only contain alphanumeric characters, whitespace characters, \
                           hyphens, parentheses, and square brackets. The name can't contain more than one \
                           consecutive whitespace character. Check that the file name conforms to these restrictions \
                           and retry your request.";

fn showing(media: impl IntoIterator<Item = Value>) -> Value {
    conversation([user([text("See")].into_iter().chain(media))])
}

fn images(count: usize, side: u32) -> Value {
    showing((0..count).map(|_| image("png", &png(side, 8))))
}

pub(super) fn cases() -> Vec<Case> {
    [images_cases(), documents_cases()].into_iter().flatten().collect()
}

fn images_cases() -> Vec<Case> {
    let eyes = || showing([image("png", &png(8, 8))]);
    let video = || showing([json!({ "video": { "format": "mp4", "source": { "bytes": base64(b"mp4") } } })]);
    let mut from_assistant = conversation([
        user([text("Draw")]),
        assistant([text("Here"), image("png", &png(8, 8))]),
        user([text("Thanks")]),
    ]);
    let broken = from_assistant.clone();
    from_assistant["messages"][1] = assistant([text("Here")]);
    let heavy = |bytes: usize| {
        let mut pixels = png(8, 8);
        pixels.resize(bytes, 0);
        showing([image("png", &pixels)])
    };
    let with_documents = |names: &[&str]| {
        let images = (0..19).map(|_| image("png", &png(8, 8)));
        showing(images.chain(names.iter().map(|name| document(name))))
    };
    vec![
        refused(
            "media-from-user",
            SONNET_4_5,
            broken,
            "The image field in the ContentBlock object at messages.1.content.1 is only supported in user messages.",
            from_assistant,
        ),
        refused(
            "images-supported",
            GPT_OSS,
            eyes(),
            "This model doesn't support the image field.",
            prompt("See"),
        ),
        refused(
            "videos-supported",
            SONNET_4_5,
            video(),
            "This model doesn't support the video field.",
            prompt("See"),
        ),
        refused_by_model(
            "image-size",
            SONNET_4_5,
            heavy(3_932_161),
            "messages.0.content.1.image.source: image exceeds 5 MB maximum: 5242884 bytes > 5242880 bytes",
            heavy(3_932_160),
        ),
        refused_by_model(
            "image-format",
            SONNET_4_5,
            showing([image("jpeg", &png(8, 8))]),
            "messages.0.content.1.image.source.base64.data: Image does not match the provided media type image/jpeg",
            eyes(),
        ),
        refused_by_model(
            "image-format",
            SONNET_4_5,
            showing([image("png", b"no image")]),
            "messages.0.content.1.image.source.base64.data: Could not process image",
            eyes(),
        ),
        refused_by_model(
            "image-dimensions",
            SONNET_4_5,
            images(1, 8001),
            "messages.0.content.1.image.source.base64.data: At least one of the image dimensions exceed max allowed \
             size: 8000 pixels",
            images(1, 8000),
        ),
        refused_by_model(
            "image-dimensions",
            SONNET_4_5,
            images(21, 2001),
            "messages.0.content.1.image.source.base64.data: At least one of the image dimensions exceed max allowed \
             size for many-image requests: 2000 pixels",
            images(21, 2000),
        ),
        refused_by_model(
            "images-count",
            NOVA,
            images(21, 8),
            "messages: too many images: 21 > 20",
            images(20, 8),
        ),
        refused_by_model(
            "images-count",
            NOVA,
            with_documents(&["a", "b"]),
            "messages: too many images and documents: 19 + 2 > 20",
            with_documents(&["a"]),
        ),
        refused_by_model(
            "images-count",
            OPUS_4_1,
            with_documents(&["a", "b", "c", "d", "e"]),
            "messages: too many images and documents: 19 + 5 > 20",
            with_documents(&["a"]),
        ),
    ]
}

fn documents_cases() -> Vec<Case> {
    let documents = |names: &[&str]| showing(names.iter().map(|name| document(name)));
    let heavy = |bytes: usize| {
        let encoded = base64(&vec![b'x'; bytes]);
        showing([json!({ "document": { "format": "txt", "name": "a", "source": { "bytes": encoded } } })])
    };
    let mut cases = vec![
        refused(
            "documents-at-most-five",
            SONNET_4_5,
            documents(&["a", "b", "c", "d", "e", "f"]),
            "You can't include more than 5 documents in a request.",
            documents(&["a", "b", "c", "d", "e"]),
        ),
        refused(
            "documents-small",
            OPUS_4_7,
            heavy(4_500_003),
            "The size of the document at messages.0.content.1.document exceeds the limit of 4.5 MB.",
            heavy(3_000_000),
        ),
        refused(
            "documents-need-text",
            SONNET_4_5,
            conversation([user([document("a")])]),
            "A text block must be included when using documents.",
            documents(&["a"]),
        ),
        refused(
            "document-names-unique",
            SONNET_4_5,
            conversation([
                user([text("See"), document("Plan")]),
                assistant([text("Yes")]),
                user([text("See"), document("plan")]),
            ]),
            "Messages can't contain duplicate document names. Rename the document and retry your request.",
            conversation([
                user([text("See"), document("Plan")]),
                assistant([text("Yes")]),
                user([text("See"), document("plan 2")]),
            ]),
        ),
    ];
    for name in ["plan.pdf", "two  spaces", "tab\there", "wide\u{3000}space", "straße", "a/b"] {
        let mended = documents(&[" A_plan (2) [final]-x "]);
        cases.push(refused("document-name", SONNET_4_5, documents(&[name]), PLAIN_NAMES, mended));
    }
    cases
}
