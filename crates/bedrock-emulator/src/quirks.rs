//! What sets model families apart, beyond the facts that the model table knows: one table.
//!
//! The facts say what a model can do; the quirks here say how the service words and enforces it.
//! Nothing else in this crate looks at the letters of an id. A row applies to every base id that
//! starts with its prefix, and the longest prefix that fits counts alone.

/// How a model shows its reasoning, and what of it may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reasoning {
    /// Shown when asked for, with a signature, and only taken back with it: Claude.
    Signed,
    /// Shown without a signature, and taken back the same way.
    Unsigned,
    /// Shown without a signature, and never taken back.
    OneWay,
    /// Never shown in the clear: opaque blocks, which are taken back.
    Opaque,
    /// Neither shown nor taken back.
    Absent,
}

/// One thing that a family does or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// Refuses tools in streaming mode.
    NoStreamingTools,
    /// Knows no tools at all, though the facts do not say so.
    NoTools,
    /// Knows no system prompt.
    NoSystemPrompt,
    /// Refuses text and tool results in one turn.
    ResultsAlone,
    /// Takes tool-call ids of exactly nine letters and digits.
    NineCharacterIds,
    /// Takes no tool choice that names a tool.
    NoNamedToolChoice,
    /// Takes `toolResult.status`.
    ResultStatus,
    /// Takes images inside tool results.
    ResultImages,
    /// Refuses a tool result without content.
    ResultContent,
    /// Produces an invalid sequence when a tool's name has a hyphen.
    HyphensBreakTools,
    /// Caches by itself and takes no cache points.
    ImplicitCaching,
    /// Takes cache points in neither the tools nor with a lifetime.
    SimpleCaching,
    /// Takes the cache lifetime of one hour.
    HourCaching,
    /// Takes `temperature` or `topP`, not both.
    OneSamplingField,
    /// Takes neither `temperature` nor `topP`.
    NoSampling,
    /// Takes no `stopSequences`.
    NoStopSequences,
    /// Wants `maxTokens` to be 16 at least.
    SixteenTokens,
    /// Thinks although nobody asked it to.
    ThinksUnasked,
    /// Takes a forced tool choice together with thinking.
    ForcedToolsWhileThinking,
    /// Binds a thinking block to everything before it.
    BindsThinking,
    /// Understands `thinking.block_binding`.
    BlockBinding,
    /// Stops thinking after the first turn when thinking is asked for by budget.
    ForgetsBudgets,
    /// Refuses thinking switched off together with an effort above high.
    EffortNeedsThinking,
    /// Knows `thinking.type` `between_tools`.
    ThinksBetweenTools,
    /// Is served by the default tier only.
    DefaultTierOnly,
    /// Refuses `maxTokens` together with a high reasoning effort.
    HighEffortUnlimited,
    /// Ends an overlong generation with a stop reason instead of refusing the request.
    WindowAsStopReason,
    /// Says of an overlong prompt only that it is too long.
    PlainOverflow,
    /// Takes more than twenty images.
    ManyImages,
    /// Can be served with optimized latency, through a profile.
    LowLatency,
    /// Can be given the tools that the service runs itself.
    SystemTools,
}

/// A family: models whose ids begin alike.
#[derive(Debug)]
pub(crate) struct Traits {
    prefix: &'static str,
    /// The vendor's name in listings.
    pub(crate) vendor: &'static str,
    pub(crate) reasoning: Reasoning,
    quirks: &'static [Quirk],
}

impl Traits {
    /// The traits of a model, by its id without geography.
    pub(crate) fn of(base_id: &str) -> &'static Self {
        table::TRAITS
            .iter()
            .filter(|traits| base_id.starts_with(traits.prefix))
            .max_by_key(|traits| traits.prefix.len())
            .unwrap_or(&UNKNOWN)
    }

    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }
}

const UNKNOWN: Traits = row("", "Unknown", Reasoning::Absent, &[]);

const fn row(
    prefix: &'static str,
    vendor: &'static str,
    reasoning: Reasoning,
    quirks: &'static [Quirk],
) -> Traits {
    Traits { prefix, vendor, reasoning, quirks }
}

