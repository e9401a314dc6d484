//! What rustdoc says, for people who read a configuration and not Rust.
//!
//! Separate because it is about text alone: links to Rust items lose their targets, examples in Rust are left out, and
//! lines that were broken to fit a source file are joined.

/// The prose of a documentation comment, as Markdown.
pub(super) fn of_rustdoc(text: &str) -> String {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") || line.starts_with("# ") {
            break;
        }
        if line.is_empty() {
            is_open = false;
            continue;
        }
        let is_item = line.starts_with("- ") || line.starts_with("* ");
        match paragraphs.last_mut() {
            Some(paragraph) if is_item && is_open => {
                paragraph.push('\n');
                paragraph.push_str(line);
            }
            Some(paragraph) if is_open => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            _ => paragraphs.push(line.to_owned()),
        }
        is_open = true;
    }
    without_links(&paragraphs.join("\n\n"))
}

/// Replaces links to Rust items by what they say; links to the web stay.
fn without_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(end) = rest.find(']') else { break };
        let (said, behind) = (&rest[1..end], &rest[end + 1..]);
        let target = behind.strip_prefix('(').and_then(|target| target.split_once(')'));
        match target {
            Some((target, behind)) if !target.contains("://") => {
                plain.push_str(said);
                rest = behind;
            }
            None if said.starts_with('`') && said.ends_with('`') => {
                plain.push_str(said);
                rest = behind;
            }
            _ => {
                plain.push('[');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(of_rustdoc(text), expected);
    }

    #[test]
    fn lines_of_a_paragraph_are_joined() {
        check("One\ntwo.\n\nThree\nfour.", "One two.\n\nThree four.");
        check("One:\n- two\n- three\nfour.", "One:\n- two\n- three four.");
    }

    #[test]
    fn links_to_items_say_what_they_said() {
        check("The [`params`](Self::params) of [`Model`].", "The `params` of `Model`.");
        check(
            "A list [a, b] and [the web](https://a.example).",
            "A list [a, b] and [the web](https://a.example).",
        );
        check("Broken [`link", "Broken [`link");
    }

    #[test]
    fn examples_in_rust_and_further_sections_are_left_out() {
        check("One.\n\n```\nlet x = 1;\n```", "One.");
        check("One.\n\n# Errors\nWhen two.", "One.");
    }
}
