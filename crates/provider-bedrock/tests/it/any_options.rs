//! Any options on any model: a request that the service accepts, or a refusal before it is sent that names the place.
//!
//! Whatever an option asks for is in the request, or a diagnostic says that it is not. Only what a caller demands and we
//! pass on unseen may be refused by the service: fields for the model, names that only the account knows.

use clawdia_bedrock_emulator::{Credentials, Emulator, RecordedRequest};
use clawdia_core::{
    CacheRetention, Context, ErrorKind, Model, ModelId, OutputSchema, StreamOptions, ThinkingLevel,
    ToolChoice,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::conversation::SONNET_4;
use crate::fixture::{self, NOVA, Outcome, SONNET, try_connect};
use crate::generated::{MODELS, RUNTIME, cases, message, schema, text, tools};
use crate::lost::lost;

const PROMPT: &str = "arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT1:2";
const ROUTER: &str = "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/team";
const PROFILE: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/team";
const GUARDRAIL: &str = "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1";

/// What a host hands over, besides the conversation.
#[derive(Debug, Clone)]
struct Input {
    model: String,
    context: Context,
    options: StreamOptions,
    /// Whether the options of the protocol stand in the configuration instead of the call.
    configured: bool,
}

/// What came of it.
struct Run {
    /// `None` where the configuration was refused.
    outcome: Option<Outcome>,
    requests: Vec<RecordedRequest>,
}

impl Input {
    async fn run(&self) -> Run {
        let emulator = Emulator::builder()
            .credentials(Credentials::new("AKIDEXAMPLE", "secret"))
            .guardrail("gr1")
            .prompt("PROMPT1", SONNET, "Say something about {{topic}}.")
            .prompt_router("team", [NOVA, SONNET_4])
            .application_profile("team", NOVA)
            .start()
            .await
            .unwrap();
        let mut options = self.options.clone();
        let params = if self.configured { std::mem::take(&mut options.params) } else { Map::new() };
        let provider = match try_connect(&emulator, &[], |config| config.params = params) {
            Ok(provider) => provider,
            Err(error) => {
                assert!(error.to_string().contains("params"), "{error}");
                return Run { outcome: None, requests: emulator.requests() };
            }
        };
        let model = provider.describe(&ModelId::new(self.model.as_str())).unwrap_or_else(|| {
            Model::new(provider.id().clone(), self.model.as_str(), clawdia_core::Api::BEDROCK_CONVERSE_STREAM)
        });
        let outcome = fixture::ask(&*provider, &model, &self.context, &options).await;
        Run { outcome: Some(outcome), requests: emulator.requests() }
    }

    /// Without what is passed on unseen.
    fn without_demands(&self) -> Self {
        let mut input = self.clone();
        let params = &mut input.options.params;
        for name in ["additionalModelRequestFields", "profilePreference", "strictTools", "systemTools"] {
            params.shift_remove(name);
        }
        if params.get("guardrail").is_some_and(|guardrail| guardrail["guardrailIdentifier"] == "unknown") {
            params.shift_remove("guardrail");
        }
        if params.get("serviceTier").is_some_and(|tier| tier == "reserved") {
            params.shift_remove("serviceTier");
        }
        if params.get("structuredOutput").is_some_and(|way| way == "native") {
            params.shift_remove("structuredOutput");
        }
        params.insert("promptVariables".to_owned(), json!({ "topic": "crates" }));
        input
    }
}

/// How an input fared: what is wrong, if anything is.
async fn flaw(input: &Input) -> Option<String> {
    let run = input.run().await;
    let Some(outcome) = run.outcome else {
        return (!run.requests.is_empty()).then(|| "refused at last, but sent".to_owned());
    };
    let Some(error) = &outcome.error else {
        let body = run.requests.last().map(RecordedRequest::json).unwrap_or_default();
        let lost = lost(&input.model, &input.context, &input.options, &body, &outcome.message.diagnostics);
        return (!lost.is_empty())
            .then(|| format!("{lost:?} are lost: {body}, {:?}", outcome.message.diagnostics));
    };
    if error.status().is_some() {
        return Some(format!("refused by the service: {error}"));
    }
    let places = ["context.", "options.", "params", "headers."];
    let named = places.iter().any(|place| error.message().contains(place));
    let fine = error.kind() == ErrorKind::InvalidRequest && named && run.requests.is_empty();
    (!fine).then(|| format!("failed in another way: {error:?}"))
}

/// One of the usual ways, and once in a while an odd one: most of those are refused, whatever else is asked.
fn mostly<T: Clone + std::fmt::Debug + 'static>(usual: Vec<T>, odd: Vec<T>) -> BoxedStrategy<T> {
    if odd.is_empty() {
        return select(usual).boxed();
    }
    prop_oneof![20 => select(usual), 1 => select(odd)].boxed()
}

