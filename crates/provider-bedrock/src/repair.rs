//! What to leave out of a request, or do otherwise, when the service refuses it and names what it does not take.
//!
//! Separate because it is a table: texts on one side, capabilities on the other. A repair never decides what the request
//! looks like; it corrects what is known of the model, and the request is built anew from that. What protects somebody (a
//! guardrail) and what a caller said (content, a stored prompt's variables) is never left out.

use clawdia_core::{ErrorKind, ProviderError};

use crate::learned::Lesson;

/// One way to mend a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repair {
    pub(crate) lessons: Vec<Lesson>,
    /// Whether it holds for later calls as well, or only for what this one holds.
    pub(crate) lasting: bool,
}

impl Repair {
    pub(crate) fn lasting(lessons: impl IntoIterator<Item = Lesson>) -> Self {
        Self { lessons: lessons.into_iter().collect(), lasting: true }
    }
}

/// What a request holds that a refusal may speak of without naming it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held {
    /// The fingerprint of its tools.
    pub(crate) tools: u64,
    /// The fingerprint of the schema that its answer is held to.
    pub(crate) output_schema: Option<u64>,
    /// The tier it asks for.
    pub(crate) tier: Option<&'static str>,
}

/// What a refusal may teach: all that its text can mean. The caller keeps what makes a difference to the request.
pub(crate) fn repairs(error: &ProviderError, held: Held) -> Vec<Repair> {
    if error.kind() != ErrorKind::InvalidRequest {
        return Vec::new();
    }
    let text = without_values(error.message().to_lowercase().replace('\u{2019}', "'"));
    let mut found: Vec<_> = ROWS
        .iter()
        .filter(|row| row.says.iter().all(|part| text.contains(part)))
        .filter(|row| row.but_not.is_none_or(|part| !text.contains(part)))
        .map(|row| Repair {
            lessons: row.flips.iter().map(|(name, value)| Lesson::Capability(name, *value)).collect(),
            lasting: row.lasting,
        })
        .collect();
    let one = |lesson| Repair::lasting([lesson]);
    let exact = EXACT.iter().filter(|(says, _)| says.iter().all(|part| text.contains(part)));
    found.extend(exact.map(|(_, lesson)| one(*lesson)));
    let says_any = |texts: &[&str]| texts.iter().any(|part| text.contains(part));
    let is_too_much = says_any(SCHEMA_LIMITS);
    if is_too_much || says_any(SCHEMA_FLAWS) {
        found.extend(held.output_schema.map(Lesson::OutputSchemaTooComplex).map(one));
    }
    if is_too_much {
        // Either may be meant; the schema of the answer is the one whose loss costs less.
        found.push(one(Lesson::TooManyStrictTools(held.tools)));
    }
    if says_any(TIERS_REFUSED) {
        found.extend(held.tier.map(Lesson::NoTier).map(one));
    }
    found.extend(model_limit(&text).map(|limit| one(Lesson::MostTokens(limit))));
    found
}

/// A refusal of the front end's without the values that it quotes, which are the caller's and may say anything: only the
/// places are left.
fn without_values(text: String) -> String {
    const BEHIND_A_PLACE: &str = "' failed to satisfy constraint";
    if !text.contains("validation error detected: ") && !text.contains("validation errors detected: ") {
        return text;
    }
    // What follows the last place are the service's own words, which name none.
    let (places, _) = text.rsplit_once(BEHIND_A_PLACE).unwrap_or_default();
    places.split(BEHIND_A_PLACE).filter_map(|piece| piece.rsplit('\'').next()).collect::<Vec<_>>().join(" ")
}

/// Texts by which the service says that so many schemas, or such ones, cannot be held to together.
const SCHEMA_LIMITS: &[&str] = &[
    "strict tools",
    "compiled grammar",
    "compilation exceeded",
    "union type",
    "union-typed",
    "schema is too complex",
    "schemas contains too many",
];

/// Texts by which the service says that it cannot hold an answer to this schema, whatever it does with others.
const SCHEMA_FLAWS: &[&str] = &["output_config.format.schema", "outputconfig.textformat.structure"];

