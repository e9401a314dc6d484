//! Following the reference to a provider's key.
//!
//! Separate from reading the configuration, which asks nobody: a key is looked up when its provider is connected, and what
//! comes of it stays in memory. Errors name the reference and never what was found.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use clawdia_config_schema::{SecretConfig, SecretReference};
use clawdia_core::{Environment, ErrorKind, ProviderError, Secret};

/// A key is a line. What is longer is something else, and nobody should wait for the end of it.
const LONGEST: u64 = 64 * 1024;

/// The secret itself. Paths that are not absolute begin at `directory`.
pub(crate) fn resolve(
    secret: &SecretConfig,
    environment: &Environment,
    directory: Option<&Path>,
) -> Result<Secret, ProviderError> {
    let reference = match secret {
        SecretConfig::Text(secret) => return Ok(secret.clone()),
        SecretConfig::Reference(reference) => reference,
        _ => {
            return Err(ProviderError::new(ErrorKind::Other, "this kind of reference to a key is not known"));
        }
    };
    let refuse = |flaw: String, hint: String| {
        ProviderError::new(ErrorKind::Auth, flaw)
            .with_attempt(format!("take the provider's key from {reference}"))
            .with_hint(hint)
    };
    let text = match reference {
        SecretReference::Env { name } => match environment.get(name) {
            Some(text) => text.to_owned(),
            None => {
                return Err(refuse("it is not set".to_owned(), format!("set `{name}`, or change `apiKey`")));
            }
        },
        SecretReference::File { path } => read_file(&expand(path, environment, directory))
            .map_err(|error| refuse(error.to_string(), "check the file, or change `apiKey`".to_owned()))?,
        SecretReference::Exec { command, timeout_seconds } => {
            run(command, environment, Duration::from_secs(*timeout_seconds)).map_err(|flaw| {
                refuse(flaw, "run it by hand to see what it says, or change `apiKey`".to_owned())
            })?
        }
        _ => {
            return Err(refuse(
                "this kind of reference is not known".to_owned(),
                "change `apiKey`".to_owned(),
            ));
        }
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(refuse(
            "there is nothing in it".to_owned(),
            "put the key there, or change `apiKey`".to_owned(),
        ));
    }
    Ok(Secret::new(text))
}

fn expand(path: &str, environment: &Environment, directory: Option<&Path>) -> PathBuf {
    let home = environment.get("HOME").or_else(|| environment.get("USERPROFILE"));
    match (path.strip_prefix("~/"), home, directory) {
        (Some(rest), Some(home), _) => Path::new(home).join(rest),
        // Joined with an absolute path, the directory gives way to it.
        (_, _, Some(directory)) => directory.join(path),
        (_, _, None) => PathBuf::from(path),
    }
}

fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// What a command writes. It gets no input; what it says to standard error goes where ours goes.
fn run(command: &[String], environment: &Environment, limit: Duration) -> Result<String, String> {
    let Some((program, arguments)) = command.split_first() else {
        return Err("the command is empty".to_owned());
    };
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(environment.iter());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such program".to_owned(),
        _ => error.to_string(),
    })?;
    let Some(mut output) = child.stdout.take() else { return Err("it has no output".to_owned()) };
    let (sender, received) = mpsc::channel();
    // Ends with the command's output, or once the command is killed.
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let outcome = (&mut output).take(LONGEST).read_to_end(&mut bytes).map(|_| bytes);
        // Whoever waited may have given up.
        let _ = sender.send(outcome);
    });
    let outcome = received.recv_timeout(limit);
    let status = match &outcome {
        Ok(_) => finish(&mut child, true),
        Err(_) => finish(&mut child, false),
    };
    let bytes = match outcome {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) => return Err(error.to_string()),
        Err(RecvTimeoutError::Timeout) => return Err(format!("it took more than {} s", limit.as_secs())),
        Err(RecvTimeoutError::Disconnected) => return Err("its output could not be read".to_owned()),
    };
    let status = status.map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("it failed with {status}"));
    }
    String::from_utf8(bytes).map_err(|_| "what it wrote is not UTF-8".to_owned())
}

/// Waits for a command that has said all, or ends one that has not.
fn finish(child: &mut Child, has_said_all: bool) -> io::Result<ExitStatus> {
    if !has_said_all {
        // It may have ended just now.
        let _ = child.kill();
    }
    child.wait()
}
