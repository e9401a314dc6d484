//! What is wrong with a text that is no JSON5, in words.
//!
//! Separate from the rules for documents: here there is no value and no path to speak of, only a position.

use json5::{Error, ErrorCode, Position};

use crate::outline::Outline;
use crate::suggestion;

/// A flaw in the syntax: where it is, what it is and what to do.
pub(crate) struct SyntaxFlaw {
    pub(crate) at: usize,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// Tells the flaw that the parser met.
pub(crate) fn flaw(error: &Error, outline: &Outline, text: &str) -> SyntaxFlaw {
    let end = text.trim_end().len();
    let at = error.position().map_or(end, |position| offset_of(position, text));
    // In a string the parser knows exactly what it does not like.
    let in_string =
        matches!(error.code(), Some(ErrorCode::LineTerminatorInString | ErrorCode::InvalidEscapeSequence));
    let at = if in_string { at } else { start_of_word(text, at) };
    let tell = |at: usize, message: &str, hint: &str| SyntaxFlaw {
        at,
        message: message.to_owned(),
        hint: hint.to_owned(),
    };
    // The parser places an end that comes too early at the beginning of whatever it was in.
    let open_token = outline.open_token.unwrap_or(end);
    let open_bracket = outline.open_bracket.unwrap_or(end);
    let in_list = text[open_bracket..].starts_with('[');
    let word = text[at..]
        .find(|character| !is_of_word(character))
        .map_or(&text[at..], |length| &text[at..at + length]);
    match error.code() {
        Some(code)
            if code == ErrorCode::EofParsingArray || (code == ErrorCode::EofParsingValue && in_list) =>
        {
            tell(open_bracket, "the list that begins here is not closed", "add a `]`")
        }
        Some(ErrorCode::EofParsingObject | ErrorCode::EofParsingIdentifier) => {
            tell(open_bracket, "the object that begins here is not closed", "add a `}`")
        }
        Some(ErrorCode::EofParsingString | ErrorCode::EofParsingEscapeSequence) => {
            tell(open_token, "the string that begins here is not closed", "add a quotation mark")
        }
        Some(ErrorCode::EofParsingComment) => {
            tell(open_token, "the comment that begins here is not closed", "add `*/`")
        }
        Some(
            ErrorCode::EofParsingValue
            | ErrorCode::EofParsingBool
            | ErrorCode::EofParsingNull
            | ErrorCode::EofParsingNumber,
        ) => tell(end, "the text ends where a value is expected", "write one, and close what is open"),
        Some(ErrorCode::ExpectedClosingBrace) => {
            tell(at, "a `}` is missing before this", "add it, or a `,` if this is the next key")
        }
        Some(ErrorCode::ExpectedClosingBracket) => {
            tell(at, "a `]` is missing before this", "add it, or a `,` if this is the next element")
        }
        Some(ErrorCode::ExpectedColon) if !word.is_empty() => tell(
            at,
            "a `:` is missing after the key",
            "a key that is not a plain word needs quotation marks, such as \"amazon-bedrock\"",
        ),
        Some(ErrorCode::ExpectedColon) => {
            tell(at, "a `:` is missing after the key", "add it before the value")
        }
        Some(ErrorCode::ExpectedComma) => tell(at, "a `,` is missing before this", "add it"),
        Some(ErrorCode::ExpectedComment) => {
            let slash = text[..at].rfind('/').unwrap_or(at);
            tell(slash, "a `/` stands alone", "begin a comment with `//`, or remove it")
        }
        Some(ErrorCode::ExpectedIdentifier) if !word.is_empty() => tell(
            at,
            "a key is expected here",
            "a key that is not a plain word needs quotation marks, such as \"amazon-bedrock\"",
        ),
        Some(ErrorCode::ExpectedIdentifier) => {
            tell(at, "a key is expected here", "write one, or remove what stands in its place")
        }
        Some(
            ErrorCode::ExpectedBool
            | ErrorCode::ExpectedNull
            | ErrorCode::ExpectedNumber
            | ErrorCode::ExpectedValue,
        ) => {
            let hint = match suggestion::nearest(word, ["true", "false", "null"]) {
                Some(near) => format!("did you mean `{near}`?"),
                None if word.is_empty() => "write one, or remove the key".to_owned(),
                None => "text needs quotation marks".to_owned(),
            };
            tell(at, "a value is expected here", &hint)
        }
        Some(ErrorCode::InvalidEscapeSequence) => {
            tell(at, "the string has an escape that JSON5 does not know", "write a backslash as `\\\\`")
        }
        Some(ErrorCode::LeadingZero) => tell(
            at,
            "a number must not begin with a zero",
            "leave the zero out, or put the number in quotation marks if it is text",
        ),
        Some(ErrorCode::LineTerminatorInString) => {
            tell(at, "the string is not closed on its line", "add a quotation mark")
        }
        Some(ErrorCode::OverflowParsingNumber) => tell(at, "the number is too large", "write a smaller one"),
        Some(ErrorCode::TrailingCharacters) => {
            tell(at, "the document has ended before this", "remove what follows")
        }
        Some(_) | None => tell(
            at,
            &format!("this is not valid JSON5: {}", without_position(error)),
            "write keys, colons, values and commas between them",
        ),
    }
}

/// Whether a character may be part of a key or a number, or of text that lacks its quotes.
pub(crate) fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || "_$-+.".contains(character)
}

/// Where the word begins that the parser gave up in.
fn start_of_word(text: &str, at: usize) -> usize {
    let before = text[..at].char_indices().rev();
    let word =
        before.take_while(|(_, character)| character.is_alphanumeric() || "_$-+.".contains(*character));
    word.last().map_or(at, |(start, _)| start)
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
