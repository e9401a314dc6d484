//! How to speak to a model, also to one that the table does not know: what its row says, and for the rest what
//! is known of its family. It is the one answer from which a request is built, so that no request asks for a
//! model by name.

use std::collections::BTreeMap;

use crate::family::{Identity, family_by_name};
use crate::generated::RULES;
use crate::{
    CacheRules, Capabilities, Effort, Family, MediaLimits, ModelFacts, Replay, ReplayText, ThinkingDialect,
    UnknownCapability,
};

/// A line of `data/behaviours.json`: what some models of a family have in common.
pub(crate) struct Rule {
    /// `None` for every model.
    pub(crate) family: Option<Family>,
    /// Beginnings of names; empty for the whole family.
    pub(crate) models: &'static [&'static str],
    pub(crate) capabilities: Capabilities,
    pub(crate) thinking: Option<ThinkingDialect>,
    pub(crate) efforts: Option<&'static [Effort]>,
    pub(crate) effort_ceiling: Option<Effort>,
    pub(crate) replay: Option<Replay>,
    pub(crate) cache: Option<CacheRules>,
    pub(crate) media: MediaLimits,
    pub(crate) least_max_tokens: Option<u64>,
}

/// How to speak to one model.
///
/// ```
/// use clawdia_bedrock_models::{Behaviour, Effort, ThinkingDialect};
///
/// let behaviour = Behaviour::of("us.anthropic.claude-opus-4-7");
/// assert_eq!(behaviour.thinking, ThinkingDialect::ClaudeAdaptive);
/// assert_eq!(behaviour.effort(Effort::Max), Some("xhigh"), "as high as Bedrock goes for this model");
///
/// // A model of the future is taken to be like the newest of its family.
/// let future = Behaviour::of("us.anthropic.claude-opus-9-v1:0");
/// assert_eq!(future.capabilities.sampling_params, Some(false));
/// assert!(future.facts.is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Behaviour {
    /// The table's row; `None` for a model that it does not list.
    pub facts: Option<&'static ModelFacts>,
    /// The family.
    pub family: Family,
    /// What the row says, and for the rest what is known of the family.
    pub capabilities: Capabilities,
    /// How the model is asked to think.
    pub thinking: ThinkingDialect,
    /// What of its reasoning it takes back.
    pub replay: Replay,
    /// How it takes cache points; `None` when it takes none.
    pub cache: Option<CacheRules>,
    /// How much media it takes.
    pub media: MediaLimits,
    /// The least that `maxTokens` may be.
    pub least_max_tokens: u64,
    /// Efforts of the family beside those that capabilities speak of, rising.
    efforts: &'static [Effort],
    /// The highest effort that Bedrock takes for the model.
    effort_ceiling: Effort,
    /// What would hold if the model cached: kept, so that a configuration can say that it does.
    cache_if_caching: Option<CacheRules>,
}

/// What a model does and refuses: what its row says, and for the rest what is known of its family.
///
/// Takes the same forms as [`find`](crate::find), also for models that the table does not list.
///
/// ```
/// use clawdia_bedrock_models::capabilities;
///
/// assert_eq!(capabilities("meta.llama3-3-70b-instruct-v1:0").turn_separation, Some(true));
/// assert_eq!(capabilities("acme.model-1").result_status, Some(false));
/// ```
pub fn capabilities(id: &str) -> Capabilities {
    Behaviour::of(id).capabilities
}

impl Behaviour {
    /// How to speak to the model with an id, in all the forms that [`find`](crate::find) takes.
    pub fn of(id: &str) -> Self {
        Self::of_identity(&Identity::of(id))
    }

    /// The same, with the name that people gave the model, which counts where the id says nothing: that of an
    /// application inference profile, for example.
    ///
    /// ```
    /// use clawdia_bedrock_models::{Behaviour, Family};
    ///
    /// let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";
    /// let behaviour = Behaviour::of_named(arn, "Opus_4_7");
    /// assert_eq!(behaviour.facts.map(|facts| facts.id), Some("anthropic.claude-opus-4-7"));
    /// assert_eq!(Behaviour::of_named(arn, "Claude Opus 9").family, Family::Claude);
    /// ```
    pub fn of_named(id: &str, name: &str) -> Self {
        let identity = Identity::of(id);
        if identity.family != Family::Other {
            return Self::of_identity(&identity);
        }
        match crate::find_by_name(name) {
            Some(resolved) => Self::of(resolved.base_id),
            None => Self::of_identity(&Identity { family: family_by_name(name), ..identity }),
        }
    }

