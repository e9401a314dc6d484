#![doc = include_str!("../README.md")]

mod arguments;

mod chat;
mod config;
mod models;
mod doctor;
mod count;
#[cfg(feature = "emulator")]
mod demo;
#[cfg(feature = "emulator")]
mod emulator;
mod stream;

mod failure;
mod image_file;
mod input;
mod interrupt;
mod logging;
mod output;
mod output_schema_file;
mod process;
mod requests;
mod spinner;
mod status;
mod width;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = logging::start(arguments.verbose).and_then(|()| match &arguments.command {
        #[cfg(feature = "emulator")]
        Command::Demo(arguments) => demo::run(arguments),
        Command::Chat(arguments) => chat::run(arguments),
        Command::Stream(arguments) => Ok(stream::run(arguments)),
        Command::Count(arguments) => count::run(arguments),
        Command::Config(command) => config::run(command),
        Command::Models(arguments) => models::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        #[cfg(feature = "emulator")]
        Command::Emulator(arguments) => emulator::run(arguments),
    });
    let status = outcome.unwrap_or_else(|failure| {
        failure.report();
        failure.status
    });
    status.into()
}
