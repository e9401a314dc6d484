//! The program under test, in an environment that holds nothing but what a test puts there.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

/// A run of the program that has not begun.
pub(crate) struct Program {
    command: Command,
    home: Arc<TempDir>,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A process that does not outlive the test that started it, however the test ends.
pub(crate) struct Process(Child);

impl Process {
    /// Sends what a terminal sends at Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.0.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.0.wait().unwrap().code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both do nothing to a process that was waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A run that is under way.
pub(crate) struct Running {
    process: Process,
    pub(crate) stdin: Option<ChildStdin>,
    stdout: Option<BufReader<ChildStdout>>,
    stderr: Option<ChildStderr>,
    _home: Arc<TempDir>,
}

impl Program {
    /// The program with these arguments, an empty environment and a home directory of its own.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        Self::in_home(&Arc::new(TempDir::new().unwrap()), arguments)
    }

    /// As [`new`](Self::new), in a home directory that others share.
    pub(crate) fn in_home(home: &Arc<TempDir>, arguments: &[&str]) -> Self {
        let home = Arc::clone(home);
        let mut command = Command::new(env!("CARGO_BIN_EXE_clawdia"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            // Nothing may ask this machine who it is.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self { command, home }
    }

    pub(crate) fn env<N: AsRef<str>, V: AsRef<str>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        for (name, value) in variables {
            self.command.env(name.as_ref(), value.as_ref());
        }
        self
    }

    /// Takes variables out of the environment.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        for name in names {
            self.command.env_remove(name);
        }
        self
    }

    /// Puts a file into the home directory, where the program starts.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn start(mut self) -> Running {
        let mut child = self.command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().map(BufReader::new);
        let stderr = child.stderr.take();
        Running { process: Process(child), stdin, stdout, stderr, _home: self.home }
    }

    /// Starts the program with all its streams at one end of something, such as a terminal.
    pub(crate) fn start_at(mut self, end: &std::fs::File) -> (Process, Arc<TempDir>) {
        let stream = || Stdio::from(end.try_clone().unwrap());
        let child = self.command.stdin(stream()).stdout(stream()).stderr(stream()).spawn().unwrap();
        (Process(child), self.home)
    }

    /// Runs the program to its end with this standard input.
    pub(crate) fn run(self, stdin: impl AsRef<[u8]>) -> Outcome {
        let mut running = self.start();
        // A program that refuses its arguments reads no input.
        let _ = running.stdin.take().unwrap().write_all(stdin.as_ref());
        running.wait()
    }
}

impl Running {
    pub(crate) fn write_line(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// The next line of standard output.
    pub(crate) fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    pub(crate) fn read_event(&mut self) -> Value {
        let line = self.read_line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in `{line}`"))
    }

    /// Reads events up to one of this type.
    pub(crate) fn read_until(&mut self, kind: &str) -> Value {
        loop {
            let event = self.read_event();
            if event["type"] == kind {
                return event;
            }
        }
    }

    /// Stops reading standard output, as `head -1` does.
    pub(crate) fn close_stdout(&mut self) {
        self.stdout = None;
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.process.interrupt();
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.0.try_wait().unwrap().is_some()
    }

    /// Closes standard input and waits for the end.
    pub(crate) fn wait(mut self) -> Outcome {
        drop(self.stdin.take());
        let mut stdout = String::new();
        if let Some(mut rest) = self.stdout.take() {
            rest.read_to_string(&mut stdout).unwrap();
        }
        let mut stderr = String::new();
        self.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        Outcome { code: self.process.wait(), stdout, stderr }
    }
}

impl Outcome {
    /// The lines of standard output, each of which must be JSON.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<Value> {
        let parse =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in `{line}`"));
        self.stdout.lines().map(parse).collect()
    }

    /// The last line.
    #[track_caller]
    pub(crate) fn last(&self) -> Value {
        self.events().pop().unwrap_or_else(|| panic!("there is no line in {self:?}"))
    }

    /// The only line, an error that refuses a request.
    #[track_caller]
    pub(crate) fn only_error(&self) -> Value {
        let events = self.events();
        assert_eq!(events.len(), 1, "{self:?}");
        assert_eq!(events[0]["type"], "error", "{self:?}");
        assert_eq!(events[0]["error"]["content"], serde_json::json!([]), "{self:?}");
        events[0].clone()
    }
}
