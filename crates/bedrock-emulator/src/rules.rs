//! The judge: every rule that the service is known to enforce on a conversation, in one catalogue.
//!
//! A rule is a function that finds its one kind of fault and words it as the service does. The
//! catalogue stands in the order in which the service's layers speak: the front end's shape, then
//! the translation of the conversation, then the model vendor's validator. The first refusal wins,
//! as it does there.
//!
//! Known rules that are deliberately absent, because nobody has said precisely enough when they
//! apply: text after tool calls in an assistant turn (some models lose track of the pairing),
//! documents on models without document support, and the lookback of twenty blocks as an error
//! (it only makes caching miss, and the cache here does too).

mod caching;
mod citations;
mod conversation;
mod image_header;
mod limits;
mod media;
mod prompts;
mod sampling;
mod schema;
mod system_tools;
mod thinking;
mod tools;

use crate::refusal::Refusal;
use crate::request::Request;

pub(crate) use limits::output_schema;

/// A rule of the catalogue.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// What the rule is called, also in [`Refusal::rule`].
    pub id: &'static str,
    /// How sure it is.
    pub evidence: Evidence,
    /// What it demands.
    pub demand: &'static str,
    check: fn(&Request<'_>) -> Result<(), Refusal>,
}

/// Where the knowledge of a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// It stands in the published API model or its documentation.
    Documented,
    /// The refusal was seen by users, and the text is theirs.
    Observed,
    /// Other clients take care of it; the text is this crate's guess.
    Reported,
}

/// Every rule that is applied to a conversation after its shape was found right.
///
/// ```
/// assert!(clawdia_bedrock_emulator::rules().iter().any(|rule| rule.id == "roles-alternate"));
/// ```
pub fn rules() -> &'static [Rule] {
    RULES
}

/// Applies the rules in order.
pub(crate) fn judge(request: &Request<'_>) -> Result<(), Refusal> {
    RULES.iter().try_for_each(|rule| (rule.check)(request).map_err(|refusal| refusal.by(rule.id)))
}

use Evidence::{Documented, Observed, Reported};

