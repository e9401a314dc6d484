//! What stands between values: space, comments and commas.
//!
//! Separate from the outline, which remembers values only: an edit has to know whose comma and whose comment it meets.

use std::ops::Range;

/// The comments and the comma between two values, or between a value and a bracket.
#[derive(Debug, Default)]
pub(super) struct Gap {
    pub(super) comments: Vec<Comment>,
    pub(super) comma: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Comment {
    /// Without the line end behind it.
    pub(super) range: Range<usize>,
    /// Whether it reaches to the end of its line.
    pub(super) is_line: bool,
}

impl Gap {
    /// Reads a range of a valid text that holds no value.
    pub(super) fn read(text: &str, range: Range<usize>) -> Self {
        let mut gap = Self::default();
        let mut at = range.start;
        while let Some(character) = text[at..range.end].chars().next() {
            let rest = &text[at..range.end];
            if rest.starts_with("//") {
                let length = rest.find(is_line_end).unwrap_or(rest.len());
                gap.comments.push(Comment { range: at..at + length, is_line: true });
                at += length;
            } else if let Some(inner) = rest.strip_prefix("/*") {
                let length = inner.find("*/").map_or(rest.len(), |length| length + 4);
                gap.comments.push(Comment { range: at..at + length, is_line: false });
                at += length;
            } else {
                if character == ',' {
                    gap.comma.get_or_insert(at);
                }
                at += character.len_utf8();
            }
        }
        gap
    }

    pub(super) fn has_line_comment(&self) -> bool {
        self.comments.iter().any(|comment| comment.is_line)
    }

    pub(super) fn end_of_comments(&self) -> Option<usize> {
        self.comments.last().map(|comment| comment.range.end)
    }
}

/// What ends a line, and with it a comment. JSON5 has two more line ends than text files have.
pub(super) fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

pub(super) fn has_line_end(text: &str) -> bool {
    text.contains(is_line_end)
}

/// Where the line begins in which `at` stands.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = &text[..at];
    before
        .char_indices()
        .rev()
        .find(|(_, character)| is_line_end(*character))
        .map_or(0, |(end, character)| end + character.len_utf8())
}

/// Where the next line begins if nothing but space follows `at` in its line.
pub(super) fn blank_to_next_line(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let blank = rest.find(|character: char| is_line_end(character) || !character.is_whitespace())?;
    let end = rest[blank..].chars().next().filter(|character| is_line_end(*character))?;
    let length = if rest[blank..].starts_with("\r\n") { 2 } else { end.len_utf8() };
    Some(at + blank + length)
}

/// Whether nothing but space stands before `at` in its line, which is not the first one.
pub(super) fn begins_line(text: &str, at: usize) -> bool {
    let start = line_start(text, at);
    start > 0 && text[start..at].chars().all(char::is_whitespace)
}

/// The space with which the line of `at` begins.
pub(super) fn indent_of(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..at];
    &line[..line.len() - line.trim_start().len()]
}
