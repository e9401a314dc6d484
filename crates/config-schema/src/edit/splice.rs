//! The four changes that edits are made of: replacing a value, adding members, adding elements, removing either.
//!
//! Separate from what to change: here a text becomes another one in which everything but the place meant is the same
//! to the byte, with the commas that the change needs.

use std::ops::Range;

use serde_json::Value;

use super::gap::{begins_line, blank_to_next_line, has_line_end, indent_of, is_line_end, line_start};
use super::habits::Habits;
use super::layout::{Container, Layout};
use super::written_value::{self, Lines, lines_of_list};
use crate::outline::Kind;
use crate::path::Path;

/// Which comments go with a removed member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RemovedComments {
    /// Those behind the member in its line. What stands in the lines above may be about more than this member.
    #[default]
    SameLine,
    /// Those, and the comments in the lines directly above.
    AboveToo,
}

/// What is added to a container.
pub(super) enum Added<'a> {
    Members(&'a [(&'a str, &'a Value)]),
    Elements(&'a [&'a Value]),
}

/// A change of one place: this range becomes this text.
type Splice = (Range<usize>, String);

/// Replaces the value at `path`, which the text has.
pub(super) fn replace(text: &str, path: &Path, value: &Value) -> Option<String> {
    let layout = Layout::of(text);
    let node = layout.find(path)?;
    let range = layout.value_of(node);
    let old = &text[range.clone()];
    let mut habits = Habits::of(&layout);
    if let Some(quote @ ('"' | '\'')) = old.chars().next() {
        habits.string_quote = quote;
    }
    let broken =
        layout.parent_of(node).is_none() || has_line_end(old) || begins_line(text, layout.start_of(node));
    let lines = if broken { Lines::Several } else { Lines::One };
    let written = written_value::write(value, &habits, indent_of(text, range.start), lines);
    Some(apply(text, vec![(range, written)]))
}

/// Adds to the container at `path`, which the text has, before its member `index` or at its end.
pub(super) fn insert(text: &str, path: &Path, index: usize, added: &Added<'_>) -> Option<String> {
    let layout = Layout::of(text);
    let node = layout.find(path)?;
    let container = layout.container(node);
    let habits = Habits::of(&layout);
    let place = Place { text, layout: &layout, container, habits, node };
    let splices = if place.container.members.is_empty() {
        place.first(added)
    } else if index < place.container.members.len() {
        place.before(index, added)
    } else {
        place.last(added)
    };
    Some(apply(text, splices))
}

/// Removes what stands at `path`, which the text has.
pub(super) fn remove(text: &str, path: &Path, comments: RemovedComments) -> Option<String> {
    let layout = Layout::of(text);
    let node = layout.find(path)?;
    let start = layout.start_of(node);
    let container = layout.container(layout.parent_of(node)?);
    let index = container.members.iter().position(|member| member.start == start)?;
    Some(apply(text, removal(text, &container, index, comments)))
}

struct Place<'a> {
    text: &'a str,
    layout: &'a Layout<'a>,
    container: Container,
    habits: Habits,
    node: usize,
}

