//! Following the reference to a provider's key.
//!
//! Separate from reading the configuration, which asks nobody: a key is looked up when its provider is connected, and what
//! comes of it stays in memory. Errors name the reference and never what was found.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use clawdia_config_schema::{SecretConfig, SecretReference};
use clawdia_core::{Environment, ErrorKind, ProviderError, Secret};

/// A key is a line. What is longer is something else, and nobody should wait for the end of it.
const LONGEST: usize = 64 * 1024;

/// How long to wait before looking again whether a command has ended that has said all.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

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
    if text.contains(['\r', '\n']) {
        return Err(refuse(
            "there are several lines in it, and a key is one".to_owned(),
            "leave the key alone there, or change `apiKey`".to_owned(),
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
    let bytes = read_all(fs::File::open(path)?)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// All there is, unless that is more than any key has.
fn read_all(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    source.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > LONGEST {
        let message = format!("there is more in it than the {LONGEST} bytes that a key may have");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(bytes)
}

/// Why nothing came of a command.
enum Failed {
    /// It took too long.
    Late,
    /// Something else.
    With(String),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::With(error.to_string())
    }
}

/// What a command writes. It gets no input; what it says to standard error goes where ours goes.
fn run(command: &[String], environment: &Environment, limit: Duration) -> Result<String, String> {
    let Some((program, arguments)) = command.split_first() else {
        return Err("the command is empty".to_owned());
    };
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(environment.iter());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let begin = Instant::now();
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such program".to_owned(),
        _ => error.to_string(),
    })?;
    let outcome = output_of(&mut child, limit)
        .and_then(|bytes| Ok((ended(&mut child, limit.saturating_sub(begin.elapsed()))?, bytes)));
    let failed = match outcome {
        Ok((status, bytes)) if status.success() => {
            return String::from_utf8(bytes).map_err(|_| "what it wrote is not UTF-8".to_owned());
        }
        Ok((status, _)) => Failed::With(format!("it failed with {status}")),
        Err(failed) => failed,
    };
    // It may have ended already.
    let _ = child.kill();
    let _ = child.wait();
    Err(match failed {
        Failed::Late => format!("it took more than {} s", limit.as_secs()),
        Failed::With(flaw) => flaw,
    })
}

/// All that a command writes, once it has said that there is no more.
fn output_of(child: &mut Child, limit: Duration) -> Result<Vec<u8>, Failed> {
    let output = child.stdout.take().ok_or_else(|| Failed::With("it has no output".to_owned()))?;
    let (sender, received) = mpsc::channel();
    // Ends with the command's output, or once the command is killed.
    thread::spawn(move || {
        // Whoever waited may have given up.
        let _ = sender.send(read_all(output));
    });
    match received.recv_timeout(limit) {
        Ok(bytes) => Ok(bytes?),
        Err(RecvTimeoutError::Timeout) => Err(Failed::Late),
        Err(RecvTimeoutError::Disconnected) => Err(Failed::With("its output could not be read".to_owned())),
    }
}

/// How a command ended that may go on for a while after it has said all.
fn ended(child: &mut Child, limit: Duration) -> Result<ExitStatus, Failed> {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if begin.elapsed() >= limit {
            return Err(Failed::Late);
        }
        thread::sleep(LOOK_AGAIN);
    }
}
