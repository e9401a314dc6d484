//! Random edits of random documents: the right value, no lost comment, nothing else changed.

use std::fmt::Write as _;

use clawdia_config_schema::edit::{
    ConfigPath, EditableDocument, RemovedComments, Segment, difference, patched,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A document as someone might write it by hand.
#[derive(Debug, Clone)]
struct Written {
    text: String,
    comments: usize,
}

/// Choices that a writer makes on the way, drawn from a list that starts anew at its end.
struct Whims<'a> {
    bytes: &'a [u8],
    at: usize,
    comments: usize,
    line_end: &'static str,
}

impl Whims<'_> {
    fn one_of(&mut self, many: usize) -> usize {
        self.at += 1;
        usize::from(self.bytes[self.at % self.bytes.len()]).wrapping_add(self.at / self.bytes.len()) % many
    }

    /// Space between two tokens, with comments in it.
    fn space(&mut self, text: &mut String) {
        for _ in 0..self.one_of(3) {
            match self.one_of(8) {
                0 => text.push('\t'),
                1 => text.push_str(self.line_end),
                2 => {
                    self.comments += 1;
                    write!(text, "// <{}> }}, 'no{}", self.comments, self.line_end).unwrap();
                }
                3 => {
                    self.comments += 1;
                    write!(text, "/* <{}> ] \", */", self.comments).unwrap();
                }
                4 => {
                    self.comments += 1;
                    write!(text, "/* <{}>{} */", self.comments, self.line_end).unwrap();
                }
                5 => {
                    self.comments += 1;
                    write!(text, "// <{}>\u{2028}", self.comments).unwrap();
                }
                _ => text.push(' '),
            }
        }
    }

    fn string(&mut self, text: &mut String, string: &str) {
        let quote = ['"', '\''][self.one_of(2)];
        text.push(quote);
        for character in string.chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                mark if mark == quote => text.extend(['\\', mark]),
                hidden if hidden.is_control() => write!(text, "\\u{:04x}", u32::from(hidden)).unwrap(),
                other => text.push(other),
            }
        }
        text.push(quote);
    }

    fn value(&mut self, text: &mut String, value: &Value) {
        match value {
            Value::String(string) => self.string(text, string),
            Value::Array(elements) => {
                text.push('[');
                for (index, element) in elements.iter().enumerate() {
                    self.space(text);
                    self.value(text, element);
                    self.space(text);
                    self.comma(text, index + 1 == elements.len());
                }
                self.space(text);
                text.push(']');
            }
            Value::Object(members) => {
                text.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    self.space(text);
                    let bare = key.chars().all(|letter| letter.is_ascii_lowercase()) && !key.is_empty();
                    if bare && self.one_of(2) == 0 {
                        text.push_str(key);
                    } else {
                        self.string(text, key);
                    }
                    self.space(text);
                    text.push(':');
                    self.space(text);
                    self.value(text, value);
                    self.space(text);
                    self.comma(text, index + 1 == members.len());
                }
                self.space(text);
                text.push('}');
            }
            other => text.push_str(&other.to_string()),
        }
    }

    fn comma(&mut self, text: &mut String, is_last: bool) {
        if !is_last || self.one_of(2) == 0 {
            text.push(',');
            self.space(text);
        }
    }
}

fn written(value: &Value, bytes: &[u8]) -> Written {
    let mut whims = Whims { bytes, at: 0, comments: 0, line_end: "\n" };
    whims.line_end = ["\n", "\r\n"][whims.one_of(2)];
    let mut text = ["", "\u{feff}"][whims.one_of(2)].to_owned();
    whims.space(&mut text);
    whims.value(&mut text, value);
    whims.space(&mut text);
    Written { text, comments: whims.comments }
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-e]", 1 => "[a-e0-2.é'-]{0,3}", 1 => Just("id".to_owned())]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-100_i32..100).prop_map(|number| Value::from(f64::from(number) / 8.0)),
        "[a-c'\"\\\\\n/*{]{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from), object_of(inner)]
    })
}

fn object_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec((any_key(), inner), 0..5)
        .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into())
}

/// A document that was written by hand, and what it says.
fn any_document() -> impl Strategy<Value = (Value, Written)> {
    (object_of(any_value()), prop::collection::vec(any::<u8>(), 20..200)).prop_map(|(value, bytes)| {
        let written = written(&value, &bytes);
        (value, written)
    })
}

/// The places of a value, the root left out.
fn places(path: &ConfigPath, value: &Value, found: &mut Vec<ConfigPath>) {
    let children: Vec<(ConfigPath, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, value)| (path.key(key), value)).collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(index, value)| (path.index(index), value)).collect()
        }
        _ => Vec::new(),
    };
    for (path, value) in children {
        places(&path, value, found);
        found.push(path);
    }
}

/// The numbers of the comments in a text that are written between `<` and `>`.
fn comments(text: &str, most: usize) -> Vec<usize> {
    (1..=most).filter(|number| text.contains(&format!("<{number}>"))).collect()
}

