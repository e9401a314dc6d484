//! What the caller may not do, and access keys that come and go.

use clawdia_bedrock_emulator::{Credentials, Emulator};
use serde_json::json;

use crate::client::{Client, pair};
use crate::prompts::*;

const USER: &str =
    "User: arn:aws:sts::123456789012:assumed-role/emulated-role/client is not authorized to perform: ";

#[tokio::test]
async fn a_denied_action_names_the_action_and_the_resource() {
    let builder = Emulator::builder().deny("bedrock:InvokeModelWithResponseStream");
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();
    for (id, resource) in [
        (NOVA, format!("arn:aws:bedrock:us-east-1::foundation-model/{NOVA}")),
        (SONNET_4_5, format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/{SONNET_4_5}")),
    ] {
        // Whoever may not ask is not told what is wrong with the question.
        let reply = client.stream(id, &prompt(" ")).await;
        let action = "bedrock:InvokeModelWithResponseStream";
        let text = format!(
            "{USER}{action} on resource: {resource} because no identity-based policy allows the {action} action"
        );
        assert_eq!((reply.status, reply.exception()), (403, "AccessDeniedException"));
        assert_eq!(reply.json(), json!({ "Message": text }));
    }
    let refusal = emulator.requests().pop().unwrap().refusal.unwrap();
    assert_eq!((refusal.status, refusal.rule), (403, None));
}

#[tokio::test]
async fn every_operation_has_an_action() {
    let denied = [
        "InvokeModel",
        "CountTokens",
        "ListFoundationModels",
        "GetFoundationModel",
        "GetFoundationModelAvailability",
        "ListInferenceProfiles",
        "GetInferenceProfile",
    ];
    let builder =
        denied.iter().fold(Emulator::builder(), |builder, action| builder.deny(format!("bedrock:{action}")));
    let emulator = builder.start().await.unwrap();
    let client = Client::new(&emulator);
    let counting = json!({ "input": { "converse": prompt("Hi") } });
    let model = &SONNET_4_5[3..];
    let replies = [
        client.converse(NOVA, &prompt("Hi")).await,
        client.send_invocation(model, "count-tokens", &counting).await,
        client.get("/foundation-models").await,
        client.get(&format!("/foundation-models/{NOVA}")).await,
        client.get(&format!("/foundation-model-availability/{NOVA}")).await,
        client.get("/inference-profiles").await,
        client.get(&format!("/inference-profiles/{SONNET_4_5}")).await,
    ];
    for (reply, action) in replies.iter().zip(denied) {
        reply.assert_refused(403, "AccessDeniedException", &format!("{USER}bedrock:{action} "));
    }
    assert_eq!(
        replies[2].message(),
        format!(
            "{USER}bedrock:ListFoundationModels because no identity-based policy allows the \
                 bedrock:ListFoundationModels action"
        )
    );
    client.stream(NOVA, &prompt("Hi")).await.assert_accepted();
}

#[tokio::test]
async fn tools_of_the_service_take_a_permission_of_their_own() {
    let emulator = Emulator::builder().deny("bedrock:InvokeTool").start().await.unwrap();
    let client = Client::new(&emulator);
    client.converse(NOVA_2, &prompt("Hi")).await.assert_accepted();
    let tool = json!({ "toolConfig": { "tools": [{ "systemTool": { "name": "nova_grounding" } }] } });
    let reply = client.converse(NOVA_2, &with(prompt("Hi"), tool)).await;
    let resource = "arn:aws:bedrock::123456789012:system-tool/amazon.nova_grounding";
    reply.assert_refused(
        403,
        "AccessDeniedException",
        &format!("bedrock:InvokeTool on resource: {resource} because"),
    );
}

#[tokio::test]
async fn access_keys_expire_and_are_replaced_while_it_runs() {
    let (emulator, client) = pair().await;
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();
    emulator.expire_credentials(&client.access_key_id);
    for _ in 0..2 {
        let reply = client.converse(NOVA, &prompt("Hi")).await;
        reply.assert_refused(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        );
    }
    let fresh = Credentials::new("ASIAFRESH", "fresh").with_session_token("token");
    let unknown = Client { access_key_id: "ASIAFRESH".into(), ..client.clone() };
    unknown.converse(NOVA, &prompt("Hi")).await.assert_refused(403, "UnrecognizedClientException", "");
    emulator.add_credentials(fresh);
    let renewed = Client::new(&emulator);
    assert_eq!(
        (renewed.access_key_id.as_str(), renewed.session_token.as_deref()),
        ("ASIAFRESH", Some("token"))
    );
    renewed.converse(NOVA, &prompt("Hi")).await.assert_accepted();
    client.converse(NOVA, &prompt("Hi")).await.assert_refused(403, "ExpiredTokenException", "");
    emulator.add_credentials(Credentials::new(&client.access_key_id, &client.secret_access_key));
    client.converse(NOVA, &prompt("Hi")).await.assert_accepted();
}
