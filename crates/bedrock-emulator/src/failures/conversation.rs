//! Refusals of a conversation's form: whose turn it is, what is empty, what ends how.
//!
//! Separate from tools and media, which have rules of their own.

use super::Evidence::{Documented, Observed, Reported};
use super::Meaning::{BrokenRule, RefusedField};
use super::{Failure, the_model_says};

pub(super) const FAILURES: &[Failure] = &[
    Failure::refusal(
        "first-message-is-user",
        BrokenRule,
        Observed,
        "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
    ),
    Failure::refusal(
        "roles-alternate",
        BrokenRule,
        Observed,
        "A conversation must alternate between user and assistant roles. Make sure the conversation alternates \
         between user and assistant roles and try again.",
    ),
    Failure::refusal(
        "content-not-empty",
        BrokenRule,
        Observed,
        "The content field in the Message object at messages.3 is empty. Add a ContentBlock object to the content \
         field and try again.",
    ),
    Failure::refusal(
        "text-not-blank",
        BrokenRule,
        Observed,
        "The text field in the ContentBlock object at messages.2.content.1 is blank. Add text to the text field, and \
         try again.",
    ),
    Failure::by_the_model(
        "text-not-blank-inside",
        BrokenRule,
        Observed,
        the_model_says!("messages: text content blocks must be non-empty"),
    ),
    Failure::by_the_model(
        "text-visible",
        BrokenRule,
        Observed,
        the_model_says!("messages: text content blocks must contain non-whitespace text"),
    ),
    Failure::by_the_model(
        "no-prefill",
        BrokenRule,
        Observed,
        the_model_says!(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        ),
    ),
    Failure::by_the_model(
        "no-prefill-with-tools",
        BrokenRule,
        Observed,
        the_model_says!(
            "Your API request included an `assistant` message in the final position, which would pre-fill the \
             `assistant` response. When using tools, pre-filling the `assistant` response is not supported."
        ),
    ),
    Failure::by_the_model(
        "no-trailing-space",
        BrokenRule,
        Observed,
        the_model_says!("messages: final assistant content cannot end with trailing whitespace"),
    ),
    Failure::refusal(
        "system-supported",
        RefusedField,
        Reported,
        "This model doesn't support system messages. Try again without a system message or use a model that supports \
         system messages.",
    ),
    Failure::refusal(
        "system-not-empty",
        BrokenRule,
        Documented,
        "1 validation error detected: Value '' at 'system.1.member.text' failed to satisfy constraint: Member must \
         have length greater than or equal to 1",
    ),
    // The value is the user's own, and says what it does not mean.
    Failure::refusal(
        "shape-quotes-other-failures",
        BrokenRule,
        Documented,
        "1 validation error detected: Value 'prompt is too long: 500 tokens' at \
         'messages.1.member.content.1.member.toolUse.name' failed to satisfy constraint: Member must satisfy regular \
         expression pattern: [a-zA-Z0-9_-]+",
    ),
    Failure::http(
        400,
        "SerializationException",
        "not-readable",
        BrokenRule,
        Documented,
        "STRING_VALUE can not be converted to an Integer",
    ),
];
