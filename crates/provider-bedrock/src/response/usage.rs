//! Tokens, out of the service's own count.
//!
//! Separate because it is arithmetic over members that may be missing, odd or there twice, and must never fail: an answer
//! is worth more than its bill.

use clawdia_core::Usage;
use serde_json::{Map, Value};

/// Objects that hold the count of thinking, in the spellings of the model families.
const DETAILS: &[&str] =
    &["output_tokens_details", "outputTokensDetails", "completion_tokens_details", "completionTokensDetails"];

/// What the count of thinking is called.
const THINKING: &[&str] = &["thinking_tokens", "reasoning_tokens", "thinkingTokens", "reasoningTokens"];

/// The tokens of an answer; `fields` is what the model said in its own form.
pub(super) fn usage(tokens: &Map<String, Value>, fields: &Value) -> Usage {
    // Some paths say `inputTokenCount` beside `inputTokens`.
    let counted = |name: &str| tokens.get(&format!("{name}s")).and_then(count);
    let count_of = |name: &str| counted(name).or_else(|| tokens.get(&format!("{name}Count")).and_then(count));
    let tokens_of = |name| count_of(name).unwrap_or(0);
    let usage = Usage {
        input: tokens_of("inputToken"),
        output: tokens_of("outputToken"),
        cache_read: tokens_of("cacheReadInputToken"),
        cache_write: tokens_of("cacheWriteInputToken"),
        cache_write_1h: tokens.get("cacheDetails").and_then(Value::as_array).map(|details| one_hour(details)),
        reasoning: reasoning(tokens, fields),
        ..Usage::default()
    };
    let sum = usage.prompt_tokens().saturating_add(usage.output);
    Usage { total_tokens: tokens_of("totalToken").max(sum), ..usage }
}

fn one_hour(details: &[Value]) -> u64 {
    let one_hour = details.iter().filter(|detail| detail.get("ttl").is_some_and(|ttl| ttl == "1h"));
    let counts = one_hour.filter_map(|detail| count(detail.get("inputTokens")?));
    counts.fold(0, u64::saturating_add)
}

/// How many of the output's tokens were thinking, from wherever it is said first.
fn reasoning(tokens: &Map<String, Value>, fields: &Value) -> Option<u64> {
    let places = ["/usage", "/delta/usage", "/delta", ""].into_iter();
    let said = places.filter_map(|place| fields.pointer(place)?.as_object());
    std::iter::once(tokens).chain(said).find_map(|members| {
        let details = DETAILS.iter().filter_map(|name| members.get(*name)?.as_object());
        details
            .chain([members])
            .find_map(|details| THINKING.iter().find_map(|name| details.get(*name).and_then(count)))
    })
}

/// A number of tokens. One that cannot be counts as absent.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is not negative, and what is too large becomes the largest number there is"
)]
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| *number >= 0.0)?;
        Some(number.round() as u64)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(tokens: &Value, fields: &Value, expected: Usage) {
        assert_eq!(usage(tokens.as_object().unwrap(), fields), expected);
    }

    #[test]
    fn odd_numbers_are_rounded_or_absent() {
        let odd = json!({
            "inputTokens": 3.6, "outputTokens": -4, "totalTokens": "many", "cacheReadInputTokens": null,
            "cacheWriteInputTokens": [1], "cacheDetails": {},
        });
        check(&odd, &Value::Null, Usage { input: 4, total_tokens: 4, ..Usage::default() });
        let huge = json!({ "inputTokens": u64::MAX, "outputTokens": 1e300, "cacheDetails": [null, 3, { "ttl": 7 }] });
        let most = Usage {
            input: u64::MAX,
            output: u64::MAX,
            total_tokens: u64::MAX,
            cache_write_1h: Some(0),
            ..Usage::default()
        };
        check(&huge, &Value::Null, most);
    }

    #[test]
    fn a_second_name_counts_only_where_the_first_is_missing() {
        let twice = json!({
            "inputTokens": 5, "inputTokenCount": 9, "outputTokenCount": 2, "cacheReadInputTokenCount": 1,
            "cacheWriteInputTokens": "odd", "cacheWriteInputTokenCount": 3, "totalTokenCount": 20,
        });
        let expected = Usage {
            input: 5,
            output: 2,
            cache_read: 1,
            cache_write: 3,
            total_tokens: 20,
            ..Usage::default()
        };
        check(&twice, &Value::Null, expected);
    }

    #[test]
    fn thinking_is_counted_wherever_it_is_said() {
        let none = json!({});
        for (tokens, fields) in [
            (json!({ "outputTokensDetails": { "reasoningTokens": 7 } }), json!({})),
            (json!({ "reasoning_tokens": 7 }), json!({ "usage": { "reasoning_tokens": 8 } })),
            (none.clone(), json!({ "usage": { "output_tokens_details": { "thinking_tokens": 7 } } })),
            (none.clone(), json!({ "usage": { "completion_tokens_details": { "reasoning_tokens": 7 } } })),
            (
                none.clone(),
                json!({ "delta": { "usage": { "output_tokens_details": { "thinking_tokens": 7 } } } }),
            ),
            (none.clone(), json!({ "output_tokens_details": { "thinking_tokens": 7 } })),
            (none.clone(), json!({ "usage": { "reasoning_tokens": 7 } })),
        ] {
            check(&tokens, &fields, Usage { reasoning: Some(7), ..Usage::default() });
        }
        for fields in
            [json!(null), json!(3), json!({ "usage": [] }), json!({ "usage": { "thinking_tokens": -1 } })]
        {
            check(&none, &fields, Usage::default());
        }
    }
}
