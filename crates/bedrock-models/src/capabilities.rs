//! The yes-no facts about a model, each with a third answer, "not known". They stand alone since most readers of
//! the facts want nothing else.

use std::collections::BTreeMap;

use clawdia_core::Capability;

/// Declares the flags once, so that no list of their names can fall behind the fields.
macro_rules! capabilities {
    ($($(#[doc = $doc:literal])+ $field:ident = $name:literal,)+) => {
        /// What a model does and refuses: `None` where nobody says.
        ///
        /// A flag that the row of one id lacks is inherited where all rows of the same model agree on it. The
        /// flags of a row stop there; [`capabilities`](crate::capabilities) adds what is known of the model's
        /// family.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[non_exhaustive]
        pub struct Capabilities {
            $($(#[doc = $doc])+ pub $field: Option<bool>,)+
        }

        impl Capabilities {
            /// Nothing is known.
            pub const UNKNOWN: Self = Self { $($field: None,)+ };

            /// Every flag's name, as configurations write it.
            pub const NAMES: &'static [&'static str] = &[$($name,)+];

            /// Every flag with what it means, for configurations and those who edit them.
            pub const DESCRIBED: &'static [Capability] =
                &[$(Capability { name: $name, description: concat!($($doc, "\n"),+) },)+];

            /// These flags, and those of `others` where these say nothing.
            #[must_use]
            pub const fn or(self, others: Self) -> Self {
                Self {
                    $($field: match self.$field {
                        Some(flag) => Some(flag),
                        None => others.$field,
                    },)+
                }
            }

            /// A flag by its name in a configuration; the outer `None` means that there is no such flag.
            pub fn get(&self, name: &str) -> Option<Option<bool>> {
                match name {
                    $($name => Some(self.$field),)+
                    _ => None,
                }
            }

            fn slot(&mut self, name: &str) -> Option<&mut Option<bool>> {
                match name {
                    $($name => Some(&mut self.$field),)+
                    _ => None,
                }
            }
        }
    };
}

capabilities! {
    /// Thinking is asked for by an effort, and the model decides how much (`thinking.type` = `adaptive`).
    adaptive_thinking = "adaptiveThinking",
    /// The conversation may end with the beginning of the answer.
    assistant_prefill = "assistantPrefill",
    /// Each thinking block is bound to all that stands before it, and `thinking.block_binding` says what to do
    /// when that has changed.
    binds_thinking_blocks = "bindsThinkingBlocks",
    /// `stopSequences` may be blank, such as a line break.
    blank_stop_sequences = "blankStopSequences",
    /// Thinking is asked for by a number of tokens (`thinking.type` = `enabled`).
    budget_thinking = "budgetThinking",
    /// Answers can cite documents and search results, and cited text of earlier ones comes back with its citations
    /// (`citationsContent`); otherwise a request with citations is refused, and cited text comes back as text.
    citations = "citations",
    /// User messages may hold documents.
    documents = "documents",
    /// An effort is taken at all, where the family is asked to think by one.
    effort_control = "effortControl",
    /// The effort `max` is understood.
    effort_max = "effortMax",
    /// The effort `minimal` is understood.
    effort_minimal = "effortMinimal",
    /// The effort `none` is understood.
    effort_none = "effortNone",
    /// The effort `xhigh` is understood.
    effort_xhigh = "effortXhigh",
    /// Tool results that are errors may hold images where others may.
    error_result_images = "errorResultImages",
    /// A request may demand that some tool, or one named tool, be called.
    forced_tool_choice = "forcedToolChoice",
    /// Such a demand may stand beside thinking.
    forced_tools_while_thinking = "forcedToolsWhileThinking",
    /// Names of tools may have hyphens; otherwise calls of such tools fail, each time.
    hyphenated_tool_names = "hyphenatedToolNames",
    /// The beta for thinking between the calls of a turn is taken.
    interleaved_thinking = "interleavedThinking",
    /// Without a limit on tokens the service ends an answer long before the model would.
    low_default_max_tokens = "lowDefaultMaxTokens",
    /// A limit on tokens may stand beside the effort `high`.
    max_tokens_with_high_effort = "maxTokensWithHighEffort",
    /// The demanded tool may be named.
    named_tool_choice = "namedToolChoice",
    /// Ids of tool calls must have exactly nine letters and digits.
    nine_character_tool_ids = "nineCharacterToolIds",
    /// Inference that is optimised for latency is offered (`performanceConfig`).
    optimized_latency = "optimizedLatency",
    /// Parallel tool calls can be switched off.
    parallel_tool_use_config = "parallelToolUseConfig",
    /// The conversation may end with the beginning of the answer although there are tools.
    prefill_with_tools = "prefillWithTools",
    /// A request can make use of prompt caching. Whether it takes cache points is another matter: OpenAI's models and
    /// others cache by themselves and refuse them. `false` does not rule out that the service caches unasked and bills at
    /// the cache-read rate.
    prompt_caching = "promptCaching",
    /// Reasoning of earlier answers is taken back; where nobody says, as the model's family has it.
    reasoning_replay = "reasoningReplay",
    /// Members of the vendor's own response can be asked for by JSON Pointer, and there is something worth asking for.
    response_fields = "responseFields",
    /// Tool results may carry a `status`; otherwise the text must say that a call failed.
    result_status = "resultStatus",
    /// `temperature` and `topP` are taken; `false` means that the service refuses them.
    sampling_params = "samplingParams",
    /// `temperature` and `topP` may stand beside thinking.
    sampling_while_thinking = "samplingWhileThinking",
    /// `temperature` and `topP` may stand beside the effort `high`.
    sampling_with_high_effort = "samplingWithHighEffort",
    /// Search results are taken as such, to be cited; otherwise they are text.
    search_results = "searchResults",
    /// Another service tier than the default one is taken.
    service_tiers = "serviceTiers",
    /// `/stop_details` can be asked for among the additional response fields; it says why the model refused.
    stop_details = "stopDetails",
    /// `stopSequences` are taken.
    stop_sequences = "stopSequences",
    /// Tools are taken in streaming mode.
    streaming_tools = "streamingTools",
    /// Tool definitions may be marked `strict`.
    strict_tools = "strictTools",
    /// The answer can be held to a JSON Schema.
    structured_output = "structuredOutput",
    /// System messages are taken.
    system_messages = "systemMessages",
    /// Tools that the service runs itself are taken (`systemTool`).
    system_tools = "systemTools",
    /// Thinking cannot be switched off.
    thinking_always_on = "thinkingAlwaysOn",
    /// `thinking.type` = `between_tools` is understood, the least that a model does which always thinks.
    thinking_between_tools = "thinkingBetweenTools",
    /// The model thinks when nobody says whether it should.
    thinking_by_default = "thinkingByDefault",
    /// A tool choice other than `auto` is taken.
    tool_choice = "toolChoice",
    /// Tool results may hold images; otherwise they belong beside the result, in the user message.
    tool_result_images = "toolResultImages",
    /// Tools are taken.
    tools = "tools",
    /// `temperature` and `topP` may stand in one request.
    top_p_with_temperature = "topPWithTemperature",
    /// Text and tool results may not share a user turn: a turn of the assistant must stand between them.
    turn_separation = "turnSeparation",
    /// User messages may hold video.
    video = "video",
}

/// A name that is no capability's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown capability `{name}`; {hint}")]
#[non_exhaustive]
pub struct UnknownCapability {
    /// The name.
    pub name: String,
    hint: String,
}

impl UnknownCapability {
    fn new(name: &str) -> Self {
        // A different case or a typing error; beyond that a guess would mislead.
        let distance = |known: &str| strsim::damerau_levenshtein(&known.to_lowercase(), &name.to_lowercase());
        let mut near: Vec<_> = Capabilities::NAMES
            .iter()
            .map(|known| (distance(known), *known))
            .filter(|(distance, _)| *distance <= 3)
            .collect();
        near.sort_unstable();
        let quote = |known: &&str| format!("`{known}`");
        let hint = if near.is_empty() {
            let known: Vec<_> = Capabilities::NAMES.iter().map(quote).collect();
            format!("known are {}", known.join(", "))
        } else {
            let near: Vec<_> = near.iter().map(|(_, known)| quote(known)).collect();
            format!("did you mean {}?", near.join(" or "))
        };
        Self { name: name.to_owned(), hint }
    }
}

impl Capabilities {
    /// These flags with some of them overruled, by their names in a configuration.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use clawdia_bedrock_models::Capabilities;
    ///
    /// let overrides = BTreeMap::from([("promptCaching".to_owned(), false)]);
    /// assert_eq!(Capabilities::UNKNOWN.with_overrides(&overrides)?.prompt_caching, Some(false));
    /// # Ok::<(), clawdia_bedrock_models::UnknownCapability>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a name is no capability's. The error says which names come near.
    pub fn with_overrides(mut self, overrides: &BTreeMap<String, bool>) -> Result<Self, UnknownCapability> {
        for (name, value) in overrides {
            *self.slot(name).ok_or_else(|| UnknownCapability::new(name))? = Some(*value);
        }
        Ok(self)
    }
}
