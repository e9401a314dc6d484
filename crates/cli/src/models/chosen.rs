//! A model that a person named, and where `agents.defaults` says which models there are.
//!
//! Separate because every command here begins with a name.

use clawdia::config::edit::ConfigPath;
use clawdia::{Host, HostError, ModelRef};

use crate::failure::{Failure, warn};
use crate::process;

/// Finds the model that `name` means, also among those that were discovered earlier. Warns of one that nobody knows.
pub(super) fn resolve(host: &Host, name: &str) -> Result<ModelRef, Failure> {
    let reference = process::block_on(async {
        let reference = host.find(name).await?;
        // Says no for a provider that nobody has.
        host.describe(&reference).await?;
        Ok::<_, HostError>(reference)
    })??;
    if !host.knows(&reference) {
        warn(&format!(
            "nobody knows a model `{}` of `{}`; it is taken as it is, and calls will show whether it exists",
            reference.model, reference.provider
        ));
    }
    Ok(reference)
}

/// The configuration, which must be right: a name may be one that it gives.
pub(super) fn host() -> Result<Host, Failure> {
    Ok(Host::load(process::environment())?)
}

/// The path of `agents.defaults`, and on.
pub(super) fn defaults(key: &str) -> ConfigPath {
    ConfigPath::root().key("agents").key("defaults").key(key)
}
