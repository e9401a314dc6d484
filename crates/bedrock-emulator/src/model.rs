//! Which model an id means in this region, or why none: unknown, retired, or out of reach.
//!
//! Ids are compared letter by letter here, although the shared facts can be looked up under many
//! spellings: the service takes exactly one.

use clawdia_bedrock_models::{Capabilities, Geography, ModelFacts};

use crate::listing::Lists;
use crate::model_access::ModelAccesses;
use crate::prompt_resource::PromptResource;
use crate::quirks::{Quirk, Reasoning, Traits};
use crate::refusal::Refusal;

/// A model that can be invoked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    /// The id without geography.
    pub(crate) base_id: &'static str,
    pub(crate) facts: &'static ModelFacts,
    pub(crate) traits: &'static Traits,
}

impl Model {
    pub(crate) fn of(facts: &'static ModelFacts) -> Self {
        Self { base_id: facts.base_id, facts, traits: Traits::of(facts.base_id) }
    }

    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.traits.has(quirk)
    }

    pub(crate) fn capabilities(&self) -> Capabilities {
        clawdia_bedrock_models::capabilities(self.facts.id)
    }

    /// Whether it is one of Claude's, whose own validator speaks after the service's.
    pub(crate) fn is_claude(&self) -> bool {
        self.traits.vendor == "Anthropic"
    }

    pub(crate) fn is_nova(&self) -> bool {
        self.has(Quirk::SimpleCaching)
    }

    pub(crate) fn is_openai(&self) -> bool {
        self.traits.vendor == "OpenAI"
    }

    /// Whether thinking is part of every answer unless it is switched off.
    pub(crate) fn thinks_unasked(&self) -> bool {
        self.has(Quirk::ThinksUnasked) || self.capabilities().thinking_always_on == Some(true)
    }

    /// Whether it can think at all, in signed blocks.
    pub(crate) fn signs_thinking(&self) -> bool {
        self.traits.reasoning == Reasoning::Signed && self.facts.reasoning
    }

    /// Whether cache points are worth anything.
    pub(crate) fn caches(&self) -> bool {
        self.capabilities().prompt_caching == Some(true) && !self.has(Quirk::ImplicitCaching)
    }
}

/// What an account sees of the models: its region, and what it made itself.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) region: String,
    pub(crate) id: String,
    /// Application inference profiles: the last part of the ARN, and the id of the model behind it.
    pub(crate) application_profiles: Vec<ApplicationProfile>,
    pub(crate) prompts: Vec<PromptResource>,
    pub(crate) prompt_routers: Vec<PromptRouter>,
    /// What is listed that the facts do not know.
    pub(crate) lists: Lists,
    /// Which of the models it may use.
    pub(crate) access: ModelAccesses,
}

/// Something that chooses a model for each prompt.
#[derive(Clone, Debug)]
pub(crate) struct PromptRouter {
    pub(crate) id: String,
    pub(crate) model_ids: Vec<String>,
}

/// What the id of an invocation comes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) model: Model,
    /// The prompt that was named instead of a model.
    pub(crate) prompt: Option<&'a PromptResource>,
    /// Whether a prompt router chose the model.
    pub(crate) routed: bool,
}

/// A body that is longer, in bytes, is one that a prompt router gives to its last model.
const LONG_PROMPT: usize = 1_000;

/// An inference profile that the account made.
#[derive(Clone, Debug)]
pub(crate) struct ApplicationProfile {
    pub(crate) id: String,
    pub(crate) model_id: String,
}

