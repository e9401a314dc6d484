//! Sign-in through SSO (IAM Identity Center): the token of `aws sso login`, exchanged for a role's credentials.
//!
//! Separate from the token's file, which other programs share and which is also renewed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::sso_token::SsoToken;
use super::{Found, FoundIn, Surroundings};
use crate::exchange::{ExchangeLimits, exchange, request};
use crate::failure::{CredentialsFailure, CredentialsFailureKind};
use crate::profile::SsoPlan;
use crate::service::Service;

pub(crate) const LIMITS: ExchangeLimits =
    ExchangeLimits { connect: Duration::from_secs(3), total: Duration::from_secs(10) };

/// The credentials of the role that a profile names.
pub(crate) async fn credentials(
    surroundings: &Surroundings<'_>,
    sso: &SsoPlan,
) -> Result<Found, CredentialsFailure> {
    let token = SsoToken::current(surroundings, sso).await?;
    let address = surroundings
        .endpoint(Service::Sso)
        .unwrap_or_else(|| format!("https://portal.sso.{}.{}", sso.region, suffix(&sso.region)));
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let url = format!(
        "{address}/federation/credentials?role_name={}&account_id={}",
        encoded(&sso.role_name),
        encoded(&sso.account_id)
    );
    let request = request("GET", &url, &[("x-amz-sso_bearer_token", token.access_token())])
        .map_err(|_| sign_in(sso, "its token cannot be sent"))?;
    let connector = surroundings.http.routed(&LIMITS.connector_settings());
    let answer = exchange(&connector, request, LIMITS).await.map_err(|error| {
        CredentialsFailure::unavailable(
            format!(
                "the SSO service of {} does not answer for the profile `{}`: {error}",
                sso.region, sso.profile
            ),
            "check the network and `sso_region`, and try again in a moment",
        )
    })?;
    match answer.status {
        200 => {}
        401 => return Err(sign_in(sso, "the session has ended")),
        403 | 404 => {
            return Err(CredentialsFailure::new(
                CredentialsFailureKind::Denied,
                format!(
                    "SSO gives no credentials for the role `{}` in account {} (profile `{}`): {}",
                    sso.role_name,
                    sso.account_id,
                    sso.profile,
                    answer.complaint()
                ),
                "check `sso_role_name` and `sso_account_id`, or have the role assigned to you in IAM Identity Center",
            ));
        }
        status => {
            let message =
                format!("SSO gives no credentials for the profile `{}`: {}", sso.profile, answer.complaint());
            return Err(if status >= 500 || status == 429 {
                CredentialsFailure::unavailable(message, "try again in a moment")
            } else {
                CredentialsFailure::invalid(message, "check the `sso_` members of the profile")
            });
        }
    }
    let answered: Answered = serde_json::from_slice(&answer.body).map_err(|_| {
        let message = format!("what SSO answers for the profile `{}` are no credentials", sso.profile);
        CredentialsFailure::invalid(message, "check `sso_region` and AWS_ENDPOINT_URL_SSO")
    })?;
    Ok(Found {
        credentials: answered.role_credentials.into_credentials(&sso.account_id),
        place: FoundIn::Sso,
        on_instance: false,
        detail: format!(
            "SSO role `{}` in account {} (profile `{}`)",
            sso.role_name, sso.account_id, sso.profile
        ),
    })
}

/// What to do where there is no session: the command that makes one.
pub(crate) fn sign_in(sso: &SsoPlan, why: &str) -> CredentialsFailure {
    let command = match (&sso.session, sso.profile.as_str()) {
        (Some(session), _) => format!("aws sso login --sso-session {session}"),
        (None, crate::shared_files::DEFAULT_PROFILE) => "aws sso login".to_owned(),
        (None, profile) => format!("aws sso login --profile {profile}"),
    };
    CredentialsFailure::new(
        CredentialsFailureKind::SignIn,
        format!("the profile `{}` signs in through SSO, and {why}", sso.profile),
        format!("run `{command}`"),
    )
}

/// The domain of AWS's hosts in a region.
pub(crate) fn suffix(region: &str) -> &'static str {
    crate::partition::Partition::of(region).suffix
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    role_credentials: RoleCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleCredentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    /// Milliseconds since the Unix epoch.
    expiration: u64,
}

impl RoleCredentials {
    fn into_credentials(self, account_id: &str) -> Credentials {
        let expiry: Option<SystemTime> = UNIX_EPOCH.checked_add(Duration::from_millis(self.expiration));
        let mut builder = Credentials::builder()
            .access_key_id(self.access_key_id)
            .secret_access_key(self.secret_access_key)
            .session_token(self.session_token)
            .account_id(account_id)
            .provider_name("clawdia");
        builder.set_expiry(expiry);
        builder.build()
    }
}
