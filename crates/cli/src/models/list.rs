//! `clawdia models list`: which models there are.
//!
//! Separate from `status`, which says whether they can be called: listing asks sources and calls no model.

use clap::Args;
use clawdia::config::ModelsMode;
use clawdia::core::Freshness;
use clawdia::{Host, ListOptions, Listing, ProviderId};
use serde::Serialize;

use super::cells::{JsonModel, key};
use super::table;
use crate::failure::{Failure, warn};
use crate::output::print;
use crate::status::Status;
use crate::{process, spinner, width};

/// The arguments of `clawdia models list`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ListArguments {
    /// Show the models of this provider only
    #[arg(short, long, value_name = "ID", value_parser = provider_id)]
    provider: Option<ProviderId>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    shape: Shape,
}

/// Whether services are asked.
#[derive(Debug, Args)]
struct Asking {
    /// Ask the services even if a list is kept that is still good
    #[arg(long, conflicts_with = "offline")]
    refresh: bool,
    /// Ask nobody: show what was listed last
    #[arg(long)]
    offline: bool,
}

/// What the list is for.
#[derive(Debug, Args)]
struct Shape {
    /// Write one ref per line
    #[arg(long, conflicts_with = "json")]
    plain: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Models of the configuration come first, in its order; then those that were discovered; then those that agents name. What the \
configuration says of a model goes before what is discovered, and that before what is assumed.

--json writes one object: {count, models: [{key, name, input, contextWindow, maxTokens, cost, source, limitsFrom, available, \
tags}]}. `key` is the ref; `source` is configured, discovered or built-in; `limitsFrom` is config, discovered, facts or default; \
`available`, contextWindow, maxTokens and cost are null where nobody knows. Warnings go to standard error.

Exit status: 0 also with warnings, 1 when every source failed and there is nothing to show, 2 when the command or the \
configuration is wrong.";

/// What `--json` writes.
#[derive(Debug, Serialize)]
struct JsonListing<'a> {
    count: usize,
    models: Vec<JsonModel<'a>>,
}

/// Shows them.
pub(super) fn run(arguments: &ListArguments) -> Result<Status, Failure> {
    let host = process::host()?;
    let Asking { refresh, offline } = arguments.asking;
    let Shape { plain, json } = arguments.shape;
    let mut options = ListOptions::default().with_freshness(match (refresh, offline) {
        (true, _) => Freshness::Refreshed,
        (false, true) => Freshness::Offline,
        (false, false) => Freshness::Cached,
    });
    options.provider.clone_from(&arguments.provider);
    let list = spinner::during("Asking which models there are", host.list(&options));
    let listing = process::block_on(list)??;
    for warning in listing.warnings() {
        warn(&warning);
    }
    let is_empty = listing.models.is_empty();
    if is_empty || refresh {
        for inquiry in &listing.inquiries {
            if let Some(reason) = inquiry.skipped() {
                warn(&format!("{}: {reason}", inquiry.provider));
            }
        }
    }
    let has_failed = is_empty && listing.has_failed();
    print(&if json {
        let models = listing.models.iter().map(JsonModel::of).collect::<Vec<_>>();
        let text = serde_json::to_string_pretty(&JsonListing { count: models.len(), models });
        text.map_err(|error| Failure::failed("could not write the list as JSON").because(&error))? + "\n"
    } else if plain {
        listing.models.iter().map(|listed| key(&listed.model) + "\n").collect()
    } else if has_failed {
        // What went wrong is told above; that there are none is not known.
        String::new()
    } else if is_empty {
        "No models found.\n".to_owned()
    } else {
        table::of(&listing.models, width::of_output())
    })?;
    if is_empty && !has_failed && !json && !plain {
        crate::failure::hint(&what_to_do(&host, &listing));
    }
    Ok(if has_failed { Status::Failed } else { Status::Done })
}

/// What helps somebody who has no models.
fn what_to_do(host: &Host, listing: &Listing) -> String {
    if host.config().models.mode == ModelsMode::Replace {
        return "`models.mode` is `replace`: list models in `models.providers`, or set the mode to `merge`"
            .to_owned();
    }
    if listing.inquiries.iter().any(|inquiry| inquiry.skipped().is_none()) {
        return "the provider has no model for this account in this region; `clawdia doctor` looks for the reason".to_owned();
    }
    "`clawdia doctor` says what is missing; models can also be listed by hand, in `models.providers`"
        .to_owned()
}

/// A provider's id, as people write it.
fn provider_id(text: &str) -> Result<ProviderId, String> {
    if text.is_empty() || text.chars().any(char::is_whitespace) {
        return Err("use an id, not a label: an id has no blanks, such as `amazon-bedrock`".to_owned());
    }
    Ok(ProviderId::from(text.to_lowercase()))
}