#[rustfmt::skip]
const RULES: &[Rule] = &[
    // The translation of the conversation.
    rule("prompt-fields", Documented, "a prompt that is named decides about itself", prompts::are_not_overridden),
    rule("prompt-variables", Reported, "the variables of a prompt have values", prompts::variables_are_filled),
    rule("first-message-is-user", Observed, "a conversation starts with a user message", conversation::starts_with_user),
    rule("content-not-empty", Observed, "a message has content", conversation::content_is_not_empty),
    rule("roles-alternate", Observed, "user and assistant take turns", conversation::roles_alternate),
    rule("text-not-blank", Observed, "a text block has visible characters", conversation::text_is_not_blank),
    rule("system-supported", Reported, "models without system prompts get none", conversation::system_is_supported),
    rule("guard-text-not-blank", Reported, "guarded text has visible characters", conversation::guarded_text_is_not_blank),
    rule("tools-supported", Reported, "models without tools get none", tools::are_supported),
    rule("system-tools-supported", Documented, "the service's own tools are for some of Nova's models", system_tools::are_supported),
    rule("system-tool-known", Documented, "the service has the tool that it is to run itself", system_tools::are_known),
    rule("system-tools-from-assistant", Reported, "the service's own tools are used by the assistant", system_tools::are_used_by_the_assistant),
    rule("tools-not-streamed", Observed, "some models take tools in plain replies only", tools::may_stream),
    rule("tool-choice-supported", Observed, "models without forced tool choice get none", tools::choice_is_supported),
    rule("tool-config-present", Observed, "tool blocks in the history need a tool configuration", tools::are_configured),
    rule("tool-schema-is-object", Observed, "an input schema is a JSON object", tools::schemas_are_objects),
    rule("tool-schema-type", Observed, "the type of an input schema is object", tools::schemas_have_object_type),
    rule("tool-input-is-object", Observed, "the arguments of a call are a JSON object", tools::inputs_are_objects),
    rule("tool-result-json-is-object", Observed, "a JSON result is an object", tools::json_results_are_objects),
    rule("tool-results-complete", Observed, "every call is answered in the next user turn", tools::calls_are_answered),
    rule("tool-results-not-surplus", Observed, "there are no results without a call", tools::results_have_calls),
    rule("tool-error-has-content", Observed, "an error result says something", tools::errors_have_content),
    rule("tool-result-has-content", Reported, "some models want every result to say something", tools::results_have_content),
    rule("tool-results-alone", Observed, "some models take results only without other blocks", tools::results_stand_alone),
    rule("tool-result-status", Documented, "the status of a result is for Claude and Nova", tools::status_is_supported),
    rule("tool-result-images", Reported, "images in results are for some vendors", tools::result_images_are_supported),
    rule("media-from-user", Documented, "images, documents and videos come from the user", media::comes_from_the_user),
    rule("images-supported", Reported, "models without eyes get no images", media::images_are_supported),
    rule("videos-supported", Reported, "models that cannot watch get no videos", media::videos_are_supported),
    rule("documents-at-most-five", Observed, "five documents are the most", media::at_most_five_documents),
    rule("documents-small", Documented, "a document has 4.5 MB at most", media::documents_are_small),
    rule("documents-need-text", Observed, "a document comes with a text", media::documents_come_with_text),
    rule("document-name", Observed, "a document's name has plain characters only", media::document_names_are_plain),
    rule("document-names-unique", Observed, "no two documents share a name", media::document_names_differ),
    rule("citations-supported", Observed, "models that do not cite are not asked to", citations::are_supported),
    rule("citations-format", Observed, "plain text and PDF can be cited", citations::documents_can_be_cited),
    rule("citations-in-result", Observed, "documents in tool results are not cited", citations::none_in_tool_results),
    rule("citations-from-assistant", Reported, "cited text comes from the assistant", citations::come_from_the_assistant),
    rule("citations-not-blank", Reported, "cited text has visible characters", citations::texts_are_not_blank),
    rule("cache-point-supported", Reported, "models that cache by themselves get no cache points", caching::points_are_supported),
    rule("cache-supported", Observed, "models without caching get no cache points", caching::caching_is_supported),
    rule("cache-after-reasoning", Observed, "no cache point follows reasoning", caching::no_point_after_reasoning),
    rule("cache-something", Observed, "a cache point has something before it that is not yet cached", caching::points_follow_something),
    rule("reasoning-from-assistant", Reported, "reasoning comes from the assistant", thinking::comes_from_the_assistant),
    rule("reasoning-replay", Reported, "some models take no reasoning back", thinking::replay_is_supported),
    rule("reasoning-signature-foreign", Observed, "signatures are for Claude", thinking::signatures_are_for_claude),
    rule("redacted-replay", Reported, "redacted reasoning is for models that make it", thinking::redacted_replay_is_supported),
    rule("stop-sequences-supported", Reported, "some models take no stop sequences", sampling::stop_sequences_are_supported),
    rule("max-tokens-limit", Observed, "no more tokens are asked for than the model can", sampling::max_tokens_fit),
    rule("response-paths", Documented, "response field paths are JSON pointers", limits::response_paths_are_pointers),
    rule("service-tier", Observed, "the service tier exists and serves the model", limits::service_tier_exists),
    rule("latency", Observed, "optimized latency is for some models, through a profile", limits::latency_is_supported),
    rule("guardrail", Observed, "the guardrail exists", limits::guardrail_exists),
    rule("output-format", Observed, "structured output is for models that have it", limits::output_format_is_supported),
    rule("output-schema", Reported, "an output schema is JSON whose objects are closed", limits::output_schema_is_closed),
    rule("output-citations", Reported, "citations and a format of the output exclude each other", limits::citations_and_format_exclude_each_other),
    rule("body-size", Observed, "a very large body is too long whatever it holds", limits::body_is_small),
    rule("context-window", Observed, "the prompt fits the context window", limits::prompt_fits),
    // The vendor's validator.
    rule("additional-fields", Observed, "the model knows the additional fields", sampling::additional_fields_are_known),
    rule("beta-interleaved", Observed, "the beta for thinking between calls is for models that take it", thinking::interleaving_is_supported),
    rule("no-prefill", Observed, "newer Claude continues no assistant message", conversation::no_prefill),
    rule("no-prefill-with-tools", Observed, "with tools Claude continues no assistant message", conversation::no_prefill_with_tools),
    rule("no-trailing-space", Observed, "a final assistant text ends visibly", conversation::no_trailing_space),
    rule("text-not-blank-inside", Observed, "Claude wants visible text in results and system prompts too", conversation::inner_text_is_not_blank),
    rule("tool-results-first", Observed, "Claude wants results before other blocks", tools::results_come_first),
    rule("tool-names-unique", Reported, "no two tools share a name", tools::names_differ),
    rule("tool-use-ids-unique", Reported, "no two calls of a message share an id", tools::ids_differ),
    rule("tool-use-id-claude", Observed, "Claude's ids have letters, digits, underscores and hyphens", tools::ids_have_plain_characters),
    rule("tool-use-id-mistral", Reported, "Mistral's ids have nine letters and digits", tools::ids_have_nine_characters),
    rule("tool-choice-known", Reported, "a forced tool is among the tools", tools::forced_tool_is_known),
    rule("tool-choice-forced", Observed, "the newest Claude cannot be forced to call", tools::forcing_is_supported),
    rule("tool-choice-twice", Reported, "the tool choice is stated once", tools::choice_is_stated_once),
    rule("tool-choice-thinking", Observed, "who thinks cannot be forced to call", tools::thinkers_are_not_forced),
    rule("tool-strict", Observed, "strict tools are for models that have them", tools::strict_is_supported),
    rule("tool-strict-schema", Reported, "a strict schema is closed", tools::strict_schemas_are_closed),
    rule("tool-unions", Observed, "strict tools have sixteen union parameters at most", tools::few_unions),
    rule("tool-cache-nova", Observed, "Nova takes no cache points among tools", caching::nova_tools_have_no_points),
    rule("image-size", Observed, "an image has 5 MB of base64 at most", media::images_are_small),
    rule("image-format", Observed, "an image is what its label says", media::images_are_what_they_say),
    rule("image-dimensions", Observed, "an image is not too wide or high", media::images_are_not_huge),
    rule("images-count", Observed, "there are not too many images and documents", media::few_images),
    rule("thinking-known", Observed, "the model knows this kind of thinking", thinking::kind_is_known),
    rule("thinking-budget-gone", Reported, "newer Claude takes no thinking budget", thinking::budget_is_supported),
    rule("thinking-budget-least", Observed, "a thinking budget has 1024 tokens at least", thinking::budget_is_large_enough),
    rule("thinking-budget-most", Observed, "a thinking budget is less than the answer's limit", thinking::budget_fits),
    rule("thinking-always-on", Reported, "some models cannot stop thinking", thinking::can_be_switched_off),
    rule("thinking-effort", Reported, "the model knows the effort", thinking::effort_is_known),
    rule("thinking-sampling", Reported, "who thinks samples at temperature 1", thinking::sampling_is_left_alone),
    rule("thinking-first", Observed, "a turn with calls in flight starts with its thinking", thinking::final_turn_starts_with_thinking),
    rule("thinking-last", Observed, "a final assistant message does not end with thinking", thinking::is_not_the_last_word),
    rule("thinking-signature-missing", Observed, "Claude wants a signature on thinking", thinking::signatures_are_there),
    rule("thinking-signature", Observed, "thinking comes back as it was", thinking::signatures_hold),
    rule("thinking-redacted", Reported, "redacted thinking comes back as it was", thinking::redacted_blocks_hold),
    rule("thinking-bound", Reported, "the newest Claude's thinking stays in its conversation", thinking::bound_blocks_stay),
    rule("sampling-removed", Observed, "newer models take no temperature and no top p", sampling::is_supported),
    rule("sampling-one-field", Observed, "temperature and top p are not combined", sampling::one_field_at_most),
    rule("stop-sequences-visible", Observed, "Claude stops at visible characters only", sampling::stop_sequences_are_visible),
    rule("max-tokens-least", Reported, "some models want room for 16 tokens", sampling::max_tokens_are_enough),
    rule("max-tokens-high-effort", Reported, "Nova takes no limit at high effort", sampling::high_effort_has_no_limit),
    rule("sampling-high-effort", Reported, "Nova takes no sampling fields at high effort", sampling::high_effort_has_no_sampling),
    rule("cache-four", Observed, "there are four cache points at most", caching::four_points_at_most),
    rule("cache-latency", Observed, "Claude caches nothing at optimized latency", caching::no_point_at_low_latency),
    rule("cache-ttl-order", Observed, "long-lived cache points come first", caching::lifetimes_shrink),
    rule("cache-ttl-supported", Reported, "one hour is for newer Claude", caching::lifetimes_are_supported),
    rule("cache-after-document", Observed, "no cache point directly follows a document of text", caching::no_point_after_text_document),
];

const fn rule(
    id: &'static str,
    evidence: Evidence,
    demand: &'static str,
    check: fn(&Request<'_>) -> Result<(), Refusal>,
) -> Rule {
    Rule { id, evidence, demand, check }
}
