//! CPU per streamed event: this provider against a bare drain of the SDK's own stream, over the same bytes.
//!
//! `cargo bench -p clawdia-provider-bedrock --bench stream`. The server is a process of its own, so that only the client's
//! time is counted; the two sides alternate within one run, and their ratio is what is stated. A second part grows the
//! number of tool-argument fragments tenfold and states how the time grows. Linux only: it reads `/proc`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking and reports by printing"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use clawdia_core::{Accumulator, Context, Environment, HostContext, Model, ProviderConfig, StreamOptions};
use clawdia_provider_bedrock::PLUGIN;
use futures_util::StreamExt;
use serde_json::{Value, json};

const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const ROUNDS: usize = 15;

fn main() {
    if let Some(kind) =
        std::env::args().find_map(|argument| argument.strip_prefix("--serve=").map(str::to_owned))
    {
        serve(&kind);
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = start("text");
        let (mut ours, mut sdk) = (Vec::new(), Vec::new());
        let client = sdk_client(&url);
        let provider = connect(&url);
        for round in 0..=ROUNDS {
            let before = cpu_nanoseconds();
            drain_sdk(&client).await;
            let between = cpu_nanoseconds();
            drain_ours(&*provider).await;
            let after = cpu_nanoseconds();
            // The first round pays for connections and warm caches.
            if round > 0 {
                sdk.push(between - before);
                ours.push(after - between);
            }
        }
        let (sdk, ours) = (median(sdk), median(ours));
        let events = f64::from(EVENTS);
        println!(
            "per event: SDK drain {:.0} ns, provider {:.0} ns, ratio {:.2}",
            sdk / events,
            ours / events,
            ours / sdk
        );

        let mut growth = Vec::new();
        for kind in ["tool-small", "tool-large"] {
            let provider = connect(&start(kind));
            drain_ours(&*provider).await;
            let mut times = Vec::new();
            for _ in 0..ROUNDS {
                let before = cpu_nanoseconds();
                drain_ours(&*provider).await;
                times.push(cpu_nanoseconds() - before);
            }
            growth.push(median(times));
        }
        println!("ten times the argument fragments take {:.1} times as long", growth[1] / growth[0]);
    });
}

const EVENTS: u32 = 20_000;

fn body(kind: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut event = |name: &'static str, payload: Value| {
        let message = Message::new(payload.to_string())
            .add_header(Header::new(":event-type", HeaderValue::String(name.into())))
            .add_header(Header::new(":content-type", HeaderValue::String("application/json".into())))
            .add_header(Header::new(":message-type", HeaderValue::String("event".into())));
        aws_smithy_eventstream::frame::write_message_to(&message, &mut bytes).unwrap();
    };
    event("messageStart", json!({ "role": "assistant", "p": "abcdefgh" }));
    let fragments = match kind {
        "text" => {
            for _ in 0..EVENTS {
                let delta = json!({ "contentBlockIndex": 0, "delta": { "text": " several words" }, "p": "abcdefghijklmnop" });
                event("contentBlockDelta", delta);
            }
            0
        }
        "tool-small" => EVENTS,
        _ => EVENTS * 10,
    };
    if fragments > 0 {
        let start = json!({ "toolUse": { "toolUseId": "t", "name": "write" } });
        event("contentBlockStart", json!({ "contentBlockIndex": 0, "start": start }));
        for index in 0..fragments {
            let input = match index {
                0 => "{\"text\":\"",
                last if last + 1 == fragments => "\"}",
                _ => "abcd",
            };
            event(
                "contentBlockDelta",
                json!({ "contentBlockIndex": 0, "delta": { "toolUse": { "input": input } } }),
            );
        }
    }
    event("contentBlockStop", json!({ "contentBlockIndex": 0 }));
    event("messageStop", json!({ "stopReason": if fragments > 0 { "tool_use" } else { "end_turn" } }));
    event("metadata", json!({ "usage": { "inputTokens": 1, "outputTokens": 1, "totalTokens": 2 } }));
    bytes
}

/// Answers every request on every connection with the same stream.
fn serve(kind: &str) {
    let body = body(kind);
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    // The parent holds the other end of standard input: the server ends with it.
    std::thread::spawn(|| {
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        std::process::exit(0);
    });
    for stream in listener.incoming() {
        let (head, body) = (head.clone(), body.clone());
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stream.unwrap());
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    if line == "\r\n" {
                        break;
                    }
                }
                reader.read_exact(&mut vec![0; length]).unwrap();
                if reader
                    .get_mut()
                    .write_all(head.as_bytes())
                    .and_then(|()| reader.get_mut().write_all(&body))
                    .is_err()
                {
                    return;
                }
            }
        });
    }
}

/// Starts the server and gives its address. It ends with this process, whose pipe it holds.
fn start(kind: &str) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg(format!("--serve={kind}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
    // Dropping the handle would close its standard input, and with it the server.
    std::mem::forget(child);
    format!("http://{}", address.trim())
}

fn sdk_client(url: &str) -> Client {
    Client::from_conf(
        aws_sdk_bedrockruntime::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "bench"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(url)
            .build(),
    )
}

async fn drain_sdk(client: &Client) {
    let mut output = client.converse_stream().model_id(MODEL).send().await.unwrap();
    while output.stream.recv().await.unwrap().is_some() {}
}

fn connect(url: &str) -> std::sync::Arc<dyn clawdia_core::Provider> {
    let environment: Environment =
        [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")].into_iter().collect();
    let mut config = ProviderConfig::new("amazon-bedrock");
    config.base_url = Some(url.to_owned());
    (PLUGIN.connect)(&config, &HostContext::new(environment)).unwrap()
}

async fn drain_ours(provider: &dyn clawdia_core::Provider) {
    let model = Model::new("amazon-bedrock", MODEL, "bedrock-converse-stream");
    let context = Context::new([clawdia_core::Message::user("hi")]);
    let mut accumulator = Accumulator::new(&model);
    let mut events = provider.stream(&model, &context, &StreamOptions::default()).await.unwrap();
    while let Some(event) = events.next().await {
        accumulator.push(&event.unwrap());
    }
    assert!(accumulator.message().stop_reason.is_success());
}

/// Time this thread has spent on a processor.
fn cpu_nanoseconds() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of seconds fit")]
fn median(mut times: Vec<u64>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2] as f64
}
