//! What the caller may do: everything, except what a test took away.
//!
//! The identity service stands before Bedrock and words its denials in its own way, so they are
//! made here and not where the operations are.

use std::sync::{PoisonError, RwLock};

use crate::model::Account;
use crate::operation::Operation;
use crate::refusal::Refusal;

/// The actions that can be denied.
pub const ACTIONS: [&str; 9] = [
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:CountTokens",
    "bedrock:ListFoundationModels",
    "bedrock:GetFoundationModel",
    "bedrock:GetFoundationModelAvailability",
    "bedrock:ListInferenceProfiles",
    "bedrock:GetInferenceProfile",
    INVOKE_TOOL,
];

/// The permission to let a model run one of the service's own tools.
const INVOKE_TOOL: &str = "bedrock:InvokeTool";

/// The actions that are denied.
#[derive(Debug)]
pub(crate) struct Permissions {
    denied: RwLock<Vec<String>>,
}

impl Permissions {
    pub(crate) fn of(denied: Vec<String>) -> Self {
        Self { denied: RwLock::new(denied) }
    }

    pub(crate) fn deny(&self, action: String) {
        self.denied.write().unwrap_or_else(PoisonError::into_inner).push(action);
    }

    pub(crate) fn allow(&self, action: &str) {
        self.denied.write().unwrap_or_else(PoisonError::into_inner).retain(|denied| denied != action);
    }

    /// Whether an operation on a resource may be carried out.
    pub(crate) fn admit(
        &self,
        operation: Operation,
        id: &str,
        account: &Account,
        caller: &str,
    ) -> Result<(), Refusal> {
        let Some(action) = action(operation) else { return Ok(()) };
        // Only lists are about nothing in particular.
        let resource = (!id.is_empty()).then(|| account.arn_of_id(id));
        self.check(action, resource.as_deref(), caller)
    }

    /// Whether the service may run one of its tools for the caller.
    pub(crate) fn admit_system_tool(
        &self,
        name: &str,
        account: &Account,
        caller: &str,
    ) -> Result<(), Refusal> {
        let tool = format!("arn:{}:bedrock::{}:system-tool/amazon.{name}", account.partition(), account.id);
        self.check(INVOKE_TOOL, Some(&tool), caller)
    }

    /// Whether an action was taken away.
    pub(crate) fn denies(&self, action: &str) -> bool {
        let denied = self.denied.read().unwrap_or_else(PoisonError::into_inner);
        denied.iter().any(|denied| denied == action)
    }

    fn check(&self, action: &str, resource: Option<&str>, caller: &str) -> Result<(), Refusal> {
        if !self.denies(action) {
            return Ok(());
        }
        let resource = resource.map(|arn| format!(" on resource: {arn}")).unwrap_or_default();
        Err(Refusal::access_denied(format!(
            "User: {caller} is not authorized to perform: {action}{resource} because no identity-based policy \
             allows the {action} action",
        )))
    }
}

// The permission that an operation takes; the conversations go by the names of older operations.
fn action(operation: Operation) -> Option<&'static str> {
    Some(match operation {
        Operation::Converse => "bedrock:InvokeModel",
        Operation::ConverseStream => "bedrock:InvokeModelWithResponseStream",
        Operation::CountTokens => "bedrock:CountTokens",
        Operation::ListFoundationModels => "bedrock:ListFoundationModels",
        Operation::GetFoundationModel => "bedrock:GetFoundationModel",
        Operation::GetFoundationModelAvailability => "bedrock:GetFoundationModelAvailability",
        Operation::ListInferenceProfiles => "bedrock:ListInferenceProfiles",
        Operation::GetInferenceProfile => "bedrock:GetInferenceProfile",
        // The token service words its own denials, and the others know no permissions.
        _ => return None,
    })
}
