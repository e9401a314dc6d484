//! Reading all that can be read of a value, with every mistake in it.
//!
//! Separate because serde stops at the first mistake. Here what is wrong is told, left out, and the rest is read again, so
//! that one run finds everything, in types of any crate. A value that is missing is filled in by a harmless one of
//! whichever kind fits, so that it hides neither its neighbours nor what else is missing.

use clawdia_core::SectionError;
use serde_json::{Value, json};

use crate::path::{Path, Step};
use crate::reading;

/// A document with more mistakes than this in one part is no configuration; what follows is not worth the time.
const MOST: usize = 200;

/// What to do with mistakes.
pub(crate) trait Mistakes {
    /// Takes in what is wrong at `path`, which counts in what is left of the value.
    fn tell(&mut self, path: &Path, message: &str);

    /// Remembers that what stands at `path` was filled in, although something else was told.
    fn doubt(&mut self, path: &Path);

    /// Remembers that the element at `path` was left out of its list.
    fn leave_out(&mut self, path: &Path);
}

/// Reads `value`; nothing, if even the rest is of no use.
pub(crate) fn read<T>(
    mut value: Value,
    read: &dyn Fn(Value) -> Result<T, SectionError>,
    mistakes: &mut dyn Mistakes,
) -> Option<T> {
    // Members that were wrong are not missing, too.
    let mut removed = Vec::<Path>::new();
    for _ in 0..MOST {
        let flaw = match read(value.clone()) {
            Ok(result) => return Some(result),
            Err(flaw) => flaw,
        };
        let path = Path::resolve(&value, &flaw.path);
        let gone = if let Some(key) = missing_key(&flaw) {
            let member = path.key(key);
            if removed.contains(&member) {
                mistakes.doubt(&member);
            } else {
                mistakes.tell(&path, &flaw.message);
            }
            match filled(&value, &member, read) {
                Some(filled) => {
                    value = filled;
                    continue;
                }
                None => path,
            }
        } else {
            mistakes.tell(&path, &flaw.message);
            // Nor is what was only misspelt.
            removed.extend(reading::meant_key(&flaw.message).map(|key| path.parent().key(key)));
            path
        };
        let (Some(step), Some(container)) = (gone.steps().last(), gone.parent().within_mut(&mut value))
        else {
            return None;
        };
        match (step, container) {
            (Step::Key(key), Value::Object(members)) if members.contains_key(key) => {
                members.shift_remove(key);
                removed.push(gone);
            }
            (Step::Index(index), Value::Array(values)) if *index < values.len() => {
                mistakes.leave_out(&gone);
                values.remove(*index);
            }
            _ => return None,
        }
    }
    None
}

/// The key whose absence a type complains about.
pub(crate) fn missing_key(flaw: &SectionError) -> Option<&str> {
    missing_in(&flaw.message)
}

/// The key that a message says is missing.
pub(crate) fn missing_in(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// The value with something at `member` that its type accepts.
fn filled<T>(value: &Value, member: &Path, read: &dyn Fn(Value) -> Result<T, SectionError>) -> Option<Value> {
    let Some(Step::Key(key)) = member.steps().last() else { return None };
    [json!(""), json!(0), json!(false), json!([]), json!({})].into_iter().find_map(|filling| {
        let mut value = value.clone();
        member.parent().within_mut(&mut value)?.as_object_mut()?.insert(key.clone(), filling);
        let fits = match read(value.clone()) {
            Ok(_) => true,
            Err(flaw) => {
                let path = Path::resolve(&value, &flaw.path);
                let is_missing = missing_key(&flaw) == Some(key.as_str()) && path == member.parent();
                !is_missing && !path.steps().starts_with(member.steps())
            }
        };
        fits.then_some(value)
    })
}
