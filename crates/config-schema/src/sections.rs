//! The parts of a configuration that other crates own.
//!
//! Separate from the document's own keys: a crate claims a place by linking a plugin, checks it with its own type, and
//! the rest of the document is read as if the section were not there.

use clawdia_core::Plugins;
use serde_json::Value;

use crate::document::Document;
use crate::error::{ConfigError, ConfigWarning};
use crate::path::{Path, Step};
use crate::reading;

/// Sections of crates of this workspace that a host may leave out: place, owner, and the line that links it.
const OPTIONAL: [(&str, &str, &str); 1] =
    [("/models/bedrockDiscovery", "clawdia-discovery", "use clawdia_discovery as _;")];

/// The sections that no linked crate claims: place, owner, and the line that links it.
pub(crate) fn unlinked(plugins: &Plugins) -> impl Iterator<Item = (Path, &'static str, &'static str)> {
    let is_linked = |pointer: &str| plugins.sections().any(|plugin| plugin.pointer == pointer);
    let unlinked = OPTIONAL.into_iter().filter(move |(pointer, ..)| !is_linked(pointer));
    unlinked.map(|(pointer, owner, line)| (Path::of_pointer(pointer), owner, line))
}

/// Checks every section with its owner and gives the document's value without them.
pub(crate) fn take(
    document: &Document,
    plugins: &Plugins,
    warnings: &mut Vec<ConfigWarning>,
) -> Result<Value, ConfigError> {
    let mut rest = document.value().clone();
    for plugin in plugins.sections() {
        let path = Path::of_pointer(plugin.pointer);
        if let Some(section) = document.value_at(&path) {
            (plugin.check)(section.clone())
                .map_err(|flaw| reading::error(document, &path, &flaw, &|_| Vec::new()))?;
            remove(&mut rest, path.steps());
        }
    }
    for (path, owner, line) in unlinked(plugins) {
        if document.value_at(&path).is_some() {
            let message =
                format!("this has no effect, since the host does not link `{owner}`; add `{line}` to it");
            warnings.push(document.warning(&path, message));
            remove(&mut rest, path.steps());
        }
    }
    Ok(rest)
}

/// The keys below `parent` that lead to sections.
pub(crate) fn keys_below(parent: &Path, plugins: &Plugins) -> Vec<String> {
    let linked = plugins.sections().map(|plugin| plugin.pointer);
    let places = linked.chain(OPTIONAL.map(|(pointer, ..)| pointer)).map(Path::of_pointer);
    let mut keys = places
        .filter_map(|place| match place.steps().strip_prefix(parent.steps()) {
            Some([Step::Key(key), ..]) => Some(key.clone()),
            Some(_) | None => None,
        })
        .collect::<Vec<_>>();
    keys.sort();
    keys.dedup();
    keys
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