/// Options of the protocol: for each the usual ways and the odd.
fn params() -> impl Strategy<Value = Map<String, Value>> {
    let values = json!({
        "profilePreference": [["geo", "global", "none"], []],
        "cacheRetention": [["none", "short", "long"], [null]],
        "thinkingDisplay": [["summarized", "omitted"], ["all"]],
        "interleavedThinking": [[true, false], []],
        "thinkingBudgets": [
            [{ "minimal": 1024 }, { "low": 1_000_000, "high": 5_000_000_000_000_u64 }, {}],
            [{ "low": 10 }],
        ],
        "temperature": [[0, 0.5, 1], [1.5, -0.5]],
        "topP": [[0, 0.9, 1], [2]],
        "maxTokens": [[1, 4096, 1_000_000], [0, 5_000_000_000_u64]],
        "stopSequences": [[["ZZZ"], ["\n"], ["a", " "]], [[""]]],
        "strictTools": [["prefer", "prefer", "require"], []],
        "structuredOutput": [["auto", "native", "tool"], []],
        "systemTools": [
            [["nova_grounding"], ["nova_code_interpreter", "nova_grounding"], ["unheard_of"]],
            [[""], ["a b"], ["nova_grounding", "nova_grounding"]],
        ],
        "guardrail": [
            [
                { "guardrailIdentifier": "gr1", "guardrailVersion": "1" },
                { "guardrailIdentifier": " gr1 ", "guardrailVersion": "DRAFT", "scope": "lastUserTurn" },
                { "guardrailIdentifier": GUARDRAIL, "guardrailVersion": "99999999", "trace": "enabled_full",
                  "streamProcessingMode": "async", "scope": "lastUserTurn" },
                { "guardrailIdentifier": "unknown", "guardrailVersion": "1" },
            ],
            [
                { "guardrailIdentifier": "Not an id", "guardrailVersion": "1" },
                { "guardrailIdentifier": "arn:aws:bedrock:us-east-1:1:guardrail/gr1", "guardrailVersion": "1" },
                { "guardrailIdentifier": "gr1", "guardrailVersion": "0" },
                { "guardrailIdentifier": "gr1", "guardrailVersion": "" },
            ],
        ],
        "serviceTier": [["default", "flex", " PRIORITY ", "reserved", "turbo", ""], []],
        "performanceConfig": [[{ "latency": "standard" }, { "latency": "optimized" }], [{}]],
        "requestMetadata": [[{ "team": "blue" }, { "a": "\t" }], [{ "": "x" }, { "ü": "x" }]],
        "promptVariables": [[{ "topic": "crates" }, { "topic": "", "other": "\u{0}" }, {}], []],
        "additionalModelRequestFields": [
            [
                { "top_k": 5 }, { "anthropic_beta": ["x-2025"] }, { "inferenceConfig": { "topK": 20 } },
                { "foo": { "bar": null } }, { "thinking": { "type": "disabled" } }, { "reasoning_effort": "low" },
                {},
            ],
            ["text"],
        ],
        "additionalModelResponseFieldPaths": [
            [
                ["/stop_sequence"], ["/a~1b", "/delta/stop_reason"], [],
                ["/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/10"],
            ],
            [["stop"], [""], ["/~2"]],
        ],
        "refusalPolicy": [["stream", "buffer"], []],
        "retries": [[{ "maxRetries": 0 }, { "maxRetries": 7, "maxDelayMs": 1, "budgetMs": 0 }], []],
        "servicetier": [[null], ["flex"]],
    });
    let Value::Object(members) = values else { unreachable!("the members are an object") };
    let member = |(name, ways): (String, Value)| {
        let [usual, odd]: [Vec<Value>; 2] = serde_json::from_value(ways).unwrap();
        let way = prop::option::weighted(0.2, mostly(usual, odd));
        way.prop_map(move |way| Some((name.clone(), way.filter(|way| !way.is_null())?))).boxed()
    };
    let members = members.into_iter().map(member).collect::<Vec<_>>();
    members.prop_map(|chosen| chosen.into_iter().flatten().collect())
}

fn output_schema() -> impl Strategy<Value = OutputSchema> {
    let name = || select(vec![None, Some("place"), Some(""), Some("a b")]);
    (schema(), name(), name()).prop_map(|(schema, name, description)| {
        let mut output = OutputSchema::new(schema);
        output.name = name.map(str::to_owned);
        output.description = description.map(str::to_owned);
        output
    })
}

