//! Forms as the query protocol sends them, and the XML that it answers with.
//!
//! One file for both directions, because the token service is the only one here that speaks it.

use percent_encoding::percent_decode_str;

/// The members of a form.
pub(crate) struct Form {
    members: Vec<(String, String)>,
}

impl Form {
    /// Reads `application/x-www-form-urlencoded`; whatever it is not is left out.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let members = String::from_utf8_lossy(bytes)
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        Self { members }
    }

    /// The value of a member; empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.members.iter().find(|(member, _)| member == name).map_or("", |(_, value)| value)
    }
}

/// An element that holds others, written one after the other.
pub(super) fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

/// An element that holds a text.
pub(super) fn text(name: &str, value: &str) -> String {
    element(name, &escaped(value))
}

/// A text as it stands in XML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        let form = Form::read(b"Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam&Tag=a+b%20c&empty=&odd");
        assert_eq!(form.get("RoleArn"), "arn:aws:iam");
        assert_eq!(form.get("Tag"), "a b c");
        assert_eq!((form.get("empty"), form.get("odd"), form.get("nothing")), ("", "", ""));
        assert_eq!(text("a", "<&>"), "<a>&lt;&amp;&gt;</a>");
    }
}
