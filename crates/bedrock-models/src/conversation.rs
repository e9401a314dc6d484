//! Which models hold no conversation: Converse does not take them, whatever the lists say of their modalities.
//!
//! Separate from the table of models, which has those that chat and their prices: these are known by the beginning of
//! their ids only, so that a profile of one can be told whose model a region's catalogue does not have.

/// How the ids of models begin that Converse refuses. Source: "Supported models and model features" of the Converse API in
/// the Bedrock user guide, which has none of them, as known in 2026-11.
const NO_CONVERSATION: &[&str] = &[
    // Speech in both directions, over a stream of its own.
    "amazon.nova-2-sonic",
    "amazon.nova-sonic",
    // Images and videos.
    "amazon.nova-canvas",
    "amazon.nova-reel",
    "amazon.titan-image",
    "luma.",
    "stability.",
    // Embeddings and rankings.
    "amazon.nova-2-multimodal-embeddings",
    "amazon.rerank",
    "amazon.titan-embed",
    "cohere.embed",
    "cohere.rerank",
    "twelvelabs.marengo",
];

/// Whether a model can be asked through Converse, by its id without a geography; one that nobody knows may be.
///
/// ```
/// use clawdia_bedrock_models::holds_conversations;
///
/// assert!(holds_conversations("amazon.nova-lite-v1:0") && holds_conversations("acme.model-1"));
/// assert!(!holds_conversations("cohere.embed-v4:0"));
/// ```
pub fn holds_conversations(base_id: &str) -> bool {
    let begins =
        |prefix: &&str| base_id.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
    !NO_CONVERSATION.iter().any(begins)
}
