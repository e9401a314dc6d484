//! One call of an operation through the AWS SDK.
//!
//! Separate because it is the only place that touches the SDK's client. The SDK finds the endpoint, signs and sends; the
//! request's body is ours (the SDK's documents are unordered maps, which would change the prompt's bytes from run to
//! run), and so is the reading of the response (its receiver decodes everything into types of its own and forgets
//! names it does not know). Both are swapped in by an interceptor: the body before signing, the response before
//! the SDK would read it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::{
    ConfigBag, Intercept, RuntimeComponents, StalledStreamProtectionConfig,
};
use aws_sdk_bedrockruntime::error::{ConnectorError, SdkError};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::http::{Headers, Response};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use clawdia_aws::{Connection, ConnectionFailure, CredentialsFailure, CredentialsFailureKind};
use clawdia_core::{Diagnostic, ErrorKind, Finish, ProviderError, ResponseHead};
use serde_json::{Map, Value};

use crate::error::{CallSite, ServiceFailure, retry_after};

/// A response whose head has arrived.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) operation: Operation,
    pub(crate) request_id: Option<String>,
    pub(crate) body: SdkBody,
}

/// How the answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// As a stream of events.
    ConverseStream,
    /// In one piece.
    Converse,
    /// Only how many tokens the prompt has.
    CountTokens,
}

/// What is sent. Without `Debug`: it holds the conversation.
#[derive(Clone)]
pub(crate) struct Sending {
    pub(crate) operation: Operation,
    pub(crate) model_id: String,
    pub(crate) body: Bytes,
    pub(crate) headers: clawdia_core::Headers,
    pub(crate) connect_timeout: Option<Duration>,
}

/// A client for a connection. Retries and stalled-stream protection are off: both are ours, since the SDK's do not know
/// which part of an answer has been handed out.
pub(crate) fn client(connection: &Connection) -> Client {
    let config = aws_sdk_bedrockruntime::Config::from(connection.sdk_config())
        .to_builder()
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// What came back: the head of the response, whatever it says, and what it means.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) head: ResponseHead,
    pub(crate) outcome: Result<Head, ProviderError>,
}

/// Sends a request and waits for the head of the response. Dropping the future gives up the connection.
///
/// # Errors
/// When there is no response at all.
pub(crate) async fn send(
    client: &Client,
    sending: &Sending,
    site: &CallSite,
) -> Result<Answered, ProviderError> {
    let taken = Taken::default();
    let interceptor = Swap {
        operation: sending.operation,
        body: sending.body.clone(),
        headers: sending.headers.clone(),
        taken: taken.clone(),
    };
    let mut timeouts = TimeoutConfig::builder();
    timeouts.set_connect_timeout(sending.connect_timeout);
    if sending.connect_timeout.is_none() {
        timeouts = timeouts.disable_connect_timeout();
    }
    let overrides = aws_sdk_bedrockruntime::Config::builder().timeout_config(timeouts.build());
    // Each operation has types of its own, of which nothing but the route and the signature is used.
    macro_rules! send {
        ($operation:expr) => {{
            let operation = $operation.model_id(&sending.model_id).customize();
            let sent = operation.config_override(overrides).interceptor(interceptor).send().await;
            sent.err().map(|error| refused(error, site))
        }};
    }
    let refusal = match sending.operation {
        Operation::ConverseStream => send!(client.converse_stream()),
        Operation::Converse => send!(client.converse()),
        Operation::CountTokens => send!(client.count_tokens()),
    };
    // What the SDK makes of a success without its body does not matter.
    let taken = taken.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (taken, refusal) {
        (Some(response), _) => {
            let head = head_of(response.status().as_u16(), response.headers());
            Ok(Answered { head, outcome: accept(response, sending.operation, site) })
        }
        (None, Some(Refusal { head: Some(head), error })) => Ok(Answered { head, outcome: Err(error) }),
        (None, Some(Refusal { head: None, error })) => Err(error),
        (None, None) => Err(ProviderError::new(ErrorKind::Other, "the response was lost on the way")
            .with_attempt(site.attempt())),
    }
}

fn head_of(status: u16, headers: &Headers) -> ResponseHead {
    ResponseHead::new(status, headers.iter())
}

/// A successful response, before anything of it is read.
type StreamingResponse = Response<SdkBody>;

