//! How a document is written: quotes, indentation, line ends, commas.
//!
//! Separate because habits are counted once over the whole text, while an edit looks at one place.

use super::gap::{begins_line, has_line_end, indent_of};
use super::layout::Layout;
use crate::outline::{Kind, Outline};
use crate::path::Step;

/// The habits of a document, by majority; what it does not show is written as an editor for JSON expects it.
#[derive(Debug, Clone)]
pub(super) struct Habits {
    pub(super) line_end: &'static str,
    /// What a line is indented by more than the one its container begins in.
    pub(super) indent: String,
    pub(super) string_quote: char,
    pub(super) key_quote: char,
    pub(super) bare_keys: bool,
    /// A comma behind the last member of a container that takes several lines.
    pub(super) trailing_comma: bool,
    /// What stands between a colon and a value.
    pub(super) after_colon: &'static str,
    /// What stands between a comma and the next member in the same line.
    pub(super) after_comma: &'static str,
    /// What stands inside the braces of an object in one line.
    pub(super) in_braces: &'static str,
    /// What stands inside the brackets of a list in one line.
    pub(super) in_brackets: &'static str,
}

impl Habits {
    pub(super) fn of(layout: &Layout<'_>) -> Self {
        let text = layout.text;
        let windows = text.matches("\r\n").count();
        let line_end = if windows * 2 > text.matches('\n').count() { "\r\n" } else { "\n" };
        let keys = Keys::count(text, &layout.outline);
        let strings = layout.outline.nodes().filter(|node| node.kind == Kind::Quoted);
        let (single, all) = strings.fold((0, 0), |(single, all), node| {
            (single + usize::from(text[node.value.clone()].starts_with('\'')), all + 1)
        });
        let quote =
            |single: usize, all: usize| (all > 0).then_some(if single * 2 > all { '\'' } else { '"' });
        let string_quote = quote(single, all);
        let key_quote = quote(keys.single, keys.single + keys.double);
        let mut containers = Containers::default();
        for index in 0..layout.outline.nodes.len() {
            containers.count(layout, index);
        }
        Self {
            line_end,
            indent: containers.commonest_indent().unwrap_or_else(|| "  ".to_owned()),
            string_quote: string_quote.or(key_quote).unwrap_or('"'),
            key_quote: key_quote.or(string_quote).unwrap_or('"'),
            bare_keys: keys.bare > keys.needlessly_quoted,
            trailing_comma: containers.with_comma > containers.without_comma,
            after_colon: if keys.tight_colons > keys.loose_colons { "" } else { " " },
            after_comma: if containers.tight_commas > containers.loose_commas { "" } else { " " },
            in_braces: if containers.tight_braces > containers.loose_braces { "" } else { " " },
            in_brackets: if containers.loose_brackets > containers.tight_brackets { " " } else { "" },
        }
    }
}

#[derive(Default)]
struct Keys {
    bare: usize,
    single: usize,
    double: usize,
    needlessly_quoted: usize,
    tight_colons: usize,
    loose_colons: usize,
}

impl Keys {
    fn count(text: &str, outline: &Outline) -> Self {
        let mut counts = Self::default();
        for node in outline.nodes() {
            let (Some(key), Some(Step::Key(name))) = (&node.key, &node.step) else { continue };
            let between = &text[key.end..node.value.start];
            *(if between.ends_with(':') { &mut counts.tight_colons } else { &mut counts.loose_colons }) += 1;
            // This one is written for editors, which know it in quotes only.
            if name == "$schema" {
                continue;
            }
            let quoted = match text[key.clone()].chars().next() {
                Some('\'') => &mut counts.single,
                Some('"') => &mut counts.double,
                _ => &mut counts.bare,
            };
            *quoted += 1;
            let is_quoted = text[key.clone()].starts_with(['"', '\'']);
            counts.needlessly_quoted += usize::from(is_quoted && may_be_bare(name));
        }
        counts
    }
}

#[derive(Default)]
struct Containers {
    indents: Vec<(String, usize)>,
    with_comma: usize,
    without_comma: usize,
    tight_commas: usize,
    loose_commas: usize,
    tight_braces: usize,
    loose_braces: usize,
    tight_brackets: usize,
    loose_brackets: usize,
}

impl Containers {
    fn count(&mut self, layout: &Layout<'_>, index: usize) {
        let node = &layout.outline.nodes[index];
        if !matches!(node.kind, Kind::Object | Kind::List) {
            return;
        }
        let text = layout.text;
        let container = layout.container(index);
        let (Some(first), Some(last)) = (container.members.first(), container.members.last()) else { return };
        if begins_line(text, last.start) {
            let has_comma = last.gap.comma.is_some();
            *(if has_comma { &mut self.with_comma } else { &mut self.without_comma }) += 1;
        }
        if begins_line(text, first.start)
            && let Some(more) = indent_of(text, first.start).strip_prefix(indent_of(text, container.open))
            && !more.is_empty()
        {
            match self.indents.iter_mut().find(|(indent, _)| indent == more) {
                Some((_, count)) => *count += 1,
                None => self.indents.push((more.to_owned(), 1)),
            }
        }
        for member in &container.members[..container.members.len() - 1] {
            let Some(comma) = member.gap.comma else { continue };
            let tight = text[comma + 1..].chars().next().is_some_and(|next| !next.is_whitespace());
            *(if tight { &mut self.tight_commas } else { &mut self.loose_commas }) += 1;
        }
        if !has_line_end(&text[node.value.clone()]) {
            let tight = first.start == container.open;
            let counter = match (node.kind == Kind::Object, tight) {
                (true, true) => &mut self.tight_braces,
                (true, false) => &mut self.loose_braces,
                (false, true) => &mut self.tight_brackets,
                (false, false) => &mut self.loose_brackets,
            };
            *counter += 1;
        }
    }

    fn commonest_indent(&self) -> Option<String> {
        let most = self.indents.iter().map(|(_, count)| *count).max()?;
        self.indents.iter().find(|(_, count)| *count == most).map(|(indent, _)| indent.clone())
    }
}

/// Whether a key needs no quotes. JSON5 knows more letters than these, but quotes are never wrong.
pub(super) fn may_be_bare(key: &str) -> bool {
    let letter = |character: char| character.is_ascii_alphabetic() || matches!(character, '_' | '$');
    key.starts_with(letter) && key.chars().all(|character| letter(character) || character.is_ascii_digit())
}
