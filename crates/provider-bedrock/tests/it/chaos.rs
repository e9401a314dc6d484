//! Any answer at all: legal and illegal events in any order, cut anywhere, and whatever a proxy may say instead.
//!
//! Driven over a real socket, since what matters is what the parts do together: decoder, state machine, limits and pool.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clawdia_bedrock_emulator::{Reply, Step};
use clawdia_core::{StopReason, StreamEvent, StreamOptions};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::fixture::{Bedrock, Outcome, SONNET, question};
use crate::script::raw;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
// One each: what is scripted for one property is not for the other.
static STREAMS: LazyLock<Bedrock> = LazyLock::new(|| RUNTIME.block_on(Bedrock::start()));
static ANSWERS: LazyLock<Bedrock> = LazyLock::new(|| RUNTIME.block_on(Bedrock::start()));

/// One thing that is sent.
#[derive(Debug, Clone)]
enum Sent {
    Event(&'static str, Value),
    /// An event whose payload need not be JSON, between chance headers.
    Odd(&'static str, String),
    Exception(&'static str),
    ErrorFrame,
    Corrupt,
    /// So much of a frame, and then the end.
    Truncated(usize),
    Garbage(Vec<u8>),
    Cut,
}

impl Sent {
    fn step(&self) -> Step {
        let lost = || json!({ "contentBlockIndex": 0, "delta": { "text": "lost" } });
        match self {
            Self::Event(name, payload) => Step::event(*name, payload.clone()),
            Self::Odd(name, payload) => raw(name, payload),
            Self::Exception(name) => Step::exception(*name, "because"),
            Self::ErrorFrame => Step::error_frame("InternalFailure", "broken"),
            Self::Corrupt => Step::corrupt("contentBlockDelta", lost()),
            Self::Truncated(kept) => Step::truncated("contentBlockDelta", lost(), *kept),
            Self::Garbage(bytes) => Step::raw(bytes.clone()),
            Self::Cut => Step::cut(),
        }
    }
}

/// Payloads that are JSON, and not of the event they come in.
const OTHER: &str = "{\"stopReason\":7}";
const MEMBERLESS: &str = "{\"delta\":\"x\"}";

fn starts() -> Vec<Value> {
    vec![
        json!({ "toolUse": { "toolUseId": "t", "name": "run" } }),
        json!({ "toolUse": { "input": { "a": 1 } } }),
        json!({ "toolUse": { "toolUseId": "s", "name": "search", "type": "server_tool_use" } }),
        json!({ "toolResult": { "toolUseId": "s", "status": "error" } }),
        json!({ "image": { "format": "png" } }),
        json!({ "hologram": [] }),
        json!({ "toolUse": 7 }),
        json!({}),
    ]
}

fn deltas() -> Vec<Value> {
    vec![
        json!({ "toolUse": { "input": "{\"a\":" } }),
        json!({ "toolUse": { "toolUseId": "late", "name": "run", "input": "1}" } }),
        json!({ "reasoningContent": { "text": "hm" } }),
        json!({ "reasoningContent": { "signature": "c2ln" } }),
        json!({ "reasoningContent": { "redactedContent": "AQ==" } }),
        json!({ "reasoningContent": { "redactedContent": "no base64!" } }),
        json!({ "citation": { "title": 7, "location": { "web": {} } } }),
        json!({ "toolResult": [{ "text": "a" }, { "json": {} }] }),
        json!({ "image": { "source": { "bytes": "AQ==" } } }),
        json!({ "image": { "error": {} } }),
        json!({ "hologram": {} }),
        json!({}),
    ]
}

fn event() -> impl Strategy<Value = Sent> {
    let block = 0..3u64;
    let start = (block.clone(), select(starts())).prop_map(|(block, start)| {
        Sent::Event("contentBlockStart", json!({ "contentBlockIndex": block, "start": start }))
    });
    let text = "[a-cé😀 ]{0,3}".prop_map(|text| json!({ "text": text }));
    let delta = (block.clone(), prop_oneof![text, select(deltas())]).prop_map(|(block, delta)| {
        Sent::Event("contentBlockDelta", json!({ "contentBlockIndex": block, "delta": delta }))
    });
    let stop = block.prop_map(|block| Sent::Event("contentBlockStop", json!({ "contentBlockIndex": block })));
    let role = select(vec!["assistant", "assistant", "assistant", "user"]);
    let reasons = vec![
        "end_turn",
        "end_turn",
        "tool_use",
        "max_tokens",
        "stop_sequence",
        "refusal",
        "guardrail_intervened",
        "new",
        "",
    ];
    prop_oneof![
        1 => role.prop_map(|role| Sent::Event("messageStart", json!({ "role": role }))),
        3 => start,
        10 => delta,
        3 => stop,
        2 => select(reasons).prop_map(|reason| Sent::Event("messageStop", json!({ "stopReason": reason }))),
        2 => select(vec![json!({ "usage": { "inputTokens": 3 } }), json!({ "usage": -1.5 }), json!({})])
            .prop_map(|payload| Sent::Event("metadata", payload)),
        1 => Just(Sent::Event("telepathy", json!({ "strength": 3 }))),
    ]
}

fn trouble() -> impl Strategy<Value = Sent> {
    let names = vec!["contentBlockDelta", "messageStop", "metadata", "telepathy"];
    let exceptions = vec!["throttlingException", "modelStreamErrorException", "newException"];
    prop_oneof![
        (select(names), select(vec!["", "{", "[", "null", OTHER, MEMBERLESS]))
            .prop_map(|(name, payload)| Sent::Odd(name, payload.to_owned())),
        select(exceptions).prop_map(Sent::Exception),
        Just(Sent::ErrorFrame),
        Just(Sent::Corrupt),
        (1..90usize).prop_map(Sent::Truncated),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Sent::Garbage),
        Just(Sent::Cut),
    ]
}

/// Mostly an answer that could be one; with trouble in it every other time.
fn answer() -> impl Strategy<Value = Vec<Sent>> {
    let events = prop::collection::vec(event(), 0..14);
    let end = select(vec![
        vec![],
        vec![Sent::Event("messageStop", json!({ "stopReason": "end_turn" }))],
        vec![
            Sent::Event("messageStop", json!({ "stopReason": "end_turn" })),
            Sent::Event("metadata", json!({ "usage": { "inputTokens": 1, "outputTokens": 1 } })),
        ],
    ]);
    (events, prop::option::of((trouble(), any::<prop::sample::Index>())), end).prop_map(
        |(mut sent, trouble, end)| {
            sent.extend(end);
            if let Some((trouble, place)) = trouble {
                sent.insert(place.index(sent.len() + 1), trouble);
            }
            sent
        },
    )
}

/// What must come of an answer, by rules simpler than the provider's.
#[derive(Debug, Default)]
struct Expected {
    /// What is open, by the service's index: whether it is text.
    open: BTreeMap<u64, bool>,
    /// All that is text, in the order in which it was sent.
    text: Vec<String>,
    has_content: bool,
    stop_reason: Option<String>,
    has_metadata: bool,
    is_broken: bool,
}

impl Expected {
    fn of(sent: &[Sent]) -> Self {
        let mut expected = Self::default();
        for sent in sent {
            match sent {
                Sent::Event(name, payload) => expected.take_in(name, payload),
                Sent::Odd("metadata", _) => expected.has_metadata = true,
                // JSON of another kind of event says nothing, but is no damage.
                Sent::Odd("contentBlockDelta", payload) if payload == OTHER => {}
                Sent::Odd("messageStop", payload) if payload == MEMBERLESS => {
                    expected.stop_reason = Some(String::new());
                }
                Sent::Odd("telepathy", _) => {}
                Sent::Garbage(bytes) if bytes.is_empty() => {}
                _ => expected.is_broken = true,
            }
            if expected.is_broken {
                break;
            }
        }
        expected
    }

    fn take_in(&mut self, name: &str, payload: &Value) {
        let block = payload["contentBlockIndex"].as_u64().unwrap_or_default();
        match name {
            "messageStart" => self.is_broken = payload["role"] == "user",
            "messageStop" => self.stop_reason = Some(payload["stopReason"].as_str().unwrap().to_owned()),
            "metadata" => self.has_metadata = true,
            "contentBlockStop" => {
                self.open.remove(&block);
            }
            "contentBlockStart" => {
                let start = payload["start"].as_object().unwrap();
                if ["toolUse", "toolResult", "image"].iter().any(|kind| start.contains_key(*kind)) {
                    self.open(block, false);
                }
            }
            "contentBlockDelta" => {
                let delta = &payload["delta"];
                if let Some(text) = delta["text"].as_str() {
                    if *self.open.entry(block).or_insert(true) {
                        self.text.push(text.to_owned());
                    }
                    self.has_content = true;
                } else if delta["toolUse"]["name"].is_string() {
                    self.open(block, false);
                } else if delta["citation"].is_object() {
                    self.begin(block, true);
                } else if delta["toolResult"].is_array()
                    || delta["image"].is_object()
                    || (delta["reasoningContent"].is_object()
                        && delta["reasoningContent"]["redactedContent"] != "no base64!")
                {
                    self.begin(block, false);
                }
            }
            _ => {}
        }
    }

    /// Opens a block, whatever was there.
    fn open(&mut self, block: u64, is_text: bool) {
        self.open.insert(block, is_text);
        self.has_content = true;
    }

    /// Opens a block unless there is one.
    fn begin(&mut self, block: u64, is_text: bool) {
        self.open.entry(block).or_insert(is_text);
        self.has_content = true;
    }

    fn may_succeed(&self) -> bool {
        let reason = self.stop_reason.as_deref();
        let is_good = matches!(reason, Some("end_turn" | "tool_use" | "max_tokens" | "stop_sequence"));
        // When all has been said, a damaged tail need not matter.
        is_good && (!self.is_broken || self.has_metadata)
    }

    fn must_succeed(&self) -> bool {
        self.may_succeed() && !self.is_broken
    }
}

/// Asks once, and says how many requests that took. What fails before content is not tried again here, since that would
/// wait; when it is has tests of its own.
async fn ask(bedrock: &Bedrock, reply: Reply) -> (Outcome, usize) {
    bedrock.emulator.enqueue(reply);
    let before = bedrock.emulator.requests().len();
    let options = StreamOptions::default().with_param("retries", json!({ "maxRetries": 0 }));
    let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
    (outcome, bedrock.emulator.requests().len() - before)
}

/// The next call works, and whatever the last one left behind is in use for it or closed.
async fn check_that_life_goes_on(bedrock: &Bedrock) {
    bedrock.emulator.enqueue(Reply::text("again"));
    assert_eq!(bedrock.ask(SONNET, &question()).await.expect_message().text(), "again");
    assert_eq!(bedrock.emulator.scripted_replies(), 0);
    // Of calls made one after the other, at most one connection waits in the pool, and perhaps one that was still
    // being read to its end.
    while bedrock.emulator.open_connections() > 2 {
        tokio::task::yield_now().await;
    }
}

fn texts(outcome: &Outcome) -> Vec<String> {
    let texts = outcome.events.iter().filter_map(|event| match event {
        StreamEvent::TextDelta { delta, .. } => Some(delta.clone()),
        _ => None,
    });
    texts.collect()
}

/// Each takes two calls over a socket.
const CASES: u32 = 160;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, max_shrink_iters: 200, ..ProptestConfig::default() })]

    // The grammar is checked wherever an answer is read: see `fixture::ask`.
    #[test]
    fn any_stream_has_one_outcome_and_loses_no_text(
        sent in answer(),
        chunk in select(vec![None, None, Some(1), Some(7), Some(64), Some(100_000)]),
    ) {
        let bedrock = &*STREAMS;
        let expected = Expected::of(&sent);
        let reply = Reply::stream(sent.iter().map(Sent::step)).unjudged();
        let reply = match chunk {
            Some(size) => reply.chunked_at(size),
            None => reply,
        };
        let (outcome, requests) = RUNTIME.block_on(ask(bedrock, reply));
        RUNTIME.block_on(check_that_life_goes_on(bedrock));
        prop_assert_eq!(requests, 1);
        prop_assert_eq!(texts(&outcome), expected.text.clone());
        let succeeded = outcome.error.is_none();
        prop_assert!(succeeded || !expected.must_succeed(), "{:?}", outcome.error);
        prop_assert!(!succeeded || expected.may_succeed(), "{:?}", outcome.message);
        prop_assert_eq!(succeeded, outcome.message.stop_reason.is_success());
        if !expected.has_content && !succeeded {
            prop_assert!(outcome.events.is_empty(), "{:?}", outcome.events);
        }
    }

    #[test]
    fn any_http_answer_that_is_no_stream_is_an_error_without_content(
        status in select(vec![
            200, 201, 204, 299, 301, 304, 400, 401, 403, 404, 408, 413, 418, 424, 429, 500, 502, 503, 504, 529, 599,
        ]),
        content_type in select(vec![
            None, Some("application/json"), Some("application/vnd.amazon.eventstream"), Some("text/html"), Some("?"),
        ]),
        body in prop_oneof![
            select(vec![
                "", "{}", "null", "{\"message\":\"no\"}", "{\"Message\":7}", "{\"__type\":\"a#ThrottlingException\"}",
                "<html>Bad gateway</html>", "{\"message\":\"too many tokens\"",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 0..200),
        ],
        header in select(vec![
            None,
            Some(("retry-after", "-1")), Some(("retry-after", "1e999")), Some(("retry-after", "soon")),
            Some(("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT")), Some(("x-amzn-errortype", "ValidationException:x")),
            Some(("x-amzn-errortype", ":")), Some(("x-amzn-requestid", "")),
        ]),
    ) {
        let bedrock = &*ANSWERS;
        let mut reply = Reply::http(status).body(body).unjudged();
        for (name, value) in content_type.map(|kind| ("content-type", kind)).into_iter().chain(header) {
            reply = reply.header(name, value);
        }
        let (outcome, requests) = RUNTIME.block_on(ask(bedrock, reply));
        RUNTIME.block_on(check_that_life_goes_on(bedrock));
        prop_assert_eq!(requests, 1);
        prop_assert!(outcome.error.is_some(), "{:?}", outcome.message);
        prop_assert!(outcome.events.is_empty());
        prop_assert!(outcome.message.content.is_empty());
        prop_assert_eq!(outcome.message.stop_reason, StopReason::Error);
    }
}