/// What of `old` is not in `new`, between the longest beginnings and ends that both have.
fn changed_part<'a>(old: &'a str, new: &str) -> &'a str {
    let start = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.bytes().rev().zip(new.bytes().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let start = (0..=start).rev().find(|start| old.is_char_boundary(*start)).unwrap();
    let end = (old.len() - end..=old.len()).find(|end| old.is_char_boundary(*end)).unwrap();
    &old[start..end]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(document in any_document()) {
        let (value, written) = document;
        let document = EditableDocument::parse(&written.text).unwrap();
        prop_assert_eq!(document.value(), &value);
        prop_assert_eq!(document.to_text(), written.text);
    }

    #[test]
    fn a_new_key_changes_nothing_else(document in any_document(), chosen in any::<prop::sample::Index>(), new in any_value()) {
        let (value, written) = document;
        let mut objects = Vec::new();
        places(&ConfigPath::root(), &value, &mut objects);
        objects.push(ConfigPath::root());
        let mut document = EditableDocument::parse(&written.text).unwrap();
        objects.retain(|path| document.get(path).is_some_and(Value::is_object));
        let path = objects[chosen.index(objects.len())].key("new");
        let before = document.to_text();
        prop_assert!(document.set(&path, new.clone(), |_| false).unwrap());
        let after = document.to_text();
        prop_assert_eq!(document.get(&path), Some(&new), "{}", after);
        // At most a comma and the space around a closing bracket stand between what stays.
        prop_assert_eq!(comments(&after, written.comments).len(), written.comments, "{}\n{}", before, after);
        let mut at = 0;
        let kept = before.chars().filter(|character| !character.is_whitespace());
        for character in kept {
            let found = after[at..].find(character);
            prop_assert!(found.is_some(), "{}\n{}", before, after);
            at += found.unwrap() + character.len_utf8();
        }
        prop_assert!(!document.set(&path, new, |_| false).unwrap());
        prop_assert_eq!(&document.to_text(), &after);
        document.unset(&path, RemovedComments::SameLine).unwrap();
        prop_assert_eq!(document.value(), &value);
        prop_assert_eq!(comments(&document.to_text(), written.comments).len(), written.comments);
    }

    #[test]
    fn a_replaced_value_changes_nothing_else(document in any_document(), chosen in any::<prop::sample::Index>(), new in any_value()) {
        let (value, written) = document;
        let mut found = Vec::new();
        places(&ConfigPath::root(), &value, &mut found);
        prop_assume!(!found.is_empty());
        let path = found[chosen.index(found.len())].clone();
        let mut document = EditableDocument::parse(&written.text).unwrap();
        let old = document.get(&path).unwrap().clone();
        let changed = document.set(&path, new.clone(), |_| false).unwrap();
        prop_assert_eq!(changed, old != new);
        prop_assert_eq!(document.get(&path), Some(&new));
        let after = document.to_text();
        let replaced = changed_part(&written.text, &after);
        // What is lost stood within the value: a value without members has no comments.
        if !old.is_object() && !old.is_array() {
            prop_assert_eq!(comments(&after, written.comments).len(), written.comments, "{}\n{}", &written.text, after);
            prop_assert!(!replaced.contains('<') && !replaced.contains(','), "{}\n{}", &written.text, after);
        }
        prop_assert!(!document.set(&path, new, |_| false).unwrap());
        prop_assert_eq!(document.to_text(), after);
    }

    #[test]
    fn unset_removes_one_value(document in any_document(), chosen in any::<prop::sample::Index>(), above in any::<bool>()) {
        let (value, written) = document;
        let mut found = Vec::new();
        places(&ConfigPath::root(), &value, &mut found);
        prop_assume!(!found.is_empty());
        let path = found[chosen.index(found.len())].clone();
        let mut document = EditableDocument::parse(&written.text).unwrap();
        let others = found.iter().filter(|other| {
            !other.to_string().starts_with(&path.to_string()) && !path.to_string().starts_with(&other.to_string())
        });
        let in_list = matches!(path.segments().last(), Some(Segment::Index(_)));
        let others = others.map(|other| (other.clone(), document.get(other).cloned())).collect::<Vec<_>>();
        let comments_kept = if above { RemovedComments::AboveToo } else { RemovedComments::SameLine };
        document.unset(&path, comments_kept).unwrap();
        if !in_list {
            prop_assert_eq!(document.get(&path), None);
            for (other, value) in others {
                prop_assert_eq!(document.get(&other).cloned(), value);
            }
        }
        // What is lost stood in one piece, so that no comment before or behind it went along.
        let kept = comments(&document.to_text(), written.comments);
        let lost = (1..=written.comments).filter(|number| !kept.contains(number)).collect::<Vec<_>>();
        let in_one_piece = lost.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        prop_assert!(in_one_piece, "{:?}\n{}\n{}", lost, &written.text, document.to_text());
    }

    #[test]
    fn a_patch_gives_what_it_says_and_once_is_enough(document in any_document(), patch in object_of(any_value())) {
        let (value, written) = document;
        let mut document = EditableDocument::parse(&written.text).unwrap();
        document.patch(&patch).unwrap();
        let expected = patched(&value, &patch);
        prop_assert_eq!(document.value(), &expected);
        let after = document.to_text();
        prop_assert_eq!(difference("x", &written.text, &after).is_empty(), written.text == after);
        prop_assert!(!document.patch(&patch).unwrap());
        prop_assert_eq!(document.to_text(), after);
    }

    #[test]
    fn a_whole_document_becomes_any_other(document in any_document(), new in object_of(any_value())) {
        let mut document = EditableDocument::parse(&document.1.text).unwrap();
        document.set(&ConfigPath::root(), new.clone(), |_| false).unwrap();
        prop_assert_eq!(document.value(), &new);
    }
}

#[test]
fn an_edited_document_is_read_by_others_too() {
    let mut document = EditableDocument::parse("").unwrap();
    document.patch(&json!({ "a": { "b": ["x", { "c": null }] }, "d": 1.5 })).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&document.to_text()).unwrap(), *document.value());
}
