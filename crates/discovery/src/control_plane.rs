//! Calls of Bedrock's control plane, one at a time.
//!
//! Separate because it is the only place that touches the SDK's client. The SDK finds the endpoint, signs and sends; the
//! answers are read here, since its own reader refuses a whole listing for one `null` where it expects none. Calls are
//! tried again here too, since the SDK does not heed how long the service asks to wait.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_bedrock::config::retry::RetryConfig;
use aws_sdk_bedrock::config::timeout::TimeoutConfig;
use aws_sdk_bedrock::config::{ConfigBag, Intercept, RuntimeComponents, StalledStreamProtectionConfig};
use aws_sdk_bedrock::error::{BoxError, ConnectorError, SdkError};
use aws_sdk_bedrock::types::InferenceProfileType;
use aws_smithy_runtime_api::http::{Headers, Response};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use clawdia_aws::{Connection, ConnectionFailure, CredentialsFailure, CredentialsFailureKind, UnusableProxy};
use clawdia_core::{ErrorKind, ProviderError};
use serde_json::Value;
use tokio::time::Instant;

use crate::failure::{NOT_BEDROCK, Refusal, Site};
use crate::listing::{ProfileKind, text};

/// How often a call is tried at most.
const ATTEMPTS: u32 = 4;

/// The first wait is at most this long; each further one twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// No answer is larger. The whole catalogue of a region has a few hundred kilobytes.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// As many profiles as the service gives at a time.
const PAGE_SIZE: i32 = 1_000;

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) enum Question<'a> {
    /// All foundation models of the region.
    FoundationModels,
    /// A page of the inference profiles of a kind.
    InferenceProfiles { kind: ProfileKind, token: Option<&'a str> },
    /// One inference profile, by its id or ARN.
    InferenceProfile { id: &'a str },
    /// Whether the account may use a foundation model.
    Availability { model_id: &'a str },
}

impl Question<'_> {
    /// The permission it takes.
    pub(crate) const fn action(&self) -> &'static str {
        match self {
            Self::FoundationModels => "bedrock:ListFoundationModels",
            Self::InferenceProfiles { .. } => "bedrock:ListInferenceProfiles",
            Self::InferenceProfile { .. } => "bedrock:GetInferenceProfile",
            Self::Availability { .. } => "bedrock:GetFoundationModelAvailability",
        }
    }

    fn attempt(&self, site: &Site) -> String {
        let what = match self {
            Self::FoundationModels => "list the foundation models".to_owned(),
            Self::InferenceProfiles { .. } => "list the inference profiles".to_owned(),
            Self::InferenceProfile { id } => format!("look up the inference profile `{id}`"),
            Self::Availability { model_id } => format!("look up the access to `{model_id}`"),
        };
        format!("{what} of Amazon Bedrock {}", site.place())
    }
}

/// The control plane of one region, as one identity.
#[derive(Debug, Clone)]
pub(crate) struct ControlPlane {
    client: Client,
    pub(crate) site: Site,
    deadline: Instant,
}

impl ControlPlane {
    /// Asks over a connection, until the deadline.
    pub(crate) fn new(connection: &Connection, connect_timeout: Option<Duration>, deadline: Instant) -> Self {
        let mut timeouts = TimeoutConfig::builder();
        timeouts.set_connect_timeout(connect_timeout);
        if connect_timeout.is_none() {
            timeouts = timeouts.disable_connect_timeout();
        }
        let config = aws_sdk_bedrock::Config::from(connection.control_plane_config())
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .timeout_config(timeouts.build());
        let site = Site {
            region: connection.region().to_owned(),
            endpoint: connection.control_plane_endpoint().map(str::to_owned),
            way: connection.control_plane_way(),
            credential_source: connection.credential_source().clone(),
        };
        Self { client: Client::from_conf(config.build()), site, deadline }
    }

    /// Asks, and asks again when that may help. Dropping the future gives up.
    ///
    /// # Errors
    /// The last failure.
    pub(crate) async fn ask(&self, question: &Question<'_>) -> Result<Value, ProviderError> {
        let mut attempt = 1;
        loop {
            let error = match self.ask_once(question).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let most = FIRST_WAIT * (1 << (attempt - 1));
            let wait = error.retry_after().unwrap_or_default().max(most.mul_f64(fastrand::f64()));
            let is_in_time = Instant::now().checked_add(wait).is_some_and(|end| end < self.deadline);
            if attempt == ATTEMPTS || !error.is_retryable() || !is_in_time {
                return Err(error);
            }
            attempt += 1;
            tokio::time::sleep(wait).await;
        }
    }

    async fn ask_once(&self, question: &Question<'_>) -> Result<Value, ProviderError> {
        let taken = Taken::default();
        // Each operation has types of its own, of which nothing but the route and the signature is used.
        macro_rules! send {
            ($operation:expr) => {{
                let sent = $operation.customize().interceptor(taken.clone()).send().await;
                sent.err().map(|error| self.failed(question, error))
            }};
        }
        let failure = match question {
            Question::FoundationModels => send!(self.client.list_foundation_models()),
            Question::InferenceProfiles { kind, token } => {
                let kind = match kind {
                    ProfileKind::System => InferenceProfileType::SystemDefined,
                    ProfileKind::Application => InferenceProfileType::Application,
                };
                send!(
                    self.client
                        .list_inference_profiles()
                        .type_equals(kind)
                        .max_results(PAGE_SIZE)
                        .set_next_token(token.map(str::to_owned))
                )
            }
            Question::InferenceProfile { id } => {
                send!(self.client.get_inference_profile().inference_profile_identifier(*id))
            }
            Question::Availability { model_id } => {
                send!(self.client.get_foundation_model_availability().model_id(*model_id))
            }
        };
        // What the SDK makes of a success without its body does not matter.
        match (taken.take(), failure) {
            (Some(response), _) => self.read(question, response).await,
            (None, Some(error)) => Err(error),
            (None, None) => Err(self.error(question, ErrorKind::Other, "the answer was lost on the way")),
        }
    }