/// AWS's separate clouds, by the beginning of the names of their regions.
const PARTITIONS: &[(&str, &str)] = &[
    ("us-gov-", "aws-us-gov"),
    ("cn-", "aws-cn"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

impl Account {
    /// The partition that the region belongs to.
    pub(crate) fn partition(&self) -> &'static str {
        PARTITIONS
            .iter()
            .find(|(start, _)| self.region.starts_with(start))
            .map_or("aws", |(_, partition)| partition)
    }

    /// The ARN of a session of a role's.
    pub(crate) fn session_arn(&self, role: &str, session: &str) -> String {
        format!("arn:{}:sts::{}:assumed-role/{role}/{session}", self.partition(), self.id)
    }

    /// The ARN of a role.
    pub(crate) fn role_arn(&self, role: &str) -> String {
        format!("arn:{}:iam::{}:role/{role}", self.partition(), self.id)
    }

    /// The ARN of somebody whose credentials may not say whose they are.
    pub(crate) fn caller_arn(&self, principal: Option<String>) -> String {
        principal.unwrap_or_else(|| self.session_arn("emulated-role", "client"))
    }

    /// What the id of an invocation names, for a body of so many bytes.
    pub(crate) fn resolve(&self, id: &str, length: usize) -> Result<Target<'_>, Refusal> {
        let target = self.find(id, length)?;
        self.access.to(target.model.base_id).admit()?;
        Ok(target)
    }

    fn find(&self, id: &str, length: usize) -> Result<Target<'_>, Refusal> {
        let arn = match Identifier::read(id) {
            Identifier::Id(id) => return self.resolve_id(id).map(Target::plain),
            Identifier::Arn(arn) if self.is_mine(&arn) => arn,
            Identifier::Arn(_) | Identifier::Broken => return Err(invalid_identifier()),
        };
        match arn.kind {
            "foundation-model" => Self::resolve_foundation_model(arn.id).map(Target::plain),
            "inference-profile" => {
                self.resolve_profile(arn.id).unwrap_or_else(|| Err(invalid_identifier())).map(Target::plain)
            }
            "application-inference-profile" => self.resolve_application_profile(arn.id).map(Target::plain),
            "prompt" => self.resolve_prompt(arn.id),
            "prompt-router" | "default-prompt-router" => self.resolve_prompt_router(arn.id, length),
            _ => Err(Refusal::not_found("The requested resource is not found. Check the ARN and try again.")),
        }
    }

    /// The ARN under which the service itself speaks of a model: its profile's if it was called through one.
    pub(crate) fn arn_of(&self, model: &Model) -> String {
        let (partition, region) = (self.partition(), &self.region);
        let id = model.facts.id;
        if model.facts.geography.is_some() {
            format!("arn:{partition}:bedrock:{region}:{}:inference-profile/{id}", self.id)
        } else {
            format!("arn:{partition}:bedrock:{region}::foundation-model/{id}")
        }
    }

    /// The ARN of whatever a client named, whether it exists or not.
    pub(crate) fn arn_of_id(&self, id: &str) -> String {
        let (partition, region) = (self.partition(), &self.region);
        match Identifier::read(id) {
            Identifier::Id(id) if self.profiles().any(|facts| facts.id == id) => {
                format!("arn:{partition}:bedrock:{region}:{}:inference-profile/{id}", self.id)
            }
            Identifier::Id(id) => format!("arn:{partition}:bedrock:{region}::foundation-model/{id}"),
            Identifier::Arn(_) | Identifier::Broken => id.to_owned(),
        }
    }

    /// The rows that an account in this region can call as inference profiles.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &'static ModelFacts> {
        let geographies = Geography::of_region(&self.region);
        clawdia_bedrock_models::all().iter().filter(move |facts| {
            is_well_formed(facts.id)
                && facts.geography.is_some_and(|geography| geographies.contains(&geography))
        })
    }

    /// The rows of foundation models.
    pub(crate) fn foundation_models() -> impl Iterator<Item = &'static ModelFacts> {
        clawdia_bedrock_models::all().iter().filter(|facts| {
            facts.geography.is_none() && facts.id == facts.base_id && is_well_formed(facts.id)
        })
    }

    fn resolve_id(&self, id: &str) -> Result<Model, Refusal> {
        if let Some(profile) = self.resolve_profile(id) {
            return profile;
        }
        Self::resolve_foundation_model(id)
    }

    fn resolve_foundation_model(id: &str) -> Result<Model, Refusal> {
        if crate::listing::is_not_conversational(id) {
            return Err(Refusal::validation(
                "This action doesn't support the model that you provided. Try again with a supported text or \
                 chat model.",
            ));
        }
        if crate::listing::is_provisioned_only(id) {
            return Err(not_on_demand(id));
        }
        let facts = Self::foundation_models().find(|facts| facts.id == id).ok_or_else(invalid_identifier)?;
        refuse_retired(facts)?;
        if facts.served_only_through_profile() {
            return Err(not_on_demand(id));
        }
        Ok(Model::of(facts))
    }

    // `None` if the id does not name an inference profile of this region.
    fn resolve_profile(&self, id: &str) -> Option<Result<Model, Refusal>> {
        let Some(facts) = self.profiles().find(|facts| facts.id == id) else {
            return self.resolve_listed(id);
        };
        Some(refuse_retired(facts).map(|()| Model::of(facts)))
    }

    // `None` if the id does not name a profile that a test listed. What stands behind such a profile
    // is known by its ARN only, and need not exist.
    fn resolve_listed(&self, id: &str) -> Option<Result<Model, Refusal>> {
        let model_id = self.lists.model_behind(id)?;
        let facts = Self::foundation_models().find(|facts| facts.id == model_id);
        Some(facts.ok_or_else(invalid_identifier).and_then(|facts| {
            refuse_retired(facts)?;
            Ok(Model::of(facts))
        }))
    }

    fn resolve_application_profile(&self, id: &str) -> Result<Model, Refusal> {
        if let Some(listed) = self.resolve_listed(id) {
            return listed;
        }
        let profile = self.application_profiles.iter().find(|profile| profile.id == id).ok_or_else(|| {
            Refusal::not_found("Could not find the inference profile. Check the ARN and try again.")
        })?;
        let facts = clawdia_bedrock_models::all().iter().find(|facts| facts.id == profile.model_id);
        facts.map(Model::of).ok_or_else(invalid_identifier)
    }

    fn resolve_prompt(&self, id: &str) -> Result<Target<'_>, Refusal> {
        let (id, version) = id.split_once(':').unwrap_or((id, "1"));
        if !(1..=5).contains(&version.len()) || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid_identifier());
        }
        let prompt = self.prompts.iter().find(|prompt| prompt.id == id).ok_or_else(|| {
            Refusal::not_found(
                "Could not find the prompt. Check the ARN of the prompt version and try again.",
            )
        })?;
        Ok(Target { model: self.resolve_id(&prompt.model_id)?, prompt: Some(prompt), routed: false })
    }

    fn resolve_prompt_router(&self, id: &str, length: usize) -> Result<Target<'_>, Refusal> {
        let router = self.prompt_routers.iter().find(|router| router.id == id).ok_or_else(|| {
            Refusal::not_found("Could not find the prompt router. Check the ARN and try again.")
        })?;
        let models = &router.model_ids;
        let chosen = if length > LONG_PROMPT { models.last() } else { models.first() };
        let model = self.resolve_id(chosen.ok_or_else(invalid_identifier)?)?;
        Ok(Target { model, prompt: None, routed: true })
    }

    fn is_mine(&self, arn: &Arn<'_>) -> bool {
        let account_fits = match arn.kind {
            "foundation-model" => arn.account.is_empty(),
            // Any account will do: a client under test cannot know which one the emulator plays.
            _ => arn.account.len() == 12 && arn.account.bytes().all(|byte| byte.is_ascii_digit()),
        };
        account_fits && arn.partition == self.partition() && arn.region == self.region
    }
}

