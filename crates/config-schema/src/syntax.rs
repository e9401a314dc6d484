//! What is wrong with a text that is no JSON5, in words.
//!
//! Separate from the rules for documents: here there is no value and no path to speak of, only a position.

use json5::{Error, ErrorCode, Position};

use crate::outline::Outline;

/// A flaw in the syntax: where it is, what it is and what to do.
pub(crate) struct SyntaxFlaw {
    pub(crate) at: usize,
    pub(crate) message: String,
    pub(crate) hint: Option<&'static str>,
}

/// Tells the flaw that the parser met.
pub(crate) fn flaw(error: &Error, outline: &Outline, text: &str) -> SyntaxFlaw {
    let end = text.trim_end().len();
    let at = error.position().map_or(end, |position| offset_of(position, text));
    let tell = |at: usize, message: &str, hint| SyntaxFlaw { at, message: message.to_owned(), hint };
    // The parser places an end that comes too early at the beginning of whatever it was in.
    let open_token = outline.open_token.unwrap_or(end);
    let open_bracket = outline.open_bracket.unwrap_or(end);
    let in_list = text[open_bracket..].starts_with('[');
    let next = text[at..].chars().next();
    let in_word = next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '-' | '.' | '_'));
    match error.code() {
        Some(code)
            if code == ErrorCode::EofParsingArray || (code == ErrorCode::EofParsingValue && in_list) =>
        {
            tell(open_bracket, "the list that begins here is not closed", Some("add a `]`"))
        }
        Some(ErrorCode::EofParsingObject | ErrorCode::EofParsingIdentifier) => {
            tell(open_bracket, "the object that begins here is not closed", Some("add a `}`"))
        }
        Some(ErrorCode::EofParsingString | ErrorCode::EofParsingEscapeSequence) => {
            tell(open_token, "the string that begins here is not closed", Some("add a quotation mark"))
        }
        Some(ErrorCode::EofParsingComment) => {
            tell(open_token, "the comment that begins here is not closed", Some("add `*/`"))
        }
        Some(
            ErrorCode::EofParsingValue
            | ErrorCode::EofParsingBool
            | ErrorCode::EofParsingNull
            | ErrorCode::EofParsingNumber,
        ) => tell(end, "the text ends where a value is expected", None),
        Some(ErrorCode::ExpectedClosingBrace) => tell(at, "a `}` is missing before this", None),
        Some(ErrorCode::ExpectedClosingBracket) => tell(at, "a `]` is missing before this", None),
        Some(ErrorCode::ExpectedColon) if in_word => tell(
            at,
            "a `:` is missing after the key",
            Some("a key that is not a plain word needs quotation marks, such as \"amazon-bedrock\""),
        ),
        Some(ErrorCode::ExpectedColon) => tell(at, "a `:` is missing after the key", None),
        Some(ErrorCode::ExpectedComma) => tell(at, "a `,` is missing before this", None),
        Some(ErrorCode::ExpectedComment) => tell(at, "a `/` stands alone", None),
        Some(ErrorCode::ExpectedIdentifier) if in_word => tell(
            at,
            "a key is expected here",
            Some("a key that is not a plain word needs quotation marks, such as \"amazon-bedrock\""),
        ),
        Some(ErrorCode::ExpectedIdentifier) => tell(at, "a key is expected here", None),
        Some(
            ErrorCode::ExpectedBool
            | ErrorCode::ExpectedNull
            | ErrorCode::ExpectedNumber
            | ErrorCode::ExpectedValue,
        ) if in_word => tell(at, "a value is expected here", Some("text needs quotation marks")),
        Some(
            ErrorCode::ExpectedBool
            | ErrorCode::ExpectedNull
            | ErrorCode::ExpectedNumber
            | ErrorCode::ExpectedValue,
        ) => tell(at, "a value is expected here", None),
        Some(ErrorCode::InvalidEscapeSequence) => {
            tell(at, "the string has an escape that JSON5 does not know", Some("write a backslash as `\\\\`"))
        }
        Some(ErrorCode::LeadingZero) => tell(at, "a number must not begin with a zero", None),
        Some(ErrorCode::LineTerminatorInString) => {
            tell(at, "the string is not closed on its line", Some("add a quotation mark"))
        }
        Some(ErrorCode::OverflowParsingNumber) => tell(at, "the number is too large", None),
        Some(ErrorCode::TrailingCharacters) => {
            tell(at, "the document has ended before this", Some("remove what follows"))
        }
        Some(_) | None => tell(at, &format!("this is not valid JSON5: {}", without_position(error)), None),
    }
}

fn without_position(error: &Error) -> String {
    let text = error.to_string();
    match error.position() {
        Some(position) => text.replace(&format!(" at {position}"), ""),
        None => text,
    }
}

/// Where in `text` the parser's position is; its lines end at Unicode's separators too.
fn offset_of(position: Position, text: &str) -> usize {
    let (mut line, mut column) = (0, 0);
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if (line, column) == (position.line, position.column) {
            return at;
        }
        if matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}') {
            if character == '\r' {
                characters.next_if(|(_, next)| *next == '\n');
            }
            (line, column) = (line + 1, 0);
        } else {
            column += 1;
        }
    }
    text.len()
}
