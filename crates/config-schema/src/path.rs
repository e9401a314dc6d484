//! Where in a document something stands.
//!
//! Separate because a place is named in two ways: by steps, when the loader looks it up, and by text such as
//! `models.providers.acme.models[0].id`, when a person reads it.

use std::fmt;

/// The steps from the root of a document to a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Path(Vec<Step>);

/// One step down a document.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// The path without its last step; the root's is the root.
    pub(crate) fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => write!(formatter, "{key}")?,
                Step::Key(key) => write!(formatter, ".{key}")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}
