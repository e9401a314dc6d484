//! Roles: assumed with other credentials, or for a token that somebody keeps in a file (EKS).
//!
//! Separate because it is the only source that is asked through an SDK client: assuming a role has to be signed.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{Region, SharedCredentialsProvider, StalledStreamProtectionConfig};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime::client::identity::IdentityCache;

use super::{Found, FoundIn, Surroundings};
use crate::exchange::innermost;
use crate::failure::{CredentialsFailure, CredentialsFailureKind};
use crate::profile::{RolePlan, WebIdentityPlan};
use crate::service::Service;
use crate::shared_files::expand;

const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// What our sessions are called in the account's logs, unless somebody names them.
const SESSION_NAME: &str = "clawdia";

/// Assumes a role with other credentials.
pub(crate) async fn assume(
    surroundings: &Surroundings<'_>,
    role: &RolePlan,
    base: Found,
) -> Result<Found, CredentialsFailure> {
    let client = client(surroundings, &role.role_arn, Some(base.credentials));
    let on_instance = base.on_instance;
    let sent = client
        .assume_role()
        .role_arn(&role.role_arn)
        .role_session_name(role.session_name.as_deref().unwrap_or(SESSION_NAME))
        .set_external_id(role.external_id.clone())
        .set_duration_seconds(role.duration_seconds)
        .send()
        .await;
    let assumed = sent.map_err(|error| {
        refused(&error, "sts:AssumeRole", &role.role_arn, &format!("of {}, with {}", role.place, base.detail))
    })?;
    let detail = format!("role {}, assumed with {}", role.role_arn, base.detail);
    let found = found(assumed.credentials(), &role.role_arn, FoundIn::AssumedRole, detail)?;
    Ok(Found { on_instance, ..found })
}

/// Assumes a role for the token in a file, which is read anew each time.
pub(crate) async fn web_identity(
    surroundings: &Surroundings<'_>,
    web: &WebIdentityPlan,
    place: &str,
) -> Result<Found, CredentialsFailure> {
    let path = expand(surroundings.environment, &web.token_file);
    let token = tokio::fs::read_to_string(&path).await.map_err(|error| {
        CredentialsFailure::invalid(
            format!("the token file `{}` of {place} cannot be read: {error}", path.display()),
            "check the pod's service account and volumes, or the path",
        )
    })?;
    let client = client(surroundings, &web.role_arn, None);
    let sent = client
        .assume_role_with_web_identity()
        .role_arn(&web.role_arn)
        .role_session_name(web.session_name.as_deref().unwrap_or(SESSION_NAME))
        .web_identity_token(token.trim())
        .send()
        .await;
    let assumed = sent.map_err(|error| {
        refused(&error, "sts:AssumeRoleWithWebIdentity", &web.role_arn, &format!("of {place}"))
    })?;
    let detail = format!("web identity for {} ({place})", web.role_arn);
    found(assumed.credentials(), &web.role_arn, FoundIn::WebIdentity, detail)
}

fn found(
    given: Option<&aws_sdk_sts::types::Credentials>,
    role_arn: &str,
    place: FoundIn,
    detail: String,
) -> Result<Found, CredentialsFailure> {
    let given = given.ok_or_else(|| {
        let message = format!("the answer to assuming the role `{role_arn}` holds no credentials");
        CredentialsFailure::invalid(message, "check AWS_ENDPOINT_URL_STS")
    })?;
    let mut builder = Credentials::builder()
        .access_key_id(given.access_key_id())
        .secret_access_key(given.secret_access_key())
        .session_token(given.session_token())
        .provider_name("clawdia");
    builder.set_expiry((*given.expiration()).try_into().ok());
    builder.set_account_id(account(role_arn).map(Into::into));
    Ok(Found { credentials: builder.build(), place, detail, on_instance: false })
}

/// The account in an ARN.
fn account(arn: &str) -> Option<String> {
    arn.split(':').nth(4).filter(|account| !account.is_empty()).map(str::to_owned)
}

fn client(surroundings: &Surroundings<'_>, role_arn: &str, credentials: Option<Credentials>) -> Client {
    let endpoint = surroundings.endpoint(Service::Sts);
    let mut config = aws_sdk_sts::Config::builder()
        .behavior_version(crate::connection::behavior_version())
        .region(Region::new(region(surroundings.region, role_arn)))
        .http_client(surroundings.http.clone())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SharedTimeSource::new(SystemTimeSource::new()))
        .identity_cache(IdentityCache::no_cache())
        .retry_config(RetryConfig::standard().with_max_attempts(2))
        .timeout_config(
            TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_timeout(TIMEOUT).build(),
        )
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.set_endpoint_url(endpoint);
    config.set_credentials_provider(credentials.map(SharedCredentialsProvider::new));
    Client::from_conf(config.build())
}

/// The region whose STS is asked: one of the role's own partition.
fn region(configured: Option<&str>, role_arn: &str) -> String {
    let (prefix, default) = match role_arn.split(':').nth(1) {
        Some("aws-cn") => ("cn-", "cn-north-1"),
        Some("aws-us-gov") => ("us-gov-", "us-gov-west-1"),
        _ => ("", crate::connection::DEFAULT_REGION),
    };
    configured.filter(|region| region.starts_with(prefix)).unwrap_or(default).to_owned()
}

fn refused<E>(error: &SdkError<E>, action: &str, role_arn: &str, place: &str) -> CredentialsFailure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Some(said) = error.as_service_error() else {
        return CredentialsFailure::unavailable(
            format!(
                "the role `{role_arn}` {place} cannot be assumed: STS does not answer: {}",
                innermost(error)
            ),
            "check the network and AWS_ENDPOINT_URL_STS, and try again in a moment",
        );
    };
    let code = said.code().unwrap_or("an error without a name");
    let message = said.message().unwrap_or_default();
    let message = format!("the role `{role_arn}` {place} cannot be assumed: {code}: {message}");
    match code {
        "AccessDenied" | "AccessDeniedException" => CredentialsFailure::new(
            CredentialsFailureKind::Denied,
            message,
            format!(
                "allow {action} on `{role_arn}` for this identity, and let the role's trust policy name it"
            ),
        ),
        "ExpiredToken" | "ExpiredTokenException" => CredentialsFailure::invalid(
            message,
            "renew the token or the credentials that the role is assumed with",
        ),
        "InvalidIdentityToken" => CredentialsFailure::invalid(
            message,
            "check the identity provider and the token's audience in IAM",
        ),
        "IDPCommunicationError" | "Throttling" | "ServiceUnavailable" | "InternalFailure" => {
            CredentialsFailure::unavailable(message, "try again in a moment")
        }
        _ => CredentialsFailure::invalid(
            message,
            "check the role's ARN and the credentials it is assumed with",
        ),
    }
}
