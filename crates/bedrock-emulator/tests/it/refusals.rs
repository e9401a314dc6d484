//! Every rule of the catalogue, broken once and mended once.
//!
//! A case is a request that the rule refuses, and the same request without the fault. The mended
//! one has to be accepted, so that no case passes because of a second fault.

mod caching;
mod citations;
mod conversation;
mod limits;
mod media;
mod prompts;
mod sampling;
mod system_tools;
mod thinking;
mod tools;

use std::collections::BTreeSet;

use clawdia_bedrock_emulator::{Emulator, rules};
use serde_json::{Value, json};

use crate::client::{Client, pair};
use crate::prompts::*;
use crate::replays;

const BY_THE_MODEL: &str = "The model returned the following errors: ";

/// A request with a fault, and the same without.
struct Case {
    rule: &'static str,
    model: &'static str,
    broken: Value,
    status: u16,
    exception: &'static str,
    text: String,
    mended: Value,
    streaming: bool,
}

/// A case that the second layer refuses.
fn refused(rule: &'static str, model: &'static str, broken: Value, text: &str, mended: Value) -> Case {
    let (status, exception) = (400, "ValidationException");
    Case { rule, model, broken, status, exception, text: text.to_owned(), mended, streaming: true }
}

/// A case that the vendor's validator refuses.
fn refused_by_model(
    rule: &'static str,
    model: &'static str,
    broken: Value,
    text: &str,
    mended: Value,
) -> Case {
    refused(rule, model, broken, &format!("{BY_THE_MODEL}{text}"), mended)
}

impl Case {
    /// For models that take no tools in streaming mode.
    fn not_streamed(mut self) -> Self {
        self.streaming = false;
        self
    }

    /// What is wrong with the case; empty if nothing.
    async fn faults(&self, emulator: &Emulator, client: &Client) -> String {
        let send = async |request: &Value| {
            if self.streaming {
                client.stream(self.model, request).await
            } else {
                client.converse(self.model, request).await
            }
        };
        let reply = send(&self.broken).await;
        let seen = format!("{} {}: {}", reply.status, reply.exception(), reply.message());
        let wanted = format!("{} {}: {}", self.status, self.exception, self.text);
        let rule = emulator.requests().pop().and_then(|request| request.refusal?.rule);
        if !seen.starts_with(&wanted) || rule != Some(self.rule) {
            return format!("\n{}: saw ({rule:?})\n  {seen}\ninstead of\n  {wanted}\n", self.rule);
        }
        let reply = send(&self.mended).await;
        if reply.status != 200 {
            return format!("\n{} mended: {} {}\n", self.rule, reply.exception(), reply.message());
        }
        String::new()
    }
}

fn cases() -> Vec<Case> {
    [
        conversation::cases(),
        tools::cases(),
        media::cases(),
        citations::cases(),
        prompts::cases(),
        system_tools::cases(),
        thinking::cases(),
        sampling::cases(),
        caching::cases(),
        limits::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn broken_requests_are_refused_and_mended_ones_accepted() {
    let builder = Emulator::builder().guardrail("abc123").prompt("PROMPT0001", NOVA, "Say {{word}}.");
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    let mut faults = String::new();
    for case in cases() {
        faults.push_str(&case.faults(&emulator, &client).await);
    }
    assert!(faults.is_empty(), "{faults}");
}

#[tokio::test]
async fn every_rule_has_an_example() {
    let (emulator, client) = pair().await;
    replays::break_every_seal(&client).await;
    let replayed: Vec<_> =
        emulator.requests().into_iter().filter_map(|request| request.refusal?.rule).collect();
    let shown: BTreeSet<&str> = cases().iter().map(|case| case.rule).chain(replayed).collect();
    let known: BTreeSet<&str> = rules().iter().map(|rule| rule.id).collect();
    assert_eq!(known.len(), rules().len(), "two rules share an id");
    assert_eq!(known.difference(&shown).collect::<Vec<_>>(), Vec::<&&str>::new(), "rules without an example");
    assert_eq!(shown.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "examples without a rule");
}

#[tokio::test]
async fn who_thinks_between_calls_takes_the_beta_for_it() {
    let (_emulator, client) = pair().await;
    let mut request = with(prompt("Hi"), budget(2048));
    request["additionalModelRequestFields"]["anthropic_beta"] = json!(["interleaved-thinking-2025-05-14"]);
    for model in [OPUS_4_1, SONNET_4_5] {
        client.stream(model, &request).await.assert_accepted();
    }
    let reply = client.stream(OPUS_4_6, &request).await;
    reply.assert_refused(
        400,
        "ValidationException",
        "The model returned the following errors: invalid beta flag",
    );
}
