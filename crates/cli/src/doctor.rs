//! `clawdia doctor`: why a model cannot be called.
//!
//! Separate from `models status`, which shows how things are: here each thing that a call needs is tried in turn, down to
//! a real call, so that the first that fails stands out with what mends it.

mod policy;
mod telling;

use clap::Args;
use clawdia::config::ModelsMode;
use clawdia::core::{CallOutcome, Modality, Outcome, Permission, Step, StepSink as _};
use clawdia::{Host, HostError, ListOptions, ListedModel, ModelRef, Plugins, ProviderId};
use serde_json::json;

use crate::failure::Failure;
use crate::interrupt::ended_by_signal;
use crate::models::probe;
use crate::output::print;
use crate::process;
use crate::spinner::Sign;
use crate::status::Status;
use telling::Telling;

/// The arguments of `clawdia doctor`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DoctorArguments {
    /// The model to call: a ref, or a short name. Default is the one that agents use
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,
    /// Write JSON
    #[arg(long)]
    json: bool,
    /// Print the smallest IAM policy that suffices, and nothing else
    #[arg(long, conflicts_with_all = ["model", "json"])]
    policy: bool,
}

const AFTER_HELP: &str = "\
Tries in turn what a call needs: the configuration, the provider's credentials, region and endpoint, the connection, \
permissions and access to the model, each by what they are for; and last a call for one token, which costs next to nothing, \
and says which permissions and quotas it met. A step whose condition fails is skipped. Without a model to call, the cheapest \
that is listed is called. Ctrl-C ends it; what was found until then has been told.

--json writes one object: {ok, model, steps: [{name, outcome, detail, remedy}]}, where `outcome` is ok, notOk or skipped. \
`ok` is true when nothing is wrong and a model was called.

Exit status: 0 when nothing is wrong and a model answered, 1 when something is wrong or no model could be called, 2 when the \
command is wrong, 130 when it was interrupted.";

/// Finds out.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<Status, Failure> {
    if arguments.policy {
        let plugins = Plugins::linked().map_err(HostError::from)?;
        let host = Host::load(process::environment()).unwrap_or_else(|_| policy::bare_host(plugins));
        print(&format!("{:#}\n", process::block_on(policy::of(&host))?))?;
        return Ok(Status::Done);
    }
    let name = arguments.model.as_deref();
    let sign = Sign::of("Trying what a call needs");
    let mut telling = Telling::new(&sign, !arguments.json);
    let mut model = None;
    let mut interrupted = None;
    match process::host() {
        Ok(host) => process::block_on(async {
            tokio::select! {
                () = sign.during(examine(&host, name, &mut model, &mut telling)) => {}
                status = ended_by_signal() => interrupted = Some(status),
            }
        })?,
        Err(error) => telling.done(not_ok("configuration", &error)),
    }
    sign.wipe();
    let steps = telling.steps()?;
    let is_called = steps.iter().any(|step| step.name == CALL && step.outcome == Outcome::Ok);
    let is_ok = is_called && steps.iter().all(|step| step.outcome != Outcome::NotOk);
    if arguments.json {
        print(&format!("{:#}\n", json!({ "ok": is_ok, "model": model, "steps": steps })))?;
    }
    match interrupted {
        None if is_ok => Ok(Status::Done),
        None => Ok(Status::Failed),
        Some(status) if status == i32::from(Status::Interrupted.code()) => Ok(Status::Interrupted),
        Some(status) => std::process::exit(status),
    }
}

const CONFIGURATION: &str = "configuration";
const PROVIDER: &str = "provider";
const MODEL: &str = "model";
const CALL: &str = "call";

