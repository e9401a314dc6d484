//! Guardrails: words that are blocked or masked, and how the service reports it.
//!
//! A real guardrail judges topics, tone and truth; what a client has to cope with is the same
//! whatever was judged, so words are enough here: blocked ones are a word policy, and masked ones
//! a policy on sensitive information.

mod screening;
mod word;

pub(crate) use screening::Screening;

/// A guardrail of the account's, which a request names in `guardrailConfig` in any version.
///
/// A blocked word in what the user says, or in what the model answers, replaces the answer by a
/// canned message. A masked word is replaced in the answer only, by its name in braces. Both end
/// with the stop reason `guardrail_intervened`, as with the real service; only the trace tells
/// them apart. Words are found whatever their case, and not inside other words.
///
/// A stream that does not wait for its guardrail (`streamProcessingMode` `async`) shows what comes
/// before a blocked word, and is not masked.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use clawdia_bedrock_emulator::{Emulator, Guardrail};
///
/// let emulator = Emulator::builder()
///     .guardrail("quiet")
///     .guardrail(Guardrail::new("strict").blocks("dynamite").masks("Springfield"))
///     .start()
///     .await?;
/// # Ok::<(), clawdia_bedrock_emulator::StartError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guardrail {
    pub(crate) id: String,
    blocked: Vec<String>,
    masked: Vec<String>,
}

impl Guardrail {
    /// A guardrail that lets everything pass.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), blocked: Vec::new(), masked: Vec::new() }
    }

    /// Blocks a word or a phrase, in prompts and in answers.
    #[must_use]
    pub fn blocks(mut self, word: impl Into<String>) -> Self {
        self.blocked.push(word.into());
        self
    }

    /// Masks a word or a phrase in answers: `Springfield` becomes `{SPRINGFIELD}`.
    #[must_use]
    pub fn masks(mut self, word: impl Into<String>) -> Self {
        self.masked.push(word.into());
        self
    }
}

impl From<&str> for Guardrail {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for Guardrail {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}
