//! The parts of a configuration that other crates own.
//!
//! Separate from the document's own keys: a crate claims a place by linking a plugin, checks it with its own type, and
//! the rest of the document is read as if the section were not there.

use clawdia_core::Plugins;
use serde_json::Value;

use crate::findings::Findings;
use crate::path::{Path, Step};
use crate::{reading, unlinked};

/// Checks every section with its owner and gives the document's value without them.
pub(crate) fn take(findings: &mut Findings<'_>, plugins: &Plugins) -> Value {
    let document = findings.document;
    let mut rest = document.value().clone();
    for plugin in plugins.sections() {
        let path = Path::of_pointer(plugin.pointer);
        if let Some(section) = document.value_at(&path) {
            reading::check(findings, &path, section.clone(), &plugin.check, &|_| Vec::new());
            remove(&mut rest, path.steps());
        }
    }
    for (path, owner, line) in unlinked::sections(plugins) {
        if document.value_at(&path).is_some() {
            findings.warn(&path, unlinked::no_effect(owner), unlinked::advice(line));
            remove(&mut rest, path.steps());
        }
    }
    rest
}

/// Removes the value at `steps`, and an object around it that is empty then: nobody else may know its key.
fn remove(value: &mut Value, steps: &[Step]) {
    let (Value::Object(members), [Step::Key(key), below @ ..]) = (value, steps) else { return };
    if let Some(member) = members.get_mut(key)
        && !below.is_empty()
    {
        remove(member, below);
        if member.as_object().is_some_and(|object| !object.is_empty()) {
            return;
        }
    }
    members.shift_remove(key);
}
