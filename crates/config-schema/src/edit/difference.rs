//! What an edit changes, shown line by line without secrets.
//!
//! Separate from the edit: a difference is for people, and what they see may end in a chat or a log.

use std::fmt::Write as _;
use std::ops::Range;

use similar::{ChangeTag, TextDiff};

use crate::excerpt::printable;
use crate::outline::Outline;
use crate::report::Report;
use crate::secret;

/// What is shown in place of a secret, whatever its length.
const MASK: &str = "******";

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// The difference between two texts of the file `name`, in the format of `diff -u`; empty when there is none.
///
/// Keys, tokens and headers are masked, so a changed secret shows as two lines that look the same. Control characters
/// are replaced.
///
/// ```
/// use clawdia_config_schema::edit::difference;
/// let shown = difference("clawdia.jsonc", "{\n  apiKey: 's3cr3t',\n}\n", "{\n  apiKey: 's3cr3t',\n  a: 1,\n}\n");
/// assert_eq!(
///     shown,
///     "--- clawdia.jsonc\n+++ clawdia.jsonc\n@@ -1,3 +1,4 @@\n {\n   apiKey: ******,\n+  a: 1,\n }\n",
/// );
/// ```
pub fn difference(name: &str, old: &str, new: &str) -> String {
    difference_hiding(name, old, new, &[])
}

/// As [`difference`], without the texts of keys that `reports` on either text could not place: one of them may be a
/// misspelt `apiKey`.
pub fn difference_hiding(name: &str, old: &str, new: &str, reports: &[&Report]) -> String {
    let (old_shown, new_shown) = (masked_lines(old, reports), masked_lines(new, reports));
    let (old_lines, new_lines) = (lines(old), lines(new));
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let mut shown = String::new();
    for group in diff.grouped_ops(CONTEXT) {
        if shown.is_empty() {
            let name = name.chars().map(printable).collect::<String>();
            // Writing to a `String` cannot fail.
            let _ = writeln!(shown, "--- {name}\n+++ {name}");
        }
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let (old_range, new_range) =
            (first.old_range().start..last.old_range().end, first.new_range().start..last.new_range().end);
        let _ = writeln!(shown, "@@ -{} +{} @@", hunk_range(&old_range), hunk_range(&new_range));
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let (sign, line) = match change.tag() {
                ChangeTag::Delete => ('-', change.old_index().and_then(|index| old_shown.get(index))),
                ChangeTag::Insert => ('+', change.new_index().and_then(|index| new_shown.get(index))),
                ChangeTag::Equal => (' ', change.new_index().and_then(|index| new_shown.get(index))),
            };
            let _ = writeln!(shown, "{sign}{}", line.map_or("", String::as_str));
            if !change.value().ends_with(['\n', '\r']) {
                shown.push_str("\\ No newline at end of file\n");
            }
        }
    }
    shown
}

fn hunk_range(range: &Range<usize>) -> String {
    match range.len() {
        // An empty range is named by the line before it.
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        length => format!("{},{length}", range.start + 1),
    }
}

/// The lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The lines without their ends and secrets.
fn masked_lines(text: &str, reports: &[&Report]) -> Vec<String> {
    let outline = Outline::scan(text);
    let mut hidden = outline.secrets(text);
    for path in reports.iter().flat_map(|report| report.suspects()) {
        hidden.extend(outline.texts_at(path));
    }
    hidden.sort_by_key(|secret| secret.start);
    let mut start = 0;
    let mut shown = Vec::new();
    for line in lines(text) {
        let range = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        let mut masked = String::new();
        let mut at = range.start;
        for secret in hidden.iter().filter(|secret| secret.start < range.end && range.start < secret.end) {
            masked.push_str(&text[at..secret.start.max(at)]);
            masked.push_str(MASK);
            at = secret.end.clamp(at, range.end);
        }
        masked.push_str(&text[at..range.end]);
        let tabs =
            masked.chars().map(|character| if character == '\t' { '\t' } else { printable(character) });
        shown.push(secret::without_addresses(tabs.collect()).into_iter().collect());
    }
    shown
}
