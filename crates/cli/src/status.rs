//! How a command ended, as its exit status says it.
//!
//! Separate because the four numbers are a promise to scripts, the same for all commands. There is one exception:
//! with `models status --check`, where 0, 1 and 2 are what scripts know from other hosts, 2 says that credentials end soon,
//! and a configuration that is wrong ends in 1.

use std::process::ExitCode;

/// How a command ended; later ones are worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// It did its work.
    Done,
    /// The provider or its stream failed.
    Failed,
    /// The command line, the configuration or the request is wrong: nothing was asked of a provider.
    Refused,
    /// The user interrupted it.
    Interrupted,
}

impl Status {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Refused => 2,
            // What a shell reports of a program that SIGINT ended.
            Self::Interrupted => 130,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}
