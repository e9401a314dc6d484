//! Routing: which operation a method and a path mean.
//!
//! The id in a path is percent-encoded and may itself contain encoded slashes (ARNs do), so the
//! path is taken apart by what stands around the id, and only the id is decoded.

use std::fmt;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::dialect::Dialect;
use crate::exchange::Form;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `POST /model/{id}/converse`
    Converse,
    /// `POST /model/{id}/converse-stream`
    ConverseStream,
    /// `POST /model/{id}/count-tokens`
    CountTokens,
    /// `GET /foundation-models`
    ListFoundationModels,
    /// `GET /foundation-models/{id}`
    GetFoundationModel,
    /// `GET /foundation-model-availability/{id}`
    GetFoundationModelAvailability,
    /// `GET /inference-profiles`
    ListInferenceProfiles,
    /// `GET /inference-profiles/{id}`
    GetInferenceProfile,
    /// `PUT /latest/api/token`, of the instance metadata service
    InstanceToken,
    /// `GET /latest/meta-data/iam/security-credentials/`: the name of the instance's role
    InstanceRole,
    /// `GET /latest/meta-data/iam/security-credentials/{role}`
    InstanceRoleCredentials,
    /// `GET` of anything else below `/latest/`
    InstanceMetadata,
    /// `GET /v1/credentials`, of EKS Pod Identity, and `GET /v2/credentials/{id}`, of ECS
    ContainerCredentials,
    /// `POST /` of the token service, with this action
    AssumeRole,
    /// `POST /` of the token service, with this action
    AssumeRoleWithWebIdentity,
    /// `POST /` of the token service, with this action
    GetCallerIdentity,
    /// `POST /` of the token service, with any other action
    UnknownAction,
    /// `GET /federation/credentials`, of single sign-on
    GetRoleCredentials,
    /// `GET /assignment/accounts`, of single sign-on
    ListAccounts,
    /// `GET /assignment/roles`, of single sign-on
    ListAccountRoles,
    /// `POST /token`, of single sign-on
    CreateToken,
    /// `POST /client/register`, of single sign-on
    RegisterClient,
    /// `POST /device_authorization`, of single sign-on
    StartDeviceAuthorization,
    /// Anything else.
    Unknown,
}

impl Operation {
    /// The operation behind a method, a raw path and a body, with the decoded id it is about.
    pub(crate) fn of(method: &Method, path: &str, body: &[u8]) -> (Self, Option<String>) {
        let (operation, id) = match *method {
            Method::POST => match path {
                "" | "/" => (Self::of_action(body), None),
                "/token" => (Self::CreateToken, None),
                "/client/register" => (Self::RegisterClient, None),
                "/device_authorization" => (Self::StartDeviceAuthorization, None),
                _ => Self::of_invocation(path),
            },
            Method::GET => Self::of_query(path),
            Method::PUT if path == "/latest/api/token" => (Self::InstanceToken, None),
            _ => (Self::Unknown, None),
        };
        match id {
            None => (operation, None),
            Some(id) => match percent_decode_str(id).decode_utf8() {
                Ok(id) if !id.is_empty() => (operation, Some(id.into_owned())),
                _ => (Self::Unknown, None),
            },
        }
    }

    fn of_action(body: &[u8]) -> Self {
        match Form::read(body).get("Action") {
            "" => Self::Unknown,
            "AssumeRole" => Self::AssumeRole,
            "AssumeRoleWithWebIdentity" => Self::AssumeRoleWithWebIdentity,
            "GetCallerIdentity" => Self::GetCallerIdentity,
            _ => Self::UnknownAction,
        }
    }

    fn of_invocation(path: &str) -> (Self, Option<&str>) {
        let Some((id, action)) = path.strip_prefix("/model/").and_then(|rest| rest.rsplit_once('/')) else {
            return (Self::Unknown, None);
        };
        match action {
            "converse" => (Self::Converse, Some(id)),
            "converse-stream" => (Self::ConverseStream, Some(id)),
            "count-tokens" => (Self::CountTokens, Some(id)),
            _ => (Self::Unknown, None),
        }
    }

