//! Replacing a value without losing what is in it.
//!
//! Separate from the edits: whether anything would be dropped, and what the two would be together, is a question about
//! values, to be answered before anything is written.

use std::fmt;

use serde_json::Value;

use super::reconciliation::id_of;
use crate::config_path::{ConfigPath, Segment};
use crate::model_choice::MEANT_BY_TEXT;

/// How many entries are named.
const NAMED: usize = 6;

/// Entries that a replacement would drop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The object or list that has them.
    pub path: ConfigPath,
    /// Their keys; of the elements of a list their ids.
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

/// Which entries would be gone if the value at `path` were `new` instead of `old`: members of objects, and elements of
/// lists that are told apart by an `id`. Other lists are values, and so is a reference to a secret.
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
    // In the place of an element another one is put: the first is gone, whatever both say besides.
    if let (Some(id), list) = (id_of(old).filter(|id| id_of(new) != Some(id)), path.parent())
        && path.segments().last().is_some_and(|last| matches!(last, Segment::Index(_)))
    {
        found.push(Dropped { path: list, entries: vec![id.to_owned()] });
        return found;
    }
    find_dropped(path, old, new, &mut found);
    found
}

/// Which entries a patch would drop without saying so: what it removes with `null` is meant to go.
pub fn dropped_by_patch(old: &Value, patch: &Value) -> Vec<Dropped> {
    let mut kept = old.clone();
    remove_nulls(&mut kept, patch);
    dropped(&ConfigPath::root(), &kept, &patched(old, patch))
}

/// Two values together: objects member by member, lists by the ids of their elements, anything else as in `new`. A text
/// that stands for one member of an object takes the place of that member.
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
        (Value::Object(members), Value::String(_))
            if members.get(MEANT_BY_TEXT).is_some_and(Value::is_string) =>
        {
            let mut merged = members.clone();
            merged.insert(MEANT_BY_TEXT.to_owned(), new.clone());
            Value::Object(merged)
        }
        (Value::Array(old), Value::Array(new)) if old.iter().any(|old| id_of(old).is_some()) => {
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

fn find_dropped(path: &ConfigPath, old: &Value, new: &Value, found: &mut Vec<Dropped>) {
    let mut gone = Vec::new();
    // What is gone is named; what was in it needs no words of its own.
    let mut kept = Vec::new();
    match old {
        // Of a reference to a secret all is said anew, or nothing.
        Value::Object(members) if members.get("source").is_some_and(Value::is_string) => {}
        Value::Object(members) => {
            for (key, old) in members {
                match new.get(key) {
                    Some(new) => kept.push((path.key(key), old, new)),
                    None if new.is_string() && key == MEANT_BY_TEXT && old.is_string() => {}
                    None => gone.push(key.clone()),
                }
            }
        }
        Value::Array(elements) => {
            let new = new.as_array().map_or(&[][..], Vec::as_slice);
            for old in elements {
                let Some(id) = id_of(old) else { continue };
                match new.iter().enumerate().find(|(_, new)| id_of(new) == Some(id)) {
                    Some((index, new)) => kept.push((path.index(index), old, new)),
                    None => gone.push(id.to_owned()),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    if !gone.is_empty() {
        found.push(Dropped { path: path.clone(), entries: gone });
    }
    for (path, old, new) in kept {
        find_dropped(&path, old, new, found);
    }
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
