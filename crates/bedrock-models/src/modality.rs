//! What goes into a model. The crate has its own two-word enum so that the table is usable without the vocabulary
//! of agents.

/// A kind of content that a user message may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Modality {
    /// Text.
    Text,
    /// Images.
    Image,
}

impl Modality {
    /// The word in the data file and in configurations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
        }
    }
}
