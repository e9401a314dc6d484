//! Where a request goes: profile, region, endpoint, identity.

use clawdia_bedrock_emulator::{Emulator, Reply};
use clawdia_core::{ErrorKind, Model, ModelId, Secret, StreamOptions};
use serde_json::json;

use crate::fixture::{Bedrock, NOVA, SONNET, ask, connect, question};

const OPUS: &str = "anthropic.claude-opus-4-5-20251101-v1:0";

#[tokio::test]
async fn a_foundation_model_behind_profiles_is_called_through_its_home_profile() {
    let bedrock = Bedrock::start().await;
    let outcome = bedrock.ask(OPUS, &question()).await;
    let message = outcome.expect_message();
    assert_eq!(
        bedrock.last_request().model_id.as_deref(),
        Some("us.anthropic.claude-opus-4-5-20251101-v1:0")
    );
    assert_eq!(message.model.as_ref().map(ModelId::as_str), Some(OPUS));
    assert_eq!(
        message.response_model.as_ref().unwrap().as_str(),
        "us.anthropic.claude-opus-4-5-20251101-v1:0"
    );
    assert!(message.diagnostics.iter().any(|diagnostic| diagnostic.code == "bedrock_inference_profile"));
}

#[tokio::test]
async fn the_profile_may_be_global_or_none() {
    let bedrock = Bedrock::start().await;
    for (preference, invoked) in
        [("global", "global.anthropic.claude-opus-4-5-20251101-v1:0"), ("none", OPUS)]
    {
        let provider = connect(&bedrock.emulator, &[], |config| {
            config.params.insert("profilePreference".to_owned(), json!(preference));
        });
        let model = provider.describe(&OPUS.into()).unwrap();
        ask(&*provider, &model, &question(), &StreamOptions::default()).await;
        assert_eq!(bedrock.last_request().model_id.as_deref(), Some(invoked));
    }
}

#[tokio::test]
async fn a_refusal_without_a_profile_is_learned_once() {
    let bedrock = Bedrock::start().await;
    let refusal = format!(
        "Invocation of model ID {NOVA} with on-demand throughput isn\u{2019}t supported. Retry your request with the ID or ARN of an inference profile that contains this model."
    );
    bedrock.emulator.enqueue(Reply::error(400, "ValidationException", refusal));
    for _ in 0..2 {
        bedrock.ask(NOVA, &question()).await.expect_message();
    }
    let invoked = bedrock.emulator.requests().into_iter().map(|request| request.model_id.unwrap());
    assert_eq!(invoked.collect::<Vec<_>>(), [NOVA, "us.amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0"]);
}

fn invoked(bedrock: &Bedrock) -> Vec<String> {
    bedrock.emulator.requests().into_iter().filter_map(|request| request.model_id).collect()
}

fn unknown() -> Reply {
    Reply::error(400, "ValidationException", "The provided model identifier is invalid.")
}

#[tokio::test]
async fn a_profile_that_the_service_does_not_have_gives_way_to_the_next() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(unknown());
    for _ in 0..2 {
        bedrock.ask(OPUS, &question()).await.expect_message();
    }
    let global = format!("global.{OPUS}");
    let expected = [format!("us.{OPUS}"), global.clone(), global];
    assert_eq!(invoked(&bedrock), expected, "what was refused is not tried again");

    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(unknown());
    bedrock.emulator.enqueue(unknown());
    assert_eq!(bedrock.ask(OPUS, &question()).await.expect_error().kind(), ErrorKind::NotFound);
    assert_eq!(invoked(&bedrock), expected[..2], "each is tried once");
}

#[tokio::test]
async fn whoever_names_a_profile_gets_no_other() {
    let bedrock = Bedrock::start().await;
    bedrock.emulator.enqueue(unknown());
    bedrock.ask(SONNET, &question()).await.expect_error();
    assert_eq!(invoked(&bedrock), [SONNET]);
}

#[tokio::test]
async fn a_profile_that_is_known_to_stand_in_is_called_at_once() {
    let bedrock = Bedrock::start().await;
    let mut model = bedrock.model(OPUS);
    model.invoked_id = Some(format!("global.{OPUS}").into());
    let options = StreamOptions::default();
    let outcome = ask(&*bedrock.provider, &model, &question(), &options).await;
    assert_eq!(outcome.expect_message().model.as_ref().map(ModelId::as_str), Some(OPUS));
    let never = options.with_param("profilePreference", "none");
    ask(&*bedrock.provider, &model, &question(), &never).await.expect_error();
    assert_eq!(invoked(&bedrock), [&format!("global.{OPUS}"), OPUS]);
}

#[tokio::test]
async fn the_region_of_an_arn_goes_before_that_of_the_environment() {
    let emulator = Emulator::builder()
        .region("eu-west-1")
        .credentials(clawdia_bedrock_emulator::Credentials::new("AKIDEXAMPLE", "secret"))
        .start()
        .await
        .unwrap();
    let provider = connect(&emulator, &[], |_| {});
    let arn = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let model = provider.describe(&arn.into()).unwrap();
    let outcome = ask(&*provider, &model, &question(), &StreamOptions::default()).await;
    outcome.expect_message();
    assert_eq!(emulator.requests()[0].model_id.as_deref(), Some(arn));
}

