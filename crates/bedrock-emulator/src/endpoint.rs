//! One request in, one response out: the order in which the service looks at things.
//!
//! Read, recognise, admit, check the shape, find the model, apply the rules, answer. Each step is
//! a module of its own; this one only strings them together, and lets scripts step in.

use std::time::Instant;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::authentication::Guard;
use crate::body::ReplyBody;
use crate::connections::Connections;
use crate::dialect::Dialect;
use crate::exchange::Exchanges;
use crate::field_refusals::FieldRefusal;
use crate::guardrail::Guardrail;
use crate::ledger::Ledger;
use crate::listing::{self, Query};
use crate::model::{Account, Model, Target};
use crate::operation::Operation;
use crate::permissions::Permissions;
use crate::recording::{RecordedRequest, Recorder};
use crate::refusal::Refusal;
use crate::rendering::json_response;
use crate::reply::{Content, Reply};
use crate::request::Request;
use crate::rules;
use crate::scripts::Scripts;
use crate::seal::Seal;
use crate::shape;

/// How large a body may be.
const LARGEST_BODY: usize = 25 * 1024 * 1024;
/// What an id of a model is made of.
const ID_PATTERN: &str = "[a-zA-Z0-9-:./_]+";

/// What all connections of an emulator share.
pub(crate) struct Endpoint {
    pub(crate) guard: Guard,
    pub(crate) permissions: Permissions,
    pub(crate) account: Account,
    pub(crate) page_size: Option<usize>,
    pub(crate) exchanges: Exchanges,
    pub(crate) guardrails: Vec<Guardrail>,
    pub(crate) field_refusals: Vec<FieldRefusal>,
    pub(crate) scripts: Scripts,
    pub(crate) recorder: Recorder,
    pub(crate) connections: Connections,
    pub(crate) seal: Seal,
    pub(crate) ledger: Ledger,
}

/// A request whose body was read.
pub(crate) struct Call {
    pub(crate) operation: Operation,
    id: String,
    pub(crate) parts: http::request::Parts,
    pub(crate) body: Bytes,
    pub(crate) started: Instant,
}

