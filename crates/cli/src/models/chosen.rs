//! A model that a person named, and where `agents.defaults` says which models there are.
//!
//! Separate because every command here begins with a name.

use clawdia::config::edit::ConfigPath;
use clawdia::{Host, HostError, ModelRef};

use crate::failure::{Failure, warn};
use crate::process;

/// Finds the model that `name` means, also among those that were discovered earlier. Warns of one that nobody knows.
pub(super) fn resolve(host: &Host, name: &str) -> Result<ModelRef, Failure> {
    let (reference, described) = process::block_on(async {
        let reference = host.find(name).await?;
        // Says no for a provider that nobody has.
        let described = host.describe(&reference).await;
        Ok::<_, HostError>((reference, described))
    })??;
    described.map_err(|error| {
        let nearest = match &error {
            HostError::UnknownProvider { suggestion: None, .. } => host.nearest(&reference),
            _ => None,
        };
        let failure = Failure::from(error);
        match nearest {
            Some(nearest) => failure.with_hint(format!("did you mean `{nearest}`?")),
            None => failure,
        }
    })?;
    if let Some((remark, advice)) = host.remark_on(&reference) {
        let advice = advice
            .unwrap_or_else(|| "it is taken as it is, and calls will show whether it exists".to_owned());
        warn(&format!("{remark}; {advice}"));
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