/// Texts by which the service says that it does not serve a model in the tier that was asked for.
const TIERS_REFUSED: &[&str] =
    &["service tier is invalid", "service tier provided is invalid", "support the service tier"];

/// Texts that teach something that is no capability.
const EXACT: &[(&[&str], Lesson)] = &[
    (&["cache_control.ephemeral.ttl: extra inputs"], Lesson::CachesForMinutes),
    (&["support the cachepoint.ttl"], Lesson::CachesForMinutes),
    (&["#/toolconfig/tools", "extraneous key [cachepoint]"], Lesson::NoToolCachePoints),
];

/// The limit in `exceeds the model limit of 32768`.
fn model_limit(text: &str) -> Option<u64> {
    let (before, after) = text.split_once("the model limit of ")?;
    let digits = after.split(|character: char| !character.is_ascii_digit()).next()?;
    before.contains("maximum tokens").then(|| digits.parse().ok())?.filter(|limit| *limit > 0)
}

/// A line of the table.
struct Row {
    /// Parts of the text, in lower case, all of which must be there.
    says: &'static [&'static str],
    /// A part that must not.
    but_not: Option<&'static str>,
    /// What is so of the model, by the names of capabilities.
    flips: &'static [(&'static str, bool)],
    lasting: bool,
}

const fn row(says: &'static [&'static str], flips: &'static [(&'static str, bool)]) -> Row {
    Row { says, but_not: None, flips, lasting: true }
}

/// A row about what this one request holds, which says nothing of the model.
const fn once(says: &'static [&'static str], flips: &'static [(&'static str, bool)]) -> Row {
    Row { says, but_not: None, flips, lasting: false }
}

impl Row {
    const fn but_not(mut self, part: &'static str) -> Self {
        self.but_not = Some(part);
        self
    }
}

