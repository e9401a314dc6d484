//! Agents whose models stand in for each other.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use clawdia::config::Config;
use clawdia::core::testing::Scripted;
use clawdia::core::{Provider, ProviderConfig, ProviderPlugin};
use clawdia::{
    Context, Environment, ErrorKind, Host, HostContext, Message, Plugins, ProviderError, StreamEvent,
    StreamOptions,
};
use tokio_util::sync::CancellationToken;

const KINDS: [ErrorKind; 20] = [
    ErrorKind::Auth,
    ErrorKind::Permission,
    ErrorKind::ModelAccess,
    ErrorKind::NotFound,
    ErrorKind::NeedsInferenceProfile,
    ErrorKind::Throttled,
    ErrorKind::Quota,
    ErrorKind::Overloaded,
    ErrorKind::Timeout,
    ErrorKind::Transport,
    ErrorKind::Truncated,
    ErrorKind::ContextOverflow,
    ErrorKind::InvalidRequest,
    ErrorKind::BadModelOutput,
    ErrorKind::Guardrail,
    ErrorKind::ContentFiltered,
    ErrorKind::Refused,
    ErrorKind::Aborted,
    ErrorKind::Server,
    ErrorKind::Other,
];

/// The providers of a host, to look at what they were asked.
#[derive(Default)]
struct Connected(Mutex<Vec<Arc<Scripted>>>);

/// A provider that is called as a kind of failure fails so; `late` fails after its first words; another answers.
fn connect(config: &ProviderConfig, context: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    let id = config.id.clone().unwrap();
    let provider = Scripted::new(id.clone());
    let failure = KINDS.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(id.as_str()));
    let provider = match failure {
        Some(kind) => provider.then(Err(ProviderError::new(kind, format!("it is {kind}")))),
        None if id == "late" => provider.then(Ok(vec![
            Ok(StreamEvent::Start),
            Ok(StreamEvent::TextStart { content_index: 0 }),
            Ok(StreamEvent::TextDelta { content_index: 0, delta: "Well".to_owned() }),
            Ok(StreamEvent::TextEnd { content_index: 0, citations: Vec::new() }),
            Err(ProviderError::new(ErrorKind::Transport, "the line is cut")),
        ])),
        None if id == "unconnected" => {
            return Err(ProviderError::new(ErrorKind::Auth, "there is no key"));
        }
        None => provider.then_text(&format!("Hello from {id}.")),
    };
    let provider = Arc::new(provider);
    context.slot(Connected::default).0.lock().unwrap().push(Arc::clone(&provider));
    Ok(provider)
}

static PLUGIN: ProviderPlugin = ProviderPlugin::new("scripted", "its-crate", connect);

/// A host whose agent uses the model `m` of these providers, in this order.
fn host(providers: &[&str]) -> Host {
    let ids = providers.iter().collect::<BTreeSet<_>>();
    let ids = ids.into_iter().map(|id| format!("{id}: {{ api: 'scripted' }}")).collect::<Vec<_>>().join(",");
    let refs = providers.iter().map(|id| format!("'{id}/m'")).collect::<Vec<_>>();
    let (primary, fallbacks) = (&refs[0], refs[1..].join(","));
    let text = format!(
        "{{ models: {{ providers: {{ {ids} }} }}, agents: {{ defaults: {{ timeoutSeconds: 60, \
         model: {{ primary: {primary}, fallbacks: [{fallbacks}] }} }} }} }}"
    );
    let plugins = Plugins::new([&PLUGIN], [], []).unwrap();
    Host::new(Config::parse(&text, &plugins).unwrap(), plugins, HostContext::new(Environment::default()))
}

/// Who was asked.
fn asked(host: &Host) -> Vec<String> {
    let connected = host.context().slot(Connected::default);
    let providers = connected.0.lock().unwrap();
    let asked = providers.iter().filter(|provider| !provider.asked().is_empty());
    asked.map(|provider| provider.id().to_string()).collect()
}

fn question() -> Context {
    Context::new([Message::user("Hi")])
}

