//! `clawdia models status`: what agents use, and as whom and where providers call.
//!
//! Separate from `list`, which tells what there is to use, and from `doctor`, which looks for the reason when something
//! does not work.

use std::collections::BTreeSet;

use anstyle::{AnsiColor, Style};
use clap::Args;
use clawdia::core::{Determined, ProviderStatus};
use clawdia::{Host, ModelRef, ProviderError, ProviderId};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};

use super::probe::{self, Probed};
use crate::failure::{Failure, hint, warn};
use crate::output::{print, printable};
use crate::status::Status;
use crate::{process, spinner, width};

const NAME: Style = AnsiColor::Cyan.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default();
/// Credentials that end before this are about to: those that can be renewed are by then.
const SOON_MS: u64 = 5 * 60 * 1_000;

/// The arguments of `clawdia models status`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct StatusArguments {
    /// Say with the exit status whether credentials are there
    #[arg(long)]
    check: bool,
    /// Call the default model and its fallbacks, each with a tiny request
    #[arg(long)]
    probe: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Exit status with --check: 0 the providers of the default model and its fallbacks (without a default model, all of which \
something is known) have credentials; 1 some have none, or expired ones, or the configuration cannot be read; 2 some have \
credentials that end within 5 minutes, since they could not be renewed. With --probe: 1 when a call failed. Otherwise: 0, or 2 when the configuration \
cannot be read.

--json writes one object: {default, fallbacks, aliases, providers: [{id, api, credentials, expiresAt, region, endpoint, \
problem}], probes}. `credentials`, `region` and `endpoint` are {value, origin} or null, `expiresAt` is in milliseconds since \
1970, `problem` is {kind, message, hint} or null, and `probes` is there with --probe: [{model, outcome, latencyMs, cost, \
message, hint}], where `outcome` is `ok` or the kind of the failure.";

/// A provider, as whom and where it calls.
struct Examined {
    id: ProviderId,
    api: Option<&'static str>,
    status: ProviderStatus,
}

/// What `--check` says of credentials; later ones are worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Health {
    Good,
    Expiring,
    Missing,
}

/// Shows it.
pub(super) fn run(arguments: &StatusArguments) -> Result<Status, Failure> {
    let host = match process::host() {
        Ok(host) => host,
        Err(error) if arguments.check => {
            // With --check, 2 says something else: see the help.
            return Err(Failure::from(error).with_status(Status::Failed));
        }
        Err(error) => return Err(error.into()),
    };
    let work = async {
        let mut ids = host.providers();
        // One that is used and that nobody has is a problem to show.
        ids.extend(chosen(&host).into_iter().map(|model| model.provider));
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        let providers = join_all(ids.into_iter().map(|id| examine(&host, id))).await;
        let probes = if arguments.probe { Some(probe::all(&host, &chosen(&host)).await) } else { None };
        (providers, probes)
    };
    let (providers, probes) = process::block_on(spinner::during("Asking providers", work))?;
    if arguments.json {
        print(&format!("{:#}\n", as_json(&host, &providers, probes.as_deref())))?;
    } else {
        print(&as_text(&host, &providers, probes.as_deref()))?;
    }
    if host.default_model().is_none() {
        warn("no default model is chosen");
        hint("`clawdia models list` shows which there are, `clawdia models set REF` chooses one");
    }
    let has_failed =
        probes.is_some_and(|probes| probes.is_empty() || probes.iter().any(|probed| probed.error.is_some()));
    if has_failed {
        return Ok(Status::Failed);
    }
    if !arguments.check {
        return Ok(Status::Done);
    }
    Ok(match health(&host, &providers) {
        Health::Good => Status::Done,
        Health::Expiring => Status::Refused,
        Health::Missing => Status::Failed,
    })
}

async fn examine(host: &Host, id: ProviderId) -> Examined {
    match host.provider(&id) {
        Ok(provider) => Examined { api: host.api_of(&id), status: provider.status().await, id },
        Err(error) => {
            let mut status = ProviderStatus::default();
            status.problem = Some(ProviderError::from(error));
            Examined { api: host.api_of(&id), id, status }
        }
    }
}

/// The default model and its fallbacks.
fn chosen(host: &Host) -> Vec<ModelRef> {
    let agent = host.agent();
    agent.model.iter().chain(&agent.fallbacks).cloned().collect()
}

