//! Where each key and value of a JSON5 text stands.
//!
//! Separate from the parser: `json5` judges whether the text is valid and what it means, this scanner only remembers
//! positions, which a tree of values no longer has. It accepts any text, so that also the excerpt of a broken document
//! can hide its secrets, and it needs no recursion, so that nesting cannot exhaust the stack.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use crate::path::{Path, Step};
use crate::{json5_text, secret};

/// Containers may be nested this deep; the parser behind the scanner recurses.
const DEEPEST: usize = 100;

/// The positions of a text's keys and values.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Parents stand before their children; the first is the root.
    pub(crate) nodes: Vec<Node>,
    /// The opening bracket at which the text became too deep; what follows was not scanned.
    pub(crate) too_deep: Option<usize>,
    /// The innermost opening bracket that is never closed.
    pub(crate) open_bracket: Option<usize>,
    /// Where the string or comment begins that runs to the end of the text without being closed.
    pub(crate) open_token: Option<usize>,
    /// Where comments stand.
    comments: Vec<Range<usize>>,
    /// Where each node is among the nodes, by its parent and the step to it.
    children: HashMap<(usize, Step), usize>,
}

/// A value, and the key before it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) parent: Option<usize>,
    pub(crate) step: Option<Step>,
    /// Where the key stands, quotes included.
    pub(crate) key: Option<Range<usize>>,
    /// Where the value stands, brackets or quotes included.
    pub(crate) value: Range<usize>,
    pub(crate) kind: Kind,
    /// Where the same key stood before in the same object.
    pub(crate) earlier: Option<Range<usize>>,
    secret: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    List,
    Quoted,
    /// A number, `true`, `false`, `null`, or something that has no place in JSON5.
    Word,
}

/// A container that has not been closed yet.
struct Open {
    node: usize,
    next_index: usize,
    key: Option<(String, Range<usize>)>,
}

impl Outline {
    pub(crate) fn scan(text: &str) -> Self {
        let mut outline = Self::default();
        let mut open = Vec::<Open>::new();
        let mut at = 0;
        while let Some(character) = text[at..].chars().next() {
            let start = at;
            at += character.len_utf8();
            match character {
                '{' | '[' => {
                    if open.len() == DEEPEST {
                        outline.too_deep = Some(start);
                        return outline;
                    }
                    let kind = if character == '{' { Kind::Object } else { Kind::List };
                    let node = outline.begin(open.last_mut(), start..text.len(), kind);
                    open.push(Open { node, next_index: 0, key: None });
                }
                '}' | ']' => {
                    if let Some(closed) = open.pop() {
                        outline.nodes[closed.node].value.end = at;
                    }
                }
                ',' => {
                    if let Some(container) = open.last_mut() {
                        container.key = None;
                    }
                }
                ':' => {}
                '"' | '\'' => {
                    let end = end_of_string(text, at, character);
                    outline.open_token = end.is_none().then_some(start);
                    at = end.unwrap_or(text.len());
                    outline.token(text, &mut open, start..at, Kind::Quoted);
                }
                '/' if text[at..].starts_with('/') => {
                    at = text[at..]
                        .find(['\n', '\r', '\u{2028}', '\u{2029}'])
                        .map_or(text.len(), |length| at + length);
                    outline.comments.push(start..at);
                }
                '/' if text[at..].starts_with('*') => {
                    let end = text[at + 1..].find("*/").map(|length| at + length + 3);
                    outline.open_token = end.is_none().then_some(start);
                    at = end.unwrap_or(text.len());
                    outline.comments.push(start..at);
                }
                space if space.is_whitespace() || space == '\u{feff}' => {}
                _ => {
                    at = end_of_word(text, at);
                    outline.token(text, &mut open, start..at, Kind::Word);
                }
            }
        }
        outline.open_bracket = open.last().map(|container| outline.nodes[container.node].value.start);
        outline
    }

