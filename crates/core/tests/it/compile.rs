//! Promises that the compiler keeps.

use std::fmt::Debug;
use std::sync::Arc;

use clawdia_core::testing::Scripted;
use clawdia_core::{
    Accumulator, AssistantMessage, Context, EventStream, HostContext, Message, Model, ModelSource, Plugins,
    Provider, ProviderConfig, ProviderError, ProviderPlugin, SectionPlugin, SourcePlugin, StreamEvent,
    StreamOptions,
};

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_sendable<T: Send + 'static>(_: &T) {}

#[test]
fn values_cross_threads() {
    is_shareable::<Accumulator>();
    is_shareable::<AssistantMessage>();
    is_shareable::<Context>();
    is_shareable::<HostContext>();
    is_shareable::<Message>();
    is_shareable::<Model>();
    is_shareable::<Plugins>();
    is_shareable::<ProviderConfig>();
    is_shareable::<ProviderError>();
    is_shareable::<StreamEvent>();
    is_shareable::<StreamOptions>();
    is_shareable::<Box<dyn Provider>>();
    is_shareable::<Arc<dyn ModelSource>>();
}

#[tokio::test]
async fn streams_are_owned_and_cross_threads() {
    let stream: EventStream = {
        let provider: Box<dyn Provider> = Box::new(Scripted::new("acme").then_text("hi"));
        let model = provider.describe(&"large".into()).unwrap();
        provider.stream(&model, &Context::default(), &StreamOptions::default()).await.unwrap()
    };
    // The provider, the context and the options are gone; the stream is not.
    is_sendable(&stream);
    assert_eq!(futures_util::StreamExt::count(stream).await, 5);
}

#[test]
fn plugin_records_are_constants_without_destructors() {
    const fn is_copy<T: Copy + Debug + Send + Sync>() {}
    const { is_copy::<ProviderPlugin>() };
    const { is_copy::<SourcePlugin>() };
    const { is_copy::<SectionPlugin>() };
}

#[test]
fn a_stream_item_stays_small() {
    // Errors and finishes are boxed; what remains is a delta or an id and a name.
    assert!(size_of::<Result<StreamEvent, ProviderError>>() <= 64);
}
