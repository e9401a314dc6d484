//! The loop against a scripted model, and against a provider of another crate.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it stands")]

#[cfg(feature = "bedrock")]
mod documents;

use std::sync::Arc;

use clawdia::config::Config;
use clawdia::{
    Environment, Host, HostContext, Message, Plugins, ProviderError, StopReason, StreamEvent, Usage,
};
use clawdia_core::testing::Scripted;
use clawdia_core::{
    AssistantBlock, Cost, Finish, Provider, ProviderConfig, ProviderPlugin, ToolResultBlock,
    ToolResultMessage,
};
use clawdia_embed::answer;

static SCRIPTED: ProviderPlugin =
    ProviderPlugin::new("scripted", "this-test", connect).with_default_id("script");

/// Hands out the script that a test left with the host.
#[expect(clippy::unnecessary_wraps, reason = "the signature is the plugin record's")]
fn connect(_: &ProviderConfig, host: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    Ok(host.slot(|| Scripted::new("script")))
}

fn host(script: Scripted) -> (Host, Arc<Scripted>) {
    let context = HostContext::new(Environment::default());
    let script = context.slot(|| script);
    (Host::new(Config::default(), Plugins::new([&SCRIPTED], [], []).unwrap(), context), script)
}

/// A turn in which the model says something and calls tools: each a name and the text of its arguments.
fn calls(text: &str, calls: &[(&str, &str)]) -> Vec<Result<StreamEvent, ProviderError>> {
    let mut events = vec![
        StreamEvent::Start,
        StreamEvent::TextStart { content_index: 0 },
        StreamEvent::TextDelta { content_index: 0, delta: text.to_owned() },
        StreamEvent::TextEnd { content_index: 0, citations: Vec::new() },
    ];
    for (index, (name, arguments)) in calls.iter().enumerate() {
        let content_index = index + 1;
        events.push(StreamEvent::ToolCallStart {
            content_index,
            id: format!("call-{content_index}").into(),
            name: (*name).to_owned(),
        });
        events.push(StreamEvent::ToolCallDelta { content_index, delta: (*arguments).to_owned() });
        events.push(StreamEvent::ToolCallEnd { content_index });
    }
    let finish = Finish::new(StopReason::ToolUse, Usage::default(), &Cost::default());
    events.push(StreamEvent::Done(Box::new(finish)));
    events.into_iter().map(Ok).collect()
}

fn results(messages: &[Message]) -> Vec<(&ToolResultMessage, &str)> {
    let results = messages.iter().filter_map(|message| match message {
        Message::ToolResult(result) => Some(result),
        Message::User(_) | Message::Assistant(_) => None,
    });
    results
        .map(|result| match &result.content[..] {
            [ToolResultBlock::Text(text)] => (result, text.text.as_str()),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn tools_are_run_and_their_results_told_until_the_model_answers() {
    let first =
        calls("Let me count.", &[("count_words", r#"{"text": "one two three"}"#), ("list_files", "")]);
    let (host, script) = host(Scripted::new("script").then(Ok(first)).then_text("Three words."));
    let mut shown = Vec::new();
    let context = answer(&host, &"script/any".parse().unwrap(), "How many?", &mut shown).await.unwrap();

    assert_eq!(
        String::from_utf8(shown).unwrap(),
        "Let me count.\n[count_words]\n[list_files]\nThree words.\n"
    );
    assert_eq!(context.messages.len(), 5);
    let results = results(&context.messages);
    assert_eq!(
        (results[0].0.tool_call_id.as_str(), results[0].1, results[0].0.is_error),
        ("call-1", "3", false)
    );
    assert!(results[1].1.lines().any(|name| name == "Cargo.toml"), "{results:?}");

    let asked = script.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].0.tools.len(), 2);
    assert_eq!(asked[1].0.messages, context.messages[..4]);
}

#[tokio::test]
async fn what_goes_wrong_in_a_tool_is_told_to_the_model() {
    let first = calls("", &[("fly", "{}"), ("count_words", "{"), ("count_words", "{}")]);
    let (host, _) = host(Scripted::new("script").then(Ok(first)).then_text("Sorry."));
    let context = answer(&host, &"script/any".parse().unwrap(), "Fly.", &mut Vec::new()).await.unwrap();
    let results = results(&context.messages);
    assert!(results.iter().all(|(result, _)| result.is_error), "{results:?}");
    assert_eq!(results[0].1, "there is no tool called `fly`");
    assert!(results[1].1.starts_with("the arguments are not a JSON object"), "{results:?}");
    assert_eq!(results[2].1, "`text` is missing");
}

#[tokio::test]
async fn a_model_that_calls_tools_without_end_is_stopped() {
    let script = (0..9).fold(Scripted::new("script"), |script, _| {
        script.then(Ok(calls("", &[("count_words", r#"{"text":""}"#)])))
    });
    let (host, script) = host(script);
    let error = answer(&host, &"script/any".parse().unwrap(), "Go on.", &mut Vec::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "the model still calls tools after 8 turns; ask for less at once");
    assert_eq!(script.asked().len(), 8);
}

#[tokio::test]
async fn a_provider_of_another_crate_serves_as_well() {
    let plugins = Plugins::new([&clawdia_echo_provider::PLUGIN], [], []).unwrap();
    let host = Host::new(Config::default(), plugins, HostContext::new(Environment::default()));
    let context = answer(&host, &"echo/parrot".parse().unwrap(), "Say this.", &mut Vec::new()).await.unwrap();
    let Some(Message::Assistant(message)) = context.messages.last() else { panic!("{context:?}") };
    assert!(matches!(&message.content[..], [AssistantBlock::Text(text)] if text.text == "Say this."));
}

#[tokio::test]
async fn a_model_that_does_not_exist_is_an_error() {
    let (host, _) = host(Scripted::new("script"));
    let error = answer(&host, &"nobody/any".parse().unwrap(), "Hello?", &mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().starts_with("no provider `nobody` is configured"), "{error}");
}
