//! What people are told step by step who want to know why it does not work.

use clawdia_bedrock_emulator::ModelAccess;
use clawdia_core::{ModelId, Outcome, Step};
use serde_json::json;

use crate::account::{Account, model};

const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA: &str = "amazon.nova-lite-v1:0";

async fn examine(account: &Account, model: Option<&str>) -> Vec<Step> {
    let mut steps = Vec::new();
    account.source(json!({})).examine(model.map(ModelId::new).as_ref(), &mut steps).await;
    steps
}

#[track_caller]
fn step<'s>(steps: &'s [Step], name: &str) -> &'s Step {
    steps.iter().find(|step| step.name == name).unwrap_or_else(|| panic!("no step `{name}`: {steps:?}"))
}

#[track_caller]
fn check(steps: &[Step], name: &str, outcome: Outcome, words: &str) {
    let step = step(steps, name);
    assert_eq!(step.outcome, outcome, "{step:?}");
    assert!(
        step.detail.contains(words) || step.remedy.as_deref().is_some_and(|remedy| remedy.contains(words)),
        "{step:?}"
    );
}

#[tokio::test]
async fn all_is_well() {
    let account = Account::usual().await;
    let steps = examine(&account, Some(NOVA)).await;
    assert_eq!(steps.len(), 8);
    assert!(steps.iter().all(|step| step.outcome == Outcome::Ok && step.remedy.is_none()), "{steps:?}");
    let without_model = examine(&account, None).await;
    assert_eq!(without_model.len(), 2);
}

#[tokio::test]
async fn a_model_behind_profiles_is_said_to_be_called_through_one() {
    let account = Account::of(|builder| builder.application_profile("a1b2c3", SONNET)).await;
    let steps = examine(&account, Some(SONNET)).await;
    check(&steps, "model in the region", Outcome::Ok, &format!("is called through `us.{SONNET}`"));
    let steps = examine(&account, Some(&format!("us.{SONNET}"))).await;
    check(&steps, "bedrock:GetFoundationModelAvailability", Outcome::Ok, SONNET);
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3";
    let steps = examine(&account, Some(arn)).await;
    check(&steps, "bedrock:GetInferenceProfile", Outcome::Ok, SONNET);
    check(&steps, "model in the region", Outcome::Ok, "can be called");
    check(&steps, "model access: agreement", Outcome::Ok, "AVAILABLE");
}

#[tokio::test]
async fn each_permission_is_judged_by_itself() {
    for (action, others) in [
        (
            "bedrock:ListFoundationModels",
            ["bedrock:ListInferenceProfiles", "bedrock:GetFoundationModelAvailability"],
        ),
        (
            "bedrock:ListInferenceProfiles",
            ["bedrock:ListFoundationModels", "bedrock:GetFoundationModelAvailability"],
        ),
        (
            "bedrock:GetFoundationModelAvailability",
            ["bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles"],
        ),
    ] {
        let account = Account::of(|builder| builder.deny(action)).await;
        let steps = examine(&account, Some(NOVA)).await;
        let line = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#);
        assert_eq!(step(&steps, action).remedy.as_deref(), Some(line.as_str()));
        for other in others {
            assert_eq!(step(&steps, other).outcome, Outcome::Ok, "{steps:?}");
        }
    }
    let account =
        Account::of(|builder| builder.application_profile("x", SONNET).deny("bedrock:GetInferenceProfile"))
            .await;
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/x";
    let steps = examine(&account, Some(arn)).await;
    check(&steps, "bedrock:GetInferenceProfile", Outcome::NotOk, "bedrock:GetInferenceProfile");
    check(&steps, "model access: agreement", Outcome::Skipped, "is not known");
}

#[tokio::test]
async fn what_is_missing_for_a_model_is_told_apart() {
    for (access, name, words) in [
        (ModelAccess::NoAgreement, "model access: agreement", "NOT_AVAILABLE"),
        (ModelAccess::AgreementPending, "model access: agreement", "PENDING"),
        (ModelAccess::AgreementFailed, "model access: agreement", "could not be created"),
        (ModelAccess::NotAuthorized, "model access: authorization", "bedrock:InvokeModel"),
        (ModelAccess::NotEntitled, "model access: entitlement", "request access"),
        (ModelAccess::NotInRegion, "model access: region", "use a region"),
    ] {
        let account = Account::of(|builder| builder.model_access(NOVA, access)).await;
        let steps = examine(&account, Some(NOVA)).await;
        check(&steps, name, Outcome::NotOk, words);
        assert_eq!(steps.iter().filter(|step| step.outcome != Outcome::Ok).count(), 1, "{steps:?}");
    }
}

#[tokio::test]
async fn a_model_that_is_not_there_is_told_from_one_without_access() {
    let account = Account::usual().await;
    let steps = examine(&account, Some("acme.nothing")).await;
    check(&steps, "model in the region", Outcome::NotOk, "neither a model nor an inference profile");
    let account = Account::with([model("acme.m")], []).await;
    let steps = examine(&account, Some("acme.m")).await;
    check(&steps, "model in the region", Outcome::Ok, "`acme.m` can be called in us-east-1");
}

#[tokio::test]
async fn after_refused_credentials_nothing_else_is_tried() {
    let account = Account::usual().await;
    let other = account.other_process(&[("AWS_SECRET_ACCESS_KEY", "wrong")]);
    let source = crate::account::open(&other, json!({}), |_| {}).unwrap();
    let mut steps = Vec::new();
    source.examine(Some(&ModelId::new(NOVA)), &mut steps).await;
    let outcomes = steps.iter().map(|step| step.outcome).collect::<Vec<_>>();
    assert_eq!((outcomes[0], outcomes.len()), (Outcome::NotOk, 8));
    assert!(outcomes[1..].iter().all(|outcome| *outcome == Outcome::Skipped));
}
