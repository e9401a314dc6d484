//! A client of a few dozen lines: HTTP/1.1 over a socket, signed by the AWS signer.
//!
//! It is this simple to have nothing between a test and the bytes: chunks arrive as they were
//! sent, and a broken connection is seen as one.

use std::collections::HashMap;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use clawdia_bedrock_emulator::Emulator;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::frames::{self, Frame};

/// Who a client says it is, and where.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: String,
    pub(crate) region: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) service: String,
    pub(crate) now: SystemTime,
}

/// A request before it is sent.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A connection, with a response on it that is read piece by piece.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

/// The first part of a response.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
}

/// A response that was read until its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) chunks: Vec<Vec<u8>>,
    /// Whether the body ended as HTTP says it has to.
    pub(crate) complete: bool,
}

impl Client {
    /// A client that the emulator knows.
    pub(crate) fn new(emulator: &Emulator) -> Self {
        let environment: HashMap<_, _> = emulator.environment().into_iter().collect();
        let get = |name: &str| environment.get(name).cloned().unwrap_or_default();
        Self {
            address: emulator.url().trim_start_matches("http://").to_owned(),
            region: get("AWS_REGION"),
            access_key_id: get("AWS_ACCESS_KEY_ID"),
            secret_access_key: get("AWS_SECRET_ACCESS_KEY"),
            session_token: environment.get("AWS_SESSION_TOKEN").cloned(),
            service: "bedrock".to_owned(),
            now: SystemTime::now(),
        }
    }

    /// The same client with other keys, out of a document that names them so.
    pub(crate) fn with_keys(&self, keys: &Value, id: &str, secret: &str, token: &str) -> Self {
        let text = |name: &str| keys[name].as_str().unwrap_or_default().to_owned();
        Self {
            access_key_id: text(id),
            secret_access_key: text(secret),
            session_token: Some(text(token)),
            ..self.clone()
        }
    }

    pub(crate) async fn converse(&self, model: &str, body: &Value) -> Reply {
        self.send(&invocation(model, "converse", body)).await
    }

    pub(crate) async fn stream(&self, model: &str, body: &Value) -> Reply {
        self.send(&invocation(model, "converse-stream", body)).await
    }

    pub(crate) async fn send_invocation(&self, model: &str, action: &str, body: &Value) -> Reply {
        self.send(&invocation(model, action, body)).await
    }

    pub(crate) async fn get(&self, target: &str) -> Reply {
        let request =
            Outgoing { method: "GET", target: target.to_owned(), headers: Vec::new(), body: Vec::new() };
        self.send(&request).await
    }

    /// Signs and sends a request, and reads the whole response.
    pub(crate) async fn send(&self, request: &Outgoing) -> Reply {
        self.send_as_is(&self.sign(request)).await
    }

    /// Sends a request without signing it.
    pub(crate) async fn send_as_is(&self, request: &Outgoing) -> Reply {
        let mut connection = self.connect().await;
        connection.write(request, &self.address).await;
        connection.read().await
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection { stream: BufReader::new(TcpStream::connect(&self.address).await.unwrap()) }
    }

    /// Adds the headers of a signature.
    pub(crate) fn sign(&self, request: &Outgoing) -> Outgoing {
        let identity: Identity = Credentials::new(
            &self.access_key_id,
            &self.secret_access_key,
            self.session_token.clone(),
            None,
            "test",
        )
        .into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(self.now)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let url = format!("http://{}{}", self.address, request.target);
        let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(&request.body);
        let signable = SignableRequest::new(request.method, url, headers, body).unwrap();
        let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
        let mut signed = request.clone();
        signed
            .headers
            .extend(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        signed
    }
}

impl Connection {
    pub(crate) async fn write(&mut self, request: &Outgoing, host: &str) {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", request.method, request.target);
        for (name, value) in &request.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.extend(["content-length: ", &request.body.len().to_string(), "\r\n\r\n"]);
        self.stream.write_all(&[head.as_bytes(), &request.body].concat()).await.unwrap();
    }

    pub(crate) async fn write_raw(&mut self, bytes: &[u8]) {
        // The server may hang up before all of it is sent, which is its right.
        let _ = self.stream.write_all(bytes).await;
    }