/// Tells how each step went, and which model it is all about.
async fn examine(host: &Host, name: Option<&str>, model: &mut Option<ModelRef>, telling: &mut Telling<'_>) {
    let path = host.config_path().map(|path| path.display().to_string());
    telling.done(Step::ok(CONFIGURATION, path.unwrap_or_else(|| "none, the defaults hold".to_owned())));
    let Ok(chosen) = chosen(host, name, telling).await else { return };
    model.clone_from(&chosen);
    let providers = match &chosen {
        Some(model) => vec![model.provider.clone()],
        None => host.providers(),
    };
    let mut unreachable = Vec::new();
    for id in &providers {
        telling.begin(Some(id).filter(|_| providers.len() > 1));
        let before = telling.count();
        reach(host, id, telling).await;
        let failed = telling.failed_since(before);
        match &failed {
            Some(failed) => skip_lists(host, id, &format!("`{failed}` comes first"), telling),
            None if host.config().models.mode == ModelsMode::Replace => {
                skip_lists(
                    host,
                    id,
                    "`models.mode` is `replace`, so that nobody is asked for models",
                    telling,
                );
            }
            None => list(host, id, chosen.as_ref(), telling).await,
        }
        unreachable.extend(failed.map(|failed| (id.clone(), failed)));
    }
    telling.begin(None);
    if let (Some(model), Some((_, failed))) = (&chosen, unreachable.first()) {
        return skip_call(host, Some(model), &format!("`{failed}` comes first"), telling).await;
    }
    // Neither the permission to list models nor what the list says of one decides: the call itself shows whether it works.
    let called = match chosen {
        Some(model) => Some(model),
        None => cheapest(host, &unreachable, telling).await,
    };
    model.clone_from(&called);
    if let Some(model) = called {
        return call(host, &model, telling).await;
    }
    let reason = "not proved: no call was made, since no model is chosen and none could be listed";
    telling.done(Step::skipped(CALL, reason).with_remedy("clawdia doctor --model REF"));
}

/// The model to examine, if one is named or configured. What stands in for a configured one is looked at as well. An
/// error has been told of, and nothing that comes after it was tried.
async fn chosen(host: &Host, name: Option<&str>, telling: &mut Telling<'_>) -> Result<Option<ModelRef>, ()> {
    let model = match name {
        Some(name) => match host.find(name).await {
            Ok(model) => Some(model),
            Err(error) => {
                // Providers know names; one that cannot be connected may know this one.
                let providers = host.providers();
                let unconnected = providers.iter().find_map(|id| host.provider(id).err());
                let step = match unconnected.filter(|_| matches!(error, HostError::UnknownName(_))) {
                    Some(unconnected) => not_ok(PROVIDER, &unconnected),
                    None => not_ok(MODEL, &error),
                };
                let reason = format!("`{}` comes first", step.name);
                telling.done(step);
                skip_call(host, None, &reason, telling).await;
                return Err(());
            }
        },
        None => host.default_model().cloned(),
    };
    let Some(model) = model else { return Ok(None) };
    let step = known(host, MODEL, &model).await;
    let failed = (step.outcome == Outcome::NotOk).then(|| step.name.clone());
    telling.done(step);
    if name.is_none() {
        for (number, fallback) in (1..).zip(&host.agent().fallbacks) {
            telling.done(known(host, &format!("fallback {number}"), fallback).await);
        }
    }
    if let Some(failed) = failed {
        let reason = format!("`{failed}` comes first");
        skip_lists(host, &model.provider, &reason, telling);
        skip_call(host, Some(&model), &reason, telling).await;
        return Err(());
    }
    Ok(Some(model))
}

/// Whether there is a provider for a model, and whether anybody knows the model.
async fn known(host: &Host, name: &str, model: &ModelRef) -> Step {
    match host.describe(model).await {
        Ok(_) if host.knows(model) => Step::ok(name, model.to_string()),
        Ok(_) => Step::ok(name, format!("{model}, which nobody knows; a call will show whether it exists")),
        // What is wrong with the provider is no fault of the model.
        Err(error @ HostError::Connect { .. }) if name == MODEL => not_ok(PROVIDER, &error),
        Err(error) => not_ok(name, &error),
    }
}

/// Tries what calls of a provider need, short of a call.
async fn reach(host: &Host, id: &ProviderId, telling: &mut Telling<'_>) {
    match host.provider(id) {
        Ok(provider) => provider.examine(telling).await,
        Err(error) => telling.done(not_ok(PROVIDER, &error)),
    }
}

/// Tries what it takes to list the models of a provider, and to have access to one.
async fn list(host: &Host, id: &ProviderId, model: Option<&ModelRef>, telling: &mut Telling<'_>) {
    match host.sources(id) {
        Ok(sources) => {
            for source in sources {
                source.examine(model.map(|model| &model.model), telling).await;
            }
        }
        Err(error) => telling.done(not_ok("models", &error)),
    }
}

