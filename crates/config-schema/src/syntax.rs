//! What is wrong with a text that is no JSON5, in words.
//!
//! Separate from the rules for documents: here there is no value and no path to speak of, only a position.

use json5::{Error, ErrorCode, Position};

/// What is wrong, and what to do next.
pub(crate) fn explain(error: &Error) -> (String, Option<String>) {
    let Some(code) = error.code() else {
        return (format!("this is not valid JSON5: {}", without_position(error)), None);
    };
    let message = match code {
        ErrorCode::EofParsingArray => "the list is not closed, a `]` is missing",
        ErrorCode::EofParsingObject | ErrorCode::EofParsingIdentifier => {
            "the object is not closed, a `}` is missing"
        }
        ErrorCode::EofParsingString | ErrorCode::EofParsingEscapeSequence => {
            "the string is not closed, a quotation mark is missing"
        }
        ErrorCode::EofParsingComment => "the comment is not closed, `*/` is missing",
        ErrorCode::EofParsingValue => "a value is missing",
        ErrorCode::ExpectedClosingBrace => "a `}` is missing before this",
        ErrorCode::ExpectedClosingBracket => "a `]` is missing before this",
        ErrorCode::ExpectedColon => "a `:` is missing after the key",
        ErrorCode::ExpectedComma => "a `,` is missing before this",
        ErrorCode::ExpectedComment => "a `/` stands alone",
        ErrorCode::ExpectedIdentifier => "a key is expected here",
        ErrorCode::ExpectedBool
        | ErrorCode::ExpectedNull
        | ErrorCode::ExpectedNumber
        | ErrorCode::ExpectedValue => "a value is expected here",
        ErrorCode::InvalidEscapeSequence => "the string has an escape that JSON5 does not know",
        ErrorCode::LeadingZero => "a number must not begin with a zero",
        ErrorCode::LineTerminatorInString => "the string is not closed on its line",
        ErrorCode::OverflowParsingNumber => "the number is too large",
        ErrorCode::TrailingCharacters => "the document has ended before this",
        _ => return (format!("this is not valid JSON5: {}", without_position(error)), None),
    };
    let hint = match code {
        ErrorCode::ExpectedIdentifier => {
            Some("put a key that is not a plain word into quotation marks, such as \"amazon-bedrock\"")
        }
        ErrorCode::ExpectedColon => {
            Some("a key with a `-` or a `.` in it needs quotation marks, such as \"amazon-bedrock\"")
        }
        ErrorCode::ExpectedValue => Some("text needs quotation marks"),
        ErrorCode::InvalidEscapeSequence => Some("write a backslash as `\\\\`"),
        _ => None,
    };
    (message.to_owned(), hint.map(str::to_owned))
}

fn without_position(error: &Error) -> String {
    let text = error.to_string();
    match error.position() {
        Some(position) => text.replace(&format!(" at {position}"), ""),
        None => text,
    }
}

/// Where in `text` the parser's position is; its lines end at Unicode's separators too.
pub(crate) fn offset_of(position: Position, text: &str) -> usize {
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
