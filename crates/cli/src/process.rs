//! What a command takes from the process it runs in: its environment, the host that is configured there, and a runtime.
//!
//! Separate so that all are made inside the command that needs them: `--help` needs none.

use std::env;
use std::future::Future;

use clawdia::{Environment, Host, HostError};

use crate::failure::{Failure, warn};

/// The process's environment. Variables that are no Unicode cannot be anything we read, and are left out.
pub(crate) fn environment() -> Environment {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Loads the configuration and tells the user what is odd about it.
pub(crate) fn host() -> Result<Host, HostError> {
    let host = Host::load(environment())?;
    for warning in host.warnings() {
        warn(warning);
    }
    Ok(host)
}

/// Runs a command to its end. One thread suffices: all a command does is wait for the network and for people.
pub(crate) fn block_on<T>(command: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed("could not start the asynchronous runtime").because(&error))?;
    let outcome = runtime.block_on(command);
    // Not dropped, which would wait for name lookups that nobody needs any more.
    runtime.shutdown_background();
    Ok(outcome)
}
