//! Prompts that an account keeps with the service, to be invoked by their ARN instead of a model.
//!
//! Apart from the models because such a prompt is also half of a conversation: it opens it, and
//! has blanks that each invocation fills in.

use serde_json::{Value, json};

use crate::request::items;

/// A prompt of the account's.
#[derive(Clone, Debug)]
pub(crate) struct PromptResource {
    pub(crate) id: String,
    pub(crate) model_id: String,
    /// The text of its user message, with variables as `{{name}}`.
    pub(crate) template: String,
}

/// A piece of a template.
enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
}

impl PromptResource {
    /// The body with the conversation that a model gets to see: the prompt's own message, and
    /// those of the request after it.
    pub(crate) fn open(&self, mut body: Value) -> Value {
        let text: String = self
            .pieces()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Variable(name) => {
                    value_of(&body, name).map_or_else(|| format!("{{{{{name}}}}}"), str::to_owned)
                }
            })
            .collect();
        let mut messages = vec![json!({ "role": "user", "content": [{ "text": text }] })];
        messages.extend_from_slice(items(&body["messages"]));
        if let Some(members) = body.as_object_mut() {
            members.insert("messages".to_owned(), Value::Array(messages));
        }
        body
    }

    /// The first variable that a body does not fill in.
    pub(crate) fn unfilled(&self, body: &Value) -> Option<&str> {
        self.pieces().find_map(|piece| match piece {
            Piece::Variable(name) if value_of(body, name).is_none() => Some(name),
            Piece::Variable(_) | Piece::Text(_) => None,
        })
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut rest = self.template.as_str();
        let mut variable = None;
        std::iter::from_fn(move || {
            if let Some(name) = variable.take() {
                return Some(Piece::Variable(name));
            }
            if rest.is_empty() {
                return None;
            }
            let found = rest.split_once("{{").and_then(|(before, after)| {
                let (name, after) = after.split_once("}}")?;
                Some((before, name.trim(), after))
            });
            let Some((before, name, after)) = found else {
                return Some(Piece::Text(std::mem::take(&mut rest)));
            };
            rest = after;
            variable = Some(name);
            Some(Piece::Text(before))
        })
    }
}

fn value_of<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body["promptVariables"][name]["text"].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: &str, filled: &str, unfilled: Option<&str>) {
        let prompt =
            PromptResource { id: String::new(), model_id: String::new(), template: template.to_owned() };
        let body = json!({ "promptVariables": { "city": { "text": "Rome" }, "day": { "text": "{{x}}" } } });
        assert_eq!(prompt.unfilled(&body), unfilled);
        assert_eq!(prompt.open(body)["messages"][0]["content"][0]["text"], filled);
    }

    #[test]
    fn variables_are_filled_in_once() {
        check("Weather in {{city}} on {{ day }}?", "Weather in Rome on {{x}}?", None);
        check("{{city}}{{city}}", "RomeRome", None);
        check("{{a}} and {{b}}", "{{a}} and {{b}}", Some("a"));
        check("No {{variable", "No {{variable", None);
        check("", "", None);
    }
}