#[derive(Debug, Clone, Default)]
struct Taken(Arc<Mutex<Option<StreamingResponse>>>);

struct Swap {
    operation: Operation,
    body: Bytes,
    headers: clawdia_core::Headers,
    taken: Taken,
}

/// The SDK asks for it; whoever logs what the SDK does should see neither the conversation nor what the headers hold.
impl fmt::Debug for Swap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Swap")
            .field("operation", &self.operation)
            .field("body_bytes", &self.body.len())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Swap {
    fn name(&self) -> &'static str {
        "clawdia-own-body"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let length = self.body.len().to_string();
        *request.body_mut() = SdkBody::from(self.body.clone());
        let headers = request.headers_mut();
        headers.insert("content-length", length);
        headers.insert("accept", self.operation.content_type());
        for (name, value) in &self.headers {
            headers.try_insert(name.clone(), value.clone())?;
        }
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        if response.status().is_success() {
            let mut taken =
                Response::new(response.status(), std::mem::replace(response.body_mut(), SdkBody::empty()));
            *taken.headers_mut() = response.headers().clone();
            *self.taken.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(taken);
        }
        Ok(())
    }
}

fn request_id(headers: &Headers) -> Option<String> {
    headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id")).map(str::to_owned)
}

impl Operation {
    /// The media type of its answers.
    const fn content_type(self) -> &'static str {
        match self {
            Self::ConverseStream => "application/vnd.amazon.eventstream",
            Self::Converse | Self::CountTokens => "application/json",
        }
    }
}

/// Refuses a success that is of another kind, such as a portal's HTML page.
fn accept(response: StreamingResponse, operation: Operation, site: &CallSite) -> Result<Head, ProviderError> {
    let request_id = request_id(response.headers());
    let content_type = response.headers().get("content-type").unwrap_or_default();
    let is_expected = content_type.to_ascii_lowercase().starts_with(operation.content_type());
    if !content_type.is_empty() && !is_expected {
        let status = response.status().as_u16();
        let message = format!(
            "the server answered {status} with `{content_type}` instead of `{}`",
            operation.content_type()
        );
        let error = ProviderError::new(ErrorKind::Other, message)
            .with_attempt(site.attempt())
            .with_status(status)
            .with_hint("something other than Bedrock answered; check `baseUrl` and AWS_ENDPOINT_URL");
        return Err(match request_id {
            Some(id) => error.with_request_id(id),
            None => error,
        });
    }
    Ok(Head { operation, request_id, body: response.into_body() })
}

/// A call that got no stream.
struct Refusal {
    /// The response's head, if there was one.
    head: Option<ResponseHead>,
    error: ProviderError,
}

fn refused<E>(error: SdkError<E>, site: &CallSite) -> Refusal
where
    E: std::error::Error + Send + Sync + 'static,
{
    if let Some(response) = error.raw_response() {
        let head = head_of(response.status().as_u16(), response.headers());
        return Refusal { head: Some(head), error: answered(response, site) };
    }
    let error = match error {
        SdkError::TimeoutError(_) => timed_out(site).with_source(error),
        SdkError::DispatchFailure(ref failure) => match failure.as_connector_error() {
            Some(connector) => unreachable(connector, site).with_source(error),
            None => unsent(error, site),
        },
        error => unsent(error, site),
    };
    Refusal { head: None, error }
}

