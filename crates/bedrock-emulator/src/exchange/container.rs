//! Credentials for containers: the agent of ECS, and that of EKS Pod Identity.
//!
//! They give the same thing on different paths. See
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>.

use std::time::Duration;

use http::Response;
use http::request::Parts;
use serde_json::json;

use crate::authentication::Guard;
use crate::body::ReplyBody;
use crate::digest;
use crate::exchange::issuer::Issuer;
use crate::exchange::{CredentialSource, timestamps};
use crate::identifiers;
use crate::model::Account;
use crate::refusal::Refusal;
use crate::rendering::json_response;

/// How long the keys of a container live.
const LIFETIME: Duration = Duration::from_hours(6);
/// The path of EKS Pod Identity.
pub(crate) const POD_PATH: &str = "/v1/credentials";
/// The path of the task's role under ECS.
pub(crate) const TASK_PATH: &str = "/v2/credentials/6f0c1c4d-5a0e-4b58-9d9f-0123456789ab";

/// The container that an emulator plays.
pub(crate) struct Container {
    pub(crate) role: String,
    /// What it has to show in `Authorization`, as it stands.
    pub(crate) token: String,
}

impl Container {
    pub(crate) fn new(role: String) -> Self {
        Self { role, token: format!("Basic {}", identifiers::letters(40)) }
    }

    /// `GET` of either path.
    pub(crate) fn credentials(
        &self,
        parts: &Parts,
        account: &Account,
        guard: &Guard,
        issuer: &Issuer,
    ) -> Result<Response<ReplyBody>, Refusal> {
        let of_pod = match parts.uri.path() {
            POD_PATH => true,
            TASK_PATH => false,
            _ => {
                let message = "CredentialsV2Request: Credentials not found";
                return Err(Refusal::new(400, "InvalidIdInRequest", message));
            }
        };
        let Some(shown) = parts.headers.get(http::header::AUTHORIZATION) else {
            return Err(Refusal::new(401, "Unauthorized", "The Authorization header is missing."));
        };
        if !digest::equal(shown.as_bytes(), self.token.as_bytes()) {
            let message = "The token in the Authorization header is not one of this container's.";
            return Err(Refusal::access_denied(message));
        }
        let (source, session) = if of_pod {
            (CredentialSource::PodIdentity, "eks-emulated-pod-0123456789")
        } else {
            (CredentialSource::Container, "0123456789abcdef0123456789abcdef")
        };
        let credentials = issuer.current(guard, source, &account.session_arn(&self.role, session), LIFETIME);
        let (_, expires) = timestamps(&credentials);
        let mut document = json!({
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "Token": credentials.session_token,
            "Expiration": expires,
        });
        if of_pod {
            document["AccountId"] = account.id.as_str().into();
        } else {
            document["RoleArn"] = account.role_arn(&self.role).into();
        }
        Ok(json_response(&document))
    }
}
