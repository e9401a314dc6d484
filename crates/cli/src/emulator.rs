//! `clawdia emulator`: a local Amazon Bedrock endpoint for any AWS SDK.
//!
//! Separate from the emulator itself, which is a library: this is only what it takes to run it from a shell.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use clawdia_bedrock_emulator::{
    ACTIONS, CredentialSource, Emulator, EmulatorBuilder, ModelAccess, StartError,
};
use tempfile::TempDir;

use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output::Output;
use crate::process;
use crate::status::Status;

/// The arguments of `clawdia emulator`.
#[derive(Debug, Args)]
pub(crate) struct EmulatorArguments {
    /// The port to listen on; 0 takes a free one
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// The region to play
    #[arg(long, value_name = "REGION", default_value = "us-east-1", value_parser = region)]
    region: String,
    /// The account to play
    #[arg(long, value_name = "NUMBER", default_value = "123456789012", value_parser = account)]
    account: String,
    /// A guardrail that requests may name; may be given again for more
    #[arg(long = "guardrail", value_name = "ID")]
    guardrails: Vec<String>,
    /// An application inference profile, and the model or profile behind it; may be given again for more
    #[arg(long = "application-profile", value_name = "ID=MODEL", value_parser = pair)]
    application_profiles: Vec<(String, String)>,
    /// A model that the account has no access to, by its id without geography; may be given again for more
    #[arg(long = "no-access", value_name = "MODEL", value_parser = model)]
    no_access: Vec<String>,
    /// An action that is denied, such as bedrock:ListInferenceProfiles; may be given again for more
    #[arg(long = "deny", value_name = "ACTION", value_parser = actions)]
    denied: Vec<Actions>,
    /// How many inference profiles are listed at a time
    #[arg(long, value_name = "N", default_value = "100")]
    page_size: NonZeroUsize,
    /// Where programs find their credentials
    #[arg(long, value_name = "SOURCE", value_enum, default_value_t = Source::Keys)]
    credentials: Source,
    /// The name of the role that the credentials are for, where they are for a role
    #[arg(long, value_name = "NAME", default_value = "clawdia-host")]
    role: String,
    /// How long temporary credentials live at most
    #[arg(long, value_name = "SECONDS")]
    credential_lifetime: Option<u64>,
    /// The directory for the files that a source of credentials needs; otherwise one that is removed at the end
    #[arg(long, value_name = "DIRECTORY")]
    home: Option<PathBuf>,
}

/// A source of credentials, as it is written in a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Source {
    /// Access keys in variables
    Keys,
    /// Access keys in the shared credentials file
    Files,
    /// The role of an EC2 instance, from its metadata service
    Instance,
    /// The role of an ECS task, from the agent of its container
    Container,
    /// The role of a pod, from EKS Pod Identity
    Pod,
    /// A role assumed with a web identity token, as in EKS with IRSA
    WebIdentity,
    /// A role assumed by a profile with other access keys
    Role,
    /// A login with IAM Identity Center
    Sso,
}

/// What makes an SDK overlook the source that it is given, and is therefore taken out of a shell.
const IN_THE_WAY: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_PROFILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    // Endpoints of single services stand over the one for all.
    "AWS_ENDPOINT_URL_BEDROCK",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
];

/// The shared files, which an SDK reads before it asks others: a `[default]` of the person's own would be found first.
const SHARED_FILES: [&str; 2] = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];

/// A file with nothing in it.
const EMPTY: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// Serves until Ctrl-C.
pub(crate) fn run(arguments: &EmulatorArguments) -> Result<Status, Failure> {
    process::block_on(async {
        let mut interrupts = Interrupts::listen().await;
        let emulator = builder(arguments).start().await.map_err(|error| match error {
            StartError::Listen { port, source } => {
                Failure::refused(format!("could not listen on 127.0.0.1:{port}"))
                    .because(&source)
                    .with_hint("choose another port with --port, or 0 for any free one")
            }
            error => Failure::refused("could not start the emulator").because(&error),
        })?;
        // Lives as long as programs may look for its files.
        let temporary = TempDir::new();
        let home = match (&arguments.home, &temporary) {
            (Some(home), _) => std::path::absolute(home),
            (None, Ok(temporary)) => Ok(temporary.path().to_owned()),
            (None, Err(error)) => Err(std::io::Error::new(error.kind(), error.to_string())),
        };
        let greeting = home.and_then(|home| greeting(&emulator, arguments.credentials, &home));
        let greeting = greeting.map_err(|error| {
            Failure::refused("could not write the files that lead to the credentials")
                .because(&error)
                .with_hint("choose another directory with --home")
        })?;
        let (output, written) = Output::to(std::io::stdout());
        // Whether anybody reads it or not, the emulator is there.
        let _ = output.write(greeting).await;
        drop(output);
        written.wait().await?;
        interrupts.pressed().await;
        emulator.shutdown().await;
        // Ctrl-C is how it is meant to end.
        Ok(Status::Done)
    })?
}