/// The error for an answer with an error status.
fn answered(response: &Response<SdkBody>, site: &CallSite) -> ProviderError {
    let headers = response.headers();
    let body = response.body().bytes().unwrap_or_default();
    let json: Option<Map<String, Value>> = serde_json::from_slice(body).ok();
    let member = |names: &[&str]| {
        let json = json.as_ref()?;
        names.iter().find_map(|name| json.get(*name)?.as_str()).map(str::to_owned)
    };
    let name = headers.get("x-amzn-errortype").map(str::to_owned).or_else(|| member(&["code", "__type"]));
    // The identity service spells it with a capital, gateways in a way of their own.
    let message = member(&["message", "Message", "errorMessage"]).unwrap_or_else(|| body_text(body));
    let failure = ServiceFailure {
        status: Some(response.status().as_u16()),
        name: name.as_deref().and_then(bare_name),
        message,
        request_id: request_id(headers),
        retry_after: retry_after(|name| headers.get(name), SystemTime::now()),
    };
    let is_html = headers.get("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    let unnamed = failure.name.is_none();
    let error = failure.into_error(site);
    if is_html && unnamed {
        error.with_hint("something other than Bedrock answered; check `baseUrl` and AWS_ENDPOINT_URL")
    } else {
        error
    }
}

/// An exception's name without the namespace before and the address after it.
fn bare_name(text: &str) -> Option<String> {
    let name = text.split(':').next().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default().trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// What of a body that is no JSON fits into an error.
fn body_text(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    // Pages and dumps have many lines; an error message has one.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "the answer has no body".to_owned() } else { text }
}

fn timed_out(site: &CallSite) -> ProviderError {
    ConnectionFailure::timeout().to_error(&site.way).with_attempt(site.attempt())
}

fn unreachable(connector: &ConnectorError, site: &CallSite) -> ProviderError {
    if connector.is_timeout() {
        return timed_out(site);
    }
    // Credential providers and signers report through the same type; their causes tell them apart. A connection that breaks
    // before the head of an answer is not io to the SDK, but marked as transient.
    let is_transport = connector.is_io() || connector.as_other().is_some();
    if !is_transport || clawdia_aws::is_credentials_failure(connector) {
        return unsent_because(connector, site);
    }
    let mut finish = Finish::default();
    finish.diagnostics.push(nothing_emitted(connector));
    ConnectionFailure::of(connector).to_error(&site.way).with_attempt(site.attempt()).with_finish(finish)
}

/// Says for a stored message that the connection failed before there was anything of an answer, so that asking again is
/// safe.
fn nothing_emitted(error: &(dyn std::error::Error + 'static)) -> Diagnostic {
    let diagnostic = Diagnostic::new("provider_transport_failure", "")
        .with("eventsEmitted", false)
        .with("phase", "before_message_stream_start");
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(code) = error.downcast_ref::<std::io::Error>().and_then(|error| system_code(error.kind()))
        {
            return diagnostic.with("errorCode", code);
        }
        cause = error.source();
    }
    diagnostic
}

/// The system's own name for a failure, as POSIX has it.
fn system_code(kind: std::io::ErrorKind) -> Option<&'static str> {
    use std::io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable,
        NetworkUnreachable, TimedOut,
    };
    Some(match kind {
        ConnectionRefused => "ECONNREFUSED",
        ConnectionReset => "ECONNRESET",
        ConnectionAborted => "ECONNABORTED",
        BrokenPipe => "EPIPE",
        HostUnreachable => "EHOSTUNREACH",
        NetworkUnreachable => "ENETUNREACH",
        TimedOut => "ETIMEDOUT",
        _ => return None,
    })
}

fn unsent<E>(error: SdkError<E>, site: &CallSite) -> ProviderError
where
    E: std::error::Error + Send + Sync + 'static,
{
    unsent_because(&error, site).with_source(error)
}

/// The error for a request that was never sent.
fn unsent_because(error: &(dyn std::error::Error + 'static), site: &CallSite) -> ProviderError {
    if let Some(failure) = CredentialsFailure::in_causes(error) {
        return without_credentials(failure, site);
    }
    let (kind, what, hint) = if clawdia_aws::is_credentials_failure(error) {
        let what = format!("no usable AWS credentials from {}: {}", site.credential_source, deepest(error));
        (ErrorKind::Auth, what, "check the credentials, and try again")
    } else {
        (ErrorKind::Other, deepest(error), "this should not happen; please report it with the text above")
    };
    ProviderError::new(kind, what).with_attempt(site.attempt()).with_hint(hint)
}

/// The error for a request that nobody could sign. That a source did not answer is worth another try.
fn without_credentials(failure: &CredentialsFailure, site: &CallSite) -> ProviderError {
    let kind = match failure.kind() {
        CredentialsFailureKind::Unavailable => ErrorKind::Transport,
        CredentialsFailureKind::Denied => ErrorKind::Permission,
        _ => ErrorKind::Auth,
    };
    let what = format!("no usable AWS credentials from {}: {failure}", site.credential_source);
    ProviderError::new(kind, what).with_attempt(site.attempt()).with_hint(failure.hint())
}

/// The innermost cause, which for the SDK's errors is the one that says something.
pub(crate) fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// An error with its causes in one line, for the short chains of set-up errors.
pub(crate) fn with_causes(error: &(dyn std::error::Error + '_)) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", with_causes(cause)),
        None => error.to_string(),
    }
}
