//! `cargo xtask`: chooses the command and says what went wrong.

use std::process::ExitCode;

use clap::Parser;
use xtask::{Arguments, Command, Mode};

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> anyhow::Result<()> {
    let root = xtask::root();
    match command {
        Command::Codegen { check } => {
            xtask::codegen::run(&root, if *check { Mode::Check } else { Mode::Write })
        }
        Command::EditorTest => xtask::editor_test::run(&root),
        Command::Tidy => xtask::tidy::run(&root),
        Command::Ci => xtask::ci::run(&root),
    }
}

#[expect(clippy::print_stderr, reason = "a command at a terminal says what went wrong")]
fn complain(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
