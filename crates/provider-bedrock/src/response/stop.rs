//! Why an answer ended, and what that means.
//!
//! Separate because many reasons are failures, each with words and a next step of its own.

use clawdia_core::{Diagnostic, ErrorKind, ProviderError, StopReason};
use serde_json::{Map, Value};

use crate::response::guardrail;

/// Our word for Bedrock's, or the error it stands for.
///
/// `metadata` is all that was said about the answer, `fields` the part of it that is in the model's own form.
pub(super) fn reason(
    raw: &str,
    metadata: &Map<String, Value>,
    fields: &Value,
) -> Result<StopReason, ProviderError> {
    let stopped = |kind| ProviderError::new(kind, format!("Provider stopped with: {raw}"));
    Err(match raw {
        "end_turn" | "stop_sequence" => return Ok(StopReason::Stop),
        "max_tokens" | "model_context_window_exceeded" => return Ok(StopReason::Length),
        "tool_use" => return Ok(StopReason::ToolUse),
        "guardrail_intervened" => stopped(ErrorKind::Guardrail).with_hint(guardrail::hint(metadata)),
        "content_filtered" => stopped(ErrorKind::ContentFiltered)
            .with_hint("the provider's content filter stopped the answer; rephrase the prompt"),
        "refusal" => Refusal::of(fields).into_error(),
        "" => ProviderError::new(ErrorKind::Other, "An unknown error occurred"),
        malformed if malformed.starts_with("malformed_") => stopped(ErrorKind::BadModelOutput)
            .with_hint("the model wrote something that cannot be used; ask again"),
        _ => stopped(ErrorKind::Other),
    })
}

/// The stop sequence an answer ended at. It stands where the model's own stream has it, or at the top.
pub(super) fn sequence(fields: &Value) -> Option<String> {
    let mut places = ["/delta/stop_sequence", "/stop_sequence"].into_iter();
    places.find_map(|place| fields.pointer(place)?.as_str()).map(str::to_owned)
}

/// Why a model refused, as far as it says.
#[derive(Debug, Default)]
pub(super) struct Refusal<'a> {
    category: Option<&'a str>,
    explanation: Option<&'a str>,
}

impl<'a> Refusal<'a> {
    pub(super) fn of(fields: &'a Value) -> Self {
        let details = fields.pointer("/stop_details").filter(|details| details.is_object());
        let Some(details) = details.or_else(|| fields.pointer("/delta/stop_details")) else {
            return Self::default();
        };
        let said =
            |name| details.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        Self { category: said("category"), explanation: said("explanation") }
    }

    /// What was said, for hosts that act on it.
    pub(super) fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::new("provider_refusal", "the model refused to answer");
        for (name, said) in [("category", self.category), ("explanation", self.explanation)] {
            if let Some(said) = said {
                diagnostic = diagnostic.with(name, said);
            }
        }
        diagnostic
    }

    fn into_error(self) -> ProviderError {
        let category = self.category.map(|category| format!(" (category: {category})")).unwrap_or_default();
        let explanation = self.explanation.map(|explanation| format!(": {explanation}")).unwrap_or_default();
        let message = if category.is_empty() && explanation.is_empty() {
            "Provider stopped with: refusal".to_owned()
        } else {
            format!("Anthropic refusal{category}{explanation}")
        };
        ProviderError::new(ErrorKind::Refused, message)
            .with_retryable(false)
            .with_hint("the same prompt would be refused again; rephrase it, or ask another model")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check_refusal(fields: &Value, expected: &str) {
        let error = reason("refusal", &Map::new(), fields).unwrap_err();
        assert_eq!(
            (error.kind(), error.is_retryable(), error.message()),
            (ErrorKind::Refused, false, expected)
        );
    }

    #[test]
    fn a_refusal_says_what_is_known_of_it() {
        let details = json!({ "type": "refusal", "category": "cyber", "explanation": "No exploits." });
        let whole = "Anthropic refusal (category: cyber): No exploits.";
        check_refusal(&json!({ "stop_details": details }), whole);
        check_refusal(&json!({ "stop_details": null, "delta": { "stop_details": details } }), whole);
        check_refusal(&json!({ "stop_details": { "category": "bio" } }), "Anthropic refusal (category: bio)");
        check_refusal(&json!({ "stop_details": { "explanation": "No." } }), "Anthropic refusal: No.");
        for fields in
            [json!(null), json!({ "stop_details": {} }), json!({ "stop_details": { "category": "" } })]
        {
            check_refusal(&fields, "Provider stopped with: refusal");
        }
    }

    #[test]
    fn the_stop_sequence_is_found_in_both_places() {
        for fields in [json!({ "delta": { "stop_sequence": "END" } }), json!({ "stop_sequence": "END" })] {
            assert_eq!(sequence(&fields).as_deref(), Some("END"));
        }
        for fields in
            [json!(null), json!({ "delta": { "stop_sequence": null } }), json!({ "stop_sequence": 1 })]
        {
            assert_eq!(sequence(&fields), None);
        }
    }
}
