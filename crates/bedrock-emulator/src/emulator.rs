//! The emulator itself: a listener on loopback, its tasks, and what a test asks it afterwards.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::authentication::Guard;
use crate::connections::Connections;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::ledger::Ledger;
use crate::model::{Account, ApplicationProfile};
use crate::recording::{RecordedRequest, Recorder};
use crate::reply::Reply;
use crate::seal::Seal;

/// A running Bedrock endpoint on loopback.
///
/// It serves until it is dropped or [shut down](Emulator::shutdown); both close its connections.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use clawdia_bedrock_emulator::{Emulator, Reply};
///
/// let emulator = Emulator::builder().start().await?;
/// emulator.enqueue(Reply::text("Hello."));
/// // Point a client at `emulator.url()`, with the variables of `emulator.environment()`.
/// assert!(emulator.url().starts_with("http://127.0.0.1:"));
/// emulator.shutdown().await;
/// # Ok::<(), clawdia_bedrock_emulator::StartError>(())
/// # }).unwrap();
/// ```
pub struct Emulator {
    url: String,
    endpoint: Arc<Endpoint>,
    server: JoinHandle<()>,
}

/// Settings of an [`Emulator`] that is about to start.
#[derive(Clone, Debug)]
pub struct EmulatorBuilder {
    port: u16,
    region: String,
    account: String,
    credentials: Vec<Credentials>,
    bearer_tokens: BearerTokens,
    page_size: usize,
    guardrails: Vec<String>,
    application_profiles: Vec<ApplicationProfile>,
}

/// Why an emulator could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port could not be listened on.
    #[error("could not listen on 127.0.0.1:{port}; choose another port, or 0 for any free one")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

// Apart from the other settings only to keep the tokens out of `Debug`.
#[derive(Clone, Default)]
struct BearerTokens(Vec<String>);

