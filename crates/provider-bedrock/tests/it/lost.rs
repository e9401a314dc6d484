//! Options of a call that neither its request nor a diagnostic tells of.
//!
//! Separate from the tests on any options: here is only what each option looks like in a request, and which diagnostics may
//! stand in its place.

use std::collections::BTreeMap;

use clawdia_core::{CacheRetention, Context, Diagnostic, Message, StreamOptions, ThinkingLevel, ToolChoice};
use serde_json::{Value, json};

/// The names of the options that are lost.
pub(crate) fn lost(
    model: &str,
    context: &Context,
    options: &StreamOptions,
    body: &Value,
    diagnostics: &[Diagnostic],
) -> Vec<&'static str> {
    let codes = diagnostics.iter().map(|found| found.code.as_str()).collect();
    let mut search = Search { options, body, codes, is_prompt: model.contains(":prompt/"), lost: Vec::new() };
    search.sampling();
    search.tools(context);
    search.service();
    search.fields();
    search.caching(context);
    search.lost
}

struct Search<'a> {
    options: &'a StreamOptions,
    body: &'a Value,
    codes: Vec<&'a str>,
    /// What a stored prompt brings itself is told of in one word.
    is_prompt: bool,
    lost: Vec<&'static str>,
}

impl<'a> Search<'a> {
    /// Notes an option that is wanted, not there, and told of by none of the codes.
    fn check(&mut self, name: &'static str, wanted: bool, is_there: bool, codes: &[&str]) {
        let told = codes.iter().any(|code| self.codes.contains(code))
            || (self.is_prompt && self.codes.contains(&"bedrock_left_to_prompt"));
        if wanted && !is_there && !told {
            self.lost.push(name);
        }
    }

    fn param(&self, name: &str) -> Option<&'a Value> {
        self.options.params.get(name)
    }

    /// The items of an option that is a list, if it is there.
    fn listed(&self, name: &str) -> Option<&'a [Value]> {
        self.param(name)?.as_array().map(Vec::as_slice)
    }

    fn sampling(&mut self) {
        let (options, inference) = (self.options, &self.body["inferenceConfig"]);
        let temperature = options.temperature.or_else(|| self.param("temperature")?.as_f64());
        let is_there = inference["temperature"].as_f64() == temperature;
        self.check("temperature", temperature.is_some(), is_there, &["bedrock_temperature_dropped"]);
        let top_p = options.top_p.or_else(|| self.param("topP")?.as_f64());
        let is_there = inference["topP"].as_f64() == top_p;
        self.check("topP", top_p.is_some(), is_there, &["bedrock_top_p_dropped"]);
        let limit = options.max_tokens.or_else(|| self.param("maxTokens")?.as_u64());
        let codes = ["bedrock_max_tokens_lowered", "bedrock_max_tokens_raised"];
        self.check("maxTokens", limit.is_some(), inference["maxTokens"].as_u64() == limit, &codes);
        let stops = match self.param("stopSequences") {
            Some(stops) if options.stop_sequences.is_empty() => stops.clone(),
            _ => json!(options.stop_sequences),
        };
        let is_there = inference["stopSequences"] == stops;
        self.check("stopSequences", stops != json!([]), is_there, &["bedrock_stop_sequences_dropped"]);
    }

    fn tools(&mut self, context: &Context) {
        let sent: Vec<_> = self.body["toolConfig"]["tools"].as_array().into_iter().flatten().collect();
        let choice = &self.options.tool_choice;
        let wanted = *choice != Some(ToolChoice::None);
        let specs = sent.iter().filter_map(|tool| tool["toolSpec"]["name"].as_str()).collect::<Vec<_>>();
        self.check("tools", wanted, specs.len() >= context.tools.len(), &["bedrock_tools_dropped"]);
        let system_tools = self.listed("systemTools").unwrap_or_default();
        let is_sent = |name: &Value| sent.iter().any(|tool| tool["systemTool"]["name"] == *name);
        let codes = ["bedrock_system_tools_dropped", "bedrock_tools_dropped"];
        self.check("systemTools", wanted, system_tools.iter().all(is_sent), &codes);
        let forced = matches!(choice, Some(ToolChoice::Any | ToolChoice::Tool(_)));
        let is_there = self.body["toolConfig"]["toolChoice"].is_object();
        self.check("toolChoice", forced, is_there, &["bedrock_tool_choice_dropped", "bedrock_tools_dropped"]);
        let by_tool = specs.iter().any(|name| name.starts_with("structured_output"));
        let is_there = by_tool || self.body["outputConfig"].is_object();
        // No diagnostic would do here: the answer would not be what was asked for.
        if self.options.output_schema.is_some() && !is_there {
            self.lost.push("outputSchema");
        }
    }

    fn service(&mut self) {
        for (name, member, codes) in [
            ("guardrail", "guardrailConfig", [].as_slice()),
            ("serviceTier", "serviceTier", &["bedrock_service_tier_dropped"]),
            ("performanceConfig", "performanceConfig", &["bedrock_latency_dropped"]),
        ] {
            self.check(name, self.param(name).is_some(), self.body[member].is_object(), codes);
        }
        let variables = self.param("promptVariables").is_some_and(|variables| *variables != json!({}));
        let is_there = self.body["promptVariables"].is_object();
        self.check("promptVariables", variables, is_there, &["bedrock_prompt_variables_dropped"]);
        let mut marks: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, value) in self.param("requestMetadata").and_then(Value::as_object).into_iter().flatten() {
            marks.insert(name, value.as_str().unwrap());
        }
        let own = self.options.request_metadata.iter();
        marks.extend(own.map(|(name, value)| (name.as_str(), value.as_str())));
        let is_there = self.body["requestMetadata"] == json!(marks);
        self.check("requestMetadata", !marks.is_empty(), is_there, &[]);
    }

    fn fields(&mut self) {
        let fields = &self.body["additionalModelRequestFields"];
        let thinks = self.options.reasoning.is_some_and(|level| level != ThinkingLevel::Off);
        let codes = ["bedrock_thinking_dropped", "bedrock_thinking_level_changed"];
        self.check("reasoning", thinks, fields.is_object(), &codes);
        let raw = self.param("additionalModelRequestFields").and_then(Value::as_object);
        let has_all = raw.is_none_or(|raw| raw.keys().all(|name| fields.get(name).is_some()));
        self.check("additionalModelRequestFields", raw.is_some(), has_all, &[]);
        let paths = self.listed("additionalModelResponseFieldPaths").unwrap_or_default();
        let sent = self.body["additionalModelResponseFieldPaths"].as_array();
        let has_all = paths.iter().all(|path| sent.is_some_and(|sent| sent.contains(path)));
        self.check("additionalModelResponseFieldPaths", true, has_all, &[]);
    }

    /// Neither an answer that is to be continued nor what changes anyway is worth keeping.
    fn caching(&mut self, context: &Context) {
        let turns = self.body["messages"].as_array();
        let goes_on = turns.and_then(|turns| turns.last()).is_none_or(|turn| turn["role"] == "assistant");
        let kept = self.options.cache_retention.is_some_and(|retention| retention != CacheRetention::None);
        let wanted = kept && !goes_on && !context.messages.iter().any(is_volatile);
        let is_there = self.body.to_string().contains("cachePoint");
        let codes = ["bedrock_caching_dropped", "bedrock_cache_points_dropped"];
        self.check("cacheRetention", wanted, is_there, &codes);
    }
}

fn is_volatile(message: &Message) -> bool {
    matches!(message, Message::User(message) if message.runtime_context.is_some())
}
