//! The yes-no facts about a model, each with a third answer, "not known". They stand alone since most readers of
//! the table want nothing else.

/// What a model does and refuses: `None` where nobody says.
///
/// A flag that the row of one id lacks is inherited where all rows of the same model agree on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Capabilities {
    /// Thinking is asked for by an effort, and the model decides how much (`thinking.type` = `adaptive`).
    pub adaptive_thinking: Option<bool>,
    /// The conversation may end with the beginning of the answer.
    pub assistant_prefill: Option<bool>,
    /// Thinking is asked for by a number of tokens (`thinking.type` = `enabled`).
    pub budget_thinking: Option<bool>,
    /// User messages may hold documents.
    pub documents: Option<bool>,
    /// The effort `max` is understood.
    pub effort_max: Option<bool>,
    /// The effort `minimal` is understood.
    pub effort_minimal: Option<bool>,
    /// The effort `none` is understood.
    pub effort_none: Option<bool>,
    /// The effort `xhigh` is understood.
    pub effort_xhigh: Option<bool>,
    /// A request may demand that some tool, or one named tool, be called.
    pub forced_tool_choice: Option<bool>,
    /// Parallel tool calls can be switched off.
    pub parallel_tool_use_config: Option<bool>,
    /// A request can make use of prompt caching. How depends on the family: Claude and Nova take cache points,
    /// OpenAI's models cache by themselves and refuse cache points. `Some(false)` does not rule out that the
    /// service caches unasked and bills at the cache-read rate.
    pub prompt_caching: Option<bool>,
    /// `temperature` and `topP` are taken; `Some(false)` means that the service refuses them.
    pub sampling_params: Option<bool>,
    /// Tool definitions may be marked `strict`.
    pub strict_tools: Option<bool>,
    /// The answer can be held to a JSON Schema.
    pub structured_output: Option<bool>,
    /// System messages are taken.
    pub system_messages: Option<bool>,
    /// Thinking cannot be switched off.
    pub thinking_always_on: Option<bool>,
    /// A tool choice other than `auto` is taken.
    pub tool_choice: Option<bool>,
    /// Tool results may hold images; otherwise they belong beside the result, in the user message.
    pub tool_result_images: Option<bool>,
    /// Tools are taken.
    pub tools: Option<bool>,
    /// User messages may hold video.
    pub video: Option<bool>,
}

impl Capabilities {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        adaptive_thinking: None,
        assistant_prefill: None,
        budget_thinking: None,
        documents: None,
        effort_max: None,
        effort_minimal: None,
        effort_none: None,
        effort_xhigh: None,
        forced_tool_choice: None,
        parallel_tool_use_config: None,
        prompt_caching: None,
        sampling_params: None,
        strict_tools: None,
        structured_output: None,
        system_messages: None,
        thinking_always_on: None,
        tool_choice: None,
        tool_result_images: None,
        tools: None,
        video: None,
    };
}
