//! Failures of size: prompts that do not fit the context window, and bodies that are too large in bytes.
//!
//! Separate because every family words it differently, and a client that misses one wording cannot shorten its
//! conversation.

use super::Evidence::{Documented, Observed, Reported};
use super::Meaning::{BodyTooLarge, PromptTooLong};
use super::{Failure, Wrapping, the_model_says};

pub(super) const FAILURES: &[Failure] = &[
    Failure::refusal("input-too-long", PromptTooLong, Observed, "Input is too long for requested model.")
        .or_in_stream(),
    Failure::by_the_model(
        "input-too-long-by-the-model",
        PromptTooLong,
        Observed,
        the_model_says!("Input is too long for requested model."),
    ),
    Failure::by_the_model(
        "prompt-too-long-claude",
        PromptTooLong,
        Observed,
        the_model_says!("prompt is too long: 227255 tokens > 200000 maximum"),
    ),
    Failure::by_the_model(
        "prompt-too-long-claude-json",
        PromptTooLong,
        Observed,
        the_model_says!(
            r#"{"type":"error","request_id":"req_011CQ500","error":{"type":"invalid_request_error","message":"prompt is too long: 227255 tokens > 200000 maximum"}}"#
        ),
    ),
    Failure::by_the_model(
        "prompt-and-answer-too-long-claude",
        PromptTooLong,
        Observed,
        the_model_says!(
            "input length and `max_tokens` exceed context limit: 90402 + 116650 > 204648, decrease input length or \
             `max_tokens` and try again"
        ),
    ),
    Failure::by_the_model(
        "prompt-too-long-nova",
        PromptTooLong,
        Reported,
        the_model_says!("Input Tokens Exceeded: Number of input tokens exceeds maximum length"),
    ),
    Failure::by_the_model(
        "prompt-too-long-open-weights",
        PromptTooLong,
        Reported,
        the_model_says!(
            "This model's maximum context length is 131072 tokens. Please reduce the length of the prompt"
        ),
    ),
    Failure::by_the_model(
        "prompt-too-long-open-weights-typographic",
        PromptTooLong,
        Reported,
        the_model_says!(
            "This model\u{2019}s maximum context length is 131072 tokens. Please reduce the length of the prompt"
        ),
    ),
    Failure::by_the_model(
        "prompt-too-long-gpt",
        PromptTooLong,
        Reported,
        the_model_says!(
            "Your input exceeds the context window of this model. Please adjust your input and try again."
        ),
    ),
    // The apostrophe is escaped in the JSON: only who reads it sees the words.
    Failure::by_the_model(
        "prompt-too-long-gpt-json",
        PromptTooLong,
        Reported,
        the_model_says!(
            r#"{"error":{"message":"The prompt doesn\u2019t fit.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}"#
        ),
    ),
    Failure::by_the_model(
        "prompt-too-long-gpt-limit",
        PromptTooLong,
        Reported,
        the_model_says!("Input tokens exceed the configured limit of 272000 tokens."),
    ),
    Failure::by_the_model(
        "prompt-too-long-kimi",
        PromptTooLong,
        Reported,
        the_model_says!("Your request exceed model maximum length of 262144"),
    ),
    Failure::by_the_model(
        "prompt-too-long-other",
        PromptTooLong,
        Reported,
        the_model_says!(
            "The input (140000 tokens) is longer than the model's context length (131072 tokens)."
        ),
    ),
    Failure::by_the_model(
        "prompt-too-long-other-json",
        PromptTooLong,
        Reported,
        the_model_says!(
            r#"{"object":"error","message":"The input (140000 tokens) is longer than the model\u2019s context length (131072 tokens).","code":400}"#
        ),
    ),
    Failure::by_the_model(
        "text-bytes",
        PromptTooLong,
        Reported,
        the_model_says!("too many total text bytes"),
    ),
    Failure::by_the_model(
        "too-many-input-tokens",
        PromptTooLong,
        Reported,
        "Too many input tokens. Max input tokens: 8192, request input token count: 9000",
    ),
    Failure::by_the_model(
        "prompt-too-long-titan",
        PromptTooLong,
        Reported,
        "Malformed input request: expected maxLength: 50000, actual: 61000, please reformat your input and try again.",
    ),
    Failure::by_the_model(
        "prompt-too-long-cohere",
        PromptTooLong,
        Reported,
        the_model_says!("prompt: length: 1..2048"),
    ),
    Failure::http(
        413,
        "RequestEntityTooLargeException",
        "body-too-large",
        BodyTooLarge,
        Documented,
        "Request body is too large.",
    ),
    Failure::http(413, "", "body-too-large-nameless", BodyTooLarge, Reported, "Request Entity Too Large")
        .wrapped(Wrapping::Nameless),
];