#[tokio::test]
async fn another_model_answers_where_one_cannot() {
    let failing = ["auth", "throttled", "unconnected", "fine"];
    let host = host(&failing);
    let message = host.complete_as_agent(&question(), &StreamOptions::default()).await.unwrap();
    assert_eq!(message.text(), "Hello from fine.");
    assert_eq!(message.provider.unwrap(), "fine");
    assert!(message.timestamp.is_some() && message.duration_ms.is_some());
    let notes = message.diagnostics.iter().map(|note| note.message.as_str()).collect::<Vec<_>>();
    assert_eq!(
        notes,
        [
            "`auth/m` did not answer (it is auth), so `throttled/m` was asked",
            "`throttled/m` did not answer (it is throttled), so `unconnected/m` was asked",
            "`unconnected/m` did not answer (there is no key), so `fine/m` was asked",
        ]
    );
    let note = &message.diagnostics[1];
    assert_eq!((note.code.as_str(), &note.details["kind"]), ("model_failover", &"throttled".into()));
    assert_eq!(
        (&note.details["from"], &note.details["to"]),
        (&"throttled/m".into(), &"unconnected/m".into())
    );
}

#[tokio::test]
async fn a_failure_that_is_an_answer_or_the_callers_is_not_covered_up() {
    for kind in KINDS {
        let id = kind.as_str().to_lowercase();
        let host = host(&[&id, "fine"]);
        let outcome = host.complete_as_agent(&question(), &StreamOptions::default()).await;
        let is_final = matches!(
            kind,
            ErrorKind::ContextOverflow
                | ErrorKind::InvalidRequest
                | ErrorKind::Guardrail
                | ErrorKind::ContentFiltered
                | ErrorKind::Refused
                | ErrorKind::Aborted
                | ErrorKind::Other
        );
        assert_eq!(outcome.is_err(), is_final, "{kind}");
        assert_eq!(asked(&host).len(), if is_final { 1 } else { 2 }, "{kind}");
    }
}

#[tokio::test]
async fn what_has_begun_is_not_begun_again() {
    let host = host(&["throttled", "late", "fine"]);
    let incomplete = host.complete_as_agent(&question(), &StreamOptions::default()).await.unwrap_err();
    assert_eq!(incomplete.message.text(), "Well");
    assert_eq!(incomplete.error.kind(), ErrorKind::Transport);
    assert_eq!(asked(&host), ["throttled", "late"]);
    assert_eq!(incomplete.message.diagnostics[0].code, "model_failover");
}

#[tokio::test]
async fn the_last_failure_tells_of_those_before() {
    let host = host(&["throttled", "server", "throttled"]);
    let error = host.stream_as_agent(&question(), &StreamOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Server, "it is server"));
    assert_eq!(error.finish().unwrap().diagnostics.len(), 1);
    // Each is asked once.
    assert_eq!(asked(&host), ["throttled", "server"]);
}

#[tokio::test]
async fn a_model_that_somebody_names_has_no_stand_in() {
    let host = host(&["throttled", "fine"]);
    let reference = "throttled/m".parse().unwrap();
    let error = host.stream(&reference, &question(), &StreamOptions::default()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(asked(&host), ["throttled"]);
}

#[tokio::test]
async fn nobody_else_is_asked_after_the_caller_has_given_up() {
    let host = host(&["throttled", "fine"]);
    let cancel = CancellationToken::new();
    cancel.cancel();
    let options = StreamOptions::default().with_cancel(cancel);
    assert!(host.stream_as_agent(&question(), &options).await.is_err());
    assert_eq!(asked(&host), ["throttled"]);
}

#[tokio::test]
async fn the_time_of_a_call_is_for_all_models_together() {
    let host = host(&["throttled", "fine"]);
    host.complete_as_agent(&question(), &StreamOptions::default()).await.unwrap();
    let connected = host.context().slot(Connected::default);
    let providers = connected.0.lock().unwrap();
    let totals = providers.iter().map(|provider| provider.asked()[0].1.timeouts.total_ms.unwrap());
    let totals = totals.collect::<Vec<_>>();
    assert!(totals[0] <= 60_000 && totals[1] <= totals[0], "{totals:?}");
}

#[tokio::test]
async fn without_a_model_nobody_is_asked() {
    let plugins = Plugins::new([&PLUGIN], [], []).unwrap();
    let config = Config::parse("{ agents: { entries: { coder: {} } } }", &plugins).unwrap();
    let host = Host::new(config, plugins, HostContext::new(Environment::default()));
    let coder = host.for_agent("coder").unwrap();
    let error = coder.stream_as_agent(&question(), &StreamOptions::default()).await.unwrap_err();
    assert_eq!(
        error.message(),
        "no model is configured for the agent `coder`; set `agents.defaults.model.primary`"
    );
}
