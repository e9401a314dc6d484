//! Amazon Resource Names. Configurations name models by ARN, and an ARN also says the region to call.

/// The parts of an ARN, borrowed from its text.
///
/// ```
/// use clawdia_bedrock_models::{Arn, ResourceKind};
///
/// let arn = Arn::parse("arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.a.b-v1:0")?;
/// assert_eq!(arn.region, Some("us-gov-west-1"));
/// assert_eq!(arn.kind(), ResourceKind::InferenceProfile);
/// assert_eq!(arn.resource_id(), "us-gov.a.b-v1:0");
/// # Ok::<(), clawdia_bedrock_models::ParseArnError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arn<'a> {
    /// `aws`, `aws-us-gov`, `aws-cn`, or another one of AWS's separate clouds.
    pub partition: &'a str,
    /// The service: `bedrock` for everything this crate is about.
    pub service: &'a str,
    /// The region; `None` where the resource is in none.
    pub region: Option<&'a str>,
    /// The twelve digits of the account; `None` where the resource is AWS's own.
    pub account: Option<&'a str>,
    /// All that follows the fifth colon, its own colons included.
    pub resource: &'a str,
}

/// What a Bedrock ARN names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResourceKind {
    /// A model of the catalogue; the id is the model's.
    FoundationModel,
    /// A profile that AWS made; the id says its geography and model.
    InferenceProfile,
    /// A profile that the account made; the id says nothing about the model.
    ApplicationInferenceProfile,
    /// Throughput that the account bought; the id says nothing about the model.
    ProvisionedModel,
    /// A model that the account trained; its id begins with that of the model it came from.
    CustomModel,
    /// A model that the account brought along.
    ImportedModel,
    /// A stored prompt.
    Prompt,
    /// A router between models.
    PromptRouter,
    /// Something else.
    Other,
}

/// Why a text is no ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseArnError {
    /// It does not begin with `arn:`.
    #[error("an ARN begins with `arn:`")]
    Scheme,
    /// It has fewer than six parts.
    #[error("an ARN has six parts: `arn:partition:service:region:account:resource`")]
    TooShort,
    /// A part that must have a value has none.
    #[error("the {part} of the ARN is empty; the form is `arn:partition:service:region:account:resource`")]
    Empty {
        /// The part: `partition`, `service` or `resource`.
        part: &'static str,
    },
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; nothing is looked up.
    ///
    /// # Errors
    ///
    /// When the text does not have an ARN's six parts, or lacks a partition, service or resource.
    pub fn parse(text: &'a str) -> Result<Self, ParseArnError> {
        let mut parts = text.splitn(6, ':');
        if !parts.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("arn")) {
            return Err(ParseArnError::Scheme);
        }
        let mut next = || parts.next().ok_or(ParseArnError::TooShort);
        let arn = Self {
            partition: next()?,
            service: next()?,
            region: Some(next()?).filter(|region| !region.is_empty()),
            account: Some(next()?).filter(|account| !account.is_empty()),
            resource: next()?,
        };
        let needed = [("partition", arn.partition), ("service", arn.service), ("resource", arn.resource)];
        match needed.iter().find(|(_, value)| value.is_empty()) {
            Some(&(part, _)) => Err(ParseArnError::Empty { part }),
            None => Ok(arn),
        }
    }

    /// What the ARN names; [`ResourceKind::Other`] for another service's.
    pub fn kind(&self) -> ResourceKind {
        if self.service != "bedrock" {
            return ResourceKind::Other;
        }
        match self.resource.split('/').next().unwrap_or_default() {
            "foundation-model" => ResourceKind::FoundationModel,
            "inference-profile" => ResourceKind::InferenceProfile,
            "application-inference-profile" => ResourceKind::ApplicationInferenceProfile,
            "provisioned-model" => ResourceKind::ProvisionedModel,
            "custom-model" | "custom-model-deployment" => ResourceKind::CustomModel,
            "imported-model" => ResourceKind::ImportedModel,
            "prompt" => ResourceKind::Prompt,
            "default-prompt-router" | "prompt-router" => ResourceKind::PromptRouter,
            _ => ResourceKind::Other,
        }
    }

    /// What follows the resource's type; the whole resource when it has none.
    pub fn resource_id(&self) -> &'a str {
        self.resource.split_once('/').map_or(self.resource, |(_, id)| id)
    }

    /// The model id inside the ARN, with its geography; `None` for resources whose id is opaque.
    pub fn model_id(&self) -> Option<&'a str> {
        let id = match self.kind() {
            ResourceKind::FoundationModel | ResourceKind::InferenceProfile => self.resource_id(),
            ResourceKind::CustomModel => self.resource_id().split_once('/')?.0,
            ResourceKind::ApplicationInferenceProfile
            | ResourceKind::ProvisionedModel
            | ResourceKind::ImportedModel
            | ResourceKind::Prompt
            | ResourceKind::PromptRouter
            | ResourceKind::Other => return None,
        };
        (!id.is_empty()).then_some(id)
    }
}