impl Place<'_> {
    /// Adds to a container that is empty but for comments.
    fn first(&self, added: &Added<'_>) -> Vec<Splice> {
        let Container { open, close, lead, .. } = &self.container;
        let (open, close) = (*open, *close);
        let lines = match added {
            Added::Members(_) => Lines::Several,
            Added::Elements(elements) => lines_of_list(
                &elements.iter().map(|element| (*element).clone()).collect::<Vec<_>>(),
                Lines::Several,
            ),
        };
        let around = self.layout.parent_of(self.node);
        let roomy = around.is_none() || begins_line(self.text, self.layout.start_of(self.node));
        let has_lines = has_line_end(&self.text[open..close]);
        let at = lead.end_of_comments().unwrap_or(open);
        let outer = indent_of(self.text, open);
        if has_lines || (roomy && lines == Lines::Several) {
            let indent = format!("{outer}{}", self.habits.indent);
            let comma = if self.habits.trailing_comma { "," } else { "" };
            let items = self.on_lines(added, &indent);
            // The closing bracket keeps the line it has, or gets one.
            let (end, rest) = if has_line_end(&self.text[at..close]) {
                (at, String::new())
            } else {
                (close, format!("{}{outer}", self.habits.line_end))
            };
            return vec![(at..end, format!("{items}{comma}{rest}"))];
        }
        let is_object = self.layout.outline.nodes[self.node].kind == Kind::Object;
        let padding = if is_object { self.habits.in_braces } else { self.habits.in_brackets };
        let items = self.in_line(added);
        if at == open {
            vec![(open..close, format!("{padding}{items}{padding}"))]
        } else {
            vec![(at..at, format!(" {items}"))]
        }
    }

    /// Adds behind the last member and all comments, so that a comment kept from a removed member stands above again.
    fn last(&self, added: &Added<'_>) -> Vec<Splice> {
        let Some(last) = self.container.members.last() else { return Vec::new() };
        let at = last.gap.end_of_comments().unwrap_or_default().max(last.stop());
        let own_line = begins_line(self.text, last.start);
        let comma = if last.gap.comma.is_some() { "," } else { "" };
        if own_line || last.gap.has_line_comment() {
            let indent = if own_line {
                indent_of(self.text, last.start).to_owned()
            } else {
                format!("{}{}", indent_of(self.text, self.container.open), self.habits.indent)
            };
            let items = self.on_lines(added, &indent);
            let mut splices = vec![(at..at, format!("{items}{comma}"))];
            if last.gap.comma.is_none() {
                splices.insert(0, (last.end..last.end, ",".to_owned()));
            }
            return splices;
        }
        let before = if last.gap.comma.is_some() { "" } else { "," };
        vec![(at..at, format!("{before}{}{}{comma}", self.habits.after_comma, self.in_line(added)))]
    }

    /// Adds before the member `index`, and before the comments that stand above it.
    fn before(&self, index: usize, added: &Added<'_>) -> Vec<Splice> {
        let next = &self.container.members[index];
        if !begins_line(self.text, next.start) {
            let written = format!("{},{}", self.in_line(added), self.habits.after_comma);
            return vec![(next.start..next.start, written)];
        }
        let (previous, gap) = match index.checked_sub(1).and_then(|index| self.container.members.get(index)) {
            Some(previous) => (previous.stop(), &previous.gap),
            None => (self.container.open, &self.container.lead),
        };
        let mut at = previous;
        for comment in gap.comments.iter().filter(|comment| comment.range.start >= previous) {
            if has_line_end(&self.text[at..comment.range.start]) {
                break;
            }
            at = comment.range.end;
        }
        let items = self.on_lines(added, indent_of(self.text, next.start));
        vec![(at..at, format!("{items},"))]
    }

    /// The items with a line each, without a comma behind the last one.
    fn on_lines(&self, added: &Added<'_>, indent: &str) -> String {
        let line = format!("{}{indent}", self.habits.line_end);
        let items = self.written(added, indent, Lines::Several);
        format!("{line}{}", items.join(&format!(",{line}")))
    }

    fn in_line(&self, added: &Added<'_>) -> String {
        self.written(added, "", Lines::One).join(&format!(",{}", self.habits.after_comma))
    }

    fn written(&self, added: &Added<'_>, indent: &str, lines: Lines) -> Vec<String> {
        match added {
            Added::Members(members) => members
                .iter()
                .map(|(key, value)| written_value::member(key, value, &self.habits, indent, lines))
                .collect(),
            Added::Elements(elements) => elements
                .iter()
                .map(|element| written_value::write(element, &self.habits, indent, lines))
                .collect(),
        }
    }
}

fn removal(text: &str, container: &Container, index: usize, comments: RemovedComments) -> Vec<Splice> {
    let member = &container.members[index];
    let previous = index.checked_sub(1).and_then(|index| container.members.get(index));
    let mut splices = Vec::new();
    // Where no comma ends a container, the one before the removed member would end it now.
    if member.gap.comma.is_none()
        && let Some(comma) = previous.and_then(|previous| previous.gap.comma)
    {
        splices.push((comma..comma + 1, String::new()));
    }
    let removed = removed_range(text, container, index, comments);
    let kept = |range: &Range<usize>| range.end <= removed.start || removed.end <= range.start;
    let mut around = container.lead.comments.iter().chain(&member.gap.comments);
    if container.members.len() == 1 && !around.any(|comment| kept(&comment.range)) {
        return vec![(container.open..container.close, String::new())];
    }
    splices.push((removed, String::new()));
    splices
}

/// What goes with a member: its lines where it has them to itself.
fn removed_range(text: &str, container: &Container, index: usize, comments: RemovedComments) -> Range<usize> {
    let member = &container.members[index];
    let stop = member.stop();
    let mut tail = stop;
    for comment in member.gap.comments.iter().filter(|comment| comment.range.start >= stop) {
        if has_line_end(&text[tail..comment.range.end]) {
            break;
        }
        tail = comment.range.end;
    }
    let next_line = blank_to_next_line(text, tail).filter(|end| *end <= container.close);
    if let Some(next_line) = next_line.filter(|_| begins_line(text, member.start)) {
        let start = match comments {
            RemovedComments::SameLine => line_start(text, member.start),
            RemovedComments::AboveToo => start_of_comments_above(text, container, index),
        };
        return start..next_line;
    }
    let is_space = |character: char| character.is_whitespace() && !is_line_end(character);
    if member.gap.comma.is_some() && index + 1 < container.members.len() {
        let rest = &text[stop..];
        return member.start..stop + (rest.len() - rest.trim_start_matches(is_space).len());
    }
    text[..member.start].trim_end_matches(is_space).len()..stop
}

/// Where the first of the lines begins that hold nothing but comments and stand directly above a member.
fn start_of_comments_above(text: &str, container: &Container, index: usize) -> usize {
    let gap = match index.checked_sub(1).and_then(|index| container.members.get(index)) {
        Some(previous) => &previous.gap,
        None => &container.lead,
    };
    let mut start = line_start(text, container.members[index].start);
    for comment in gap.comments.iter().rev() {
        let directly_above = blank_to_next_line(text, comment.range.end) == Some(start);
        if !directly_above || !begins_line(text, comment.range.start) {
            break;
        }
        start = line_start(text, comment.range.start);
    }
    start
}

/// Applies changes that stand in the order of their places.
fn apply(text: &str, splices: Vec<Splice>) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for (range, written) in splices {
        changed.push_str(&text[at..range.start]);
        changed.push_str(&written);
        at = range.end;
    }
    changed.push_str(&text[at..]);
    changed
}
