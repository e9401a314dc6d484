//! The emulator itself: a listener on loopback, its tasks, and what a test asks it afterwards.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::builder::EmulatorBuilder;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::model_access::ModelAccess;
use crate::operation::Operation;
use crate::recording::RecordedRequest;
use crate::reply::Reply;

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
    pub(crate) endpoint: Arc<Endpoint>,
    server: JoinHandle<()>,
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

impl Emulator {
    /// Starts to serve an endpoint on a listener.
    pub(crate) fn serve(url: String, listener: TcpListener, endpoint: Arc<Endpoint>) -> Self {
        let server = tokio::spawn(serve(listener, Arc::clone(&endpoint)));
        Self { url, endpoint, server }
    }

    /// Settings to start from: a free port, `us-east-1`, and the example key of the AWS documentation.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::new()
    }

    /// The address to give to clients, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The variables that point any AWS SDK at the emulator, secrets included.
    ///
    /// An access key is given if there are any, the first that has not expired, and a bearer token
    /// otherwise: an SDK that sees both uses the token.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let guard = &self.endpoint.guard;
        let mut variables = vec![
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_REGION", guard.region.clone()),
            ("AWS_DEFAULT_REGION", guard.region.clone()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        let known = guard.credentials();
        let valid = known.iter().find(|credentials| !credentials.expired);
        if let Some(credentials) = valid.or(known.first()) {
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
        self.endpoint.scripts.push(reply);
    }

    /// Adds a reply to the script of one operation: its requests take one each, in order, before any
    /// that is for all invocations.
    ///
    /// [`Reply::answer`] stands for what the emulator says by itself, so that the third request fails,
    /// or one waits for a gate.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use clawdia_bedrock_emulator::{Emulator, Gate, Operation, Reply};
    ///
    /// let emulator = Emulator::builder().start().await?;
    /// let gate = Gate::new();
    /// emulator.enqueue_for(Operation::ListInferenceProfiles, Reply::answer().after(&gate));
    /// emulator.enqueue_for(Operation::ListInferenceProfiles, Reply::throttled());
    /// # Ok::<(), clawdia_bedrock_emulator::StartError>(())
    /// # }).unwrap();
    /// ```
    pub fn enqueue_for(&self, operation: Operation, reply: Reply) {
        self.endpoint.scripts.push_for(operation, reply);
    }

    /// The ids of the foundation models that it plays unless others are listed.
    pub fn model_ids() -> impl Iterator<Item = &'static str> {
        clawdia_bedrock_models::all().iter().filter(|model| model.id == model.base_id).map(|model| model.id)
    }

    /// Answers an operation with this from now on, wherever its script has nothing left.
    pub fn reply_always(&self, operation: Operation, reply: Reply) {
        self.endpoint.scripts.always(operation, Some(reply));
    }

    /// Takes back [`reply_always`](Self::reply_always).
    pub fn reply_normally(&self, operation: Operation) {
        self.endpoint.scripts.always(operation, None);
    }

    /// Lists these foundation models from now on, and no others; see [`EmulatorBuilder::list_models`].
    pub fn list_models(&self, summaries: impl IntoIterator<Item = Value>) {
        self.endpoint.account.lists.write().models.instead = Some(summaries.into_iter().collect());
    }

    /// Lists these inference profiles from now on, and no others; see [`EmulatorBuilder::list_profiles`].
    pub fn list_profiles(&self, summaries: impl IntoIterator<Item = Value>) {
        self.endpoint.account.lists.write().profiles.instead = Some(summaries.into_iter().collect());
    }

    /// Sets how far the account has come with a model, by the model's id without geography.
    pub fn set_model_access(&self, model_id: impl Into<String>, access: ModelAccess) {
        self.endpoint.account.access.set(model_id.into(), access);
    }

    /// Denies an action to everyone from now on; see [`EmulatorBuilder::deny`].
    pub fn deny(&self, action: impl Into<String>) {
        self.endpoint.permissions.deny(action.into());
    }

    /// Takes back the denial of an action.
    pub fn allow(&self, action: &str) {
        self.endpoint.permissions.allow(action);
    }

    /// Throttles the next `count` invocations, before anything else in the script.
    pub fn throttle(&self, count: usize) {
        for _ in 0..count {
            self.endpoint.scripts.push_front(Reply::throttled());
        }
    }

    /// Accepts signatures with this access key from now on; another of the same id is forgotten.
    pub fn add_credentials(&self, credentials: Credentials) {
        self.endpoint.guard.add(credentials);
    }

    /// Ends the time of an access key: requests signed with it get `ExpiredTokenException` from now on.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use clawdia_bedrock_emulator::{Credentials, Emulator};
    ///
    /// let first = Credentials::new("ASIAFIRST", "secret").with_session_token("one");
    /// let emulator = Emulator::builder().credentials(first).start().await?;
    /// // … a client makes a request, and then its credentials expire …
    /// emulator.expire_credentials("ASIAFIRST");
    /// emulator.add_credentials(Credentials::new("ASIASECOND", "secret").with_session_token("two"));
    /// # Ok::<(), clawdia_bedrock_emulator::StartError>(())
    /// # }).unwrap();
    /// ```
    pub fn expire_credentials(&self, access_key_id: &str) {
        self.endpoint.guard.expire(access_key_id);
    }

    /// How many scripted replies are left.
    pub fn scripted_replies(&self) -> usize {
        self.endpoint.scripts.len()
    }

    /// Everything that came in, oldest first.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.endpoint.recorder.requests()
    }

    /// How many requests of an operation were read so far, answered or not.
    pub fn count(&self, operation: Operation) -> usize {
        self.endpoint.recorder.by_operation().borrow().get(&operation).copied().unwrap_or_default()
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

    /// Resolves when at least this many requests of an operation were read, answered or not.
    pub async fn wait_for(&self, operation: Operation, count: usize) {
        let mut counts = self.endpoint.recorder.by_operation();
        // The sender lives in the endpoint, as long as the emulator that waits.
        let _ = counts.wait_for(|counts| counts.get(&operation).copied().unwrap_or_default() >= count).await;
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