const NO_STRICT: &[(&str, bool)] = &[("strictTools", false)];
const NO_FORMAT: &[(&str, bool)] = &[("structuredOutput", false)];
const NO_CACHE: &[(&str, bool)] = &[("promptCaching", false)];
const NO_EFFORT: &[(&str, bool)] = &[("effortControl", false)];
const NO_XHIGH: &[(&str, bool)] = &[("effortXhigh", false)];
const NO_MAX: &[(&str, bool)] = &[("effortMax", false)];
const NO_SAMPLING: &[(&str, bool)] = &[("samplingParams", false)];
const NO_REPLAY: &[(&str, bool)] = &[("reasoningReplay", false)];
const NO_STATUS: &[(&str, bool)] = &[("resultStatus", false)];
const NO_SYSTEM: &[(&str, bool)] = &[("systemMessages", false)];
const NO_TIERS: &[(&str, bool)] = &[("serviceTiers", false)];
const NO_CITATIONS: &[(&str, bool)] = &[("citations", false)];
const NO_FORCE: &[(&str, bool)] = &[("forcedToolChoice", false)];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // Tools.
    row(&["tool use in streaming mode"], &[("streamingTools", false)]),
    row(&["strict: extra inputs"], NO_STRICT),
    row(&["support the", "strict field"], NO_STRICT),
    row(&["support", "systemtool"], &[("systemTools", false)]),
    row(&["support", "toolchoice.tool"], &[("namedToolChoice", false)]),
    row(&["support", "toolchoice.any"], NO_FORCE),
    row(&["tool_choice", "not supported"], NO_FORCE),
    row(&["support the toolconfig.toolchoice field"], &[("toolChoice", false)]),
    row(&["tool_choice forces tool use"], &[("forcedToolsWhileThinking", false)]),
    row(&["^[a-za-z0-9]{9}$"], &[("nineCharacterToolIds", true)]),
    row(&["must be a-z, a-z, 0-9, with a length of 9"], &[("nineCharacterToolIds", true)]),
    row(&["support", "toolresult.status"], NO_STATUS),
    row(&["support the status field"], NO_STATUS),
    row(&["support", "toolresult.content.image"], &[("toolResultImages", false)]),
    row(&["cannot be provided in the same turn"], &[("turnSeparation", true)]),
    // The form of the answer.
    row(&["output_config.format: extra inputs"], NO_FORMAT),
    row(&["support the outputconfig"], NO_FORMAT).but_not("outputconfig.textformat.structure"),
    once(&["citations cannot be enabled when output format is set"], NO_FORMAT),
    // Caching.
    row(&["did not allow prompt caching"], NO_CACHE),
    row(&["support the cachepoint"], NO_CACHE).but_not("cachepoint.ttl"),
    row(&["extraneous key [cachepoint]"], NO_CACHE).but_not("#/toolconfig/tools"),
    row(&["cache_control: extra inputs"], NO_CACHE).but_not("thinking"),
    once(&["cache point cannot be inserted"], NO_CACHE),
    once(&["nothing available to cache"], NO_CACHE),
    once(&["blocks with cache_control"], NO_CACHE),
    once(&["cache_control.ttl"], NO_CACHE),
    once(&["cachepoint.ttl"], NO_CACHE),
    // How much to think.
    row(&["effort: extra inputs"], NO_EFFORT),
    row(&["reasoning: extra inputs"], NO_EFFORT),
    row(&["reasoningconfig: extra inputs"], NO_EFFORT),
    row(&["output_config: extra inputs"], NO_EFFORT),
    row(&["support the", "effort field"], NO_EFFORT),
    row(&["support", "effort parameter"], NO_EFFORT),
    row(&["extraneous key [reasoning"], NO_EFFORT),
    row(&["extraneous key [output_config]"], NO_EFFORT),
    row(&["effort: input should be"], NO_XHIGH).but_not("'xhigh'"),
    row(&["effort: input should be"], NO_MAX).but_not("'max'"),
    row(&["effort", "'xhigh'", "not support"], NO_XHIGH),
    row(&["effort", "'max'", "not support"], NO_MAX),
    row(&["maxtokens", "effort"], &[("maxTokensWithHighEffort", false)]),
    // Whether to think.
    row(&["input tag 'adaptive' found"], &[("adaptiveThinking", false), ("budgetThinking", true)]),
    row(&["input tag 'enabled' found"], &[("adaptiveThinking", true), ("budgetThinking", false)]),
    row(&["thinking.type.enabled", "not support"], &[("adaptiveThinking", true), ("budgetThinking", false)]),
    row(&["input tag 'disabled' found"], &[("thinkingAlwaysOn", true)]),
    row(&["thinking.type.disabled", "not support"], &[("thinkingAlwaysOn", true)]),
    row(&["thinking: extra inputs"], &[("adaptiveThinking", false), ("budgetThinking", false)]),
    row(&["block_binding"], &[("bindsThinkingBlocks", false)]),
    row(&["interleaved-thinking"], &[("interleavedThinking", false)]),
    row(&["invalid beta flag"], &[("interleavedThinking", false), ("bindsThinkingBlocks", false)]),
    // Earlier thinking.
    row(&["cannot contain reasoning content"], NO_REPLAY),
    row(&["support the reasoningcontent"], NO_REPLAY),
    once(&["bound to a different conversation"], NO_REPLAY),
    once(&["invalid", "signature", "thinking"], NO_REPLAY),
    once(&["invalid", "data", "redacted_thinking"], NO_REPLAY),
    once(&["thinking", "blocks", "cannot be modified"], NO_REPLAY),
    once(&["thinking.signature: field required"], NO_REPLAY),
    // Sampling.
    row(&["temperature", "top_p", "cannot both"], &[("topPWithTemperature", false)]),
    row(&["temperature` is deprecated"], NO_SAMPLING),
    row(&["top_p` is deprecated"], NO_SAMPLING),
    row(&["temperature: extra inputs"], NO_SAMPLING),
    row(&["top_p: extra inputs"], NO_SAMPLING),
    row(&["support", "temperature field"], NO_SAMPLING),
    row(&["support", "topp field"], NO_SAMPLING),
    row(&["temperature", "may only be set to 1", "thinking"], &[("samplingWhileThinking", false)]),
    row(&["top_p", "when thinking"], &[("samplingWhileThinking", false)]),
    row(&["support", "stopsequences field"], &[("stopSequences", false)]),
    row(&["stop_sequences: extra inputs"], &[("stopSequences", false)]),
    row(&["stop sequence must contain non-whitespace"], &[("blankStopSequences", false)]),
    // The rest.
    row(&["support system messages"], NO_SYSTEM),
    row(&["support the system field"], NO_SYSTEM),
    row(&["support the servicetier"], NO_TIERS),
    row(&["support the performanceconfig"], &[("optimizedLatency", false)]),
    row(&["latency", "not supported"], &[("optimizedLatency", false)]),
    row(&["support", "additionalmodelresponsefieldpaths"], &[("responseFields", false)]),
    row(&["support", "citationscontent"], NO_CITATIONS),
    row(&["support citations"], NO_CITATIONS),
    row(&["support", "searchresult"], &[("searchResults", false)]),
];