mod table {
    use super::Quirk::{
        BindsThinking, BlockBinding, DefaultTierOnly, EffortNeedsThinking, ForcedToolsWhileThinking,
        ForgetsBudgets, HighEffortUnlimited, HourCaching, HyphensBreakTools, ImplicitCaching, LowLatency,
        ManyImages, NineCharacterIds, NoNamedToolChoice, NoSampling, NoStopSequences, NoStreamingTools,
        NoSystemPrompt, NoTools, OneSamplingField, PlainOverflow, ResultContent, ResultImages, ResultStatus,
        ResultsAlone, SimpleCaching, SixteenTokens, SystemTools, ThinksBetweenTools, ThinksUnasked,
        WindowAsStopReason,
    };
    use super::Reasoning::{Absent, OneWay, Opaque, Signed, Unsigned};
    use super::{Traits, row};

    // Sorted by prefix. The evidence for each quirk stands in the catalogue of rules, at the rule that
    // asks for it.
    #[rustfmt::skip]
pub(super) const TRAITS: &[Traits] = &[
    row("ai21.", "AI21 Labs", Absent, &[]),
    row("ai21.j2-", "AI21 Labs", Absent, &[NoTools, NoSystemPrompt]),
    row("ai21.jamba-instruct", "AI21 Labs", Absent, &[NoTools]),
    row("amazon.nova-", "Amazon", Absent, &[ResultStatus, ResultImages, HyphensBreakTools, SimpleCaching]),
    row("amazon.nova-2-", "Amazon", Unsigned, &[ResultStatus, ResultImages, SimpleCaching, HighEffortUnlimited, SystemTools]),
    row("amazon.nova-premier-", "Amazon", Absent, &[ResultStatus, ResultImages, HyphensBreakTools, SimpleCaching, SystemTools]),
    row("amazon.nova-pro-", "Amazon", Absent, &[ResultStatus, ResultImages, HyphensBreakTools, SimpleCaching, LowLatency]),
    row("amazon.titan-", "Amazon", Absent, &[NoTools, NoSystemPrompt]),
    row("anthropic.", "Anthropic", Signed, &[ResultStatus, ResultImages]),
    row("anthropic.claude-3-5-haiku-", "Anthropic", Signed, &[ResultStatus, ResultImages, LowLatency]),
    row("anthropic.claude-fable-5", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, ThinksUnasked, ForcedToolsWhileThinking, BlockBinding, DefaultTierOnly, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-fable-5-", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, ThinksUnasked, BindsThinking, BlockBinding, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-haiku-4-5", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, OneSamplingField, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-haiku-5", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, BlockBinding, EffortNeedsThinking, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-instant", "Anthropic", Absent, &[NoTools]),
    row("anthropic.claude-mythos", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, ThinksUnasked, BlockBinding, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-opus-4-1", "Anthropic", Signed, &[ResultStatus, ResultImages, OneSamplingField]),
    row("anthropic.claude-opus-4-5", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, OneSamplingField, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-opus-4-6", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, OneSamplingField, ForgetsBudgets, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-opus-4-7", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, BlockBinding, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-opus-4-8", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, ForcedToolsWhileThinking, BlockBinding, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-opus-5", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, ThinksUnasked, BlockBinding, EffortNeedsThinking, DefaultTierOnly, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-opus-5-5", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, ThinksUnasked, BindsThinking, BlockBinding, EffortNeedsThinking, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-sonnet-4-5", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, OneSamplingField, PlainOverflow, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-sonnet-4-6", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, OneSamplingField, ForgetsBudgets, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-sonnet-5", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, ThinksUnasked, ForcedToolsWhileThinking, BlockBinding, DefaultTierOnly, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-sonnet-5-5", "Anthropic", Signed, &[ResultStatus, ResultImages, HourCaching, ThinksUnasked, BindsThinking, BlockBinding, EffortNeedsThinking, ThinksBetweenTools, WindowAsStopReason, ManyImages]),
    row("anthropic.claude-v1", "Anthropic", Absent, &[NoTools]),
    row("anthropic.claude-v2", "Anthropic", Absent, &[NoTools]),
    row("cohere.", "Cohere", Absent, &[]),
    row("cohere.command-light-text", "Cohere", Absent, &[NoTools, NoSystemPrompt]),
    row("cohere.command-text", "Cohere", Absent, &[NoTools, NoSystemPrompt]),
    row("deepseek.", "DeepSeek", Unsigned, &[NoNamedToolChoice]),
    row("deepseek.r1", "DeepSeek", OneWay, &[]),
    row("google.", "Google", OneWay, &[]),
    row("meta.", "Meta", OneWay, &[NoStreamingTools, ResultsAlone, ResultImages]),
    row("meta.llama2-", "Meta", OneWay, &[NoTools]),
    row("meta.llama3-1-405b-", "Meta", OneWay, &[NoStreamingTools, ResultsAlone, ResultImages, LowLatency]),
    row("meta.llama3-1-70b-", "Meta", OneWay, &[NoStreamingTools, ResultsAlone, ResultImages, LowLatency]),
    row("meta.llama3-70b-", "Meta", OneWay, &[NoTools]),
    row("meta.llama3-8b-", "Meta", OneWay, &[NoTools]),
    row("minimax.", "MiniMax", Unsigned, &[]),
    row("mistral.", "Mistral AI", OneWay, &[ResultsAlone, NineCharacterIds]),
    row("mistral.mistral-7b-", "Mistral AI", OneWay, &[NoTools, NoSystemPrompt]),
    row("mistral.mixtral-8x7b-", "Mistral AI", OneWay, &[NoTools, NoSystemPrompt]),
    row("moonshot.", "Moonshot AI", Unsigned, &[ImplicitCaching]),
    row("moonshotai.", "Moonshot AI", Unsigned, &[ImplicitCaching]),
    row("nvidia.", "NVIDIA", OneWay, &[ResultContent]),
    row("openai.", "OpenAI", Opaque, &[ImplicitCaching, NoSampling, NoStopSequences]),
    row("openai.gpt-5.6", "OpenAI", Opaque, &[ImplicitCaching, NoSampling, NoStopSequences, SixteenTokens]),
    row("openai.gpt-6", "OpenAI", Opaque, &[ImplicitCaching, NoSampling, NoStopSequences, SixteenTokens]),
    row("openai.gpt-oss-", "OpenAI", Unsigned, &[ImplicitCaching, NoStopSequences]),
    row("qwen.", "Qwen", Unsigned, &[]),
    row("qwen.qwen3-235b-", "Qwen", OneWay, &[]),
    row("qwen.qwen3-coder-", "Qwen", OneWay, &[]),
    row("stability.", "Stability AI", Absent, &[NoTools, NoSystemPrompt]),
    row("twelvelabs.", "TwelveLabs", Absent, &[NoTools]),
    row("writer.", "Writer", OneWay, &[]),
    row("xai.", "xAI", OneWay, &[NoStopSequences, SixteenTokens]),
    row("zai.", "Z.AI", Unsigned, &[]),
];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_the_longest_prefix_counts() {
        assert!(table::TRAITS.is_sorted_by(|left, right| left.prefix < right.prefix));
        assert!(Traits::of("anthropic.claude-opus-5-5").has(Quirk::BindsThinking));
        assert!(!Traits::of("anthropic.claude-opus-5").has(Quirk::BindsThinking));
        assert_eq!(Traits::of("openai.gpt-oss-120b-1:0").reasoning, Reasoning::Unsigned);
        assert_eq!(Traits::of("acme.model").vendor, "Unknown");
    }

    #[test]
    fn every_model_of_the_facts_has_a_vendor() {
        for facts in clawdia_bedrock_models::all().iter().filter(|facts| facts.base_id.contains('.')) {
            assert_ne!(Traits::of(facts.base_id).vendor, "Unknown", "{}", facts.id);
        }
    }
}
