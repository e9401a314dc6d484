//! Whether the account may use a model that exists: the agreement, the authorization, the region.
//!
//! One table for both planes, so that what `GetFoundationModelAvailability` says of a model and what
//! an invocation of it says cannot differ.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use serde_json::{Value, json};

use crate::refusal::Refusal;

/// How far an account has come with a model.
///
/// The words are those of `GetFoundationModelAvailability`; see
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetFoundationModelAvailability.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelAccess {
    /// It can be used.
    #[default]
    Granted,
    /// Nobody has agreed to its terms: `agreementAvailability` is `NOT_AVAILABLE`.
    NoAgreement,
    /// The agreement is being made: `agreementAvailability` is `PENDING`.
    AgreementPending,
    /// The agreement could not be made: `agreementAvailability` is `ERROR`.
    AgreementFailed,
    /// The account is not authorized: `authorizationStatus` is `NOT_AUTHORIZED`.
    NotAuthorized,
    /// The account is not entitled to it: `entitlementAvailability` is `NOT_AVAILABLE`.
    NotEntitled,
    /// It is not served in this region: `regionAvailability` is `NOT_AVAILABLE`.
    NotInRegion,
}

/// The models that are not simply granted, by id without geography.
#[derive(Debug, Default)]
pub(crate) struct ModelAccesses {
    exceptions: RwLock<HashMap<String, ModelAccess>>,
}

impl ModelAccess {
    /// What `GetFoundationModelAvailability` says.
    pub(crate) fn availability(self, model_id: &Value) -> Value {
        let unless = |bad: bool, good: &'static str, word: &'static str| if bad { word } else { good };
        let mut agreement = json!({ "status": match self {
            Self::NoAgreement => "NOT_AVAILABLE",
            Self::AgreementPending => "PENDING",
            Self::AgreementFailed => "ERROR",
            _ => "AVAILABLE",
        }});
        if self == Self::AgreementFailed {
            agreement["errorMessage"] = "The agreement could not be created.".into();
        }
        json!({
            "modelId": model_id,
            "agreementAvailability": agreement,
            "authorizationStatus": unless(self == Self::NotAuthorized, "AUTHORIZED", "NOT_AUTHORIZED"),
            "entitlementAvailability": unless(self == Self::NotEntitled, "AVAILABLE", "NOT_AVAILABLE"),
            "regionAvailability": unless(self == Self::NotInRegion, "AVAILABLE", "NOT_AVAILABLE"),
        })
    }

    /// Refuses an invocation that it does not allow.
    pub(crate) fn admit(self) -> Result<(), Refusal> {
        Err(match self {
            Self::Granted => return Ok(()),
            Self::NoAgreement | Self::NotEntitled => {
                Refusal::access_denied("You don't have access to the model with the specified model ID.")
            }
            Self::NotAuthorized => {
                Refusal::access_denied("Your account is not authorized to invoke this API operation.")
            }
            Self::AgreementPending => Refusal::new(
                403,
                "MPAgreementBeingCreated",
                "The AWS Marketplace agreement for this model is being created. Try again later.",
            ),
            Self::AgreementFailed => Refusal::access_denied(
                "Model access is denied due to IAM user or service role is not authorized to perform the required \
                 AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable \
                 access to this model. Refer to the Amazon Bedrock documentation for further details. Your AWS \
                 Marketplace subscription for this model cannot be completed at this time. If you recently fixed \
                 this issue, try again after 5 minutes.",
            ),
            Self::NotInRegion => Refusal::validation("The provided model identifier is invalid."),
        })
    }
}

impl ModelAccesses {
    pub(crate) fn of(exceptions: HashMap<String, ModelAccess>) -> Self {
        Self { exceptions: RwLock::new(exceptions) }
    }

    /// The access to a model, by its id without geography.
    pub(crate) fn to(&self, base_id: &str) -> ModelAccess {
        let exceptions = self.exceptions.read().unwrap_or_else(PoisonError::into_inner);
        exceptions.get(base_id).copied().unwrap_or_default()
    }

    pub(crate) fn set(&self, base_id: String, access: ModelAccess) {
        self.exceptions.write().unwrap_or_else(PoisonError::into_inner).insert(base_id, access);
    }
}
