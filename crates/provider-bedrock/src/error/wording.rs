//! The text of a failure, prepared for comparison.
//!
//! Separate because what is compared is not what is shown: letters, apostrophes and spaces are evened out, and a vendor's
//! answer that the service passes on as JSON is opened, since quotes and apostrophes in it are escaped.

use serde_json::Value;

/// What stands before a vendor's own words.
const PREFIX: &str = "the model returned the following errors: ";

/// A vendor's answer is not nested deeper than this: a gateway's, the service's, the vendor's.
const DEEPEST: usize = 4;

/// A text in which words can be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wording(String);

impl Wording {
    pub(super) fn of(message: &str) -> Self {
        Self(match inner_words(message, DEEPEST) {
            Some(inner) => evened(&inner),
            None => evened(message),
        })
    }

    /// All of it.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Whether it has these words, which are written in small letters with plain apostrophes.
    pub(super) fn says(&self, words: &str) -> bool {
        self.0.contains(words)
    }

    /// The number behind these words, as it is written.
    pub(super) fn number_after(&self, words: &str) -> Option<&str> {
        let (_, rest) = self.0.split_once(words)?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let number = rest[..end].trim_end_matches('.');
        (!number.is_empty()).then_some(number)
    }
}

fn evened(text: &str) -> String {
    let text = text.replace('\u{2019}', "'").to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a JSON answer inside a text says: its code, type and message.
fn inner_words(message: &str, depth: usize) -> Option<String> {
    let start = message.find('{')?;
    let before = message[..start].trim();
    // JSON that a sentence quotes is not an answer.
    let is_whole = before.is_empty() || evened(before) == PREFIX.trim_end();
    if depth == 0 || !is_whole {
        return None;
    }
    // Whatever follows the answer is not read.
    let answer = serde_json::Deserializer::from_str(&message[start..]).into_iter::<Value>().next()?.ok()?;
    let error = match answer.get("error") {
        Some(error @ Value::Object(_)) => error,
        _ => &answer,
    };
    let text = |key: &str| error.get(key).and_then(Value::as_str);
    let inner = text("message").or_else(|| text("Message")).or_else(|| answer.get("error")?.as_str())?;
    let inner = inner_words(inner, depth - 1).unwrap_or_else(|| inner.to_owned());
    Some([text("code"), text("type"), Some(&inner)].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        assert_eq!(Wording::of(message), Wording(expected.to_owned()));
    }

    #[test]
    fn letters_apostrophes_and_spaces_are_evened_out() {
        check("It Isn\u{2019}t\n  supported", "it isn't supported");
    }

    #[test]
    fn an_answer_inside_is_opened_however_deep_it_is() {
        let vendor = r#"{"type":"error","error":{"type":"invalid_request_error","message":"It isn\u2019t"}}"#;
        let words = "invalid_request_error it isn't";
        check(vendor, words);
        let service = format!("The model returned the following errors: {vendor}");
        check(&service, words);
        check(&serde_json::json!({ "message": service }).to_string(), words);
        check(r#"{"error":"Too Many","code":7}"#, "too many");
        check(r#"{"object":"error","message":"Too long","code":"context"} and more"#, "context too long");
    }

    #[test]
    fn what_is_no_answer_stays_as_it_is() {
        check("a quoted {\"message\": \"x\"}", "a quoted {\"message\": \"x\"}");
        check("{\"message\": broken", "{\"message\": broken");
        check("{\"other\": 1}", "{\"other\": 1}");
        let mut nested = "end".to_owned();
        for _ in 0..10 {
            nested = serde_json::json!({ "message": nested }).to_string();
        }
        assert!(Wording::of(&nested).says("end"));
    }

    #[test]
    fn numbers_are_read_up_to_the_sentences_end() {
        let wording = Wording::of("exceeds the model limit of 32768. Try a limit of 4.5 MB, or of less.");
        assert_eq!(wording.number_after("model limit of "), Some("32768"));
        assert_eq!(wording.number_after("a limit of "), Some("4.5"));
        assert_eq!(wording.number_after("or of "), None);
        assert_eq!(wording.number_after("absent"), None);
    }
}
