//! Replacing a map without losing what is in it.
//!
//! Separate from the edits: whether entries would be dropped, and what the two would be together, is a question about
//! values, to be answered before anything is written.

use std::fmt;

use serde_json::{Map, Value};

use super::path_text::{ConfigPath, Segment};
use super::reconciliation::id_of;

/// How many entries are named.
const NAMED: usize = 6;

/// Maps, and lists with ids, whose entries are worth a question; `*` is any key.
const PROTECTED: [&[&str]; 5] = [
    &["models", "providers"],
    &["models", "providers", "*"],
    &["models", "providers", "*", "models"],
    &["agents", "defaults", "models"],
    &["agents", "entries"],
];

/// Entries that a replacement would drop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The map or list that has them.
    pub path: ConfigPath,
    /// Their keys; of models their ids, or else their index, such as `[0]`.
    pub entries: Vec<String>,
}

impl fmt::Display for Dropped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` would lose ", self.path)?;
        for (position, entry) in self.entries.iter().take(NAMED).enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(formatter, "{comma}`{entry}`")?;
        }
        match self.entries.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(formatter, " and {more} more"),
        }
    }
}

/// Which entries of protected maps would be gone if the value at `path` were `new` instead of `old`.
///
/// ```
/// use clawdia_config_schema::edit::dropped;
/// use serde_json::json;
/// let old = json!({ "acme": { "api": "x" }, "other": {} });
/// let dropped = dropped(&"models.providers".parse()?, &old, &json!({ "acme": {} }));
/// assert_eq!(dropped[0].to_string(), "`models.providers` would lose `other`");
/// assert_eq!(dropped[1].to_string(), "`models.providers.acme` would lose `api`");
/// # Ok::<(), clawdia_config_schema::edit::ParseConfigPathError>(())
/// ```
pub fn dropped(path: &ConfigPath, old: &Value, new: &Value) -> Vec<Dropped> {
    let mut found = Vec::new();
    find_dropped(path, old, Some(new), &mut found);
    found
}

/// Which entries a patch would drop without saying so: what it removes with `null` is meant to go.
pub fn dropped_by_patch(old: &Value, patch: &Value) -> Vec<Dropped> {
    let mut kept = old.clone();
    remove_nulls(&mut kept, patch);
    dropped(&ConfigPath::root(), &kept, &patched(old, patch))
}

/// Two values together: objects member by member, models in a list by their ids, anything else as in `new`.
pub fn merge(path: &ConfigPath, old: &Value, new: &Value) -> Value {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let mut merged = old.clone();
            for (key, new) in new {
                let new = match old.get(key) {
                    Some(old) => merge(&path.key(key), old, new),
                    None => new.clone(),
                };
                merged.insert(key.clone(), new);
            }
            Value::Object(merged)
        }
        (Value::Array(old), Value::Array(new)) if is_protected(path) => {
            let mut merged = old.clone();
            for new in new {
                let same = |old: &&mut Value| id_of(old).map_or(*old == new, |id| Some(id) == id_of(new));
                match merged.iter_mut().find(same) {
                    // Nothing below an element is merged by its place, so any index will do.
                    Some(old) => *old = merge(&path.index(0), old, new),
                    None => merged.push(new.clone()),
                }
            }
            Value::Array(merged)
        }
        _ => new.clone(),
    }
}

/// What a value becomes under a patch (RFC 7396): objects member by member, `null` removes, anything else replaces.
pub fn patched(old: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut members = old.as_object().cloned().unwrap_or_default();
    for (key, patch) in patch {
        if patch.is_null() {
            members.shift_remove(key);
        } else {
            let old = members.get(key).unwrap_or(&Value::Null);
            let new = patched(old, patch);
            members.insert(key.clone(), new);
        }
    }
    Value::Object(members)
}

fn find_dropped(path: &ConfigPath, old: &Value, new: Option<&Value>, found: &mut Vec<Dropped>) {
    if is_protected(path) {
        let entries = gone(old, new);
        if !entries.is_empty() {
            found.push(Dropped { path: path.clone(), entries });
        }
    }
    let Value::Object(members) = old else { return };
    for (key, old) in members {
        let below = path.key(key);
        let new = new.and_then(|new| new.get(key));
        // An entry that is gone was named above; what was in it needs no words of its own.
        if new.is_some() || !is_protected(path) {
            find_dropped(&below, old, new, found);
        }
    }
}

fn gone(old: &Value, new: Option<&Value>) -> Vec<String> {
    match old {
        Value::Object(old) => {
            let empty = Map::new();
            let new = new.and_then(Value::as_object).unwrap_or(&empty);
            old.keys().filter(|key| !new.contains_key(*key)).cloned().collect()
        }
        Value::Array(old) => {
            let new = new.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let is_kept = |old: &Value| match id_of(old) {
                Some(id) => new.iter().any(|new| id_of(new) == Some(id)),
                None => new.contains(old),
            };
            let gone = old.iter().enumerate().filter(|(_, old)| !is_kept(old));
            gone.map(|(index, old)| id_of(old).map_or_else(|| format!("[{index}]"), str::to_owned)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn is_protected(path: &ConfigPath) -> bool {
    let fits = |pattern: &&[&str]| {
        pattern.len() == path.segments().len()
            && pattern.iter().zip(path.segments()).all(|(wanted, segment)| match segment {
                Segment::Key(key) => *wanted == "*" || wanted == key,
                Segment::Index(_) => *wanted == "*",
            })
    };
    PROTECTED.iter().any(fits)
}

fn remove_nulls(value: &mut Value, patch: &Value) {
    let (Value::Object(members), Value::Object(patch)) = (value, patch) else { return };
    for (key, patch) in patch {
        if patch.is_null() {
            members.shift_remove(key);
        } else if let Some(value) = members.get_mut(key) {
            remove_nulls(value, patch);
        }
    }
}