#[tokio::test]
async fn a_configured_region_goes_before_the_environment_and_a_standard_address_behind_it() {
    let emulator = Emulator::builder()
        .region("eu-central-1")
        .credentials(clawdia_bedrock_emulator::Credentials::new("AKIDEXAMPLE", "secret"))
        .start()
        .await
        .unwrap();
    let endpoint = ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", emulator.url());
    let id = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let standard = "https://bedrock-runtime.us-west-2.amazonaws.com";
    let by_option = connect(&emulator, &[endpoint], |config| {
        config.base_url = Some(standard.to_owned());
        config.region = Some("eu-central-1".to_owned());
    });
    let by_variable = connect(
        &emulator,
        &[endpoint, ("AWS_REGION", " "), ("AWS_DEFAULT_REGION", "eu-central-1")],
        |config| {
            config.base_url = Some(standard.to_owned());
        },
    );
    let by_address = connect(&emulator, &[endpoint, ("AWS_REGION", "")], |config| {
        config.base_url = Some("https://bedrock-runtime.eu-central-1.amazonaws.com".to_owned());
    });
    for provider in [by_option, by_variable, by_address] {
        let model = provider.describe(&id.into()).unwrap();
        ask(&*provider, &model, &question(), &StreamOptions::default()).await.expect_message();
    }
}

#[tokio::test]
async fn a_model_may_have_an_address_of_its_own() {
    let (one, two) = (Bedrock::start().await, Bedrock::start().await);
    let mut model = one.model(SONNET);
    model.base_url = Some(two.emulator.url().to_owned());
    ask(&*one.provider, &model, &question(), &StreamOptions::default()).await.expect_message();
    assert_eq!((one.emulator.requests().len(), two.emulator.requests().len()), (0, 1));
}

#[tokio::test]
async fn bearer_tokens_go_before_access_keys_and_blank_ones_are_none() {
    let bedrock = Bedrock::start().await;
    let scheme = |index: usize| {
        let requests = bedrock.emulator.requests();
        requests[index].header("authorization").unwrap().split(' ').next().unwrap().to_owned()
    };
    let by_variable = connect(&bedrock.emulator, &[("AWS_BEARER_TOKEN_BEDROCK", "good-token")], |_| {});
    let by_key = connect(&bedrock.emulator, &[], |config| config.api_key = Some(Secret::new("good-token\n")));
    let blank = connect(&bedrock.emulator, &[("AWS_BEARER_TOKEN_BEDROCK", "  ")], |_| {});
    for (index, (provider, expected)) in
        [(by_variable, "Bearer"), (by_key, "Bearer"), (blank, "AWS4-HMAC-SHA256")].into_iter().enumerate()
    {
        let model = provider.describe(&SONNET.into()).unwrap();
        ask(&*provider, &model, &question(), &StreamOptions::default()).await.expect_message();
        assert_eq!(scheme(index), expected);
    }
}

#[tokio::test]
async fn custom_headers_are_signed_and_reserved_ones_are_left_alone() {
    let bedrock = Bedrock::start_with(|config| {
        config.headers.insert("X-Team".to_owned(), "provider".to_owned());
        config.headers.insert("X-Gone".to_owned(), "provider".to_owned());
    })
    .await;
    let mut options =
        StreamOptions::default().with_header("X-Team", "call").with_header("HOST", "evil.example");
    options.headers.insert("x-gone".to_owned(), None);
    options.headers.insert("Authorization".to_owned(), Some("Bearer stolen".to_owned()));
    options.headers.insert("X-Amz-Date".to_owned(), Some("19700101T000000Z".to_owned()));
    let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
    let diagnostics = &outcome.expect_message().diagnostics;
    let dropped = diagnostics.iter().filter(|diagnostic| diagnostic.code == "bedrock_header_dropped");
    assert_eq!(dropped.count(), 3, "{diagnostics:?}");
    let request = bedrock.last_request();
    assert_eq!(request.header("x-team"), Some("call"));
    assert_eq!(request.header("x-gone"), None);
    assert!(request.header("authorization").unwrap().contains(";x-team"), "signed");
}

#[tokio::test]
async fn headers_that_no_request_can_carry_are_refused_by_name() {
    let bedrock = Bedrock::start().await;
    for (name, value) in [("", "x"), ("X Team", "x"), ("X-Tëam", "x"), ("X-Team", "classified\r\nHost: evil")]
    {
        let options = StreamOptions::default().with_header(name, value);
        let outcome = bedrock.ask_with(SONNET, &question(), &options).await;
        let error = outcome.expect_error();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(&format!("`headers.{}`", name.to_lowercase())), "{error}");
        assert!(!format!("{error:?}").contains("classified"), "values may be secret");
    }
    assert_eq!(bedrock.emulator.requests().len(), 0);
}

#[tokio::test]
async fn values_of_headers_may_be_any_text() {
    let bedrock = Bedrock::start().await;
    for value in ["", "a b", "a,b;c=\"d\"", "Zoë"] {
        let options = StreamOptions::default().with_header("X-Team", value);
        bedrock.ask_with(SONNET, &question(), &options).await.expect_message();
        assert_eq!(bedrock.last_request().header("x-team"), Some(value));
    }
}

#[tokio::test]
async fn models_nobody_listed_are_called_as_they_are() {
    let bedrock = Bedrock::start().await;
    let model = Model::new("amazon-bedrock", "acme.unheard-of-v1:0", "bedrock-converse-stream");
    let outcome = ask(&*bedrock.provider, &model, &question(), &StreamOptions::default()).await;
    assert_eq!(
        outcome.expect_error().message(),
        "Validation error: The provided model identifier is invalid."
    );
    assert_eq!(bedrock.last_request().model_id.as_deref(), Some("acme.unheard-of-v1:0"));
}
