//! Crates of this project that a host may leave out, and what a document then asks for in vain.
//!
//! Separate, and names only: the document knows no plugin, but whoever uses a well-known key of a crate that is not linked
//! should hear its name.

use clawdia_core::Plugins;

use crate::path::{Path, Step};

/// Sections: place, owner, and the line that links it.
const SECTIONS: [(&str, &str, &str); 1] =
    [("/models/bedrockDiscovery", "clawdia-discovery", "use clawdia_discovery as _;")];

/// Protocols, with the provider id that their owner brings: protocol, id, owner, and the line that links it.
const PROTOCOLS: [(&str, &str, &str, &str); 1] = [(
    "bedrock-converse-stream",
    "amazon-bedrock",
    "clawdia-provider-bedrock",
    "use clawdia_provider_bedrock as _;",
)];

/// The sections that no linked crate claims: place, owner, and the line that links it.
pub(crate) fn sections(plugins: &Plugins) -> impl Iterator<Item = (Path, &'static str, &'static str)> {
    let is_linked = |pointer: &str| plugins.sections().any(|plugin| plugin.pointer == pointer);
    let unlinked = SECTIONS.into_iter().filter(move |(pointer, ..)| !is_linked(pointer));
    unlinked.map(|(pointer, owner, line)| (Path::of_pointer(pointer), owner, line))
}

/// What is said of a section whose owner is not there.
pub(crate) fn no_effect(owner: &str) -> String {
    format!("this has no effect, since the host does not link `{owner}`")
}

/// What to do to have the owner of a section.
pub(crate) fn advice(line: &str) -> String {
    format!("add `{line}` to it")
}

/// What to do to have a protocol.
pub(crate) fn advice_for_protocol(api: &str) -> Option<String> {
    let (_, _, owner, line) = PROTOCOLS.into_iter().find(|(protocol, ..)| *protocol == api)?;
    Some(format!("`{owner}` does; add `{line}` to the host"))
}

/// What to do to have a provider without any configuration.
pub(crate) fn advice_for_provider(id: &str) -> Option<String> {
    let (_, _, owner, line) = PROTOCOLS.into_iter().find(|(_, owned, ..)| *owned == id)?;
    Some(format!("`{owner}` does; add `{line}` to the host"))
}

/// The keys below `parent` that lead to sections, linked or not.
pub(crate) fn section_keys(parent: &Path, plugins: &Plugins) -> Vec<String> {
    let linked = plugins.sections().map(|plugin| plugin.pointer);
    let places = linked.chain(SECTIONS.map(|(pointer, ..)| pointer)).map(Path::of_pointer);
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
