//! Where credentials come from: the machine, the container, the token service, single sign-on.
//!
//! Each speaks a protocol of its own and gives temporary access keys, which Bedrock then accepts. They
//! are told apart by their paths, so one address serves them and Bedrock, as `AWS_ENDPOINT_URL` has it.

mod container;
mod form;
mod instance;
mod issuer;
mod single_sign_on;
mod token_service;

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, Response, header};

use crate::body::ReplyBody;
use crate::credentials::Credentials;
use crate::digest;
use crate::endpoint::{Call, Endpoint};
use crate::moment;
use crate::operation::Operation;
use crate::refusal::Refusal;

pub(crate) use container::{Container, POD_PATH, TASK_PATH};
pub(crate) use form::{Form, escaped};
pub(crate) use instance::Instance;
pub(crate) use issuer::Issuer;
pub(crate) use single_sign_on::{START_URL, SingleSignOn};
pub(crate) use token_service::IdentityTokens;

pub use token_service::Role;

/// The id of the machine that an emulator plays.
const INSTANCE_ID: &str = "i-0123456789abcdef0";

/// A way by which a program comes to its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialSource {
    /// Access keys in the environment.
    AccessKeys,
    /// Access keys in the shared credentials file.
    SharedFiles,
    /// The role of an EC2 instance, through its metadata service.
    InstanceRole,
    /// The role of an ECS task, through the agent of its container.
    Container,
    /// The role of a pod in EKS, through the agent of its node.
    PodIdentity,
    /// A role assumed with the token of another identity provider (IRSA in EKS, CI systems).
    WebIdentity,
    /// A role assumed with other credentials, as a profile says.
    AssumedRole,
    /// A login through IAM Identity Center, as a profile says.
    SingleSignOn,
}

/// What gives credentials here.
pub(crate) struct Exchanges {
    pub(crate) issuer: Issuer,
    pub(crate) instance: Option<Instance>,
    pub(crate) container: Option<Container>,
    pub(crate) roles: Vec<Role>,
    pub(crate) identity_tokens: IdentityTokens,
    pub(crate) single_sign_on: SingleSignOn,
}

impl Endpoint {
    /// Answers a request that is not for Bedrock.
    pub(crate) fn exchange(&self, call: &Call) -> Result<Response<ReplyBody>, Refusal> {
        let Exchanges { issuer, instance, container, single_sign_on, .. } = &self.exchanges;
        let (account, guard, parts) = (&self.account, &self.guard, &call.parts);
        match call.operation {
            Operation::InstanceToken => instance.as_ref().ok_or_else(absent)?.token(parts),
            Operation::InstanceMetadata | Operation::InstanceRole | Operation::InstanceRoleCredentials => {
                instance.as_ref().ok_or_else(absent)?.metadata(parts, account, guard, issuer)
            }
            Operation::ContainerCredentials => {
                container.as_ref().ok_or_else(absent)?.credentials(parts, account, guard, issuer)
            }
            Operation::AssumeRole => self.assume_role(call),
            Operation::AssumeRoleWithWebIdentity => self.assume_role_with_web_identity(call),
            Operation::GetCallerIdentity => self.caller_identity(call),
            Operation::UnknownAction => {
                let form = Form::read(&call.body);
                let (action, version) = (form.get("Action"), form.get("Version"));
                let text = format!("Could not find operation {action} for version {version}");
                Err(Refusal::new(400, "InvalidAction", text))
            }
            operation => single_sign_on.answer(operation, call, account, guard, issuer),
        }
    }
}

fn absent() -> Refusal {
    Refusal::new(404, "Not Found", "Not Found")
}

fn plain_text(text: String) -> Response<ReplyBody> {
    let mut response = Response::new(ReplyBody::fixed(Bytes::from(text)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

// When credentials were made, near enough, and when they end.
fn timestamps(credentials: &Credentials) -> (String, String) {
    let now = SystemTime::now();
    (moment::iso(now), moment::iso(credentials.expires.unwrap_or(now)))
}

// The id of a role, the same for the same name.
fn role_id(role: &str) -> String {
    let digest = digest::hexadecimal(&digest::sha256(role.as_bytes())).to_ascii_uppercase();
    format!("AROA{}", &digest[..17])
}
