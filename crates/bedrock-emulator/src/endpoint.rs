//! One request in, one response out: the order in which the service looks at things.
//!
//! Read, recognise, admit, check the shape, find the model, apply the rules, answer. Each step is
//! a module of its own; this one only strings them together, and lets scripts step in.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::answer::{self, Answer};
use crate::authentication::Guard;
use crate::body::{Piece, ReplyBody, rechunk};
use crate::connections::Connections;
use crate::identifiers;
use crate::ledger::Ledger;
use crate::listing::{self, Query};
use crate::model::{Account, Model};
use crate::operation::Operation;
use crate::recording::{RecordedRequest, Recorder};
use crate::refusal::Refusal;
use crate::reply::{Content, Reply, Step};
use crate::request::Request;
use crate::rules;
use crate::seal::{Prefix, Seal};
use crate::shape;
use crate::turn::{Delivery, Turn};

/// How large a body may be.
const LARGEST_BODY: usize = 25 * 1024 * 1024;
/// What an id of a model is made of.
const ID_PATTERN: &str = "[a-zA-Z0-9-:./_]+";

/// What all connections of an emulator share.
pub(crate) struct Endpoint {
    pub(crate) guard: Guard,
    pub(crate) account: Account,
    pub(crate) page_size: usize,
    pub(crate) guardrails: Vec<String>,
    pub(crate) script: Mutex<VecDeque<Reply>>,
    pub(crate) recorder: Recorder,
    pub(crate) connections: Connections,
    pub(crate) seal: Seal,
    pub(crate) ledger: Ledger,
}

/// A request whose body was read.
struct Call {
    operation: Operation,
    id: String,
    parts: http::request::Parts,
    body: Bytes,
    started: Instant,
}

/// An invocation that passed every check.
struct Invocation {
    body: Value,
    model: Model,
}

