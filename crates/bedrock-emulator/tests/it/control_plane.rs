//! The control plane as no account has it: strange lists, refused models, failures on demand.

use clawdia_bedrock_emulator::{Emulator, Gate, ModelAccess, Operation, Reply};
use serde_json::{Value, json};

use crate::client::{Client, pair};
use crate::prompts::{NOVA, SONNET_4_5, prompt};

const NO_ACCESS: &str = "You don't have access to the model with the specified model ID.";

fn profile(id: &str, kind: &str) -> Value {
    let base = format!("arn:aws:bedrock:us-east-1::foundation-model/{NOVA}");
    let resource = if kind == "APPLICATION" { "application-inference-profile" } else { "inference-profile" };
    json!({
        "inferenceProfileId": id,
        "inferenceProfileArn": format!("arn:aws:bedrock:us-east-1:123456789012:{resource}/{id}"),
        "models": [{ "modelArn": base }],
        "status": "ACTIVE",
        "type": kind,
    })
}

async fn ids(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/inference-profiles{query}")).await.json();
    let profiles = page["inferenceProfileSummaries"].as_array().unwrap();
    profiles.iter().map(|profile| profile["inferenceProfileId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn lists_are_what_a_test_says() {
    let strange = json!({ "modelId": " ", "outputModalities": ["SMELL"], "modelLifecycle": null });
    let builder = Emulator::builder().list_models([strange.clone(), json!(null)]).list_profiles([]);
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    let models = client.get("/foundation-models").await;
    assert_eq!(models.json(), json!({ "modelSummaries": [strange, null] }));
    assert_eq!(client.get("/foundation-models?byProvider=Amazon").await.json()["modelSummaries"], json!([]));
    assert_eq!(client.get("/inference-profiles").await.json(), json!({ "inferenceProfileSummaries": [] }));
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();

    emulator.list_models([]);
    assert_eq!(client.get("/foundation-models").await.json(), json!({ "modelSummaries": [] }));
    emulator.list_profiles([profile("mars.nova", "SYSTEM_DEFINED")]);
    assert_eq!(ids(&client, "").await, ["mars.nova"]);
}

#[tokio::test]
async fn what_is_listed_besides_is_found_and_invoked() {
    let builder = Emulator::builder()
        .also_list_model(json!({ "modelId": "acme.model-1", "modelArn": "arn:acme" }))
        .also_list_profile(profile("mars.amazon.nova", "SYSTEM_DEFINED"))
        .also_list_profile(profile("a1b2c3", "APPLICATION"))
        .application_profile("team", SONNET_4_5);
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    assert_eq!(
        client.get("/foundation-models/acme.model-1").await.json()["modelDetails"]["modelArn"],
        "arn:acme"
    );
    assert_eq!(
        client.get("/foundation-models/arn%3Aacme").await.json()["modelDetails"]["modelId"],
        "acme.model-1"
    );
    assert_eq!(ids(&client, "?type=APPLICATION").await, ["team", "a1b2c3"]);
    let system = ids(&client, "?type=SYSTEM_DEFINED&maxResults=1000").await;
    assert!(system.len() > 20 && system.last().unwrap() == "mars.amazon.nova");
    assert_eq!(ids(&client, "?maxResults=1000").await, system);
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3";
    let encoded = arn.replace(':', "%3A").replace('/', "%2F");
    for name in ["a1b2c3", &encoded] {
        assert_eq!(
            client.get(&format!("/inference-profiles/{name}")).await.json()["inferenceProfileArn"],
            arn
        );
    }
    for id in ["mars.amazon.nova", arn] {
        client.converse(id, &prompt("Hi")).await.assert_accepted();
    }
}

#[tokio::test]
async fn a_thousand_profiles_take_many_pages() {
    let many = (0..1_000).map(|number| profile(&format!("us.x-{number}"), "SYSTEM_DEFINED"));
    let emulator = Emulator::builder().list_profiles(many).page_size(30).start().await.unwrap();
    let client = Client::new(&emulator);
    let (mut count, mut query) = (0, String::new());
    loop {
        let page = client.get(&format!("/inference-profiles{query}")).await.json();
        count += page["inferenceProfileSummaries"].as_array().unwrap().len();
        let Some(token) = page["nextToken"].as_str() else { break };
        query = format!("?nextToken={token}");
    }
    assert_eq!((count, emulator.count(Operation::ListInferenceProfiles)), (1_000, 34));
    assert_eq!(ids(&client, "?maxResults=1000").await.len(), 30, "the size is also what there is at most");
}

#[tokio::test]
async fn pages_may_never_end() {
    let two = [profile("one", "SYSTEM_DEFINED"), profile("two", "SYSTEM_DEFINED")];
    let emulator = Emulator::builder().list_profiles(two).endless_pages().page_size(1).start().await.unwrap();
    let client = Client::new(&emulator);
    let (mut seen, mut query) = (Vec::new(), String::new());
    for _ in 0..5 {
        let page = client.get(&format!("/inference-profiles{query}")).await.json();
        seen.push(page["inferenceProfileSummaries"][0]["inferenceProfileId"].as_str().unwrap().to_owned());
        query = format!("?nextToken={}", page["nextToken"].as_str().unwrap());
    }
    assert_eq!(seen, ["one", "two", "one", "two", "one"]);
}

#[tokio::test]
async fn one_page_may_fail() {
    let builder = Emulator::builder().page_size(5).failing_page(3, 500, "InternalServerException", "Broken.");
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    let (mut statuses, mut query) = (Vec::new(), String::new());
    for _ in 0..3 {
        let reply = client.get(&format!("/inference-profiles{query}")).await;
        statuses.push(reply.status);
        query = format!("?nextToken={}", reply.json()["nextToken"].as_str().unwrap_or_default());
    }
    assert_eq!(statuses, [200, 200, 500]);
    client.get("/inference-profiles?maxResults=1000").await.assert_accepted();
}

#[tokio::test]
async fn both_planes_agree_on_the_access_to_a_model() {
    let (emulator, client) = pair().await;
    let base = &SONNET_4_5[3..];
    let cases = [
        (ModelAccess::Granted, ["AVAILABLE", "AUTHORIZED", "AVAILABLE", "AVAILABLE"], None),
        (
            ModelAccess::NoAgreement,
            ["NOT_AVAILABLE", "AUTHORIZED", "AVAILABLE", "AVAILABLE"],
            Some((403, "AccessDeniedException", NO_ACCESS)),
        ),
        (
            ModelAccess::AgreementPending,
            ["PENDING", "AUTHORIZED", "AVAILABLE", "AVAILABLE"],
            Some((403, "MPAgreementBeingCreated", "is being created")),
        ),
        (
            ModelAccess::AgreementFailed,
            ["ERROR", "AUTHORIZED", "AVAILABLE", "AVAILABLE"],
            Some((403, "AccessDeniedException", "aws-marketplace:Subscribe")),
        ),
        (
            ModelAccess::NotAuthorized,
            ["AVAILABLE", "NOT_AUTHORIZED", "AVAILABLE", "AVAILABLE"],
            Some((403, "AccessDeniedException", "not authorized to invoke this API")),
        ),
        (
            ModelAccess::NotEntitled,
            ["AVAILABLE", "AUTHORIZED", "NOT_AVAILABLE", "AVAILABLE"],
            Some((403, "AccessDeniedException", NO_ACCESS)),
        ),
        (
            ModelAccess::NotInRegion,
            ["AVAILABLE", "AUTHORIZED", "AVAILABLE", "NOT_AVAILABLE"],
            Some((400, "ValidationException", "identifier is invalid")),
        ),
    ];
    for (access, words, refusal) in cases {
        emulator.set_model_access(base, access);
        let said =
            client.get(&format!("/foundation-model-availability/{}", base.replace(':', "%3A"))).await.json();
        let seen = [
            &said["agreementAvailability"]["status"],
            &said["authorizationStatus"],
            &said["entitlementAvailability"],
            &said["regionAvailability"],
        ];
        assert_eq!(seen, words, "{access:?}");
        let reply = client.converse(SONNET_4_5, &prompt("Hi")).await;
        match refusal {
            None => reply.assert_accepted(),
            Some((status, exception, text)) => reply.assert_refused(status, exception, text),
        }
    }
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();
}

#[tokio::test]
async fn each_operation_has_a_script_of_its_own() {
    let (emulator, client) = pair().await;
    let gate = Gate::new();
    let operation = Operation::ListFoundationModels;
    emulator.enqueue_for(operation, Reply::answer());
    emulator.enqueue_for(operation, Reply::throttled());
    emulator.enqueue_for(operation, Reply::answer().after(&gate));
    client.get("/inference-profiles").await.assert_accepted();
    client.get("/foundation-models").await.assert_accepted();
    client.get("/foundation-models").await.assert_refused(429, "ThrottlingException", "Too many requests");
    let held = client.get("/foundation-models");
    let opened = async {
        emulator.wait_for(operation, 3).await;
        assert_eq!(emulator.requests().last().unwrap().status, None);
        gate.open();
    };
    let (reply, ()) = tokio::join!(held, opened);
    reply.assert_accepted();

    emulator.reply_always(operation, Reply::document(json!({ "modelSummaries": null })));
    for _ in 0..2 {
        assert_eq!(client.get("/foundation-models").await.json(), json!({ "modelSummaries": null }));
    }
    // A stranger is refused all the same.
    let stranger = Client { access_key_id: "AKIANOBODY".into(), ..client.clone() };
    stranger.get("/foundation-models").await.assert_refused(403, "UnrecognizedClientException", "");
    emulator.reply_normally(operation);
    assert!(client.get("/foundation-models").await.json()["modelSummaries"].is_array());
    emulator.enqueue_for(operation, Reply::text("Hi"));
    client.get("/foundation-models").await.assert_refused(500, "InternalServerException", "not one for");
    assert_eq!(emulator.count(operation), 8);
    assert_eq!(emulator.count(Operation::Converse), 0);
}

#[tokio::test]
async fn permissions_come_and_go() {
    let (emulator, client) = pair().await;
    emulator.deny("bedrock:ListInferenceProfiles");
    let reply = client.get("/inference-profiles").await;
    reply.assert_refused(
        403,
        "AccessDeniedException",
        "is not authorized to perform: bedrock:ListInferenceProfiles",
    );
    client.get("/foundation-models").await.assert_accepted();
    emulator.allow("bedrock:ListInferenceProfiles");
    client.get("/inference-profiles").await.assert_accepted();
}

#[tokio::test]
async fn arns_are_of_the_partition() {
    for (region, partition, prefix) in
        [("us-gov-west-1", "aws-us-gov", Some("us-gov.")), ("cn-north-1", "aws-cn", None)]
    {
        let emulator = Emulator::builder().region(region).start().await.unwrap();
        let client = Client::new(&emulator);
        let models = client.get("/foundation-models").await.json();
        let start = format!("arn:{partition}:bedrock:{region}::foundation-model/");
        let models = models["modelSummaries"].as_array().unwrap();
        assert!(models.iter().all(|model| model["modelArn"].as_str().unwrap().starts_with(&start)));
        let ids = ids(&client, "").await;
        assert_eq!(ids.is_empty(), prefix.is_none());
        assert!(ids.iter().all(|id| id.starts_with(prefix.unwrap_or_default())));
    }
}
