//! How wide what is printed may be.
//!
//! Separate because a terminal is the only reader that has a width: a file or another program gets whole lines.

use std::io::{self, IsTerminal as _};

/// The width of a terminal that does not say.
const USUAL: usize = 80;

/// How many characters a line of standard output may have; `None` where nobody minds.
pub(crate) fn of_output() -> Option<usize> {
    let output = io::stdout();
    if !output.is_terminal() {
        return None;
    }
    let size = terminal_size::terminal_size_of(output).map(|(width, _)| usize::from(width.0));
    Some(size.filter(|width| *width > 0).unwrap_or(USUAL))
}

/// A text of at most `width` characters: what is too long loses its middle, since refs differ at both ends.
pub(crate) fn cut_middle(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let head = text.chars().take(kept.div_ceil(2));
    let tail = text.chars().skip(length - kept / 2);
    head.chain(std::iter::once('…').filter(|_| width > 0)).chain(tail).collect()
}

/// A text of at most `width` characters: what is too long loses its end.
pub(crate) fn cut_end(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(std::iter::once('…').filter(|_| width > 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone_and_the_rest_is_cut_to_the_width() {
        assert_eq!(cut_middle("abcdef", 6), "abcdef");
        for width in 0..6 {
            assert_eq!(cut_middle("abcdef", width).chars().count(), width);
            assert_eq!(cut_end("abcdef", width).chars().count(), width);
        }
        assert_eq!((cut_middle("abcdef", 4), cut_end("abcdef", 4)), ("ab…f".to_owned(), "abc…".to_owned()));
    }
}
