//! How a model is asked to think, and what becomes of its thoughts. Separate from the capabilities, since these
//! are choices among several words and not yes or no.

/// The least number of tokens that can be asked for where thinking is asked for by a number of tokens.
pub const LEAST_THINKING_BUDGET: u64 = 1_024;

/// Which member of `additionalModelRequestFields` asks a model to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ThinkingDialect {
    /// None is known. The model may think all the same, of its own accord.
    #[default]
    None,
    /// `"thinking": {"type": "enabled", "budget_tokens": 1024}`
    ClaudeBudget,
    /// `"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}`
    ClaudeAdaptive,
    /// `"reasoning_effort": "high"`
    OpenAiFlatEffort,
    /// `"reasoning": {"effort": "high"}`
    OpenAiNestedEffort,
    /// `"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"}`
    NovaReasoningConfig,
    /// `"reasoning_config": "high"`
    ReasoningConfigWord,
}

/// What of a model's own reasoning it takes back in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Replay {
    /// Reasoning in the clear.
    pub text: ReplayText,
    /// Whether encrypted reasoning (`redactedContent`) is taken back.
    pub redacted: bool,
}

/// How reasoning in the clear goes back to the model that wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ReplayText {
    /// Not at all: the service refuses the block, or nobody knows.
    #[default]
    Never,
    /// With the signature it came with, byte for byte; without one it is refused.
    Signed,
    /// Without a signature; with one, be it empty, it is refused.
    Unsigned,
}
