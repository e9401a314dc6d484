//! The line of a document that an error is about, with a mark below it.
//!
//! Separate because showing a line is a matter of its own: secrets are hidden, characters that would play tricks on a
//! terminal are replaced, and long lines are cut.

use std::fmt;
use std::ops::Range;

use serde::{Serialize, Serializer};

use crate::secret;

/// The most characters of a line that are shown.
const WIDTH: usize = 100;

/// How many characters are shown before the mark when a line is cut.
const LEAD: usize = 40;

/// A line with a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    source: String,
    /// How far the mark is indented, and how long it is.
    mark: (usize, usize),
}

impl Excerpt {
    /// Shows the line in which `place` begins, without what stands in `hidden`.
    pub(crate) fn new(text: &str, place: &Range<usize>, hidden: &[Range<usize>]) -> Self {
        Self::in_line(text, line_at(text, place.start), place, hidden)
    }

    /// As [`new`](Self::new), of a line that was looked up.
    pub(crate) fn in_line(
        text: &str,
        (line, line_range): (usize, Range<usize>),
        place: &Range<usize>,
        hidden: &[Range<usize>],
    ) -> Self {
        let shown = &text[line_range.clone()];
        let column = text[line_range.start..place.start.max(line_range.start)].chars().count();
        let marked_end = place.end.clamp(place.start, line_range.end.max(place.start));
        let length = text[place.start..marked_end].chars().count().max(1);

        let overlaps = |range: &&Range<usize>| range.start < line_range.end && line_range.start < range.end;
        let hidden = hidden.iter().filter(overlaps).collect::<Vec<_>>();
        let is_hidden = |offset: usize| hidden.iter().any(|range| range.contains(&offset));
        let characters = shown
            .char_indices()
            .map(|(offset, character)| {
                let secret = is_hidden(line_range.start + offset);
                if secret && !character.is_whitespace() && !"{}[],:\"'".contains(character) {
                    '*'
                } else {
                    printable(character)
                }
            })
            .collect::<Vec<_>>();
        let characters = secret::without_addresses(characters);

        let (first, cut) =
            if characters.len() <= WIDTH { (0, "") } else { (column.saturating_sub(LEAD), "…") };
        let cut_before = if first > 0 { cut } else { "" };
        let rest = characters.get(first..).unwrap_or_default();
        let cut_after = if rest.len() > WIDTH { cut } else { "" };
        let kept = rest.iter().take(WIDTH).collect::<String>();
        let source = format!("{cut_before}{kept}{cut_after}");
        let indent = column - first + cut_before.chars().count();
        let room = source.chars().count().saturating_sub(indent).max(1);
        Self { line, column: column + 1, source, mark: (indent, length.min(room)) }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let (indent, length) = self.mark;
        writeln!(formatter, "{gutter} |")?;
        writeln!(formatter, "{number} | {}", self.source.trim_end())?;
        write!(formatter, "{gutter} | {}{}", " ".repeat(indent), "^".repeat(length))
    }
}

impl Serialize for Excerpt {
    /// The line as it is shown, without the mark, which line and column stand for.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.source.trim_end())
    }
}

/// Where the lines of a text begin.
pub(crate) fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends = |at: &usize| bytes[*at] == b'\n' || (bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(0).chain((0..bytes.len()).filter(ends).map(|end| end + 1)).collect()
}

/// The number of the line that contains `offset`, from 1, and where the line stands, its end mark left out.
pub(crate) fn line_at(text: &str, offset: usize) -> (usize, Range<usize>) {
    let mut number = 1;
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let end = at;
        let next = match (character, characters.peek()) {
            ('\r', Some((_, '\n'))) => {
                characters.next();
                at + 2
            }
            ('\r' | '\n', _) => at + 1,
            _ => continue,
        };
        if offset < next {
            return (number, start..end);
        }
        number += 1;
        start = next;
    }
    (number, start..text.len())
}

/// Control characters and marks that change the direction of writing do not belong on a terminal.
pub(crate) fn printable(character: char) -> char {
    match character {
        control if control.is_control() => ' ',
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => '·',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, place: Range<usize>, hidden: Range<usize>, expected: &str) {
        assert_eq!(Excerpt::new(text, &place, &[hidden]).to_string(), expected);
    }

    #[test]
    fn the_mark_stands_below_its_place() {
        check("{\r\n  a: 1,\r\n}", 5..6, 0..0, "  |\n2 |   a: 1,\n  |   ^");
        check("{\tö: bad}", 6..9, 0..0, "  |\n1 | { ö: bad}\n  |      ^^^");
    }

    #[test]
    fn the_end_of_a_text_has_a_place() {
        check("{", 1..1, 0..0, "  |\n1 | {\n  |  ^");
        check("{\n", 2..2, 0..0, "  |\n2 | \n  | ^");
        check("", 0..0, 0..0, "  |\n1 | \n  | ^");
    }

    #[test]
    fn hidden_ranges_and_user_info_are_starred() {
        check("{k: \"se,c\"}", 1..2, 4..10, "  |\n1 | {k: \"**,*\"}\n  |  ^");
        check("u: 'https://me:pw@host/x'", 0..1, 0..0, "  |\n1 | u: 'https://*****@host/x'\n  | ^");
        check(
            "u: 'http://h/?a=b&api_key=pw&c'",
            0..1,
            0..0,
            "  |\n1 | u: 'http://h/?a=b&api_key=**&c'\n  | ^",
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let text = format!("{}here{}", "x".repeat(200), "y".repeat(200));
        let shown = Excerpt::new(&text, &(200..204), &[]).to_string();
        let lines = shown.lines().collect::<Vec<_>>();
        assert!(lines[1].chars().count() < 120, "{shown}");
        assert_eq!(lines[1].find("here").unwrap() - "…".len() + 1, lines[2].find('^').unwrap(), "{shown}");
    }
}
