//! `clawdia doctor`: why a model cannot be called.
//!
//! Separate from `models status`, which shows how things are: here each thing that a call needs is tried in turn, down to
//! a real call, so that the first that fails stands out with what mends it.

mod policy;

use anstyle::{AnsiColor, Style};
use clap::Args;
use clawdia::core::{Outcome, Step};
use clawdia::{Host, HostError, ModelRef, Plugins, ProviderId};
use serde_json::json;

use crate::failure::Failure;
use crate::models::probe;
use crate::output::{print, printable};
use crate::status::Status;
use crate::{process, spinner};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();
/// The column in which what was found begins.
const INDENT: usize = 10;

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
permissions and access to the model, each by what they are for; and last a call for one token, which costs next to nothing. A \
step whose condition fails is skipped.

--json writes one object: {ok, model, steps: [{name, outcome, detail, remedy}]}, where `outcome` is ok, notOk or skipped.

Exit status: 0 when nothing is wrong, 1 when something is, 2 when the command is wrong.";

/// Finds out.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<Status, Failure> {
    if arguments.policy {
        let plugins = Plugins::linked().map_err(HostError::from)?;
        print(&format!("{:#}\n", policy::of(&plugins)))?;
        return Ok(Status::Done);
    }
    let name = arguments.model.as_deref();
    let (model, steps) = match process::host() {
        Ok(host) => process::block_on(spinner::during("Trying what a call needs", examine(&host, name)))?,
        Err(error) => (None, vec![not_ok("configuration", &error).with_remedy("clawdia config validate")]),
    };
    let is_ok = steps.iter().all(|step| step.outcome != Outcome::NotOk);
    print(&if arguments.json {
        format!("{:#}\n", json!({ "ok": is_ok, "model": model, "steps": steps }))
    } else {
        steps.iter().map(as_text).collect()
    })?;
    Ok(if is_ok { Status::Done } else { Status::Failed })
}

/// What is examined, and how each step went.
async fn examine(host: &Host, name: Option<&str>) -> (Option<ModelRef>, Vec<Step>) {
    let path = host.config_path().map(|path| path.display().to_string());
    let mut steps =
        vec![Step::ok("configuration", path.unwrap_or_else(|| "none, the defaults hold".to_owned()))];
    let model = match name {
        Some(name) => match host.find(name).await {
            Ok(model) => Some(model),
            Err(error) => {
                steps.push(not_ok("model", &error).with_remedy("clawdia models list"));
                return (None, steps);
            }
        },
        None => host.default_model().cloned(),
    };
    let providers = match &model {
        Some(model) => {
            steps.push(match host.describe(model).await {
                Ok(_) if host.knows(model) => Step::ok("model", model.to_string()),
                Ok(_) => Step::ok(
                    "model",
                    format!("{model}, which nobody knows; a call will show whether it exists"),
                ),
                Err(error) => not_ok("model", &error).with_remedy("clawdia models list"),
            });
            vec![model.provider.clone()]
        }
        None => host.providers(),
    };
    let mut unreachable = None;
    for id in &providers {
        let mut found = reach(host, id).await;
        let failed = found.iter().find(|step| step.outcome == Outcome::NotOk).map(|step| step.name.clone());
        found.extend(match &failed {
            Some(failed) => vec![comes_first("models", failed)],
            None => list(host, id, model.as_ref()).await,
        });
        if providers.len() > 1 {
            for step in &mut found {
                step.name = format!("{id}: {}", step.name);
            }
        }
        steps.append(&mut found);
        unreachable = unreachable.or(failed);
    }
    let unreachable = unreachable.or_else(|| {
        let failed = steps.iter().find(|step| step.outcome == Outcome::NotOk && step.name == "model");
        failed.map(|step| step.name.clone())
    });
    // Neither the permission to list models nor what the list says of one decides: the call itself shows whether it works.
    steps.push(match (&model, unreachable) {
        (None, _) => Step::skipped("call", "no model is chosen")
            .with_remedy("clawdia doctor --model REF, with one that `clawdia models list` shows"),
        (Some(_), Some(failed)) => comes_first("call", &failed),
        (Some(model), None) => call(host, model).await,
    });
    (model, steps)
}

/// A step that was not tried, since another has to go well before it.
fn comes_first(name: &str, failed: &str) -> Step {
    Step::skipped(name, format!("`{failed}` comes first"))
}

/// Tries what calls of a provider need, short of a call.
async fn reach(host: &Host, id: &ProviderId) -> Vec<Step> {
    match host.provider(id) {
        Ok(provider) => provider.examine().await,
        Err(error) => vec![not_ok("provider", &error).with_remedy("clawdia config validate")],
    }
}

/// Tries what it takes to list the models of a provider, and to have access to one.
async fn list(host: &Host, id: &ProviderId, model: Option<&ModelRef>) -> Vec<Step> {
    let sources = match host.sources(id) {
        Ok(sources) => sources,
        Err(error) => return vec![not_ok("models", &error)],
    };
    let mut steps = Vec::new();
    for source in sources {
        steps.extend(source.examine(model.map(|model| &model.model)).await);
    }
    steps
}

/// Calls the model for one token.
async fn call(host: &Host, model: &ModelRef) -> Step {
    let probed = probe::call(host, model, 1).await;
    match &probed.error {
        None => Step::ok("call", format!("{model} answered: {}", probed.cost_and_time())),
        Some(error) => {
            let what = match error.code() {
                Some(code) => format!("{code}: {}", error.message()),
                None => error.message().to_owned(),
            };
            let step = Step::not_ok("call", what);
            match error.hint() {
                Some(hint) => step.with_remedy(hint),
                None => step,
            }
        }
    }
}

fn not_ok(name: &str, error: &HostError) -> Step {
    let failure = Failure::from(error);
    let step = Step::not_ok(name, failure.whole());
    match failure.hint() {
        Some(hint) => step.with_remedy(hint),
        None => step,
    }
}

fn as_text(step: &Step) -> String {
    let (style, word) = match step.outcome {
        Outcome::Ok => (GOOD, "ok"),
        Outcome::NotOk => (BAD, "not ok"),
        _ => (DIM, "skipped"),
    };
    let indent = " ".repeat(INDENT);
    let inner = |text: &str| text.lines().map(printable).collect::<Vec<_>>().join(&format!("\n{indent}"));
    let pad = " ".repeat(INDENT - word.len());
    let found = format!("{style}{word}{style:#}{pad}{}: {}\n", printable(&step.name), inner(&step.detail));
    let remedy = step.remedy.as_ref().map(|remedy| format!("{indent}→ {}\n", inner(remedy)));
    found + &remedy.unwrap_or_default()
}
