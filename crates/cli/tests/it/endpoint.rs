//! A Bedrock endpoint that serves while a test waits for the program.

use std::future::Future;

use clawdia_bedrock_emulator::{Emulator, EmulatorBuilder};
use tokio::runtime::Runtime;

use crate::machine::Machine;
use crate::program::{Outcome, Program};

/// An endpoint, with the runtime it runs on.
pub(crate) struct Endpoint {
    runtime: Runtime,
    pub(crate) emulator: Emulator,
}

impl Endpoint {
    pub(crate) fn start() -> Self {
        Self::of(Emulator::builder())
    }

    pub(crate) fn of(builder: EmulatorBuilder) -> Self {
        // A thread of its own: tests wait for the program by blocking.
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let emulator = runtime.block_on(builder.start()).unwrap();
        Self { runtime, emulator }
    }

    /// Waits for something of the emulator's.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Runs the program on a machine, pointed here by its environment.
    pub(crate) fn run(&self, machine: &Machine, arguments: &[&str]) -> Outcome {
        machine.program(arguments).env(self.emulator.environment()).run("")
    }

    /// As [`run`](Self::run), of a command that must succeed without a word on standard error; gives what it prints.
    #[track_caller]
    pub(crate) fn print(&self, machine: &Machine, arguments: &[&str]) -> String {
        let outcome = self.run(machine, arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
        outcome.stdout
    }

    /// The program, pointed here by its environment.
    pub(crate) fn program(&self, arguments: &[&str]) -> Program {
        Program::new(arguments).env(self.emulator.environment())
    }
}
