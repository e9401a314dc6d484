//! Turning a reply into a response: who speaks, what the guardrail leaves of it, what it costs,
//! and the form that the request asks for.
//!
//! Apart from the endpoint, which decides whether there is an answer at all.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::answer::{self, Answer};
use crate::body::{Piece, ReplyBody, rechunk};
use crate::dialect::Dialect;
use crate::endpoint::{Call, Endpoint, Invocation};
use crate::guardrail::Screening;
use crate::identifiers;
use crate::operation::Operation;
use crate::refusal::Refusal;
use crate::reply::{Content, Reply, Step};
use crate::request::{Request, present};
use crate::seal::Prefix;
use crate::turn::{Delivery, Turn};
use crate::vendor_reply;

impl Endpoint {
    /// The response that a reply comes to.
    pub(crate) fn render(
        &self,
        call: &Call,
        invocation: Option<&Invocation<'_>>,
        reply: &Reply,
    ) -> Result<Response<ReplyBody>, Refusal> {
        let streaming = call.operation == Operation::ConverseStream;
        match &reply.content {
            Content::Error { status, exception, message } => {
                Ok(Dialect::of(call.operation).response(&Refusal::new(*status, exception, message)))
            }
            Content::Http { status, body } => {
                let mut response = Response::new(ReplyBody::fixed(body.clone()));
                *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
                Ok(response)
            }
            Content::Stream(steps) if streaming => Ok(stream(steps.clone(), reply.chunk)),
            Content::Document(document) if !streaming => Ok(json_response(document)),
            Content::Stream(_) | Content::Document(_) => Err(unfit(call.operation)),
            Content::Turn(_) if !call.operation.is_invocation() => Err(unfit(call.operation)),
            Content::Turn(turn) => Ok(self.deliver(call, invocation, reply, turn)),
            Content::Answer => match invocation {
                None => Err(Refusal::new(
                    500,
                    "InternalServerException",
                    "The emulator cannot answer by itself a request that the service would refuse.",
                )),
                Some(asked) => match answer::compose(&self.request(call, asked)) {
                    Answer::Turn(turn) => Ok(self.deliver(call, invocation, reply, &turn)),
                    Answer::BrokenToolCall => broken_tool_call(streaming),
                },
            },
        }
    }

    // Bills a turn and sends it, as events or as a document.
    fn deliver(
        &self,
        call: &Call,
        invocation: Option<&Invocation<'_>>,
        reply: &Reply,
        turn: &Turn,
    ) -> Response<ReplyBody> {
        let (turn, usage, prefix, metadata) = if let Some(invocation) = invocation {
            self.bill(call, invocation, turn)
        } else {
            // Nothing can be said about a body that nobody judged, except how long it is.
            let input = crate::tokens::of_characters(call.body.len()).max(1);
            (turn.clone(), usage(input, turn.tokens()), Prefix::start(&Value::Null), json!({}))
        };
        let delivery = Delivery {
            seal: &self.seal,
            prefix: &prefix,
            usage,
            latency_milliseconds: u64::try_from(call.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            metadata,
        };
        if call.operation == Operation::ConverseStream {
            let steps = turn.events(&delivery).into_iter().map(|(name, payload)| Step::event(name, payload));
            stream(steps.collect(), reply.chunk)
        } else {
            json_response(&turn.document(&delivery))
        }
    }

    // What is said in the end, what it costs, what it is bound to, and what is said about it.
    fn bill(&self, call: &Call, invocation: &Invocation<'_>, said: &Turn) -> (Turn, Value, Prefix, Value) {
        let request = self.request(call, invocation);
        let mut turn = said.clone();
        let (mut asked, mut guardrail) = (true, None);
        if let Some(screening) = Screening::of(&request) {
            let screened = screening.screen(&request, turn);
            (turn, asked, guardrail) = (screened.turn, screened.asked, screened.trace);
        }
        let usage = if asked {
            let bill = self.ledger.bill(&request, call.started);
            bill.usage(said.tokens(), request.model.caches())
        } else {
            usage(0, 0)
        };
        if asked && turn.additional_fields.is_none() {
            let billed = said.usage.as_ref().unwrap_or(&usage);
            turn.additional_fields = vendor_reply::fields(&request, said, billed);
        }
        let router = invocation
            .target
            .routed
            .then(|| json!({ "invokedModelId": self.account.arn_of(&request.model) }));
        (turn, usage, prefix_of(&request), echoed(&request, guardrail, router))
    }
}

fn unfit(operation: Operation) -> Refusal {
    Refusal::new(500, "InternalServerException", format!("The scripted reply is not one for {operation}."))
}

// What a reply's metadata says besides numbers.
fn echoed(request: &Request<'_>, guardrail: Option<Value>, router: Option<Value>) -> Value {
    let mut metadata = Map::new();
    let trace: Map<String, Value> = [("guardrail", guardrail), ("promptRouter", router)]
        .into_iter()
        .filter_map(|(name, trace)| Some((name.to_owned(), trace?)))
        .collect();
    if !trace.is_empty() {
        metadata.insert("trace".to_owned(), Value::Object(trace));
    }
    for name in ["performanceConfig", "serviceTier"] {
        if let Some(value) = present(request.body, name) {
            metadata.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(metadata)
}

fn usage(input: u64, output: u64) -> Value {
    json!({ "inputTokens": input, "outputTokens": output, "totalTokens": input + output })
}

// Everything before the answer.
fn prefix_of(request: &Request<'_>) -> Prefix {
    let start = Prefix::start(request.body);
    request.blocks().fold(start, |prefix, block| prefix.then(block.role, block.value))
}

fn stream(steps: Vec<Step>, chunk: Option<usize>) -> Response<ReplyBody> {
    let pieces: Vec<Piece> = steps.into_iter().map(Step::piece).collect();
    let pieces = match chunk {
        Some(size) => rechunk(pieces, size),
        None => pieces,
    };
    let mut response = Response::new(ReplyBody::scripted(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.amazon.eventstream"));
    headers.insert("x-amzn-requestid", identifiers::request_id());
    response
}

/// A response that is a JSON document.
pub(crate) fn json_response(document: &Value) -> Response<ReplyBody> {
    let mut response = Response::new(ReplyBody::fixed(Bytes::from(document.to_string())));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-amzn-requestid", identifiers::request_id());
    response
}

// A stream has begun by the time the model's mistake is noticed, so it ends with an exception.
fn broken_tool_call(streaming: bool) -> Result<Response<ReplyBody>, Refusal> {
    const TEXT: &str = "Model produced invalid sequence as part of ToolUse. Please refer to the model tool use \
                        troubleshooting guide.";
    if streaming {
        let steps = vec![
            Step::event("messageStart", json!({ "role": "assistant" })),
            Step::exception("modelStreamErrorException", TEXT),
        ];
        return Ok(stream(steps, None));
    }
    Err(Refusal::new(424, "ModelErrorException", TEXT))
}
