//! Fields that a test makes the model refuse, whatever the real one does with them.
//!
//! Clients that leave out a refused field and ask again can only be tested with a refusal, and
//! which models refuse which fields changes from month to month. So this is a table of the test's.

use serde_json::Value;

use crate::refusal::Refusal;

/// What such a refusal says it was broken, where others name a rule.
const RULE: &str = "refused-field";

/// A field, and what the model says to it.
#[derive(Clone, Debug)]
pub(crate) struct FieldRefusal {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) exception: String,
    pub(crate) message: String,
}

impl FieldRefusal {
    /// Refuses a body that has the field.
    pub(crate) fn judge(&self, body: &Value) -> Result<(), Refusal> {
        let path: Vec<&str> = self.path.split('.').collect();
        if has(body, &path) {
            return Err(Refusal::new(self.status, &self.exception, &self.message).by(RULE));
        }
        Ok(())
    }
}

// Whether there is something at a path; null is nothing, as everywhere in a request.
fn has(value: &Value, path: &[&str]) -> bool {
    match path.split_first() {
        None => !value.is_null(),
        Some((&"*", rest)) => value.as_array().is_some_and(|items| items.iter().any(|item| has(item, rest))),
        Some((name, rest)) => value.get(*name).is_some_and(|member| has(member, rest)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_find_members_of_every_item() {
        let body = json!({ "a": { "b": [{ "c": null }, { "c": 1 }, {}] }, "d": null, "e": {} });
        for (path, found) in
            [("a.b.*.c", true), ("a.b", true), ("a.b.c", false), ("a.*.c", false), ("d", false), ("e", true)]
        {
            assert_eq!(has(&body, &path.split('.').collect::<Vec<_>>()), found, "{path}");
        }
    }
}
