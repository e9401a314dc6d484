//! Where in a document something stands.
//!
//! Separate because a place is named in two ways: by steps, when the loader looks it up, and by text such as
//! `models.providers.acme.models[0].id`, when a person reads it or a type complains.

use std::fmt;

use serde_json::Value;

use crate::config_path::write_key;

/// The steps from the root of a document to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Path(Vec<Step>);

/// One step down a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    /// To a member of an object.
    Key(String),
    /// To an element of a list.
    Index(usize),
}

impl Path {
    /// The path of these keys.
    pub(crate) fn of(keys: &[&str]) -> Self {
        Self(keys.iter().map(|key| Step::Key((*key).to_owned())).collect())
    }

    /// The place a JSON pointer names. Pointers to sections go through objects only.
    pub(crate) fn of_pointer(pointer: &str) -> Self {
        let keys = pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~"));
        Self(keys.map(Step::Key).collect())
    }

    /// The place in `value` that a type calls `text`, such as `models[0].id`. Keys may contain any of the marks between
    /// steps, so the longest key that the value has is taken; steps it does not have are taken as written.
    pub(crate) fn resolve(value: &Value, text: &str) -> Self {
        let mut path = Self::default();
        let mut rest = if text == "." { "" } else { text };
        let mut here = Some(value);
        while !rest.is_empty() {
            let known = here.and_then(|here| longest_step(here, rest));
            let (step, length) = known.unwrap_or_else(|| first_step(rest));
            here = here.and_then(|here| step.of(here));
            path = path.then(step);
            rest = rest[length..].strip_prefix('.').unwrap_or(&rest[length..]);
        }
        path
    }

    /// The value at this place of `value`.
    pub(crate) fn within<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(value, |value, step| step.of(value))
    }

    /// The value at this place of `value`, to change it.
    pub(crate) fn within_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        self.0.iter().try_fold(value, |value, step| match step {
            Step::Key(key) => value.get_mut(key),
            Step::Index(index) => value.get_mut(index),
        })
    }

    /// The path that goes on from the end of this one.
    pub(crate) fn join(&self, below: &Self) -> Self {
        Self(self.0.iter().chain(&below.0).cloned().collect())
    }

    pub(crate) fn key(&self, key: impl Into<String>) -> Self {
        self.then(Step::Key(key.into()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    pub(crate) fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The path of the first `length` steps.
    pub(crate) fn first(&self, length: usize) -> Self {
        Self(self.0[..length].to_vec())
    }

    /// The path without its last step; the root's is the root.
    pub(crate) fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }
}

impl Step {
    /// Goes this step down.
    pub(crate) fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Self::Key(key) => value.get(key),
            Self::Index(index) => value.get(index),
        }
    }
}

/// The longest step down `value` that `text` begins with, and its length.
fn longest_step(value: &Value, text: &str) -> Option<(Step, usize)> {
    let ends = |length: usize| text[length..].is_empty() || text[length..].starts_with(['.', '[']);
    match value {
        Value::Object(members) => members
            .keys()
            .filter(|key| !key.is_empty() && text.starts_with(key.as_str()) && ends(key.len()))
            .max_by_key(|key| key.len())
            .map(|key| (Step::Key(key.clone()), key.len())),
        Value::Array(values) => {
            let (step, length) = first_step(text);
            matches!(&step, Step::Index(index) if *index < values.len()).then_some((step, length))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The step that `text`, which is not empty, begins with, and its length.
fn first_step(text: &str) -> (Step, usize) {
    if let Some((digits, _)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        && let Ok(index) = digits.parse()
    {
        return (Step::Index(index), digits.len() + 2);
    }
    let mut marks = text.char_indices().skip(1).filter(|(_, character)| matches!(character, '.' | '['));
    let length = marks.next().map_or(text.len(), |(offset, _)| offset);
    (Step::Key(text[..length].to_owned()), length)
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) => write_key(formatter, position, key)?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}
