//! Refusals of images, documents and videos.
//!
//! Separate because most of them state a limit, and the way out is a smaller or another file.

use super::Evidence::{Documented, Observed, Reported};
use super::Meaning::{BrokenRule, LimitExceeded, RefusedField};
use super::{Failure, the_model_says};

pub(super) const FAILURES: &[Failure] = &[
    Failure::refusal(
        "image-label",
        BrokenRule,
        Observed,
        "1 validation error detected: Value 'jpg' at 'messages.1.member.content.2.member.image.format' failed to \
         satisfy constraint: Member must satisfy enum value set: [png, jpeg, gif, webp]",
    ),
    Failure::by_the_model(
        "image-format",
        BrokenRule,
        Observed,
        the_model_says!(
            "messages.0.content.1.image.source.base64.data: Image does not match the provided media type image/png"
        ),
    ),
    Failure::by_the_model(
        "image-not-readable",
        BrokenRule,
        Observed,
        the_model_says!("messages.0.content.1.image.source.base64.data: Could not process image"),
    ),
    Failure::by_the_model(
        "image-size",
        LimitExceeded,
        Observed,
        the_model_says!(
            "messages.0.content.1.image.source: image exceeds 5 MB maximum: 6737924 bytes > 5242880 bytes"
        ),
    ),
    Failure::by_the_model(
        "image-size-newer",
        LimitExceeded,
        Observed,
        the_model_says!(
            "messages.0.content.1.image.source.bytes: image exceeds 5 MB maximum: 6737924 bytes > 5242880 bytes"
        ),
    ),
    Failure::by_the_model(
        "image-dimensions",
        LimitExceeded,
        Observed,
        the_model_says!(
            "messages.0.content.1.image.source.base64.data: At least one of the image dimensions exceed max allowed \
             size: 8000 pixels"
        ),
    ),
    Failure::by_the_model(
        "image-dimensions-of-many",
        LimitExceeded,
        Observed,
        the_model_says!(
            "messages.0.content.21.image.source.base64.data: At least one of the image dimensions exceed max allowed \
             size for many-image requests: 2000 pixels"
        ),
    ),
    Failure::by_the_model(
        "images-count",
        LimitExceeded,
        Observed,
        the_model_says!("messages: too many images: image_count > 20"),
    ),
    Failure::by_the_model(
        "images-and-documents-count",
        LimitExceeded,
        Observed,
        the_model_says!("messages: too many images and documents: 19 + 5 > 20"),
    ),
    Failure::refusal(
        "media-from-user",
        BrokenRule,
        Documented,
        "The image field in the ContentBlock object at messages.1.content.0 is only supported in user messages.",
    ),
    Failure::refusal(
        "images-supported",
        RefusedField,
        Reported,
        "This model doesn't support the image field. Remove image and try again.",
    ),
    Failure::refusal(
        "documents-supported",
        RefusedField,
        Reported,
        "This model doesn't support documents. Try again without documents or use a model that supports documents.",
    ),
    Failure::refusal(
        "documents-at-most-five",
        LimitExceeded,
        Observed,
        "You can't include more than 5 documents in a request.",
    ),
    Failure::refusal(
        "documents-at-most-five-typographic",
        LimitExceeded,
        Reported,
        "You can\u{2019}t include more than 5 documents in a request.",
    ),
    Failure::refusal(
        "documents-small",
        LimitExceeded,
        Reported,
        "The size of the document at messages.0.content.1.document exceeds the limit of 4.5 MB. Provide a smaller \
         document and try again.",
    ),
    Failure::refusal(
        "documents-need-text",
        BrokenRule,
        Observed,
        "A text block must be included when using documents.",
    ),
    Failure::refusal(
        "document-name",
        BrokenRule,
        Observed,
        "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, \
         parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. \
         Check that the file name conforms to these restrictions and retry your request.",
    ),
    Failure::refusal(
        "document-names-unique",
        BrokenRule,
        Observed,
        "Messages can't contain duplicate document names. Rename the document and retry your request.",
    ),
    Failure::refusal(
        "document-names-unique-older",
        BrokenRule,
        Observed,
        "Messages can not contain duplicate document names. Rename the document and retry your request.",
    ),
    Failure::refusal(
        "video-label",
        BrokenRule,
        Documented,
        "1 validation error detected: Value '3gp' at 'messages.1.member.content.1.member.video.format' failed to \
         satisfy constraint: Member must satisfy enum value set: [mkv, mov, mp4, webm, flv, mpeg, mpg, wmv, three_gp]",
    ),
];