    /// Takes in a string or a word: a key where one is due, else a value.
    fn token(&mut self, text: &str, open: &mut [Open], range: Range<usize>, kind: Kind) {
        match open.last_mut() {
            Some(container) if self.nodes[container.node].kind == Kind::Object && container.key.is_none() => {
                container.key = Some((key_of(&text[range.clone()], kind), range));
            }
            container => {
                self.begin(container, range, kind);
            }
        }
    }

    fn begin(&mut self, container: Option<&mut Open>, value: Range<usize>, kind: Kind) -> usize {
        let mut node =
            Node { parent: None, step: None, key: None, value, kind, earlier: None, secret: false };
        if let Some(container) = container {
            node.parent = Some(container.node);
            node.secret = self.nodes[container.node].secret;
            if self.nodes[container.node].kind == Kind::List {
                node.step = Some(Step::Index(container.next_index));
                container.next_index += 1;
            } else {
                let (name, key) = container.key.take().unwrap_or_default();
                node.secret = node.secret || secret::is_secret(&name);
                node.step = Some(Step::Key(name));
                node.key = Some(key);
            }
            if let Some(step) = node.step.clone() {
                match self.children.entry((container.node, step)) {
                    Entry::Occupied(earlier) => node.earlier.clone_from(&self.nodes[*earlier.get()].key),
                    Entry::Vacant(place) => {
                        place.insert(self.nodes.len());
                    }
                }
            }
        }
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The node at `path`, or its nearest ancestor that the text has.
    pub(crate) fn nearest(&self, path: &Path) -> Option<&Node> {
        let mut here = 0;
        for step in path.steps() {
            match self.child(here, step) {
                Some(next) => here = next,
                None => break,
            }
        }
        self.nodes.get(here)
    }

    fn child(&self, parent: usize, step: &Step) -> Option<usize> {
        self.children.get(&(parent, step.clone())).copied()
    }

    /// The path of a node.
    pub(crate) fn path_of(&self, node: &Node) -> Path {
        let mut steps = Vec::new();
        let mut here = Some(node);
        while let Some(node) = here {
            steps.extend(node.step.clone());
            here = node.parent.map(|parent| &self.nodes[parent]);
        }
        steps.into_iter().rev().fold(Path::default(), |path, step| path.then(step))
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// Where anything stands in `text` that nobody should see: values of secret keys, and what a comment says beside such
    /// a key. In the order of the text.
    pub(crate) fn secrets(&self, text: &str) -> Vec<Range<usize>> {
        let scalars = self.nodes.iter().filter(|node| matches!(node.kind, Kind::Quoted | Kind::Word));
        let mut secrets =
            scalars.filter(|node| node.secret).map(|node| node.value.clone()).collect::<Vec<_>>();
        for comment in &self.comments {
            let words = text[comment.clone()]
                .split(|character: char| !(character.is_alphanumeric() || "_-".contains(character)));
            if words.into_iter().any(secret::is_secret) {
                let mut start = comment.start;
                for line in text[comment.clone()].split_inclusive('\n') {
                    let values = secret::values_in(line).into_iter();
                    secrets.extend(values.map(|value| start + value.start..start + value.end));
                    start += line.len();
                }
            }
        }
        secrets.sort_by_key(|secret| secret.start);
        secrets
    }

    /// Where the texts stand in the value of the member at `path`.
    pub(crate) fn texts_at(&self, path: &Path) -> impl Iterator<Item = Range<usize>> {
        let there = self.nearest(path).filter(|node| self.path_of(node) == *path);
        let within = there.map_or(0..0, |node| node.value.clone());
        let texts = self.nodes.iter().filter(|node| node.kind == Kind::Quoted).map(|node| node.value.clone());
        texts.filter(move |text| within.start <= text.start && text.end <= within.end)
    }
}

/// Where the string ends whose content begins at `at`: after its quote, or else with its line.
fn end_of_string(text: &str, at: usize, quote: char) -> Option<usize> {
    let mut characters = text[at..].char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '\\' => {
                // A line may be continued after a backslash, also one that ends in two characters.
                let escaped = characters.next();
                let rest = characters.as_str();
                if escaped.is_some_and(|(_, escaped)| escaped == '\r') && rest.starts_with('\n') {
                    characters.next();
                }
            }
            '\n' | '\r' => return Some(at + offset),
            end if end == quote => return Some(at + offset + end.len_utf8()),
            _ => {}
        }
    }
    None
}