/// An invocation that passed every check.
pub(crate) struct Invocation<'a> {
    /// What the model gets to see: the request, with the prompt that it names.
    body: Value,
    pub(crate) target: Target<'a>,
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
        let body = body.to_bytes();
        let (operation, id) = Operation::of(&parts.method, parts.uri.path(), &body);
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
            Err(refusal) => (Dialect::of(operation).response(&refusal), Some(refusal)),
        };
        self.recorder.answered(number, response.status().as_u16(), refusal);
        response
    }

    async fn respond(&self, call: &Call) -> Result<Response<ReplyBody>, Refusal> {
        let unjudged = self.scripts.take_if(call.operation, |reply| !reply.judged);
        let (reply, invocation) = if let Some(reply) = unjudged {
            (reply, self.judge(call).ok().flatten())
        } else {
            let invocation = self.judge(call)?;
            let scripted = self.scripts.take_if(call.operation, |_| true);
            (scripted.unwrap_or_else(Reply::answer), invocation)
        };
        if let Some(gate) = &reply.gate {
            gate.wait().await;
        }
        let mut response = if !call.operation.is_invocation() && matches!(reply.content, Content::Answer) {
            self.carry_out(call)?
        } else {
            self.render(call, invocation.as_ref(), &reply)?
        };
        for (name, value) in &reply.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }

    // Whatever is done without asking a model.
    fn carry_out(&self, call: &Call) -> Result<Response<ReplyBody>, Refusal> {
        if call.operation.is_of_bedrock() {
            return Ok(json_response(&self.document(call)?));
        }
        self.exchange(call)
    }

    fn document(&self, call: &Call) -> Result<Value, Refusal> {
        let query = Query::new(call.parts.uri.query());
        match call.operation {
            Operation::ListFoundationModels => listing::foundation_models(&self.account, &query),
            Operation::GetFoundationModel => listing::foundation_model(&self.account, &call.id),
            Operation::GetFoundationModelAvailability => listing::availability(&self.account, &call.id),
            Operation::ListInferenceProfiles => {
                listing::inference_profiles(&self.account, &query, self.page_size)
            }
            Operation::GetInferenceProfile => listing::inference_profile(&self.account, &call.id),
            Operation::CountTokens => self.count_tokens(call),
            _ => Err(Refusal::new(
                404,
                "UnknownOperationException",
                format!("No operation answers {} {}.", call.parts.method, call.parts.uri.path()),
            )),
        }
    }

    // Who asks, and whether they may.
    fn admit(&self, call: &Call) -> Result<String, Refusal> {
        let caller = self.account.caller_arn(self.guard.admit(&call.parts, &call.body)?);
        self.permissions.admit(call.operation, &call.id, &self.account, &caller)?;
        Ok(caller)
    }

    // Whatever the service checks before it answers, or a model hears of a request.
    fn judge(&self, call: &Call) -> Result<Option<Invocation<'_>>, Refusal> {
        // The others want to see something else, each its own.
        if !call.operation.is_of_bedrock() {
            return Ok(None);
        }
        let caller = self.admit(call)?;
        if !call.operation.is_invocation() {
            return Ok(None);
        }
        let streaming = call.operation == Operation::ConverseStream;
        check_id(&call.id)?;
        let shape = if streaming { &shape::CONVERSE_STREAM } else { &shape::CONVERSE };
        let body = shape::check(&call.body, shape).map_err(|refusal| refusal.by("shape"))?;
        let target = self.account.resolve(&call.id, call.body.len())?;
        let body = match target.prompt {
            Some(prompt) => prompt.open(body),
            None => body,
        };
        let invocation = Invocation { body, target };
        let request = self.request(call, &invocation);
        for (_, name) in request.system_tools() {
            self.permissions.admit_system_tool(name, &self.account, &caller)?;
        }
        self.judge_conversation(&request)?;
        Ok(Some(invocation))
    }

    fn judge_conversation(&self, request: &Request<'_>) -> Result<(), Refusal> {
        rules::judge(request)?;
        self.field_refusals.iter().try_for_each(|refusal| refusal.judge(request.body))
    }

    fn count_tokens(&self, call: &Call) -> Result<Value, Refusal> {
        let body = shape::check(&call.body, &shape::COUNT_TOKENS).map_err(|refusal| refusal.by("shape"))?;
        let target = self.account.resolve(&call.id, call.body.len());
        // Counting takes the plain id, even of a model that can only be invoked through a profile.
        let facts = Account::foundation_models()
            .find(|facts| facts.id == call.id && facts.id.starts_with("anthropic."));
        let Some(facts) = facts else {
            target?;
            return Err(Refusal::validation("The provided model doesn't support counting tokens."));
        };
        self.account.access.to(facts.base_id).admit()?;
        let converse = &body["input"]["converse"];
        if !converse.is_object() {
            let bytes = body["input"]["invokeModel"]["body"].as_str().unwrap_or_default().len() * 3 / 4;
            return Ok(json!({ "inputTokens": crate::tokens::of_characters(bytes).max(1) }));
        }
        let target = Target { model: Model::of(facts), prompt: None, routed: false };
        let request = self.request_of(call, converse, target);
        self.judge_conversation(&request)?;
        Ok(json!({ "inputTokens": request.input_tokens() }))
    }

    /// An invocation as the rules and the answers read it.
    pub(crate) fn request<'a>(&'a self, call: &Call, invocation: &'a Invocation<'a>) -> Request<'a> {
        self.request_of(call, &invocation.body, invocation.target)
    }

    fn request_of<'a>(&'a self, call: &Call, body: &'a Value, target: Target<'a>) -> Request<'a> {
        Request {
            body,
            model: target.model,
            streaming: call.operation == Operation::ConverseStream,
            length: call.body.len(),
            counting: call.operation == Operation::CountTokens,
            prompt: target.prompt,
            seal: &self.seal,
            account: &self.account,
            guardrails: &self.guardrails,
        }
    }
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
