//! The kinds of content a model can read.
//!
//! Separate because configuration, facts tables and discovery all speak of them and must agree on the spelling.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of content that a model accepts as input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Modality {
    /// Plain text.
    Text,
    /// Still images.
    Image,
    /// Moving images.
    Video,
    /// Sound.
    Audio,
}

impl Modality {
    /// The configuration's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
        }
    }
}
