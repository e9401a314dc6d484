//! Refusals about tools, calls and results.
//!
//! Separate because they are the most, and the most often met.

use super::Evidence::{Documented, Observed, Reported};
use super::Meaning::{BrokenRule, LimitExceeded, RefusedField};
use super::{Failure, the_model_says};

pub(super) const FAILURES: &[Failure] = &[
    // Calls and results.
    Failure::refusal(
        "tool-config-present",
        BrokenRule,
        Observed,
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    ),
    Failure::refusal(
        "tool-list-not-empty",
        BrokenRule,
        Documented,
        "1 validation error detected: Value '[]' at 'toolConfig.tools' failed to satisfy constraint: Member must have \
         length greater than or equal to 1",
    ),
    Failure::refusal(
        "tool-results-complete",
        BrokenRule,
        Observed,
        "Expected toolResult blocks at messages.2.content for the following Ids: tooluse_a, tooluse_b",
    ),
    Failure::refusal(
        "tool-results-not-surplus",
        BrokenRule,
        Observed,
        "The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn.",
    ),
    Failure::by_the_model(
        "tool-results-first",
        BrokenRule,
        Observed,
        the_model_says!(
            "messages.54: Did not find 2 `tool_result` block(s) at the beginning of this message. Messages following \
             `tool_use` blocks must begin with a matching number of `tool_result` blocks."
        ),
    ),
    Failure::by_the_model(
        "tool-results-next",
        BrokenRule,
        Observed,
        the_model_says!(
            "messages.2: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_01A. Each \
             `tool_use` block must have a corresponding `tool_result` block in the next message."
        ),
    ),
    Failure::refusal(
        "tool-results-alone",
        BrokenRule,
        Observed,
        "messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.",
    ),
    Failure::refusal(
        "tool-error-has-content",
        BrokenRule,
        Observed,
        "The content field at messages.2.content.0.toolResult cannot be empty when status value is error.",
    ),
    Failure::refusal(
        "tool-result-json-is-object",
        BrokenRule,
        Observed,
        "The format of the value at messages.3.content.0.toolResult.content.0.json is invalid. Provide a json object \
         for the field and try again.",
    ),
    Failure::refusal(
        "tool-input-is-object",
        BrokenRule,
        Observed,
        "The format of the value at messages.1.content.0.toolUse.input is invalid. Provide a json object for the field \
         and try again.",
    ),
    Failure::refusal(
        "tool-result-status",
        RefusedField,
        Reported,
        "This model doesn't support the toolResult.status field. Remove toolResult.status and try again.",
    ),
    Failure::refusal(
        "tool-result-images",
        RefusedField,
        Reported,
        "This model doesn't support the toolResult.content.image field. Remove toolResult.content.image and try again.",
    ),
    Failure::by_the_model(
        "tool-use-ids-unique",
        BrokenRule,
        Reported,
        the_model_says!("messages.1.content.2: `tool_use` ids must be unique"),
    ),
    Failure::refusal(
        "tool-use-id-pattern",
        BrokenRule,
        Documented,
        "1 validation error detected: Value 'call/1' at 'messages.2.member.content.1.member.toolUse.toolUseId' failed \
         to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+",
    ),
    Failure::by_the_model(
        "tool-use-id-claude",
        BrokenRule,
        Observed,
        the_model_says!("messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
    ),
    Failure::by_the_model(
        "tool-use-id-mistral",
        BrokenRule,
        Reported,
        the_model_says!("Tool call id was tooluse_a but must be a-z, A-Z, 0-9, with a length of 9."),
    ),
    // The tools on offer.
    Failure::refusal(
        "tool-schema-is-object",
        BrokenRule,
        Observed,
        "The format of the value at toolConfig.tools.0.toolSpec.inputSchema.json is invalid. Provide a json object for \
         the field and try again.",
    ),
    Failure::refusal(
        "tool-schema-type",
        BrokenRule,
        Observed,
        "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.",
    ),
    Failure::refusal(
        "tool-name",
        BrokenRule,
        Observed,
        "2 validation errors detected: Value at 'messages.73.member.content.2.member.toolUse.name' failed to satisfy \
         constraint: Member must have length less than or equal to 64; Value at \
         'messages.73.member.content.2.member.toolUse.name' failed to satisfy constraint: Member must satisfy regular \
         expression pattern: [a-zA-Z0-9_-]+",
    ),
    Failure::refusal(
        "tool-description",
        BrokenRule,
        Observed,
        "1 validation error detected: Value '' at 'toolConfig.tools.15.member.toolSpec.description' failed to satisfy \
         constraint: Member must have length greater than or equal to 1",
    ),
    Failure::by_the_model(
        "tool-names-unique",
        BrokenRule,
        Reported,
        the_model_says!("tools: Tool names must be unique."),
    ),
    Failure::refusal("tools-supported", RefusedField, Reported, "This model doesn't support tool use."),
    Failure::refusal(
        "tools-not-streamed",
        RefusedField,
        Observed,
        "This model doesn't support tool use in streaming mode.",
    ),
    Failure::refusal(
        "tools-not-streamed-typographic",
        RefusedField,
        Reported,
        "This model doesn\u{2019}t support tool use in streaming mode.",
    ),
    Failure::by_the_model(
        "tool-name-too-long-nova",
        BrokenRule,
        Reported,
        the_model_says!(
            "Malformed input request: #/toolConfig/tools/0/toolSpec/name: expected maxLength: 64, actual: 70, please \
             reformat your input and try again."
        ),
    ),
    // The choice.
    Failure::refusal(
        "tool-choice-any",
        RefusedField,
        Observed,
        "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again.",
    ),
    Failure::refusal(
        "tool-choice-tool",
        RefusedField,
        Observed,
        "This model doesn't support the toolConfig.toolChoice.tool field. Remove toolConfig.toolChoice.tool and try \
         again.",
    ),
    Failure::by_the_model(
        "tool-choice-forced",
        RefusedField,
        Observed,
        the_model_says!(r#"tool_choice: type "tool" and "any" are not supported"#),
    ),
    Failure::by_the_model(
        "tool-choice-thinking",
        BrokenRule,
        Observed,
        the_model_says!("Thinking may not be enabled when tool_choice forces tool use."),
    ),
    Failure::by_the_model(
        "tool-choice-known",
        BrokenRule,
        Reported,
        the_model_says!("Tool 'search' not found in provided tools"),
    ),
    Failure::by_the_model(
        "tool-choice-twice",
        BrokenRule,
        Reported,
        the_model_says!(
            "tool_choice.type: Extra inputs are not permitted together with toolConfig.toolChoice"
        ),
    ),
    // Strict tools.
    Failure::by_the_model(
        "tool-strict",
        RefusedField,
        Observed,
        the_model_says!("tools.0.custom.strict: Extra inputs are not permitted"),
    ),
    Failure::by_the_model(
        "tool-eager-streaming",
        RefusedField,
        Reported,
        the_model_says!("tools.0.custom.eager_input_streaming: Extra inputs are not permitted"),
    ),
    Failure::by_the_model(
        "tool-strict-schema",
        BrokenRule,
        Reported,
        the_model_says!(
            "tools.0.custom: For 'object' type, 'additionalProperties' must be explicitly set to false"
        ),
    ),
    Failure::by_the_model(
        "tool-unions",
        LimitExceeded,
        Observed,
        the_model_says!(
            "Schemas contains too many parameters with union types (20 parameters with type arrays or anyOf). This \
             causes exponential compilation cost. Reduce the number of nullable or union-typed parameters (limit: 16 \
             parameters with unions)."
        ),
    ),
];