impl Emulator {
    /// Settings to start from: a free port, `us-east-1`, and the example key of the AWS documentation.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder {
            port: 0,
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            credentials: Vec::new(),
            bearer_tokens: BearerTokens::default(),
            page_size: 100,
            guardrails: Vec::new(),
            application_profiles: Vec::new(),
        }
    }

    /// The address to give to clients, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The variables that point any AWS SDK at the emulator, secrets included.
    ///
    /// Access keys are given if there are any, and a bearer token otherwise: an SDK that sees
    /// both uses the token.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let guard = &self.endpoint.guard;
        let mut variables = vec![
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_REGION", guard.region.clone()),
            ("AWS_DEFAULT_REGION", guard.region.clone()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        if let Some(credentials) = guard.credentials.first() {
            variables.push(("AWS_ACCESS_KEY_ID", credentials.access_key_id.clone()));
            variables.push(("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.clone()));
            if let Some(token) = &credentials.session_token {
                variables.push(("AWS_SESSION_TOKEN", token.clone()));
            }
        } else if let Some(token) = guard.bearer_tokens.first() {
            variables.push(("AWS_BEARER_TOKEN_BEDROCK", token.clone()));
        }
        variables
    }

    /// Adds a reply to the script: model invocations take one each, in order, and are answered
    /// by the emulator itself when there is none left.
    ///
    /// A request that is refused takes none, unless the next one is [unjudged](Reply::unjudged).
    pub fn enqueue(&self, reply: Reply) {
        self.endpoint.script().push_back(reply);
    }

    /// Throttles the next `count` invocations, before anything else in the script.
    pub fn throttle(&self, count: usize) {
        let mut script = self.endpoint.script();
        for _ in 0..count {
            script.push_front(Reply::throttled());
        }
    }

    /// How many scripted replies are left.
    pub fn scripted_replies(&self) -> usize {
        self.endpoint.script().len()
    }

    /// Everything that came in, oldest first.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.endpoint.recorder.requests()
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.endpoint.connections.accepted()
    }

    /// How many connections are open now.
    pub fn open_connections(&self) -> usize {
        *self.endpoint.connections.open().borrow()
    }

    /// Resolves when exactly this many connections are open.
    pub async fn wait_for_open_connections(&self, count: usize) {
        wait(self.endpoint.connections.open(), |open| open == count).await;
    }

    /// Resolves when at least this many requests were read, answered or not.
    pub async fn wait_for_requests(&self, count: usize) {
        wait(self.endpoint.recorder.count(), |read| read >= count).await;
    }

    /// Stops serving, closes all connections, and resolves when that is done.
    pub async fn shutdown(mut self) {
        self.server.abort();
        // The only outcome is the cancellation just asked for.
        let _ = (&mut self.server).await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Emulator")
            .field("url", &self.url)
            .field("region", &self.endpoint.guard.region)
            .finish_non_exhaustive()
    }
}

impl EmulatorBuilder {
    /// Listens on this port of 127.0.0.1; 0, the default, takes any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Plays this region: its profiles exist, and signatures must be for it.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Plays this account, whose number stands in the ARNs of listings.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Accepts signatures with this access key; may be called again for more.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials.push(credentials);
        self
    }

    /// Accepts this bearer token; may be called again for more.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_tokens.0.push(token.into());
        self
    }

    /// Lists this many inference profiles at a time when a client does not say; 100 by default.
    #[must_use]
    pub fn page_size(mut self, page_size: usize) -> Self {
        self.page_size = page_size;
        self
    }

    /// Knows a guardrail of this id; requests may name it in any version.
    #[must_use]
    pub fn guardrail(mut self, id: impl Into<String>) -> Self {
        self.guardrails.push(id.into());
        self
    }

    /// Knows an application inference profile: the last part of its ARN, and the id of the model
    /// or system-defined profile behind it.
    #[must_use]
    pub fn application_profile(mut self, id: impl Into<String>, model_id: impl Into<String>) -> Self {
        self.application_profiles.push(ApplicationProfile { id: id.into(), model_id: model_id.into() });
        self
    }

    /// Starts to serve, on tasks of the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let port = self.port;
        let failed = |source| StartError::Listen { port, source };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let mut credentials = self.credentials;
        if credentials.is_empty() && self.bearer_tokens.0.is_empty() {
            credentials.push(Credentials::default());
        }
        let endpoint = Arc::new(Endpoint {
            guard: Guard { region: self.region.clone(), credentials, bearer_tokens: self.bearer_tokens.0 },
            account: Account {
                region: self.region,
                id: self.account,
                application_profiles: self.application_profiles,
            },
            page_size: self.page_size,
            guardrails: self.guardrails,
            script: Mutex::new(VecDeque::new()),
            recorder: Recorder::new(),
            connections: Connections::new(),
            seal: Seal::new(),
            ledger: Ledger::default(),
        });
        let server = tokio::spawn(serve(listener, Arc::clone(&endpoint)));
        Ok(Emulator { url, endpoint, server })
    }
}

impl fmt::Debug for BearerTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "({} hidden)", self.0.len())
    }
}

// Accepts until it is aborted; its connections are in a set of its own and end with it.
async fn serve(listener: TcpListener, endpoint: Arc<Endpoint>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(stream, Arc::clone(&endpoint)));
                }
                // Out of file descriptors, most likely: let other tasks give some back.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            // Finished connections are taken out of the set, so that it does not grow.
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve_connection(stream: TcpStream, endpoint: Arc<Endpoint>) {
    let connection = endpoint.connections.opened();
    // Small events should go out at once; without this they would wait for acknowledgements.
    let _ = stream.set_nodelay(true);
    let number = connection.number;
    let service = service_fn(|request| {
        let endpoint = Arc::clone(&endpoint);
        async move { Ok::<_, std::convert::Infallible>(endpoint.answer(number, request).await) }
    });
    // An error here is a client that went away, one that speaks no HTTP, or a scripted cut.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn wait(mut receiver: watch::Receiver<usize>, reached: impl Fn(usize) -> bool) {
    // The sender lives in the endpoint, as long as the emulator that waits.
    let _ = receiver.wait_for(|value| reached(*value)).await;
}
