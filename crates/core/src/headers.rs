//! HTTP headers of a host's own choosing.
//!
//! Separate because four types carry them, because their values are often credentials, and because what a header can be
//! is checked where a configuration is read and again where a request is built.

use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::ops::{Deref, DerefMut};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Headers by name. `Debug` shows the names alone.
///
/// ```
/// use clawdia_core::Headers;
/// let headers: Headers = [("x-auth".to_owned(), "hidden".to_owned())].into();
/// assert_eq!(headers["x-auth"], "hidden");
/// assert_eq!(format!("{headers:?}"), r#"{"x-auth"}"#);
/// ```
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Headers<V = String>(BTreeMap<String, V>);

impl<V> Deref for Headers<V> {
    type Target = BTreeMap<String, V>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<V> DerefMut for Headers<V> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<V, const N: usize> From<[(String, V); N]> for Headers<V> {
    fn from(headers: [(String, V); N]) -> Self {
        Self(headers.into())
    }
}

impl<V> FromIterator<(String, V)> for Headers<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}

impl<V> IntoIterator for Headers<V> {
    type Item = (String, V);
    type IntoIter = btree_map::IntoIter<String, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, V> IntoIterator for &'a Headers<V> {
    type Item = (&'a String, &'a V);
    type IntoIter = btree_map::Iter<'a, String, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<V> fmt::Debug for Headers<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// Why no request can carry a header. Source: RFC 9110, section 5.
///
/// ```
/// use clawdia_core::HeaderFlaw;
/// assert_eq!(HeaderFlaw::of("x team", "a"), Some(HeaderFlaw::Name));
/// assert_eq!(HeaderFlaw::of("x-team", "a\r\nb"), Some(HeaderFlaw::Value));
/// assert_eq!(HeaderFlaw::of("x-team", "a b"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderFlaw {
    /// The name is empty or has characters that are not of a token.
    Name,
    /// The value has control characters.
    Value,
}

impl HeaderFlaw {
    /// What is wrong with this header.
    pub fn of(name: &str, value: &str) -> Option<Self> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_token) {
            Some(Self::Name)
        } else if value.chars().any(|character| character.is_control() && character != '\t') {
            Some(Self::Value)
        } else {
            None
        }
    }

    /// What to do about it.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Name => "use letters, digits and `-`",
            Self::Value => "write it on one line",
        }
    }
}
