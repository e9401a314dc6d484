//! Settings of one call.
//!
//! Separate from [`Context`](crate::Context), since the same conversation may be asked again with other settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::headers::Headers;
use crate::hooks::Hooks;
use crate::output_schema::OutputSchema;
use crate::thinking_level::ThinkingLevel;
use crate::tool::ToolChoice;

/// Settings of one call; what is absent is left to the model or the configuration.
///
/// ```
/// use clawdia_core::{StreamOptions, ThinkingLevel};
/// let options = StreamOptions::default().with_max_tokens(2_000).with_reasoning(ThinkingLevel::Medium);
/// assert_eq!(options.max_tokens, Some(2_000));
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct StreamOptions {
    /// Randomness, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The share of likely tokens to choose from, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// The most tokens the answer may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// Texts at which the model stops.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<String>,
    /// How much the model should think; absent leaves it to the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<ThinkingLevel>,
    /// How free the model is in calling tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// The JSON Schema that the answer's text must fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<OutputSchema>,
    /// How long the prompt is worth caching; absent means [`CacheRetention::Short`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_retention: Option<CacheRetention>,
    /// HTTP headers to add; `None` removes a header that the configuration adds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: Headers<Option<String>>,
    /// Marks that the service keeps with the request in its logs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub request_metadata: BTreeMap<String, String>,
    /// Options of the provider's protocol, as its plugin defines them for the configuration. They go before those of the
    /// configuration, member by member; `null` takes one back.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Time limits; they go before those of the configuration.
    pub timeouts: Timeouts,
    /// The host's own code in the middle of the call. Not part of the JSON form.
    #[serde(skip)]
    pub hooks: Option<Arc<dyn Hooks>>,
    /// Ends the stream with an aborted outcome when it is cancelled. Not part of the JSON form.
    #[serde(skip)]
    pub cancel: Option<CancellationToken>,
}

impl StreamOptions {
    /// Sets [`temperature`](Self::temperature).
    #[must_use]
    pub fn with_temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Sets [`top_p`](Self::top_p).
    #[must_use]
    pub fn with_top_p(mut self, top_p: f64) -> Self {
        self.top_p = Some(top_p);
        self
    }

    /// Sets [`max_tokens`](Self::max_tokens).
    #[must_use]
    pub fn with_max_tokens(mut self, tokens: u64) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    /// Sets [`stop_sequences`](Self::stop_sequences).
    #[must_use]
    pub fn with_stop_sequences(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.stop_sequences = texts.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`reasoning`](Self::reasoning).
    #[must_use]
    pub fn with_reasoning(mut self, level: ThinkingLevel) -> Self {
        self.reasoning = Some(level);
        self
    }

    /// Sets [`tool_choice`](Self::tool_choice).
    #[must_use]
    pub fn with_tool_choice(mut self, choice: ToolChoice) -> Self {
        self.tool_choice = Some(choice);
        self
    }

    /// Sets [`output_schema`](Self::output_schema).
    #[must_use]
    pub fn with_output_schema(mut self, schema: OutputSchema) -> Self {
        self.output_schema = Some(schema);
        self
    }

    /// Sets [`cache_retention`](Self::cache_retention).
    #[must_use]
    pub fn with_cache_retention(mut self, retention: CacheRetention) -> Self {
        self.cache_retention = Some(retention);
        self
    }

    /// Adds one of [`headers`](Self::headers).
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), Some(value.into()));
        self
    }

    /// Adds one of [`request_metadata`](Self::request_metadata).
    #[must_use]
    pub fn with_request_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request_metadata.insert(name.into(), value.into());
        self
    }

    /// Sets one of [`params`](Self::params).
    #[must_use]
    pub fn with_param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.params.insert(name.into(), value.into());
        self
    }

    /// Sets [`hooks`](Self::hooks).
    #[must_use]
    pub fn with_hooks(mut self, hooks: Arc<dyn Hooks>) -> Self {
        self.hooks = Some(hooks);
        self
    }

    /// Sets [`timeouts`](Self::timeouts).
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets [`cancel`](Self::cancel).
    #[must_use]
    pub fn with_cancel(mut self, token: CancellationToken) -> Self {
        self.cancel = Some(token);
        self
    }
}

/// How long a prompt is worth caching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CacheRetention {
    /// Not at all.
    None,
    /// Minutes.
    #[default]
    Short,
    /// An hour, where the model offers it.
    Long,
}

/// Time limits in milliseconds; 0 switches a limit off, absent leaves it to the next source.
///
/// ```
/// use clawdia_core::Timeouts;
/// let call = Timeouts { idle_ms: Some(10_000), ..Timeouts::default() };
/// let limits = call.or(Timeouts { connect_ms: Some(1_000), ..Timeouts::default() }).limits();
/// assert_eq!(limits.idle.unwrap().as_secs(), 10);
/// assert_eq!(limits.connect.unwrap().as_secs(), 1);
/// assert_eq!(limits.first_event.unwrap().as_secs(), 120);
/// assert_eq!(limits.total, None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Timeouts {
    /// Milliseconds to wait for a connection, TLS included. Default 5000; 0 waits for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<u64>,
    /// Milliseconds to wait for the first event of an answer. Default 120000; 0 waits for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_event_ms: Option<u64>,
    /// Milliseconds to wait between two events. Default 120000; 0 waits for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_ms: Option<u64>,
    /// Milliseconds that the whole call may take, retries included. No limit by default, and with 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<u64>,
}

impl Timeouts {
    /// Fills what is absent here from `fallback`.
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        Self {
            connect_ms: self.connect_ms.or(fallback.connect_ms),
            first_event_ms: self.first_event_ms.or(fallback.first_event_ms),
            idle_ms: self.idle_ms.or(fallback.idle_ms),
            total_ms: self.total_ms.or(fallback.total_ms),
        }
    }

    /// The limits in force, with defaults filled in.
    pub fn limits(self) -> TimeLimits {
        let limit = |ms: Option<u64>, default: u64| match ms.unwrap_or(default) {
            0 => None,
            ms => Some(Duration::from_millis(ms)),
        };
        TimeLimits {
            connect: limit(self.connect_ms, 5_000),
            first_event: limit(self.first_event_ms, 120_000),
            idle: limit(self.idle_ms, 120_000),
            total: limit(self.total_ms, 0),
        }
    }
}

/// [`Timeouts`] with defaults filled in; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// For a connection, TLS included.
    pub connect: Option<Duration>,
    /// For the first event of an answer.
    pub first_event: Option<Duration>,
    /// Between two events.
    pub idle: Option<Duration>,
    /// For the whole call, retries included.
    pub total: Option<Duration>,
}