fn end_of_word(text: &str, at: usize) -> usize {
    let ends = |(offset, character): &(usize, char)| {
        let comment = text[at + offset..].starts_with("//") || text[at + offset..].starts_with("/*");
        comment
            || character.is_whitespace()
            || matches!(character, '{' | '}' | '[' | ']' | ',' | ':' | '"' | '\'' | '\u{feff}')
    };
    text[at..].char_indices().find(ends).map_or(text.len(), |(offset, _)| at + offset)
}

/// The key that is written as `token`. Escapes are left to the parser, so that both mean the same.
fn key_of(token: &str, kind: Kind) -> String {
    let plain = match kind {
        Kind::Quoted => token.get(1..token.len().saturating_sub(1)).unwrap_or_default(),
        Kind::Object | Kind::List | Kind::Word => token,
    };
    if !plain.contains('\\') {
        return plain.to_owned();
    }
    json5_text::key(token).unwrap_or_else(|| plain.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    /// Checks that everything the parser finds in a text stands where the outline says, and nothing else does.
    #[track_caller]
    fn check(text: &str) {
        let value = json5::from_str::<Value>(text).unwrap();
        let outline = Outline::scan(text);
        let mut places = 0;
        check_below(text, &outline, &Path::default(), &value, &mut places);
        assert_eq!(outline.nodes.len(), places);
        assert_eq!((outline.open_bracket, outline.open_token, outline.too_deep), (None, None, None));
    }

    #[track_caller]
    fn check_below(text: &str, outline: &Outline, path: &Path, value: &Value, places: &mut usize) {
        let root = json5::from_str::<Value>(text).unwrap();
        let node = outline.nearest(path).unwrap();
        assert_eq!(outline.path_of(node), *path);
        assert_eq!(json5::from_str::<Value>(&text[node.value.clone()]).unwrap(), *value);
        assert_eq!(Path::resolve(&root, &as_a_type_would(path)), *path, "{path}");
        *places += 1;
        match value {
            Value::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    check_below(text, outline, &path.index(index), value, places);
                }
            }
            Value::Object(members) => {
                for (key, value) in members {
                    check_below(text, outline, &path.key(key), value, places);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// The path in the words of a type's complaint, in which keys stand as they are.
    fn as_a_type_would(path: &Path) -> String {
        let step = |step: &Step| match step {
            Step::Key(key) => format!(".{key}"),
            Step::Index(index) => format!("[{index}]"),
        };
        let text = path.steps().iter().map(step).collect::<String>();
        text.strip_prefix('.').unwrap_or(&text).to_owned()
    }

    #[test]
    fn everything_json5_allows_is_found() {
        check("// a\u{2028}{ /* } */ bare: 1, 'single': [+1, -.5e3, 0xFF, ] }");
        check("\u{feff}{ $a_1\u{e9}: 'it\\'s', \"q\": 'a \\\r\n b \u{2028}', \\u0061b: [[], {}, [{}]], }");
        check(
            "{ 'a.b': { '[0]': 1, 'c[1].d': [ { 'e': 'f' } ] }, \"\\x61\": true, t: null }/* end */ // and more",
        );
        check("'a { : } // b'");
        check("-1");
    }

    /// Keys without the marks that stand between steps, which only a document can tell from steps.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec(("[^.\\[]{1,4}", inner), 0..5)
                    .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_json_is_found(value in any_value(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            check(&text.unwrap());
        }
    }
}
