//! The query string of a list request, and the checks that its members get.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;

use crate::refusal::Refusal;

/// The query string of a request.
pub(crate) struct Query<'a> {
    text: &'a str,
}

impl<'a> Query<'a> {
    pub(crate) fn new(text: Option<&'a str>) -> Self {
        Self { text: text.unwrap_or_default() }
    }

    /// The decoded value of a member; the first, if there are several.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.text
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| percent_decode_str(value).decode_utf8_lossy())
    }

    /// Checks that a member, if given, is one of a few words.
    pub(super) fn one_of(&self, name: &str, words: &[&str]) -> Result<(), Refusal> {
        match self.get(name) {
            Some(value) if !words.contains(&&*value) => Err(violation(
                &value,
                name,
                &format!("Member must satisfy enum value set: [{}]", words.join(", ")),
            )),
            _ => Ok(()),
        }
    }

    /// Checks the name of a provider.
    pub(super) fn provider(&self) -> Result<(), Refusal> {
        let plain = |name: &str| {
            (1..=63).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b' '))
        };
        match self.get("byProvider") {
            Some(name) if !plain(&name) => Err(violation(
                &name,
                "byProvider",
                "Member must satisfy regular expression pattern: [A-Za-z0-9- ]{1,63}",
            )),
            _ => Ok(()),
        }
    }

    /// The page size that is asked for.
    pub(super) fn max_results(&self) -> Result<Option<usize>, Refusal> {
        let Some(value) = self.get("maxResults") else { return Ok(None) };
        let Ok(number) = value.parse::<i64>() else {
            return Err(Refusal::serialization("STRING_VALUE can not be converted to an Integer"));
        };
        let bound = if number < 1 { "greater than or equal to 1" } else { "less than or equal to 1000" };
        match usize::try_from(number) {
            Ok(size @ 1..=1000) => Ok(Some(size)),
            _ => Err(violation(&value, "maxResults", &format!("Member must have value {bound}"))),
        }
    }

    /// Where the page starts.
    pub(super) fn next_token(&self) -> Result<usize, Refusal> {
        let Some(token) = self.get("nextToken") else { return Ok(0) };
        let position = URL_SAFE_NO_PAD.decode(token.as_bytes()).ok();
        position
            .and_then(|bytes| String::from_utf8(bytes).ok()?.strip_prefix("from ")?.parse().ok())
            .ok_or_else(|| Refusal::validation("The provided nextToken is invalid."))
    }

    /// The token of the page that starts here.
    pub(super) fn token(start: usize) -> String {
        URL_SAFE_NO_PAD.encode(format!("from {start}"))
    }
}

fn violation(value: &str, name: &str, constraint: &str) -> Refusal {
    Refusal::violations(&[format!("Value '{value}' at '{name}' failed to satisfy constraint: {constraint}")])
}
