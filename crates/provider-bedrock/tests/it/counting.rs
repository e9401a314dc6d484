//! How many tokens a prompt has: counted where the service counts, estimated where it does not, asked only once.

use clawdia_bedrock_emulator::Operation;
use clawdia_core::{ErrorKind, StreamOptions, TokenCount};

use crate::conversation::tool;
use crate::fixture::{Bedrock, NOVA, SONNET, question};

async fn count(bedrock: &Bedrock, model: &str) -> TokenCount {
    let context = question().with_system_prompt("Be brief.").with_tools([tool("read")]);
    let model = bedrock.model(model);
    bedrock.provider.count_tokens(&model, &context, &StreamOptions::default()).await.unwrap()
}

fn asked(bedrock: &Bedrock) -> Vec<String> {
    let counts = bedrock.emulator.requests().into_iter();
    counts
        .filter(|request| request.operation == Operation::CountTokens)
        .map(|request| request.model_id.unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn a_prompt_is_counted_by_the_models_own_id() {
    let bedrock = Bedrock::start().await;
    let counted = count(&bedrock, SONNET).await;
    assert!(!counted.estimated && counted.input_tokens > 0, "{counted:?}");
    assert_eq!(asked(&bedrock), ["anthropic.claude-sonnet-4-5-20250929-v1:0"], "not by a profile's");
    let converse = &bedrock.sent()["input"]["converse"];
    let members: Vec<_> = converse.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["messages", "system", "toolConfig"], "what of a request is part of the prompt");
}

#[tokio::test]
async fn what_the_service_does_not_count_is_estimated_and_asked_once() {
    let bedrock = Bedrock::start().await;
    for _ in 0..3 {
        let counted = count(&bedrock, NOVA).await;
        assert!(counted.estimated && counted.input_tokens > 0, "{counted:?}");
    }
    assert_eq!(asked(&bedrock).len(), 1);
    assert!(!count(&bedrock, SONNET).await.estimated, "other models are counted all the same");
}

#[tokio::test]
async fn who_may_not_count_estimates() {
    let bedrock = Bedrock::start_at(|builder| builder.deny("bedrock:CountTokens"), |_| {}).await;
    assert!(count(&bedrock, SONNET).await.estimated);
    assert!(count(&bedrock, SONNET).await.estimated);
    assert_eq!(asked(&bedrock).len(), 1);
}

#[tokio::test]
async fn an_opaque_profile_is_counted_as_the_model_that_is_named_for_it() {
    let bedrock = Bedrock::start().await;
    let mut model = crate::conversation::named("Our Claude");
    let options = StreamOptions::default();
    let counted = bedrock.provider.count_tokens(&model, &question(), &options).await.unwrap();
    assert!(counted.estimated && bedrock.emulator.requests().is_empty(), "there is no id to count by");
    model.canonical_model_id = Some(SONNET.into());
    assert!(!bedrock.provider.count_tokens(&model, &question(), &options).await.unwrap().estimated);
}

#[tokio::test]
async fn a_prompt_that_cannot_be_sent_cannot_be_counted() {
    let bedrock = Bedrock::start().await;
    let model = bedrock.model(SONNET);
    let empty = clawdia_core::Context::default();
    let counted = bedrock.provider.count_tokens(&model, &empty, &StreamOptions::default()).await;
    assert_eq!(counted.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_service_without_such_an_operation_is_asked_once() {
    let bedrock = Bedrock::start_at(
        |builder| builder.refuse_with("messages", 404, "UnknownOperationException", "No such operation."),
        |_| {},
    )
    .await;
    assert!(count(&bedrock, SONNET).await.estimated);
    assert!(count(&bedrock, SONNET).await.estimated);
    assert_eq!(asked(&bedrock).len(), 1);
}
