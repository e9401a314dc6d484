//! A program that prints credentials: a profile's `credential_process`.
//!
//! Separate because a program can hang, fail and print secrets: it has a time limit, is killed with the lookup, and what
//! it prints is never shown. It gets the environment that was handed in and not the process's.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::{Found, FoundIn, Surroundings};
use crate::credential_json::Members;
use crate::failure::CredentialsFailure;

/// Programs may ask a person for a code or open a browser.
const LIMIT: Duration = Duration::from_mins(1);

pub(crate) async fn credentials(
    surroundings: &Surroundings<'_>,
    profile: &str,
    command: &str,
) -> Result<Found, CredentialsFailure> {
    let name = command.split_whitespace().next().unwrap_or_default();
    let failed = |why: String| {
        CredentialsFailure::invalid(
            format!(
                "`{name}`, the credential_process of the profile `{profile}`, gives no credentials: {why}"
            ),
            "run the command by hand to see what is wrong with it",
        )
    };
    let running = shell(command)
        .env_clear()
        .envs(surroundings.environment.iter())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // Programs write there what they were given, too.
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = match tokio::time::timeout(LIMIT, running).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(failed(format!("it cannot be run: {error}"))),
        Err(_) => return Err(failed(format!("it did not end within {} seconds", LIMIT.as_secs()))),
    };
    if !output.status.success() {
        return Err(failed(match output.status.code() {
            Some(code) => format!("it ended with status {code}"),
            None => "it was killed".to_owned(),
        }));
    }
    let members =
        Members::parse(&output.stdout).map_err(|error| failed(format!("of what it printed, {error}")))?;
    match members.get("Version").and_then(serde_json::Value::as_i64) {
        Some(1) => {}
        Some(version) => return Err(failed(format!("`Version` is {version}, and only 1 is known"))),
        None => return Err(failed("of what it printed, `Version` is missing".to_owned())),
    }
    let credentials = members
        .credentials("SessionToken")
        .map_err(|error| failed(format!("of what it printed, {error}")))?;
    Ok(Found {
        credentials,
        place: FoundIn::Process,
        on_instance: false,
        detail: format!("credential_process `{name}` of profile `{profile}`"),
    })
}

#[cfg(not(windows))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

/// `cmd.exe` has quoting of its own: the command is wrapped in a pair of quotes and passed as it is.
#[cfg(windows)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd.exe");
    shell.arg("/C").raw_arg(format!("\"{command}\""));
    shell
}
