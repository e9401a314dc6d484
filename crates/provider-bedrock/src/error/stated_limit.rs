//! Limits that a refusal states with their number, and how to keep within them.
//!
//! Separate because it is a table of its own: the number is taken from the text and not from our facts, which may lag.

use super::wording::Wording;

/// A limit that a text states.
pub(super) struct Limit {
    /// Words by which the text is known.
    says: &'static str,
    /// Words before the number.
    before: &'static str,
    /// What to do, with `{}` where the number goes.
    advice: &'static str,
}

/// How much room a model has, where it says so.
pub(super) const ROOM: &[Limit] = &[
    Limit {
        says: "exceed context limit",
        before: "> ",
        advice: "shorten the conversation or lower `maxTokens`: both together have room for {} tokens",
    },
    Limit {
        says: "prompt is too long",
        before: "> ",
        advice: "shorten the conversation to {} tokens, or use a model with a larger context window",
    },
    Limit {
        says: "maximum context length",
        before: "maximum context length is ",
        advice: "shorten the conversation to {} tokens, or use a model with a larger context window",
    },
    Limit {
        says: "configured limit of",
        before: "configured limit of ",
        advice: "shorten the conversation to {} tokens, or use a model with a larger context window",
    },
];

/// Other limits of a request.
pub(super) const LIMITS: &[Limit] = &[
    Limit {
        says: "the maximum tokens you requested",
        before: "the model limit of ",
        advice: "ask for at most {} tokens: lower `maxTokens`",
    },
    Limit {
        says: "image exceeds",
        before: "bytes > ",
        advice: "make the image smaller: at most {} bytes once encoded as base64",
    },
    Limit {
        says: "many-image requests",
        before: "many-image requests: ",
        advice: "make the images smaller: at most {} pixels on each side when there are so many, or send fewer",
    },
    Limit {
        says: "image dimensions exceed",
        before: "size: ",
        advice: "make the image smaller: at most {} pixels on each side",
    },
    Limit {
        says: "too many images and documents",
        before: "> ",
        advice: "send at most {} images and documents together, those of earlier messages included",
    },
    Limit {
        says: "too many images",
        before: "> ",
        advice: "send at most {} images, those of earlier messages included",
    },
    Limit {
        says: "documents in a request",
        before: "more than ",
        advice: "send at most {} documents, those of earlier messages included",
    },
    Limit {
        says: "the size of the document",
        before: "the limit of ",
        advice: "make the document smaller: at most {} MB",
    },
    Limit {
        says: "blocks with cache_control",
        before: "a maximum of ",
        advice: "set at most {} cache points over tools, system prompt and messages",
    },
    Limit {
        says: "parameters with union types",
        before: "(limit: ",
        advice: "let at most {} parameters of all strict tools be of more than one type",
    },
    Limit {
        says: "budget_tokens: input should be greater than or equal to",
        before: "or equal to ",
        advice: "give at least {} tokens to think with",
    },
];

/// What to do to keep within the limit that a text states; `None` if it states none that is known.
pub(super) fn advice(limits: &[Limit], wording: &Wording) -> Option<String> {
    let known = limits.iter().find(|limit| wording.says(limit.says))?;
    Some(known.advice.replace("{}", wording.number_after(known.before)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(limits: &[Limit], text: &str, expected: &str) {
        assert_eq!(advice(limits, &Wording::of(text)).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn the_number_is_the_one_of_the_text() {
        check(
            LIMITS,
            "The maximum tokens you requested exceeds the model limit of 32768. Try again with less than 32768.",
            "ask for at most 32768 tokens: lower `maxTokens`",
        );
        check(
            LIMITS,
            "messages.0.content.1.image.source: image exceeds 5 MB maximum: 6737924 bytes > 5242880 bytes",
            "make the image smaller: at most 5242880 bytes once encoded as base64",
        );
        check(
            LIMITS,
            "At least one of the image dimensions exceed max allowed size: 8000 pixels",
            "make the image smaller: at most 8000 pixels on each side",
        );
        check(
            LIMITS,
            "At least one of the image dimensions exceed max allowed size for many-image requests: 2000 pixels",
            "make the images smaller: at most 2000 pixels on each side when there are so many, or send fewer",
        );
        check(
            LIMITS,
            "messages: too many images: image_count > 20",
            "send at most 20 images, those of earlier messages included",
        );
        check(
            LIMITS,
            "messages: too many images and documents: 19 + 5 > 20",
            "send at most 20 images and documents together, those of earlier messages included",
        );
        check(
            LIMITS,
            "You can\u{2019}t include more than 5 documents in a request.",
            "send at most 5 documents, those of earlier messages included",
        );
        check(
            LIMITS,
            "The size of the document at messages.0.content.1.document exceeds the limit of 4.5 MB. Provide another.",
            "make the document smaller: at most 4.5 MB",
        );
        check(
            LIMITS,
            "A maximum of 4 blocks with cache_control may be provided. Found 5.",
            "set at most 4 cache points over tools, system prompt and messages",
        );
        check(
            LIMITS,
            "Schemas contains too many parameters with union types (20 parameters with type arrays or anyOf). Reduce \
             the number of union-typed parameters (limit: 16 parameters with unions).",
            "let at most 16 parameters of all strict tools be of more than one type",
        );
        check(
            ROOM,
            "prompt is too long: 227255 tokens > 200000 maximum",
            "shorten the conversation to 200000 tokens, or use a model with a larger context window",
        );
        check(
            ROOM,
            "input length and `max_tokens` exceed context limit: 90402 + 116650 > 204648, decrease input length",
            "shorten the conversation or lower `maxTokens`: both together have room for 204648 tokens",
        );
    }

    #[test]
    fn a_text_without_its_number_gets_no_advice() {
        assert_eq!(advice(LIMITS, &Wording::of("messages: too many images")), None);
        assert_eq!(advice(ROOM, &Wording::of("prompt is too long")), None);
    }
}
