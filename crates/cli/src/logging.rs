//! Diagnostics on standard error, for those who ask for them.
//!
//! Separate because nothing of it is set up unless `-v` or `CLAWDIA_LOG` is there.

use std::env;
use std::io;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::failure::Failure;

/// Starts writing diagnostics, if the user wants any.
pub(crate) fn start(verbosity: u8) -> Result<(), Failure> {
    let chosen = env::var("CLAWDIA_LOG").ok().filter(|filter| !filter.trim().is_empty());
    let filter = match (chosen, verbosity) {
        (Some(filter), _) => filter,
        (None, 0) => return Ok(()),
        // Only our own crates: what others log below `info` can hold headers, and so credentials.
        (None, 1) => "warn,clawdia=debug".to_owned(),
        (None, _) => "info,clawdia=trace".to_owned(),
    };
    let targets = filter.parse::<Targets>().map_err(|error| {
        Failure::refused(format!("could not read `{filter}` as a filter of diagnostics"))
            .because(&error)
            .with_hint("set CLAWDIA_LOG to something like `clawdia=debug`")
    })?;
    let colours = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(colours);
    tracing_subscriber::registry().with(layer.with_filter(targets)).init();
    Ok(())
}