    fn of_identity(identity: &Identity<'_>) -> Self {
        let facts = identity.facts;
        let mut behaviour = Self {
            facts,
            family: identity.family,
            capabilities: facts.map_or(Capabilities::UNKNOWN, |facts| facts.capabilities),
            thinking: ThinkingDialect::None,
            replay: Replay::default(),
            cache: None,
            media: MediaLimits::UNKNOWN,
            least_max_tokens: 1,
            efforts: &[],
            effort_ceiling: Effort::Max,
            cache_if_caching: None,
        };
        let mut family = Capabilities::UNKNOWN;
        for rule in RULES.iter().filter(|rule| rule.is_about(identity)) {
            family = rule.capabilities.or(family);
            behaviour.thinking = rule.thinking.unwrap_or(behaviour.thinking);
            behaviour.efforts = rule.efforts.unwrap_or(behaviour.efforts);
            behaviour.effort_ceiling = rule.effort_ceiling.unwrap_or(behaviour.effort_ceiling);
            behaviour.replay = rule.replay.unwrap_or(behaviour.replay);
            behaviour.cache_if_caching = rule.cache.or(behaviour.cache_if_caching);
            behaviour.media = rule.media.or(behaviour.media);
            behaviour.least_max_tokens = rule.least_max_tokens.unwrap_or(behaviour.least_max_tokens);
        }
        behaviour.capabilities = behaviour.capabilities.or(family);
        behaviour.effort_ceiling =
            facts.and_then(|facts| facts.effort_ceiling).unwrap_or(behaviour.effort_ceiling);
        if let (Some(facts), Some(cache)) = (facts, &mut behaviour.cache_if_caching) {
            cache.min_tokens = facts.prompt_cache_min_tokens.or(cache.min_tokens);
            cache.one_hour |= crate::lookup::has_one_hour_price(facts.base_id);
        }
        behaviour.settle();
        behaviour
    }

    /// The same with some capabilities overruled, by their names in a configuration; what follows from them
    /// follows from the new ones.
    ///
    /// # Errors
    ///
    /// When a name is no capability's.
    pub fn with_overrides(mut self, overrides: &BTreeMap<String, bool>) -> Result<Self, UnknownCapability> {
        self.capabilities = self.capabilities.with_overrides(overrides)?;
        self.settle();
        Ok(self)
    }

    /// Draws the conclusions from the capabilities.
    fn settle(&mut self) {
        let capabilities = &self.capabilities;
        if capabilities.reasoning_replay == Some(false) {
            self.replay = Replay::default();
        }
        self.cache = self.cache_if_caching.filter(|_| capabilities.prompt_caching == Some(true));
        let speaks_claude = matches!(
            self.thinking,
            ThinkingDialect::None | ThinkingDialect::ClaudeAdaptive | ThinkingDialect::ClaudeBudget
        );
        if speaks_claude {
            self.thinking = match (capabilities.adaptive_thinking, capabilities.budget_thinking) {
                (Some(true), _) => ThinkingDialect::ClaudeAdaptive,
                (_, Some(true)) => ThinkingDialect::ClaudeBudget,
                _ => ThinkingDialect::None,
            };
        }
        if self.family == Family::Other
            && self.thinking != ThinkingDialect::None
            && self.capabilities.reasoning_replay != Some(false)
        {
            // Who thinks in Claude's words is a Claude behind an opaque ARN, and wants its thoughts back.
            self.replay = Replay { text: ReplayText::Signed, redacted: true };
        }
    }