fn health(host: &Host, providers: &[Examined]) -> Health {
    let used = chosen(host).into_iter().map(|reference| reference.provider).collect::<BTreeSet<_>>();
    let now = host.context().now_ms();
    let of = |status: &ProviderStatus| match status.expires_at_ms {
        _ if status.problem.is_some() => Health::Missing,
        Some(end) if end <= now => Health::Missing,
        Some(end) if end <= now.saturating_add(SOON_MS) => Health::Expiring,
        Some(_) | None => Health::Good,
    };
    let missing = used.iter().any(|id| providers.iter().all(|provider| provider.id != *id));
    let relevant = providers.iter().filter(|provider| used.is_empty() || used.contains(&provider.id));
    let worst = relevant.map(|provider| of(&provider.status)).max().unwrap_or(Health::Good);
    if missing { Health::Missing } else { worst }
}

fn as_json(host: &Host, providers: &[Examined], probes: Option<&[Probed]>) -> Value {
    let agent = host.agent();
    let aliases = agent.aliases().map(|(alias, model)| (alias.to_owned(), Value::from(model.to_string())));
    let providers = providers.iter().map(|Examined { id, api, status }| {
        json!({
            "id": id,
            "api": api,
            "credentials": status.credentials,
            "expiresAt": status.expires_at_ms,
            "region": status.region,
            "endpoint": status.endpoint,
            "problem": status.problem.as_ref().map(|problem| json!({
                "kind": problem.kind(), "message": problem.message(), "hint": problem.hint(),
            })),
        })
    });
    let mut value = json!({
        "default": agent.model,
        "fallbacks": agent.fallbacks,
        "aliases": aliases.collect::<Map<_, _>>(),
        "providers": providers.collect::<Vec<_>>(),
    });
    if let Some(probes) = probes {
        value["probes"] = probes.iter().map(Probed::as_json).collect();
    }
    value
}

fn as_text(host: &Host, providers: &[Examined], probes: Option<&[Probed]>) -> String {
    let agent = host.agent();
    let mut lines = Vec::new();
    let default = agent.model.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
    lines.push(format!("{NAME}Default model{NAME:#}  {default}"));
    for (number, fallback) in (1..).zip(&agent.fallbacks) {
        lines.push(format!("{NAME}Fallback {number}{NAME:#}     {fallback}"));
    }
    for (alias, model) in agent.aliases() {
        lines.push(format!("{NAME}Short name{NAME:#}     {alias} = {model}"));
    }
    for Examined { id, api, status } in providers {
        lines.push(String::new());
        lines.push(format!("{NAME}{id}{NAME:#}{}", api.map(|api| format!("  {api}")).unwrap_or_default()));
        let known = [
            ("credentials", &status.credentials),
            ("region", &status.region),
            ("endpoint", &status.endpoint),
        ];
        for (name, determined) in known {
            lines.extend(determined.as_ref().map(|determined| format!("  {name:<13}{}", shown(determined))));
        }
        if let Some(end) = status.expires_at_ms {
            lines.push(format!("  {:<13}{}", "expires", when(end, host.context().now_ms())));
        }
        if let Some(problem) = &status.problem {
            lines.push(format!("  {BAD}{:<13}{BAD:#}{}", "problem", inner(problem.message())));
            lines.extend(problem.hint().map(|hint| format!("  {:<13}{}", "hint", inner(hint))));
        }
    }
    if let Some(probes) = probes {
        lines.push(String::new());
        let is_told = |probed: &Probed| {
            let mut problems = providers.iter().filter(|provider| provider.id == probed.model.provider);
            problems.any(|provider| {
                let kind = provider.status.problem.as_ref().map(ProviderError::kind);
                kind.is_some() && kind == probed.error.as_ref().map(ProviderError::kind)
            })
        };
        lines.extend(probes.iter().map(|probed| probed.as_text(is_told(probed))));
    }
    lines.join("\n") + "\n"
}

/// A text of several lines, in its column and as wide as the terminal.
fn inner(text: &str) -> String {
    const COLUMN: usize = 15;
    let text = text.lines().map(printable).collect::<Vec<_>>().join("\n");
    let lines = match width::of_output() {
        Some(width) => width::wrapped(&text, width.saturating_sub(COLUMN)),
        None => text.lines().map(str::to_owned).collect(),
    };
    lines.join(&format!("\n{}", " ".repeat(COLUMN)))
}

/// A value, with how it was determined unless that says the same again.
fn shown(determined: &Determined) -> String {
    let Determined { value, origin, .. } = determined;
    let text =
        if origin.is_empty() || origin == value { value.clone() } else { format!("{value} ({origin})") };
    printable(&text)
}

/// How long until `end`.
fn when(end: u64, now: u64) -> String {
    let Some(left) = end.checked_sub(now).filter(|left| *left > 0) else { return "expired".to_owned() };
    match left / 60_000 {
        0 => "in less than a minute".to_owned(),
        minutes @ 1..120 => format!("in {minutes} min"),
        minutes => format!("in {} h", minutes / 60),
    }
}
