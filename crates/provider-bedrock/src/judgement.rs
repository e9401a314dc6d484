//! What came of a call, told as the things that a call takes: each permission by its name, and the quota.
//!
//! Separate from what is examined before a call: permissions to call are judged by calling and by nothing else.

use clawdia_aws::{Aws, CredentialSource, statement};
use clawdia_bedrock_models::capabilities;
use clawdia_core::{
    CallOutcome, Context, ErrorKind, Message, Model, Permission, Provider, ProviderError, Step, StepSink,
    StreamOptions, Tool,
};
use serde_json::json;

use crate::plugin::{BEARER, STREAM, WHOLE};
use crate::provider::BedrockProvider;

const QUOTA: &str = "quota";

/// The time limit of a call that is only made to see whether it is allowed.
const TIMEOUT_MS: u64 = 8_000;

/// Tells of the permissions to call the model and of its quota.
pub(crate) async fn judge(
    provider: &BedrockProvider,
    model: &Model,
    call: CallOutcome<'_>,
    steps: &mut dyn StepSink,
) {
    if is_bearer(provider) {
        steps.done(permission(provider, &BEARER, call).await);
    }
    let streaming = permission(provider, &STREAM, call).await;
    let whole = whole(provider, model, call, steps).await;
    steps.done(streaming);
    steps.done(whole);
    steps.done(quota(call));
}

/// What a permission has to be allowed on, in the partition that is called.
pub(crate) async fn resources(provider: &BedrockProvider, permission: &Permission) -> Vec<String> {
    // An API key is one more thing to allow, and to nobody else: some accounts forbid them.
    if permission.action == BEARER.action && !is_bearer(provider) {
        return Vec::new();
    }
    let connected = Aws::of(provider.host()).connect(&provider.settings().aws, None).await;
    let fill = |pattern: &&str| match &connected {
        Ok(connection) => connection.resource(pattern),
        Err(_) => (*pattern).to_owned(),
    };
    permission.resources.iter().map(fill).collect()
}

fn is_bearer(provider: &BedrockProvider) -> bool {
    matches!(
        provider.settings().aws.credential_source(),
        CredentialSource::ApiKey | CredentialSource::BearerToken
    )
}

/// Whether a call was allowed one of the things that it takes.
async fn permission(provider: &BedrockProvider, permission: &Permission, call: CallOutcome<'_>) -> Step {
    let name = permission.action;
    let error = match call {
        CallOutcome::Answered => return Step::ok(name, "the call was answered"),
        CallOutcome::NotMade(reason) => return Step::skipped(name, reason),
        CallOutcome::Failed(error) => error,
        _ => return Step::skipped(name, "nothing is known of a call"),
    };
    if error.kind() == ErrorKind::Permission {
        let other = [BEARER, STREAM, WHOLE]
            .into_iter()
            .find(|other| other.action != name && names(error, other.action));
        return match other {
            Some(other) => Step::skipped(name, format!("`{}` comes first", other.action)),
            // What names no action is a denial of what every call takes.
            None if name == BEARER.action && !names(error, name) => {
                Step::skipped(name, format!("`{}` comes first", STREAM.action))
            }
            None => denied(provider, permission, error).await,
        };
    }
    // Whoever is not allowed to call is told so before anything else is looked at.
    if is_past_permissions(error) {
        return Step::ok(name, "the call was not refused for it");
    }
    Step::skipped(name, "the call failed before anybody asked for it")
}

/// Whether an error names an action, and not only one whose name begins like it.
fn names(error: &ProviderError, action: &str) -> bool {
    let is_end = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric());
    error.message().match_indices(action).any(|(start, _)| is_end(&error.message()[start + action.len()..]))
}

fn is_past_permissions(error: &ProviderError) -> bool {
    (error.status().is_some() || error.code().is_some())
        && matches!(
            error.kind(),
            ErrorKind::Throttled
                | ErrorKind::Quota
                | ErrorKind::Overloaded
                | ErrorKind::ModelAccess
                | ErrorKind::Guardrail
                | ErrorKind::ContentFiltered
                | ErrorKind::BadModelOutput
        )
}

async fn denied(provider: &BedrockProvider, permission: &Permission, error: &ProviderError) -> Step {
    let step = Step::not_ok(permission.action, error.message());
    // No statement outweighs an explicit denial.
    match error.hint().filter(|_| error.message().contains("explicit deny")) {
        Some(hint) => step.with_remedy(hint),
        None => step.with_remedy(statement(permission.action, &resources(provider, permission).await)),
    }
}

/// Whether whole answers are allowed, where this model is asked for any.
async fn whole(
    provider: &BedrockProvider,
    model: &Model,
    call: CallOutcome<'_>,
    steps: &mut dyn StepSink,
) -> Step {
    let name = WHOLE.action;
    if let CallOutcome::NotMade(reason) = call {
        return Step::skipped(name, reason);
    }
    if capabilities(model.id.as_str()).streaming_tools != Some(false) {
        return Step::skipped(name, "only for models that cannot stream while they are offered tools");
    }
    steps.trying(name);
    let tool = Tool::new("nothing", "Does nothing.", json!({ "type": "object", "properties": {} }));
    let mut context = Context::new([Message::user("Say OK.")]);
    context.tools = vec![tool];
    let mut options = StreamOptions::default().with_max_tokens(1);
    options.timeouts.total_ms = Some(TIMEOUT_MS);
    match provider.stream(model, &context, &options).await {
        Ok(_) => Step::ok(name, "a call with a tool was answered"),
        Err(error) if error.kind() == ErrorKind::Permission => denied(provider, &WHOLE, &error).await,
        Err(error) => permission(provider, &WHOLE, CallOutcome::Failed(&error)).await,
    }
}

fn quota(call: CallOutcome<'_>) -> Step {
    match call {
        CallOutcome::Answered => Step::ok(QUOTA, "the call was answered"),
        CallOutcome::NotMade(reason) => Step::skipped(QUOTA, reason),
        CallOutcome::Failed(error) if matches!(error.kind(), ErrorKind::Throttled | ErrorKind::Quota) => {
            let step = Step::not_ok(QUOTA, error.message());
            match error.hint() {
                Some(hint) => step.with_remedy(hint),
                None => step,
            }
        }
        _ => Step::skipped(QUOTA, "the call failed before anybody counted it"),
    }
}
