//! Why an answer ended.
//!
//! Separate because the five reasons are the contract with every host; the provider's own word travels beside
//! them as `rawStopReason`, so that nothing is lost by the mapping.

use serde::{Deserialize, Serialize};

/// Why a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StopReason {
    /// The model had said everything, or met a stop sequence.
    #[default]
    #[serde(alias = "deferred")]
    Stop,
    /// The answer or the context reached its limit.
    Length,
    /// The model wants tools to be run.
    ToolUse,
    /// Something went wrong; the message holds what had arrived.
    Error,
    /// The caller cancelled; the message holds what had arrived.
    #[serde(alias = "pending")]
    Aborted,
}

impl StopReason {
    /// The reason's word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolUse => "toolUse",
            Self::Error => "error",
            Self::Aborted => "aborted",
        }
    }

    /// Whether the message is whole: it ended neither in an error nor by cancellation.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Stop | Self::Length | Self::ToolUse)
    }
}
