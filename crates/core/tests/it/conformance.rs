//! The conformance suite passes a provider that keeps its promises and catches each that is broken.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use clawdia_core::testing::{Scripted, conformance};
use clawdia_core::{
    Api, Context, Cost, ErrorKind, EventStream, Finish, Model, ModelId, Provider, ProviderError, ProviderId,
    StopReason, StreamEvent, StreamOptions, Usage,
};
use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    DescribesAnother,
    SaysNothing,
    Overcharges,
    StartsTwice,
    NeverEnds,
    FailsOnItsOwnAnswers,
    FailsInTheStream,
    IgnoresCancellation,
    CancelsAsAnotherKind,
    BreaksOnceDropped,
}

/// A provider that answers "Hello." and has one fault.
#[derive(Debug)]
struct Faulty {
    id: ProviderId,
    fault: Fault,
    asked: AtomicUsize,
}

const COST: Cost = Cost {
    input: 3.0,
    output: 15.0,
    cache_read: 0.0,
    cache_write: 0.0,
    cache_write_1h: None,
    tiers: Vec::new(),
    service_tiers: std::collections::BTreeMap::new(),
};

#[async_trait]
impl Provider for Faulty {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn describe(&self, model: &ModelId) -> Option<Model> {
        let id = if self.fault == Fault::DescribesAnother { ModelId::new("another") } else { model.clone() };
        let mut model = Model::new(self.id.clone(), id, Api::new("faulty"));
        model.cost = COST;
        Some(model)
    }

    async fn stream(
        &self,
        model: &Model,
        context: &Context,
        options: &StreamOptions,
    ) -> Result<EventStream, ProviderError> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let cancelled = options.cancel.as_ref().is_some_and(CancellationToken::is_cancelled);
        if cancelled && self.fault != Fault::IgnoresCancellation {
            let kind =
                if self.fault == Fault::CancelsAsAnotherKind { ErrorKind::Other } else { ErrorKind::Aborted };
            return Err(ProviderError::new(kind, "cancelled"));
        }
        if self.fault == Fault::FailsOnItsOwnAnswers && context.messages.len() > 1 {
            return Err(ProviderError::new(ErrorKind::InvalidRequest, "roles must alternate"));
        }
        if self.fault == Fault::BreaksOnceDropped && asked > 5 {
            return Err(ProviderError::new(ErrorKind::Transport, "the connection is in use"));
        }
        let usage = Usage { input: 10, output: 2, ..Usage::default() };
        let mut finish = Finish::new(StopReason::Stop, usage, &model.cost);
        if self.fault == Fault::Overcharges {
            finish.usage.cost = model.cost.of(&Usage { input: 11, output: 2, ..Usage::default() }, None);
        }
        let delta = "Hello.".to_owned();
        let mut items = vec![Ok(StreamEvent::Start)];
        if self.fault == Fault::StartsTwice {
            items.push(Ok(StreamEvent::Start));
        }
        if self.fault != Fault::SaysNothing {
            items.push(Ok(StreamEvent::TextStart { content_index: 0 }));
            items.push(Ok(StreamEvent::TextDelta { content_index: 0, delta }));
            items.push(Ok(StreamEvent::TextEnd { content_index: 0, citations: Vec::new() }));
        }
        match self.fault {
            Fault::NeverEnds => {}
            Fault::FailsInTheStream => items.push(Err(ProviderError::new(ErrorKind::Server, "it broke"))),
            _ => items.push(Ok(StreamEvent::Done(Box::new(finish)))),
        }
        Ok(stream::iter(items).boxed())
    }
}

/// What the suite says of a provider with a fault.
async fn judge(fault: Fault) -> Option<String> {
    let provider = Faulty { id: ProviderId::new("faulty"), fault, asked: AtomicUsize::new(0) };
    let mut model = Model::new("faulty", "large", Api::new("faulty"));
    model.cost = COST;
    conformance(&provider, &model).await.err().map(|error| error.to_string())
}

#[tokio::test]
async fn a_scripted_provider_passes() {
    let provider = (0..5).fold(Scripted::new("acme"), |provider, _| provider.then_text("Hello there."));
    let model = provider.describe(&"large".into()).unwrap();
    conformance(&provider, &model).await.unwrap();
    // The two questions behind the cancelled and the dropped call were asked as well.
    assert_eq!(provider.asked().len(), 6);
}

#[tokio::test]
async fn a_provider_without_faults_passes() {
    assert_eq!(judge(Fault::None).await, None);
}

#[tokio::test]
async fn every_fault_is_caught() {
    for (fault, expected) in [
        (
            Fault::DescribesAnother,
            "describes its models as its own: `faulty/large` was described as `faulty/another`",
        ),
        (Fault::SaysNothing, "answers within the grammar: the answer has no content"),
        (
            Fault::Overcharges,
            "answers within the grammar: charged $0.000063 where the model's rates give $0.00006",
        ),
        (Fault::StartsTwice, "answers within the grammar: a second start"),
        (Fault::NeverEnds, "answers within the grammar: the stream ended without done or error"),
        (Fault::FailsOnItsOwnAnswers, "takes its own answers back: the call failed: roles must alternate"),
        (Fault::FailsInTheStream, "answers within the grammar: the stream failed: it broke"),
        (Fault::IgnoresCancellation, "ends when it is cancelled: it answered all the same"),
        (Fault::CancelsAsAnotherKind, "ends when it is cancelled: failed with kind other: cancelled"),
        (
            Fault::BreaksOnceDropped,
            "survives a stream that is dropped: the call failed: the connection is in use",
        ),
    ] {
        assert_eq!(judge(fault).await.as_deref(), Some(expected), "{fault:?}");
    }
}

#[tokio::test]
async fn a_model_of_another_provider_is_no_question_to_ask() {
    let provider = Scripted::new("acme");
    let model = Model::new("other", "large", Scripted::API);
    let error = conformance(&provider, &model).await.unwrap_err();
    assert_eq!(error.to_string(), "describes its models as its own: `acme` was asked for a model of `other`");
}

#[tokio::test]
async fn a_script_that_is_over_says_so() {
    let provider = Scripted::new("acme");
    let model = provider.describe(&"large".into()).unwrap();
    let error = provider.stream(&model, &Context::default(), &StreamOptions::default()).await.err().unwrap();
    assert_eq!(error.to_string(), "the script has no further answer; add one with `then`");
}
