//! A machine on which one command runs after another.
//!
//! Separate from [`Program`], which forgets its home directory: what one command writes, the next one reads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::program::{Outcome, Program};

/// A home directory.
pub(crate) struct Machine {
    home: Arc<TempDir>,
}

impl Machine {
    /// A machine on which nobody has configured anything.
    pub(crate) fn new() -> Self {
        Self { home: Arc::new(TempDir::new().unwrap()) }
    }

    /// A machine with this configuration.
    pub(crate) fn with(text: &str) -> Self {
        let machine = Self::new();
        machine.write(text);
        machine
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Program {
        Program::in_home(&self.home, arguments)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.program(arguments).run("")
    }

    /// Runs a command that must succeed, and gives what it prints.
    #[track_caller]
    pub(crate) fn print(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        outcome.stdout
    }

    /// Runs a command that must be refused with this status and these words, and change nothing.
    #[track_caller]
    pub(crate) fn refuse(&self, arguments: &[&str], code: i32, words: &[&str]) {
        let before = std::fs::read(self.path()).ok();
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        for word in words {
            assert!(outcome.stderr.contains(word), "`{word}` is missing in {}", outcome.stderr);
        }
        assert_eq!(std::fs::read(self.path()).ok(), before, "{arguments:?}");
    }

    /// Where files of a person are.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the configuration is.
    pub(crate) fn path(&self) -> PathBuf {
        self.home.path().join(".clawdia/clawdia.jsonc")
    }

    pub(crate) fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }

    pub(crate) fn write(&self, text: &str) {
        std::fs::create_dir_all(self.path().parent().unwrap()).unwrap();
        std::fs::write(self.path(), text).unwrap();
    }

    /// What stands in the directory of the configuration.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path().parent().unwrap()).unwrap();
        let mut names =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>();
        names.sort();
        names
    }
}