impl Endpoint {
    /// Answers a request.
    pub(crate) async fn answer(
        &self,
        connection: usize,
        request: http::Request<Incoming>,
    ) -> Response<ReplyBody> {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
            return Refusal::new(413, "RequestEntityTooLargeException", "Request body is too large.")
                .response();
        };
        let (operation, id) = Operation::of(&parts.method, parts.uri.path());
        let body = body.to_bytes();
        let number = self.recorder.note(RecordedRequest {
            operation,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            model_id: id.clone(),
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers.clone(),
            body: body.clone(),
            connection,
            status: None,
            refusal: None,
        });
        let call = Call { operation, id: id.unwrap_or_default(), parts, body, started };
        let (response, refusal) = match self.respond(&call).await {
            Ok(response) => (response, None),
            Err(refusal) => (refusal.response(), Some(refusal)),
        };
        self.recorder.answered(number, response.status().as_u16(), refusal);
        response
    }

    async fn respond(&self, call: &Call) -> Result<Response<ReplyBody>, Refusal> {
        if call.operation.is_invocation() {
            return self.invoke(call).await;
        }
        self.guard.admit(&call.parts, &call.body)?;
        let query = Query::new(call.parts.uri.query());
        let document = match call.operation {
            Operation::ListFoundationModels => listing::foundation_models(&self.account, &query)?,
            Operation::GetFoundationModel => listing::foundation_model(&self.account, &call.id)?,
            Operation::GetFoundationModelAvailability => listing::availability(&self.account, &call.id)?,
            Operation::ListInferenceProfiles => {
                listing::inference_profiles(&self.account, &query, self.page_size)?
            }
            Operation::GetInferenceProfile => listing::inference_profile(&self.account, &call.id)?,
            Operation::CountTokens => self.count_tokens(call)?,
            Operation::Unknown | Operation::Converse | Operation::ConverseStream => {
                return Err(Refusal::new(
                    404,
                    "UnknownOperationException",
                    format!("No operation answers {} {}.", call.parts.method, call.parts.uri.path()),
                ));
            }
        };
        Ok(json_response(&document))
    }

    async fn invoke(&self, call: &Call) -> Result<Response<ReplyBody>, Refusal> {
        let unjudged = self.script().pop_front_if(|reply| !reply.judged);
        let (reply, invocation) = if let Some(reply) = unjudged {
            (reply, self.judge(call).ok())
        } else {
            let invocation = self.judge(call)?;
            (self.script().pop_front().unwrap_or_else(Reply::answer), Some(invocation))
        };
        if let Some(gate) = &reply.gate {
            gate.wait().await;
        }
        let mut response = self.render(call, invocation.as_ref(), &reply)?;
        for (name, value) in &reply.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }

    // Whatever the service checks before a model hears of a request.
    fn judge(&self, call: &Call) -> Result<Invocation, Refusal> {
        self.guard.admit(&call.parts, &call.body)?;
        let streaming = call.operation == Operation::ConverseStream;
        check_id(&call.id)?;
        let shape = if streaming { &shape::CONVERSE_STREAM } else { &shape::CONVERSE };
        let body = shape::check(&call.body, shape).map_err(|refusal| refusal.by("shape"))?;
        let model = self.account.resolve(&call.id)?;
        rules::judge(&self.request(call, &body, model))?;
        Ok(Invocation { body, model })
    }

    fn render(
        &self,
        call: &Call,
        invocation: Option<&Invocation>,
        reply: &Reply,
    ) -> Result<Response<ReplyBody>, Refusal> {
        let streaming = call.operation == Operation::ConverseStream;
        match &reply.content {
            Content::Error { status, exception, message } => {
                Ok(Refusal::new(*status, exception, message).response())
            }
            Content::Http { status, body } => {
                let mut response = Response::new(ReplyBody::fixed(body.clone()));
                *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
                Ok(response)
            }
            Content::Stream(steps) if streaming => Ok(stream(steps.clone(), reply.chunk)),
            Content::Document(document) if !streaming => Ok(json_response(document)),
            Content::Stream(_) | Content::Document(_) => Err(Refusal::new(
                500,
                "InternalServerException",
                format!("The scripted reply is not one for {}.", call.operation),
            )),
            Content::Turn(turn) => Ok(self.deliver(call, invocation, reply, turn)),
            Content::Answer => match invocation {
                None => Err(Refusal::new(
                    500,
                    "InternalServerException",
                    "The emulator cannot answer by itself a request that the service would refuse.",
                )),
                Some(Invocation { body, model }) => {
                    match answer::compose(&self.request(call, body, *model)) {
                        Answer::Turn(turn) => Ok(self.deliver(call, invocation, reply, &turn)),
                        Answer::BrokenToolCall => broken_tool_call(streaming),
                    }
                }
            },
        }
    }

    // Bills a turn and sends it, as events or as a document.
    fn deliver(
        &self,
        call: &Call,
        invocation: Option<&Invocation>,
        reply: &Reply,
        turn: &Turn,
    ) -> Response<ReplyBody> {
        let output = turn.tokens();
        let (usage, prefix, tier) = if let Some(Invocation { body, model }) = invocation {
            let request = self.request(call, body, *model);
            let bill = self.ledger.bill(&request, call.started);
            let tier = body.get("serviceTier").filter(|tier| !tier.is_null()).cloned();
            (bill.usage(output, model.caches()), prefix_of(&request), tier)
        } else {
            // Nothing can be said about a body that nobody judged, except how long it is.
            let input = crate::tokens::of_characters(call.body.len()).max(1);
            let usage = json!({
                "inputTokens": input, "outputTokens": output, "totalTokens": input + output,
            });
            (usage, Prefix::start(&Value::Null), None)
        };
        let delivery = Delivery {
            seal: &self.seal,
            prefix: &prefix,
            usage,
            latency_milliseconds: u64::try_from(call.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            service_tier: tier,
        };
        if call.operation == Operation::ConverseStream {
            let steps = turn.events(&delivery).into_iter().map(|(name, payload)| Step::event(name, payload));
            stream(steps.collect(), reply.chunk)
        } else {
            json_response(&turn.document(&delivery))
        }
    }

    fn count_tokens(&self, call: &Call) -> Result<Value, Refusal> {
        let body = shape::check(&call.body, &shape::COUNT_TOKENS).map_err(|refusal| refusal.by("shape"))?;
        let model = self.account.resolve(&call.id);
        // Counting takes the plain id, even of a model that can only be invoked through a profile.
        let facts = Account::foundation_models()
            .find(|facts| facts.id == call.id && facts.id.starts_with("anthropic."));
        let Some(facts) = facts else {
            model?;
            return Err(Refusal::validation("The provided model doesn't support counting tokens."));
        };
        let converse = &body["input"]["converse"];
        if !converse.is_object() {
            let bytes = body["input"]["invokeModel"]["body"].as_str().unwrap_or_default().len() * 3 / 4;
            return Ok(json!({ "inputTokens": crate::tokens::of_characters(bytes).max(1) }));
        }
        let request = self.request(call, converse, Model::of(facts));
        rules::judge(&request)?;
        Ok(json!({ "inputTokens": request.input_tokens() }))
    }

    fn request<'a>(&'a self, call: &Call, body: &'a Value, model: Model) -> Request<'a> {
        Request {
            body,
            model,
            streaming: call.operation == Operation::ConverseStream,
            length: call.body.len(),
            seal: &self.seal,
            guardrails: &self.guardrails,
        }
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, VecDeque<Reply>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// Everything before the answer.
fn prefix_of(request: &Request<'_>) -> Prefix {
    let start = Prefix::start(request.body);
    request.blocks().fold(start, |prefix, block| prefix.then(block.role, block.value))
}

fn check_id(id: &str) -> Result<(), Refusal> {
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-:./_".contains(&byte));
    if plain && (1..=2048).contains(&id.len()) {
        return Ok(());
    }
    let violation = format!(
        "Value '{id}' at 'modelId' failed to satisfy constraint: Member must satisfy regular expression pattern: \
         {ID_PATTERN}"
    );
    Err(Refusal::violations(&[violation]).by("shape"))
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

fn json_response(document: &Value) -> Response<ReplyBody> {
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