    /// The model's word for an effort, or the next lower one that it knows; never above what Bedrock takes for
    /// it.
    ///
    /// [`Effort::None`] asks for no thinking: the answer is a word only when the model has one for it, or when it
    /// cannot but think, and then it is that for the least. `None` as well when the model is not asked by an
    /// effort at all.
    ///
    /// ```
    /// use clawdia_bedrock_models::{Behaviour, Effort};
    ///
    /// let kimi = Behaviour::of("moonshotai.kimi-k3");
    /// assert_eq!(kimi.effort(Effort::None), Some("none"));
    /// assert_eq!(kimi.effort(Effort::Xhigh), Some("high"));
    /// assert_eq!(Behaviour::of("anthropic.claude-sonnet-4-5-20250929-v1:0").effort(Effort::High), None);
    /// ```
    pub fn effort(&self, wanted: impl Into<Effort>) -> Option<&'static str> {
        if matches!(self.thinking, ThinkingDialect::None | ThinkingDialect::ClaudeBudget)
            || self.capabilities.effort_control == Some(false)
        {
            return None;
        }
        let mut wanted = wanted.into();
        if let Some(Some(word)) = self.facts.and_then(|facts| facts.thinking_level(wanted.level())) {
            match Effort::parse(word) {
                Some(effort) => wanted = effort,
                // A word of the model's own, above which no ceiling stands.
                None => return Some(word),
            }
        }
        if wanted == Effort::None && !self.knows(Effort::None) {
            return self.nearest(Effort::Minimal).filter(|_| self.cannot_but_think()).map(Effort::as_str);
        }
        self.nearest(wanted.min(self.effort_ceiling)).map(Effort::as_str)
    }

    /// Whether nothing in a request without an effort `none` would keep the model from thinking.
    fn cannot_but_think(&self) -> bool {
        let thinks_unasked = self.capabilities.thinking_by_default == Some(true);
        match self.thinking {
            // These have a member of its own to switch it off.
            ThinkingDialect::None
            | ThinkingDialect::ClaudeBudget
            | ThinkingDialect::ClaudeAdaptive
            | ThinkingDialect::NovaReasoningConfig => self.capabilities.thinking_always_on == Some(true),
            ThinkingDialect::OpenAiFlatEffort
            | ThinkingDialect::OpenAiNestedEffort
            | ThinkingDialect::ReasoningConfigWord => {
                thinks_unasked || self.capabilities.thinking_always_on == Some(true)
            }
        }
    }

    /// The highest known effort up to the wanted one, or the least that thinks at all.
    fn nearest(&self, wanted: Effort) -> Option<Effort> {
        let known = || Effort::ALL.iter().copied().filter(|effort| self.knows(*effort));
        let thinking = |effort: &Effort| *effort != Effort::None;
        match wanted {
            Effort::None => known().next(),
            _ => known()
                .rfind(|effort| thinking(effort) && *effort <= wanted)
                .or_else(|| known().find(thinking)),
        }
    }

    fn knows(&self, effort: Effort) -> bool {
        let flag = match effort {
            // Claude has no such words, whatever a table says of it.
            Effort::None | Effort::Minimal if self.thinking == ThinkingDialect::ClaudeAdaptive => Some(false),
            Effort::None => self.capabilities.effort_none,
            Effort::Minimal => self.capabilities.effort_minimal,
            Effort::Xhigh => self.capabilities.effort_xhigh,
            Effort::Max => self.capabilities.effort_max,
            // Also when only a configuration says that it is one.
            Effort::Low | Effort::Medium | Effort::High => {
                (self.thinking == ThinkingDialect::ClaudeAdaptive).then_some(true)
            }
        };
        flag.unwrap_or_else(|| self.efforts.contains(&effort))
    }
}

impl Rule {
    fn is_about(&self, identity: &Identity<'_>) -> bool {
        self.family.is_none_or(|family| family == identity.family)
            && (self.models.is_empty() || self.models.iter().any(|start| begins(identity.name, start)))
    }
}

/// Whether a name begins with a whole word: `claude-opus-4-1` begins `claude-opus-4-1-20250805`, not
/// `claude-opus-4-10`.
fn begins(name: &str, start: &str) -> bool {
    name.len() >= start.len()
        && name.as_bytes()[..start.len()].eq_ignore_ascii_case(start.as_bytes())
        && !name.as_bytes().get(start.len()).is_some_and(u8::is_ascii_alphanumeric)
}
