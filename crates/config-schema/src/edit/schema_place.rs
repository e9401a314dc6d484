//! What a JSON Schema says about one place of a document.
//!
//! Separate from reading values: a schema branches, refers to itself and may be wrong in every way, and whoever asks
//! about a path wants none of that, only which kinds of value are wanted there.

use serde_json::{Map, Value};

use crate::config_path::{ConfigPath, Segment};

/// How many schemas one place may have, and how many references one of them may follow.
const MOST: usize = 1_000;

/// The schemas that speak about the value at one place; all of them are alternatives, to be on the generous side.
pub(super) struct SchemaPlace<'a> {
    schemas: Vec<&'a Map<String, Value>>,
    /// Whether there is a schema that allows anything.
    open: bool,
}

/// The kinds of value that a place takes.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "JSON has these kinds, and any of them may be wanted")]
pub(super) struct Wanted {
    pub(super) string: bool,
    pub(super) boolean: bool,
    pub(super) integer: bool,
    pub(super) number: bool,
    pub(super) list: bool,
    pub(super) object: bool,
    pub(super) null: bool,
    /// The words of closed sets.
    pub(super) choices: Vec<Value>,
    /// What the schema gives as examples.
    pub(super) examples: Vec<Value>,
}

impl Wanted {
    /// Whether the schema says nothing that would help.
    pub(super) fn is_open(&self) -> bool {
        let Self { string, boolean, integer, number, list, object, null, choices, examples: _ } = self;
        let any = [string, boolean, integer, number, list, object, null].into_iter().any(|kind| *kind);
        !any && choices.is_empty()
    }

    fn add(&mut self, kind: &str) {
        match kind {
            "string" => self.string = true,
            "boolean" => self.boolean = true,
            "integer" => self.integer = true,
            "number" => self.number = true,
            "array" => self.list = true,
            "object" => self.object = true,
            "null" => self.null = true,
            _ => {}
        }
    }
}

impl<'a> SchemaPlace<'a> {
    /// What `root` says about `path`.
    pub(super) fn find(root: &'a Value, path: &ConfigPath) -> Self {
        let mut place = Self::expand(root, [root]);
        for segment in path.segments() {
            let below = place.schemas.iter().flat_map(|schema| below(schema, segment)).collect::<Vec<_>>();
            place = Self::expand(root, below);
        }
        place
    }

    /// Follows references and branches.
    fn expand(root: &'a Value, schemas: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut pending = schemas.into_iter().collect::<Vec<_>>();
        pending.reverse();
        let mut place = Self { schemas: Vec::new(), open: false };
        let mut followed = Vec::<&str>::new();
        while let Some(schema) = pending.pop() {
            let Value::Object(schema) = schema else {
                place.open |= *schema == Value::Bool(true);
                continue;
            };
            if place.schemas.len() == MOST {
                break;
            }
            place.schemas.push(schema);
            place.open |= schema.is_empty();
            for branches in ["allOf", "anyOf", "oneOf"] {
                let branches = schema.get(branches).and_then(Value::as_array);
                pending.extend(branches.into_iter().flatten().rev());
            }
            pending.extend(["then", "else"].iter().filter_map(|branch| schema.get(*branch)));
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
                && !followed.contains(&reference)
            {
                followed.push(reference);
                pending.extend(resolve(root, reference));
            }
        }
        place
    }

    /// Whether nothing may stand here.
    pub(super) fn is_nowhere(&self) -> bool {
        self.schemas.is_empty() && !self.open
    }

    /// What holds where nothing is said.
    pub(super) fn default(&self) -> Option<Value> {
        self.schemas.iter().find_map(|schema| schema.get("default")).cloned()
    }