    /// Closes the sending side and reads whatever still comes.
    pub(crate) async fn drain(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.stream.shutdown().await;
        let _ = self.stream.read_to_end(&mut bytes).await;
        bytes
    }

    pub(crate) async fn head(&mut self) -> Head {
        let status_line = self.line().await.expect("a response");
        let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let mut headers = HashMap::new();
        while let Some(line) = self.line().await.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(": ").unwrap();
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        Head { status, headers }
    }

    /// The next chunk; empty at the proper end, `None` if the connection broke.
    pub(crate) async fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = usize::from_str_radix(&self.line().await?, 16).ok()?;
        let mut bytes = vec![0; size + 2];
        self.stream.read_exact(&mut bytes).await.ok()?;
        bytes.truncate(size);
        Some(bytes)
    }

    pub(crate) async fn read(&mut self) -> Reply {
        let Head { status, headers } = self.head().await;
        let (mut chunks, mut complete) = (Vec::new(), true);
        if let Some(length) = headers.get("content-length") {
            let mut bytes = vec![0; length.parse().unwrap()];
            complete = self.stream.read_exact(&mut bytes).await.is_ok();
            chunks.push(bytes);
        } else {
            loop {
                match self.chunk().await {
                    None => {
                        complete = false;
                        break;
                    }
                    Some(chunk) if chunk.is_empty() => break,
                    Some(chunk) => chunks.push(chunk),
                }
            }
        }
        Reply { status, headers, chunks, complete }
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await.ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }
}

impl Reply {
    pub(crate) fn body(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body()).unwrap_or(Value::Null)
    }

    pub(crate) fn frames(&self) -> Vec<Frame> {
        frames::decode(&self.body()).unwrap()
    }

    /// The payload of a stream's last event of a name.
    #[track_caller]
    pub(crate) fn last(&self, name: &str) -> Value {
        self.frames().iter().rfind(|frame| frame.name() == name).unwrap().json()
    }

    /// The payloads of a stream's deltas, without their padding.
    #[track_caller]
    pub(crate) fn deltas(&self) -> Vec<Value> {
        let frames = self.frames();
        let deltas = frames.iter().filter(|frame| frame.name() == "contentBlockDelta");
        deltas.map(|frame| frame.json()["delta"].clone()).collect()
    }

    /// All text of a stream.
    #[track_caller]
    pub(crate) fn streamed_text(&self) -> String {
        self.deltas().iter().filter_map(|delta| delta["text"].as_str().map(str::to_owned)).collect()
    }

    /// The exception's name, without the address that the service appends to it.
    pub(crate) fn exception(&self) -> &str {
        self.headers.get("x-amzn-errortype").and_then(|name| name.split(':').next()).unwrap_or_default()
    }

    pub(crate) fn message(&self) -> String {
        let json = self.json();
        json["message"].as_str().or_else(|| json["Message"].as_str()).unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, exception: &str, text: &str) {
        let seen = format!("{} {}: {}", self.status, self.exception(), self.message());
        assert!(seen.starts_with(&format!("{status} {exception}: ")), "{seen}");
        assert!(self.message().contains(text), "{seen}\nlacks: {text}");
    }

    #[track_caller]
    pub(crate) fn assert_accepted(&self) {
        assert_eq!(self.status, 200, "{}: {}", self.exception(), self.message());
    }
}

/// A request of any kind.
pub(crate) fn outgoing(method: &'static str, target: &str, headers: &[(&str, &str)], body: &str) -> Outgoing {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Outgoing { method, target: target.to_owned(), headers: headers.collect(), body: body.into() }
}

/// An invocation of a model.
pub(crate) fn invocation(model: &str, action: &str, body: &Value) -> Outgoing {
    let id = model.replace(':', "%3A").replace('/', "%2F");
    Outgoing {
        method: "POST",
        target: format!("/model/{id}/{action}"),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    }
}

/// An emulator with its defaults, and a client that it knows.
pub(crate) async fn pair() -> (Emulator, Client) {
    let emulator = Emulator::builder().start().await.unwrap();
    let client = Client::new(&emulator);
    (emulator, client)
}