    fn error(&self, question: &Question<'_>, kind: ErrorKind, message: impl Into<String>) -> ProviderError {
        ProviderError::new(kind, message).with_attempt(question.attempt(&self.site))
    }

    async fn read(
        &self,
        question: &Question<'_>,
        response: Response<SdkBody>,
    ) -> Result<Value, ProviderError> {
        let mut body = ByteStream::new(response.into_body());
        let mut text = Vec::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| {
                self.error(question, ErrorKind::Transport, "the connection broke in the middle of the answer")
                    .with_source(error)
            })?;
            if text.len() + chunk.len() > LARGEST_ANSWER {
                let message = format!("the answer is larger than {} MiB", LARGEST_ANSWER / (1024 * 1024));
                return Err(self.error(question, ErrorKind::Other, message));
            }
            text.extend_from_slice(&chunk);
        }
        match serde_json::from_slice(&text) {
            Ok(answer @ Value::Object(_)) => Ok(answer),
            Ok(_) => Err(self.not_bedrock(question, "the answer is no JSON object")),
            Err(error) => Err(self.not_bedrock(question, "the answer is no JSON").with_source(error)),
        }
    }

    fn not_bedrock(&self, question: &Question<'_>, message: &str) -> ProviderError {
        self.error(question, ErrorKind::Other, message).with_hint(NOT_BEDROCK)
    }

    fn failed<E>(&self, question: &Question<'_>, error: SdkError<E>) -> ProviderError
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        if let Some(response) = error.raw_response() {
            return refusal(response).into_error(question.action(), question.attempt(&self.site), &self.site);
        }
        let connector = match &error {
            SdkError::DispatchFailure(failure) => failure.as_connector_error(),
            _ => None,
        };
        let is_timeout =
            matches!(error, SdkError::TimeoutError(_)) || connector.is_some_and(ConnectorError::is_timeout);
        let failure = if let Some(failure) = CredentialsFailure::in_causes(&error) {
            let kind = match failure.kind() {
                CredentialsFailureKind::Unavailable => ErrorKind::Transport,
                CredentialsFailureKind::Denied => ErrorKind::Permission,
                _ => ErrorKind::Auth,
            };
            let source = &self.site.credential_source;
            let message = format!("no usable AWS credentials from {source}: {failure}");
            self.error(question, kind, message).with_hint(failure.hint())
        } else if let Some(proxy) = unusable_proxy(&error) {
            self.error(question, ErrorKind::InvalidRequest, proxy.to_string())
        } else if is_timeout
            || connector.is_some_and(|connector| connector.is_io() || connector.as_other().is_some())
        {
            let failure =
                if is_timeout { ConnectionFailure::timeout() } else { ConnectionFailure::of(&error) };
            failure.to_error(&self.site.way).with_attempt(question.attempt(&self.site))
        } else {
            self.error(question, ErrorKind::Other, innermost(&error))
        };
        failure.with_source(error)
    }
}

/// What the service said in an answer with an error status.
fn refusal(response: &Response<SdkBody>) -> Refusal {
    let headers = response.headers();
    let body = response.body().bytes().unwrap_or_default();
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = |names: &[&str]| names.iter().find_map(|name| text(&json, name));
    let name = headers.get("x-amzn-errortype").map(str::to_owned).or_else(|| said(&["code", "__type"]));
    Refusal {
        status: response.status().as_u16(),
        code: name.as_deref().and_then(bare_name),
        message: said(&["message", "Message", "errorMessage"]).unwrap_or_else(|| shown(body)),
        request_id: headers
            .get("x-amzn-requestid")
            .or_else(|| headers.get("x-amz-request-id"))
            .map(str::to_owned),
        retry_after: retry_after(headers),
        is_page: headers.get("content-type").is_some_and(|kind| kind.starts_with("text/html")),
    }
}

/// An exception's name without the namespace before and the address after it.
fn bare_name(text: &str) -> Option<String> {
    let name = text.split(':').next().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default().trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// What of a body that is no JSON fits into an error.
fn shown(body: &[u8]) -> String {
    const SHOWN: usize = 300;
    let text = String::from_utf8_lossy(body);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "the answer has no body".to_owned() } else { words.chars().take(SHOWN).collect() }
}

/// How long the service asks to wait: seconds or a date.
fn retry_after(headers: &Headers) -> Option<Duration> {
    let value = headers.get("retry-after")?.trim();
    match value.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => {
            Some(httpdate::parse_http_date(value).ok()?.duration_since(SystemTime::now()).unwrap_or_default())
        }
    }
}

/// The proxy behind an error, if there is one that cannot be used.
fn unusable_proxy<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e UnusableProxy> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(proxy) = error.downcast_ref() {
            return Some(proxy);
        }
        cause = error.source();
    }
    None
}

/// The innermost cause in one line, which for the SDK's errors is the one that says something.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Takes a successful answer before the SDK would read it.
#[derive(Debug, Clone, Default)]
struct Taken(Arc<Mutex<Option<Response<SdkBody>>>>);

impl Taken {
    fn take(&self) -> Option<Response<SdkBody>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Taken {
    fn name(&self) -> &'static str {
        "clawdia-own-reader"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        if response.status().is_success() {
            let body = std::mem::replace(response.body_mut(), SdkBody::empty());
            let taken = Response::new(response.status(), body);
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(taken);
        }
        Ok(())
    }
}