    /// A value that may stand at `path`, which this is the place of, as far as the schema gives one.
    pub(super) fn example(&self, root: &'a Value, path: &ConfigPath) -> Option<Value> {
        let wanted = self.wanted();
        let fits = |example: &&Value| match example {
            Value::String(_) => wanted.string,
            Value::Bool(_) => wanted.boolean,
            Value::Number(_) => wanted.integer || wanted.number,
            Value::Array(_) => wanted.list,
            Value::Object(_) => wanted.object,
            Value::Null => false,
        };
        if let Some(example) = wanted.examples.iter().find(fits).or(wanted.choices.first()) {
            return Some(example.clone());
        }
        if wanted.boolean {
            return Some(Value::Bool(true));
        }
        if wanted.integer || wanted.number {
            let minimum = self.schemas.iter().find_map(|schema| schema.get("minimum"));
            return minimum.cloned();
        }
        let below = |path: &ConfigPath| Self::find(root, path).example(root, path);
        if wanted.list && !path.is_deep() {
            return below(&path.index(0)).map(|element| Value::Array(vec![element]));
        }
        if wanted.object && !path.is_deep() {
            let members = self.schemas.iter().filter_map(|schema| schema.get("properties")?.as_object());
            let mut keys = members.flat_map(Map::keys);
            return keys.find_map(|key| {
                let member = (key.clone(), below(&path.key(key))?);
                Some(Value::Object([member].into_iter().collect()))
            });
        }
        None
    }

    /// The kinds of value that are wanted here.
    pub(super) fn wanted(&self) -> Wanted {
        let mut wanted = Wanted::default();
        // Words that any text may stand beside are proposals, not a closed set.
        let is_open_text = self.schemas.iter().any(|schema| {
            schema.get("type") == Some(&Value::from("string"))
                && !["enum", "const", "anyOf", "oneOf", "allOf", "$ref"]
                    .iter()
                    .any(|key| schema.contains_key(*key))
        });
        for schema in &self.schemas {
            let choices = schema.get("enum").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let choices = choices.iter().chain(schema.get("const"));
            let has_choices = choices.clone().next().is_some();
            wanted.choices.extend(choices.cloned());
            let branches = ["anyOf", "oneOf", "allOf", "$ref"].iter().any(|key| schema.contains_key(*key));
            match schema.get("type") {
                _ if has_choices => {}
                // Its branches say more exactly which texts are meant.
                Some(Value::String(kind)) if branches && kind == "string" => {}
                Some(Value::String(kind)) => wanted.add(kind),
                Some(Value::Array(kinds)) => {
                    kinds.iter().filter_map(Value::as_str).for_each(|kind| wanted.add(kind));
                }
                _ => {
                    let says = |keys: &[&str]| keys.iter().any(|key| schema.contains_key(*key));
                    wanted.object |= says(&["properties", "additionalProperties", "patternProperties"]);
                    wanted.list |= says(&["items", "prefixItems"]);
                    wanted.string |= says(&["pattern", "minLength", "maxLength"]) && !branches;
                }
            }
            let examples = schema.get("examples").and_then(Value::as_array);
            wanted.examples.extend(examples.into_iter().flatten().cloned());
            wanted.examples.extend(schema.get("default").cloned());
        }
        if is_open_text {
            wanted.string = true;
            wanted.choices.retain(|choice| !choice.is_string());
        }
        // `type: string` whose branches say nothing about words is plain text after all.
        let says_string = |schema: &&Map<String, Value>| schema.get("type") == Some(&Value::from("string"));
        if wanted.is_open() && self.schemas.iter().any(says_string) {
            wanted.string = true;
        }
        if self.open { Wanted::default() } else { wanted }
    }
}

/// The schemas of a member or an element.
fn below<'a>(schema: &'a Map<String, Value>, segment: &Segment) -> Vec<&'a Value> {
    let key = segment.as_key();
    let mut found =
        schema.get("properties").and_then(|members| members.get(&key)).into_iter().collect::<Vec<_>>();
    if found.is_empty() {
        // Which pattern a key fits is left to the validator; here each is an alternative.
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        found.extend(patterns.into_iter().flat_map(Map::values));
        found.extend(schema.get("additionalProperties"));
    }
    if let Segment::Index(index) = segment {
        let tuple = ["prefixItems", "items"].iter().filter_map(|key| schema.get(*key)?.as_array());
        let element = tuple.clone().find_map(|tuple| tuple.get(*index));
        match (element, schema.get("items")) {
            (Some(element), _) => found.push(element),
            (None, Some(items)) if !items.is_array() => found.push(items),
            (None, _) => found.extend(schema.get("additionalItems")),
        }
    }
    found
}

/// What a reference within the schema refers to.
fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    root.pointer(pointer)
}