#[cfg(test)]
mod tests {
    use clawdia_bedrock_models::Capabilities;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&'static str, bool)]) {
        let error = ProviderError::new(ErrorKind::InvalidRequest, format!("Validation error: {text}"));
        let found: Vec<_> =
            repairs(&error, Held::default()).into_iter().flat_map(|repair| repair.lessons).collect();
        let expected: Vec<_> =
            expected.iter().map(|(name, value)| Lesson::Capability(name, *value)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn each_row_speaks_of_capabilities_and_in_lower_case() {
        for row in ROWS {
            assert!(row.says.iter().all(|part| *part == part.to_lowercase()), "{:?}", row.says);
            assert!(row.flips.iter().all(|(name, _)| Capabilities::NAMES.contains(name)), "{:?}", row.flips);
        }
    }

    #[test]
    fn a_refusal_that_names_a_field_says_what_to_leave_out() {
        const PREFIX: &str = "The model returned the following errors: ";
        check(&format!("{PREFIX}tools.0.custom.strict: Extra inputs are not permitted"), NO_STRICT);
        check(&format!("{PREFIX}output_config.format: Extra inputs are not permitted"), NO_FORMAT);
        check(&format!("{PREFIX}output_config.effort: Extra inputs are not permitted"), NO_EFFORT);
        check(&format!("{PREFIX}`temperature` is deprecated for this model."), NO_SAMPLING);
        check(
            &format!(
                "{PREFIX}thinking: Input tag 'adaptive' found using 'type' does not match any of the expected \
                 tags: 'disabled', 'enabled'"
            ),
            &[("adaptiveThinking", false), ("budgetThinking", true)],
        );
        check(
            "This model doesn\u{2019}t support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again.",
            NO_FORCE,
        );
        check("This model doesn't support the stopSequences field", &[("stopSequences", false)]);
        check("This model doesn't support tool use in streaming mode.", &[("streamingTools", false)]);
        check("You invoked an unsupported model or your request did not allow prompt caching", NO_CACHE);
    }

    #[test]
    fn what_protects_is_never_left_out() {
        check("The provided guardrail identifier is invalid.", &[]);
        check(
            "This model doesn't support the guardrailConfig field. Remove guardrailConfig and try again.",
            &[],
        );
        check("messages.1.content.0.document: Extra inputs are not permitted", &[]);
    }

    #[test]
    fn a_limit_that_is_named_is_kept_to() {
        let error = ProviderError::new(
            ErrorKind::InvalidRequest,
            "Validation error: The maximum tokens you requested exceeds the model limit of 32768. Try again with a \
             maximum tokens value that is lower than 32768.",
        );
        assert_eq!(repairs(&error, Held::default()), [Repair::lasting([Lesson::MostTokens(32_768)])]);
    }

    #[test]
    fn other_kinds_of_failure_teach_nothing() {
        let error = ProviderError::new(ErrorKind::Throttled, "prompt caching: tool use in streaming mode");
        assert_eq!(repairs(&error, Held::default()), []);
    }
}