impl Target<'_> {
    fn plain(model: Model) -> Self {
        Self { model, prompt: None, routed: false }
    }
}

/// What a client may write where a model or profile is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identifier<'a> {
    /// A plain id.
    Id(&'a str),
    /// The full name of something of Bedrock's.
    Arn(Arn<'a>),
    /// Neither.
    Broken,
}

/// The parts of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
    /// The kind of resource, `inference-profile` for example.
    pub(crate) kind: &'a str,
    /// What follows the kind.
    pub(crate) id: &'a str,
}

impl<'a> Identifier<'a> {
    /// Takes an identifier apart.
    pub(crate) fn read(text: &'a str) -> Self {
        let Some(rest) = text.strip_prefix("arn:") else {
            return Self::Id(text);
        };
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let [partition, "bedrock", region, account, resource] = parts[..] else {
            return Self::Broken;
        };
        match resource.split_once('/') {
            Some((kind, id)) => Self::Arn(Arn { partition, region, account, kind, id }),
            None => Self::Broken,
        }
    }
}

fn refuse_retired(facts: &ModelFacts) -> Result<(), Refusal> {
    if facts.end_of_life {
        return Err(Refusal::not_found(
            "This model version has reached the end of its life. Please refer to the AWS documentation for more \
             details.",
        ));
    }
    Ok(())
}

fn not_on_demand(id: &str) -> Refusal {
    // The apostrophe is U+2019, unlike in every other text of the service.
    Refusal::validation(format!(
        "Invocation of model ID {id} with on-demand throughput isn\u{2019}t supported. Retry your request with the \
         ID or ARN of an inference profile that contains this model."
    ))
}

fn invalid_identifier() -> Refusal {
    Refusal::validation("The provided model identifier is invalid.")
}

// The facts also keep spellings of other platforms, which Bedrock does not take.
fn is_well_formed(id: &str) -> bool {
    id.contains('.')
        && id.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_taken_apart_and_anything_else_is_left_alone() {
        let text = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.b-v1:0";
        let Identifier::Arn(arn) = Identifier::read(text) else { panic!("no ARN") };
        assert_eq!((arn.region, arn.kind, arn.id), ("us-east-1", "inference-profile", "us.a.b-v1:0"));
        assert_eq!(Identifier::read("anthropic.claude"), Identifier::Id("anthropic.claude"));
        assert_eq!(Identifier::read("arn:aws:s3:::bucket"), Identifier::Broken);
        assert_eq!(Identifier::read("arn:"), Identifier::Broken);
    }
}