    fn of_query(path: &str) -> (Self, Option<&str>) {
        if let Some(id) = path.strip_prefix("/foundation-models/") {
            (Self::GetFoundationModel, Some(id))
        } else if let Some(id) = path.strip_prefix("/foundation-model-availability/") {
            (Self::GetFoundationModelAvailability, Some(id))
        } else if let Some(id) = path.strip_prefix("/inference-profiles/") {
            (Self::GetInferenceProfile, Some(id))
        } else if let Some(role) = path.strip_prefix("/latest/meta-data/iam/security-credentials") {
            let list = role.is_empty() || role == "/";
            (if list { Self::InstanceRole } else { Self::InstanceRoleCredentials }, None)
        } else if path.starts_with("/latest/") {
            (Self::InstanceMetadata, None)
        } else if path == "/v1/credentials" || path.starts_with("/v2/credentials/") {
            (Self::ContainerCredentials, None)
        } else {
            match path {
                "/foundation-models" => (Self::ListFoundationModels, None),
                "/inference-profiles" => (Self::ListInferenceProfiles, None),
                "/federation/credentials" => (Self::GetRoleCredentials, None),
                "/assignment/accounts" => (Self::ListAccounts, None),
                "/assignment/roles" => (Self::ListAccountRoles, None),
                _ => (Self::Unknown, None),
            }
        }
    }

    /// Whether it is one of Bedrock's, for which a client has to show its credentials.
    pub(crate) fn is_of_bedrock(self) -> bool {
        matches!(Dialect::of(self), Dialect::Bedrock)
    }

    /// Whether it asks a model to speak, so that scripted replies apply to it.
    pub fn is_invocation(self) -> bool {
        matches!(self, Self::Converse | Self::ConverseStream)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &Method, path: &str, operation: Operation, id: Option<&str>) {
        assert_eq!(Operation::of(method, path, b""), (operation, id.map(str::to_owned)));
    }

    #[test]
    fn ids_survive_their_encoding() {
        let id = "anthropic.claude-v1:0";
        check(&Method::POST, "/model/anthropic.claude-v1%3A0/converse", Operation::Converse, Some(id));
        check(
            &Method::POST,
            "/model/anthropic.claude-v1:0/converse-stream",
            Operation::ConverseStream,
            Some(id),
        );
        let arn = "arn:aws:bedrock:us-east-1:1:inference-profile/us.x";
        let encoded = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.x/converse";
        check(&Method::POST, encoded, Operation::Converse, Some(arn));
        check(&Method::POST, &format!("/model/{arn}/converse"), Operation::Converse, Some(arn));
        check(
            &Method::GET,
            "/inference-profiles/us.x%2Fconverse",
            Operation::GetInferenceProfile,
            Some("us.x/converse"),
        );
    }

    #[test]
    fn credentials_are_told_from_bedrock_by_their_paths() {
        for (method, path, operation) in [
            (Method::PUT, "/latest/api/token", Operation::InstanceToken),
            (Method::GET, "/latest/meta-data/iam/security-credentials/", Operation::InstanceRole),
            (
                Method::GET,
                "/latest/meta-data/iam/security-credentials/role",
                Operation::InstanceRoleCredentials,
            ),
            (Method::GET, "/latest/meta-data/placement/region", Operation::InstanceMetadata),
            (Method::GET, "/v1/credentials", Operation::ContainerCredentials),
            (Method::GET, "/federation/credentials", Operation::GetRoleCredentials),
            (Method::POST, "/token", Operation::CreateToken),
            (Method::POST, "/", Operation::Unknown),
        ] {
            check(&method, path, operation, None);
        }
        let of = |body: &[u8]| Operation::of(&Method::POST, "/", body).0;
        assert_eq!(of(b"Action=AssumeRole&Version=2011-06-15"), Operation::AssumeRole);
        assert_eq!(of(b"Version=2011-06-15&Action=Dance"), Operation::UnknownAction);
    }

    #[test]
    fn other_paths_and_methods_are_unknown() {
        for path in [
            "/",
            "",
            "/model",
            "/model//converse",
            "/model/x/invoke",
            "/model/%ff/converse",
            "/models/x/converse",
        ] {
            check(&Method::POST, path, Operation::Unknown, None);
        }
        check(&Method::GET, "/model/x/converse", Operation::Unknown, None);
        check(&Method::POST, "/foundation-models", Operation::Unknown, None);
    }
}
