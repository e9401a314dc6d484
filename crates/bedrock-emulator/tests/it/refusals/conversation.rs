//! Turns and text.

use serde_json::json;

use super::{Case, refused, refused_by_model};
use crate::prompts::*;

pub(super) fn cases() -> Vec<Case> {
    let hi = || user([text("Hi")]);
    let yes = || assistant([text("Yes")]);
    vec![
        refused(
            "first-message-is-user",
            NOVA,
            conversation([yes(), hi()]),
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
            conversation([hi(), yes(), hi()]),
        ),
        refused(
            "first-message-is-user",
            SONNET_4_5,
            json!({ "system": [{ "text": "Be kind." }] }),
            "A conversation must start with a user message.",
            with(prompt("Hi"), json!({ "system": [{ "text": "Be kind." }] })),
        ),
        refused(
            "roles-alternate",
            SONNET_4_5,
            conversation([hi(), hi()]),
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates \
             between user and assistant roles and try again.",
            conversation([hi(), yes(), hi()]),
        ),
        refused(
            "roles-alternate",
            NOVA,
            conversation([hi(), yes(), yes(), hi()]),
            "A conversation must alternate",
            conversation([hi(), yes(), hi()]),
        ),
        refused(
            "content-not-empty",
            SONNET_4_5,
            conversation([hi(), assistant([]), hi()]),
            "The content field in the Message object at messages.1 is empty.",
            conversation([hi(), yes(), hi()]),
        ),
        refused(
            "text-not-blank",
            SONNET_4_5,
            conversation([hi(), yes(), user([text("So"), text(" \n\t")])]),
            "The text field in the ContentBlock object at messages.2.content.1 is blank. Add text to the text field, \
             and try again.",
            conversation([hi(), yes(), user([text("So"), text(" \n\t.")])]),
        ),
        refused(
            "text-not-blank",
            NOVA,
            prompt(""),
            "The text field in the ContentBlock object at messages.0.content.0 is blank.",
            prompt("."),
        ),
        refused(
            "system-supported",
            "mistral.mistral-7b-instruct-v0:2",
            with(prompt("Hi"), json!({ "system": [{ "text": "Be kind." }] })),
            "This model doesn't support system messages.",
            prompt("Hi"),
        ),
        refused(
            "guard-text-not-blank",
            SONNET_4_5,
            conversation([user([text("Hi"), json!({ "guardContent": { "text": { "text": " " } } })])]),
            "The text field in the GuardrailConverseContentBlock object at messages.0.content.1.guardContent is blank.",
            conversation([user([text("Hi"), json!({ "guardContent": { "text": { "text": "!" } } })])]),
        ),
        refused_by_model(
            "no-prefill",
            OPUS_4_6,
            conversation([hi(), yes()]),
            "This model does not support assistant message prefill. The conversation must end with a user message.",
            conversation([hi(), yes(), hi()]),
        ),
        refused_by_model(
            "no-prefill-with-tools",
            OPUS_4_1,
            with(conversation([hi(), yes()]), tools()),
            "Your API request included an `assistant` message in the final position, which would pre-fill the \
             `assistant` response. When using tools, pre-filling the `assistant` response is not supported.",
            conversation([hi(), yes()]),
        ),
        refused_by_model(
            "no-trailing-space",
            OPUS_4_1,
            conversation([hi(), assistant([text("Well, ")])]),
            "messages: final assistant content cannot end with trailing whitespace",
            conversation([hi(), assistant([text("Well,")])]),
        ),
        refused_by_model(
            "no-trailing-space",
            OPUS_4_1,
            conversation([hi(), assistant([text("Well, "), cache_point()])]),
            "messages: final assistant content cannot end with trailing whitespace",
            conversation([hi(), assistant([text("Well,"), cache_point()])]),
        ),
        refused_by_model(
            "text-not-blank-inside",
            SONNET_4_5,
            with(
                conversation([
                    user([text("Find x")]),
                    assistant([call("t1")]),
                    user([json!({ "toolResult": { "toolUseId": "t1", "content": [{ "text": "" }] } })]),
                ]),
                tools(),
            ),
            "messages: text content blocks must be non-empty",
            tool_exchange(),
        ),
        refused_by_model(
            "text-not-blank-inside",
            SONNET_4_5,
            with(prompt("Hi"), json!({ "system": [{ "text": " " }] })),
            "system: text content blocks must contain non-whitespace text",
            with(prompt("Hi"), json!({ "system": [{ "text": " x" }] })),
        ),
    ]
}
