//! How wide what is printed may be, and is.
//!
//! Separate because a terminal is the only reader that has a width: a file or another program gets whole lines. Widths are
//! columns: some characters take two, some none.

use std::io::{self, IsTerminal as _};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The width of a terminal that does not say.
const USUAL: usize = 80;

/// How many columns a line of standard output may have; `None` where nobody minds.
pub(crate) fn of_output() -> Option<usize> {
    let output = io::stdout();
    if !output.is_terminal() {
        return None;
    }
    Some(said(terminal_size::terminal_size_of(output)))
}

/// How many columns a line of standard error may have, if that is a terminal.
pub(crate) fn of_errors() -> usize {
    said(terminal_size::terminal_size_of(io::stderr()))
}

fn said(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    size.map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0).unwrap_or(USUAL)
}

/// How many columns a text takes.
pub(crate) fn of(text: &str) -> usize {
    text.width()
}

/// A text of at most `width` columns: what is too long loses its end.
pub(crate) fn cut_end(text: &str, width: usize) -> String {
    if of(text) <= width {
        return text.to_owned();
    }
    let Some(room) = width.checked_sub(1) else { return String::new() };
    format!("{}…", &text[..end_of(text, room)])
}

/// A text in pieces of at most `width` columns, cut wherever a line ends.
pub(crate) fn pieces(text: &str, width: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while of(rest) > width {
        // A character that takes more than there is stands alone.
        let first = rest.chars().next().map_or(rest.len(), char::len_utf8);
        let (piece, next) = rest.split_at(end_of(rest, width).max(first));
        pieces.push(piece);
        rest = next;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// A text in lines of at most `width` columns, broken at blanks. A longer word has a line of its own and is whole, so that
/// it can be copied.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && of(&line) + 1 + of(word) > width {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// Where the beginning of a text ends that fits into `width` columns.
fn end_of(text: &str, width: usize) -> usize {
    let mut taken = 0;
    let over = text.char_indices().find(|(_, character)| {
        taken += character.width().unwrap_or(0);
        taken > width
    });
    over.map_or(text.len(), |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone_and_the_rest_is_cut_to_the_width() {
        assert_eq!(cut_end("abcdef", 6), "abcdef");
        for width in 0..6 {
            assert_eq!(of(&cut_end("abcdef", width)), width);
        }
        assert_eq!(cut_end("abcdef", 4), "abc…");
        assert_eq!(cut_end("東京大学", 6), "東京…", "characters of East Asia take two columns");
        assert_eq!(cut_end("e\u{301}te\u{301}", 3), "e\u{301}te\u{301}", "accents take none");
    }

    #[test]
    fn lines_break_at_blanks_and_words_stay_whole() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a\n- extraordinary b", 6), ["a", "-", "extraordinary", "b"]);
        assert_eq!(pieces("abcde", 2), ["ab", "cd", "e"]);
        assert_eq!(pieces("東京", 1), ["東", "京"]);
        assert_eq!(pieces("", 3), [""]);
    }
}