/// Names each permission to list models that was not tried.
fn skip_lists(host: &Host, id: &ProviderId, reason: &str, telling: &mut Telling<'_>) {
    let Some(api) = host.api_of(id) else { return };
    let sources = host.plugins().sources().filter(|plugin| plugin.api == api);
    for Permission { action, .. } in sources.flat_map(|plugin| plugin.permissions) {
        telling.done(Step::skipped(*action, reason));
    }
}

/// Names what takes a call, of which there is none.
async fn skip_call(host: &Host, model: Option<&ModelRef>, reason: &str, telling: &mut Telling<'_>) {
    if let Some(model) = model {
        judge(host, model, CallOutcome::NotMade(reason), telling).await;
    }
    telling.done(Step::skipped(CALL, reason));
}

/// The cheapest of the models that are listed, for when none is chosen: any proves that calls work.
async fn cheapest(
    host: &Host,
    unreachable: &[(ProviderId, String)],
    telling: &mut Telling<'_>,
) -> Option<ModelRef> {
    let listing = host.list(&ListOptions::default()).await.ok()?;
    let is_usable = |listed: &&ListedModel| {
        let provider = &listed.model.provider;
        listed.has_prices
            && listed.available == Some(true)
            && listed.model.input.contains(&Modality::Text)
            && unreachable.iter().all(|(id, _)| id != provider)
    };
    let price = |listed: &ListedModel| listed.model.cost.input + listed.model.cost.output;
    let usable = listing.models.iter().filter(is_usable);
    let found = usable.min_by(|one, other| price(one).total_cmp(&price(other)))?;
    let reference = found.model.reference();
    telling.done(Step::ok(MODEL, format!("{reference}, the cheapest that is listed, since none is chosen")));
    Some(reference)
}

/// Calls the model for one token, and tells what that shows.
async fn call(host: &Host, model: &ModelRef, telling: &mut Telling<'_>) {
    telling.trying(CALL);
    let probed = probe::call(host, model, 1).await;
    let outcome = probed.error.as_ref().map_or(CallOutcome::Answered, CallOutcome::Failed);
    judge(host, model, outcome, telling).await;
    telling.done(match &probed.error {
        None => Step::ok(CALL, format!("{model} answered: {}", probed.cost_and_time())),
        Some(error) => {
            // The code begins the message, as the service's name or in words.
            let step = Step::not_ok(CALL, error.message());
            match error.hint() {
                Some(hint) => step.with_remedy(hint),
                None => step,
            }
        }
    });
}

/// Lets the provider say what a call shows of the permissions and quotas that it takes.
async fn judge(host: &Host, model: &ModelRef, outcome: CallOutcome<'_>, telling: &mut Telling<'_>) {
    let connected = match host.describe(model).await {
        Ok(described) => host.provider(&model.provider).map(|provider| (provider, described)),
        Err(error) => Err(error),
    };
    if let Ok((provider, described)) = connected {
        return provider.judge(&described, outcome, telling).await;
    }
    // It could not be connected: no call was made.
    let api = host.api_of(&model.provider);
    let plugins = host.plugins().providers().filter(|plugin| Some(plugin.api) == api);
    for Permission { action, .. } in plugins.flat_map(|plugin| plugin.permissions) {
        telling.done(Step::skipped(*action, format!("`{PROVIDER}` comes first")));
    }
}

fn not_ok(name: &str, error: &HostError) -> Step {
    let failure = Failure::from(error);
    let step = Step::not_ok(name, failure.whole());
    match failure.hint().or(remedy(error)) {
        Some(hint) => step.with_remedy(hint),
        None => step,
    }
}

/// What mends an error that does not say so itself.
fn remedy(error: &HostError) -> Option<&'static str> {
    match error {
        HostError::Config(_) => Some("clawdia config validate"),
        HostError::Connect { .. } => Some("correct the setting that is named"),
        HostError::UnknownProvider { suggestion: None, .. } | HostError::UnknownName(_) => {
            Some("clawdia models list")
        }
        _ => None,
    }
}