fn builder(arguments: &EmulatorArguments) -> EmulatorBuilder {
    let role = arguments.role.as_str();
    let mut builder = Emulator::builder()
        .port(arguments.port)
        .region(arguments.region.as_str())
        .account(arguments.account.as_str())
        .page_size(arguments.page_size.get());
    for id in &arguments.guardrails {
        builder = builder.guardrail(id.as_str());
    }
    for (id, model) in &arguments.application_profiles {
        builder = builder.application_profile(id.as_str(), model.as_str());
    }
    for model in &arguments.no_access {
        builder = builder.model_access(model.as_str(), ModelAccess::NoAgreement);
    }
    for action in arguments.denied.iter().flat_map(|actions| &actions.0) {
        builder = builder.deny(*action);
    }
    if let Some(seconds) = arguments.credential_lifetime {
        builder = builder.credential_lifetime(Duration::from_secs(seconds));
    }
    match arguments.credentials {
        Source::Keys | Source::Files => builder,
        Source::Instance => builder.instance_role(role),
        Source::Container | Source::Pod => builder.container_role(role),
        Source::WebIdentity | Source::Role => builder.role(role),
        Source::Sso => builder.sso_role(role),
    }
}

/// What a shell can evaluate to point AWS SDKs at the emulator.
fn greeting(emulator: &Emulator, source: Source, home: &Path) -> std::io::Result<String> {
    let source = match source {
        Source::Keys => CredentialSource::AccessKeys,
        Source::Files => CredentialSource::SharedFiles,
        Source::Instance => CredentialSource::InstanceRole,
        Source::Container => CredentialSource::Container,
        Source::Pod => CredentialSource::PodIdentity,
        Source::WebIdentity => CredentialSource::WebIdentity,
        Source::Role => CredentialSource::AssumedRole,
        Source::Sso => CredentialSource::SingleSignOn,
    };
    let mut variables = if source == CredentialSource::AccessKeys {
        emulator.environment()
    } else {
        emulator.surroundings(source, home)?
    };
    for name in SHARED_FILES {
        if !variables.iter().any(|(set, _)| *set == name) {
            variables.insert(1, (name, EMPTY.to_owned()));
        }
    }
    let is_set = |name: &&&str| variables.iter().any(|(set, _)| set == *name);
    let others: Vec<&str> = IN_THE_WAY.iter().filter(|name| !is_set(name)).copied().collect();
    let mut lines = vec![format!("# Amazon Bedrock, emulated, is listening on {}", emulator.url())];
    lines.push(format!("unset {}", others.join(" ")));
    lines.extend(variables.into_iter().map(|(name, value)| format!("export {name}={}", quoted(&value))));
    lines.push("# Ctrl-C ends it.\n".to_owned());
    Ok(lines.join("\n"))
}

/// The actions that one argument means.
#[derive(Debug, Clone)]
struct Actions(Vec<&'static str>);

/// Reads an action as IAM does: capitals do not matter, and `*` stands for anything at the end.
fn actions(text: &str) -> Result<Actions, String> {
    let wanted = text.to_ascii_lowercase();
    let is_meant = |action: &&&str| {
        let action = action.to_ascii_lowercase();
        wanted.strip_suffix('*').map_or(action == wanted, |start| action.starts_with(start))
    };
    let meant: Vec<_> = ACTIONS.iter().filter(is_meant).copied().collect();
    if meant.is_empty() { Err(no_such("action", text, ACTIONS.iter().copied())) } else { Ok(Actions(meant)) }
}

/// Reads the id of a model that the emulator has.
fn model(text: &str) -> Result<String, String> {
    if Emulator::model_ids().any(|id| id == text) {
        return Ok(text.to_owned());
    }
    Err(no_such("model", text, Emulator::model_ids()))
}

/// Reads the id of a model or of a profile in front of one, such as `us.amazon.nova-lite-v1:0`.
fn model_or_profile(text: &str) -> Result<String, String> {
    let behind = text.split_once('.').map_or(text, |(_, id)| id);
    if text.starts_with("arn:") || Emulator::model_ids().any(|id| id == text || id == behind) {
        return Ok(text.to_owned());
    }
    Err(no_such("model", text, Emulator::model_ids()))
}

/// What has the shape of a region: `us-east-1`, `us-gov-west-1`.
fn region(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|letter| letter.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number]
            if words.len() >= 2 && words.iter().all(is_word) && number.parse::<u8>().is_ok() =>
        {
            Ok(text.to_owned())
        }
        _ => Err("must be a region, for example us-east-1".to_owned()),
    }
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("must be an account's number of 12 digits, for example 123456789012".to_owned())
    }
}

fn no_such<'a>(what: &str, text: &str, known: impl Iterator<Item = &'a str>) -> String {
    match known.min_by_key(|known| distance(&text.to_lowercase(), &known.to_lowercase())) {
        Some(nearest) => format!("there is no such {what}; did you mean {nearest}?"),
        None => format!("there is no such {what}"),
    }
}

/// How many letters have to be put in, left out or changed to make one text of another.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for column in 0..other.len() {
            let changed = diagonal + usize::from(letter != other[column]);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((id, backing)) if !id.is_empty() && !backing.is_empty() => {
            Ok((id.to_owned(), model_or_profile(backing)?))
        }
        _ => Err("must be ID=MODEL, for example team=amazon.nova-lite-v1:0".to_owned()),
    }
}

/// A text as a shell reads it literally.
fn quoted(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:@+".contains(character);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
