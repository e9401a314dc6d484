//! A person at a shell: the built program is found by its name, and `aws` is written down rather than run.
//!
//! Separate from [`Program`](crate::program::Program), which starts the program itself: what documents print is run as it
//! is printed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::machine::Machine;
use crate::program::Outcome;

/// Ends an argument and a call where calls are written down; neither is in any command that people type.
const ARGUMENT: char = '\u{1f}';
const CALL: char = '\u{1e}';

/// A shell on a machine, in an environment that holds nothing but what it was given.
pub(crate) struct Shell<'m> {
    machine: &'m Machine,
    variables: Vec<(String, String)>,
    programs: TempDir,
}

impl<'m> Shell<'m> {
    pub(crate) fn on<N: Into<String>, V: Into<String>>(
        machine: &'m Machine,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let programs = TempDir::new().unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_clawdia"), programs.path().join("clawdia")).unwrap();
        let script = format!(
            "#!/bin/sh\nprintf '%s\\037' \"$@\" >> '{log}'\nprintf '\\036' >> '{log}'\n",
            log = programs.path().join("calls").display()
        );
        write_program(&programs.path().join("aws"), &script);
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { machine, variables, programs }
    }

    /// Runs these lines in a shell of their own, up to the first that fails.
    pub(crate) fn run(&self, lines: &str) -> Outcome {
        let mut command = Command::new("sh");
        command
            .arg("-eu")
            .env_clear()
            .env("HOME", self.machine.home())
            .env("PATH", format!("{}:/usr/bin:/bin", self.programs.path().display()))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.machine.home())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Shells that people use have `source`; that of POSIX calls it `.`.
        let lines = format!("source() {{ . \"$1\"; }}\n{{ {lines}\n}} < /dev/null\n");
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// As [`run`](Self::run), of lines that must succeed; gives what they print.
    #[track_caller]
    pub(crate) fn print(&self, lines: &str) -> String {
        let outcome = self.run(lines);
        assert_eq!(outcome.code, Some(0), "{lines}\n{outcome:?}");
        outcome.stdout
    }

    /// The arguments of each call of `aws` so far.
    pub(crate) fn aws_calls(&self) -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(self.programs.path().join("calls")).unwrap_or_default();
        let calls = text.split_terminator(CALL);
        calls.map(|call| call.split_terminator(ARGUMENT).map(str::to_owned).collect()).collect()
    }
}

fn write_program(path: &std::path::Path, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
