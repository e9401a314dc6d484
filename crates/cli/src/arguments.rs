//! The command line, as clap reads it.
//!
//! Separate from the commands so that `--help` reads as one text, in one place.

use clap::{ArgAction, Parser, Subcommand};

/// Talk to language models from a terminal or another program.
#[derive(Debug, Parser)]
#[command(name = "clawdia", version, propagate_version = true, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Write diagnostics to standard error; twice for more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
The configuration is read from CLAWDIA_CONFIG_PATH, else from clawdia.jsonc, clawdia.json5 or clawdia.json in \
CLAWDIA_STATE_DIR, else in ~/.clawdia. Variables such as CLAWDIA__MODELS__MODE go before it. CLAWDIA_LOG chooses diagnostics, such as `clawdia=debug`.

Exit status: 0 done, 1 the provider failed, 2 the command, its configuration or its request is wrong, 130 interrupted.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show a whole conversation without an account, a configuration or a network
    #[cfg(feature = "emulator")]
    Demo(crate::demo::DemoArguments),
    /// Talk to a model
    Chat(crate::chat::ChatArguments),
    /// Answer JSON requests with JSON lines, for programs
    Stream(crate::stream::StreamArguments),
    /// Say how many tokens the prompt of a JSON request has
    Count(crate::count::CountArguments),
    /// Show, check and change the configuration
    #[command(subcommand)]
    Config(crate::config::ConfigCommand),
    /// Show which models there are, and choose those that agents use
    Models(crate::models::ModelsArguments),
    /// Find out why a model cannot be called
    Doctor(crate::doctor::DoctorArguments),
    /// Run a local Amazon Bedrock endpoint for any AWS SDK
    #[cfg(feature = "emulator")]
    Emulator(crate::emulator::EmulatorArguments),
}