fn options() -> impl Strategy<Value = StreamOptions> {
    let share = || prop::option::weighted(0.3, mostly(vec![0.0, 0.7, 1.0], vec![-0.1, 1.5, f64::NAN]));
    let limit = || prop::option::weighted(0.3, mostly(vec![1, 20, 3_000, 1_000_000], vec![0, u64::MAX]));
    let stops = mostly(vec![vec![], vec![], vec!["ZZZ"], vec![" "], vec!["a", "\n"]], vec![vec![""]]);
    let levels = prop::option::of(select(ThinkingLevel::ALL.to_vec()));
    let named = |name: &str| ToolChoice::Tool(name.to_owned());
    let choices = vec![ToolChoice::Auto, ToolChoice::Any, ToolChoice::None, named("read")];
    let choice = mostly(choices, vec![named("structured_output"), named("")]);
    let retention = select(vec![CacheRetention::None, CacheRetention::Short, CacheRetention::Long]);
    let marks = mostly(
        vec![("team", "red"), ("k:_@$#=/+,-. ", "")],
        vec![("aws:x", "y"), ("ü", "x"), ("k", "ü"), ("", "")],
    );
    let headers = mostly(
        vec![("X-Trace", Some("1")), ("Authorization", Some("x")), ("X-Amz-Date", None)],
        vec![("a b", Some("x")), ("x", Some("a\nb"))],
    );
    let sampling = (share(), share(), limit(), stops);
    let asked = (
        levels,
        prop::option::weighted(0.4, choice),
        prop::option::weighted(0.4, output_schema()),
        prop::option::of(retention),
    );
    let around = (prop::option::weighted(0.2, marks), prop::option::weighted(0.1, headers), params());
    (sampling, asked, around).prop_map(|(sampling, asked, (mark, header, params))| {
        let mut options = StreamOptions::default();
        let stops: Vec<&str>;
        (options.temperature, options.top_p, options.max_tokens, stops) = sampling;
        options.stop_sequences = stops.into_iter().map(str::to_owned).collect();
        (options.reasoning, options.tool_choice, options.output_schema, options.cache_retention) = asked;
        options.request_metadata.extend(mark.map(|(name, value)| (name.to_owned(), value.to_owned())));
        options.headers.extend(header.map(|(name, value)| (name.to_owned(), value.map(str::to_owned))));
        options.params = params;
        options
    })
}

fn input() -> impl Strategy<Value = Input> {
    let ids = MODELS.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let model = prop_oneof![
        8 => select(ids),
        1 => select(vec![PROMPT.to_owned(), ROUTER.to_owned(), PROFILE.to_owned()]),
    ];
    // Mostly what a host would say, so that the options matter and not the history.
    let usual = select(vec![
        json!([{ "role": "user", "content": "What is a crate?" }]),
        json!([
            { "role": "user", "content": "What is a crate?" },
            { "role": "assistant", "content": [{ "type": "toolCall", "id": "t1", "name": "read", "arguments": {} }] },
            { "role": "toolResult", "toolCallId": "t1", "toolName": "read", "content": "A box." },
        ]),
        json!([{ "role": "user", "content": [
            { "type": "text", "text": "Read this." },
            { "type": "document", "data": "SGVsbG8=", "mimeType": "text/plain", "citations": true },
        ] }]),
    ]);
    let messages = prop_oneof![2 => usual, 1 => prop::collection::vec(message(), 0..4).prop_map(Value::from)];
    (model, messages, prop::option::of(text()), tools(), options(), any::<bool>()).prop_map(
        |(model, mut messages, system, tools, options, configured)| {
            let Value::Array(said) = &mut messages else { unreachable!("the messages are a list") };
            match model.as_str() {
                // A stored prompt begins with what the user says, and what is said then goes on from there.
                PROMPT => said.insert(0, json!({ "role": "assistant", "content": "A box." })),
                // Whether a model that nobody knows goes on from the beginning of an answer, nobody knows either.
                ROUTER => said.push(json!({ "role": "user", "content": "Go on." })),
                _ => {}
            }
            let history = json!({ "systemPrompt": system, "messages": messages });
            let mut context: Context = serde_json::from_value(history).unwrap();
            context.tools = tools;
            Input { model, context, options, configured }
        },
    )
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn any_options_are_accepted_or_refused_before_they_are_sent_and_none_is_lost(input in input()) {
        let flaw = RUNTIME.block_on(async {
            match flaw(&input).await {
                // Fine as soon as nothing is passed on unseen.
                Some(flaw) if flaw.starts_with("refused by the service") => {
                    self::flaw(&input.without_demands()).await.map(|still| format!("{flaw}; {still}"))
                }
                other => other,
            }
        });
        prop_assert!(flaw.is_none(), "{}", flaw.unwrap_or_default());
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn the_same_input_gives_the_same_bytes(input in input()) {
        let (first, second) = RUNTIME.block_on(async { (input.run().await, input.run().await) });
        let bodies = |run: &Run| run.requests.iter().map(|request| request.body.clone()).collect::<Vec<_>>();
        prop_assert_eq!(bodies(&first), bodies(&second));
        let error = |run: &Run| Some(run.outcome.as_ref()?.error.as_ref()?.message().to_owned());
        prop_assert_eq!(error(&first), error(&second));
    }
}
