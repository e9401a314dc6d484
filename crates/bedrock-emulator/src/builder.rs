//! The settings of an emulator before it starts: where it is, whom it lets in, and what the
//! account that it plays has.
//!
//! Apart from the emulator because they have nothing in common but the moment of starting.

use std::collections::HashMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;

use crate::authentication::Guard;
use crate::connections::Connections;
use crate::credentials::Credentials;
use crate::emulator::{Emulator, StartError};
use crate::endpoint::Endpoint;
use crate::exchange::{Container, Exchanges, IdentityTokens, Instance, Issuer, Role, SingleSignOn};
use crate::field_refusals::FieldRefusal;
use crate::guardrail::Guardrail;
use crate::ledger::Ledger;
use crate::listing::{Changes, Lists};
use crate::model::{Account, ApplicationProfile, PromptRouter};
use crate::model_access::{ModelAccess, ModelAccesses};
use crate::permissions::Permissions;
use crate::prompt_resource::PromptResource;
use crate::recording::Recorder;
use crate::refusal::Refusal;
use crate::scripts::Scripts;
use crate::seal::Seal;

/// Settings of an [`Emulator`] that is about to start.
#[derive(Clone, Debug)]
pub struct EmulatorBuilder {
    port: u16,
    region: String,
    account: String,
    credentials: Vec<Credentials>,
    bearer_tokens: BearerTokens,
    denied: Vec<String>,
    page_size: Option<usize>,
    guardrails: Vec<Guardrail>,
    application_profiles: Vec<ApplicationProfile>,
    prompts: Vec<PromptResource>,
    prompt_routers: Vec<PromptRouter>,
    field_refusals: Vec<FieldRefusal>,
    lists: Changes,
    access: HashMap<String, ModelAccess>,
    /// Whether there is an instance.
    instance: bool,
    instance_role: Option<String>,
    container_role: Option<String>,
    roles: Vec<Role>,
    sso_roles: Vec<String>,
    lifetime: Option<Duration>,
    rotates: bool,
}

// Apart from the other settings only to keep the tokens out of `Debug`.
#[derive(Clone, Default)]
struct BearerTokens(Vec<String>);

impl EmulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            port: 0,
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            credentials: Vec::new(),
            bearer_tokens: BearerTokens::default(),
            denied: Vec::new(),
            page_size: None,
            guardrails: Vec::new(),
            application_profiles: Vec::new(),
            prompts: Vec::new(),
            prompt_routers: Vec::new(),
            field_refusals: Vec::new(),
            lists: Changes::default(),
            access: HashMap::new(),
            instance: false,
            instance_role: None,
            container_role: None,
            roles: Vec::new(),
            sso_roles: Vec::new(),
            lifetime: None,
            rotates: false,
        }
    }

    /// Listens on this port of 127.0.0.1; 0, the default, takes any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Plays this region: its profiles exist, and signatures must be for it.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Plays this account, whose number stands in the ARNs of listings.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Accepts signatures with this access key; may be called again for more.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials.push(credentials);
        self
    }

    /// Accepts this bearer token; may be called again for more.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_tokens.0.push(token.into());
        self
    }

    /// Runs on an EC2 instance with this role: its metadata service, version 2, is below `/latest/`.
    ///
    /// Its failures are scripts of [`Operation`](crate::Operation)s: silence is a reply
    /// [after](crate::Reply::after) a gate, a switched-off service is `Reply::http(403)` to
    /// `InstanceToken`, and a role that cannot be assumed is a
    /// [document](crate::Reply::document) with `"Code": "AssumeRoleUnauthorizedAccess"`.
    #[must_use]
    pub fn instance_role(mut self, name: impl Into<String>) -> Self {
        self.instance = true;
        self.instance_role = Some(name.into());
        self
    }

    /// Runs on an EC2 instance that has no role.
    #[must_use]
    pub fn instance_without_role(mut self) -> Self {
        self.instance = true;
        self.instance_role = None;
        self
    }

    /// Runs in a container with this role: of ECS under `/v2/credentials/…`, of EKS Pod Identity under
    /// `/v1/credentials`. [`Emulator::container_token`] is what it has to show.
    #[must_use]
    pub fn container_role(mut self, name: impl Into<String>) -> Self {
        self.container_role = Some(name.into());
        self
    }

    /// Has a role that can be assumed, with other credentials or with a
    /// [web identity](Emulator::web_identity_token); may be called again for more.
    ///
    /// The token service answers at the same address. `sts:AssumeRole` and `sts:AssumeRoleWithWebIdentity`
    /// can be [denied](Self::deny).
    #[must_use]
    pub fn role(mut self, role: impl Into<Role>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// Has a portal of IAM Identity Center, where the only user is logged in and has this role in the
    /// account; may be called again for more. The portal and its tokens are at the same address.
    #[must_use]
    pub fn sso_role(mut self, name: impl Into<String>) -> Self {
        self.sso_roles.push(name.into());
        self
    }

    /// Gives keys that live no longer than this. Otherwise those of instances and containers live six
    /// hours, and others one.
    ///
    /// An instance or container has its keys renewed five minutes before their end, or after half of a
    /// life shorter than ten. Several SDKs prolong by themselves what they got from an instance with
    /// little time left, and then meet the refusal of Bedrock.
    #[must_use]
    pub fn credential_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Gives an instance or container other keys each time it asks; the earlier ones stay good.
    #[must_use]
    pub fn rotating_credentials(mut self) -> Self {
        self.rotates = true;
        self
    }

    /// Denies an action of the identity service's to everyone, for example `bedrock:CountTokens`.
    ///
    /// `Converse` takes `bedrock:InvokeModel`, `ConverseStream` takes
    /// `bedrock:InvokeModelWithResponseStream`, tools that the service runs itself take
    /// `bedrock:InvokeTool` besides, and the other operations are called as their actions are.
    #[must_use]
    pub fn deny(mut self, action: impl Into<String>) -> Self {
        self.denied.push(action.into());
        self
    }

    /// Lists this many inference profiles at a time, and no more to clients that ask for more. By default a client has its
    /// way, and gets 100 when it does not say.
    #[must_use]
    pub fn page_size(mut self, page_size: usize) -> Self {
        self.page_size = Some(page_size);
        self
    }

    /// Names another page of inference profiles on every page, the last one included.
    #[must_use]
    pub fn endless_pages(mut self) -> Self {
        self.lists.endless = true;
        self
    }

    /// Refuses one page of inference profiles, counted from 1.
    #[must_use]
    pub fn failing_page(
        mut self,
        page: usize,
        status: u16,
        exception: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        self.lists.failing_page = Some((page, Refusal::new(status, exception, message)));
        self
    }

    /// Lists these foundation models and no others. Each is the JSON of a
    /// [`FoundationModelSummary`](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_FoundationModelSummary.html),
    /// or of something that no client expects: it is sent as it is.
    ///
    /// What can be invoked does not change with it.
    ///
    /// ```
    /// use clawdia_bedrock_emulator::Emulator;
    /// use serde_json::json;
    ///
    /// let strange = json!({ "modelId": "acme.model-1", "outputModalities": ["SMELL"], "modelLifecycle": null });
    /// let builder = Emulator::builder().list_models([strange]).list_profiles([]);
    /// ```
    #[must_use]
    pub fn list_models(mut self, summaries: impl IntoIterator<Item = Value>) -> Self {
        self.lists.models.instead = Some(summaries.into_iter().collect());
        self
    }

    /// Lists a foundation model besides the others; see [`list_models`](Self::list_models).
    #[must_use]
    pub fn also_list_model(mut self, summary: Value) -> Self {
        self.lists.models.besides.push(summary);
        self
    }

    /// Lists these inference profiles and no others. Each is the JSON of an
    /// [`InferenceProfileSummary`](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_InferenceProfileSummary.html),
    /// or of something that no client expects. Those of type `APPLICATION` are listed for requests of that type.
    ///
    /// They can be invoked if the first of their models can, and others as before.
    #[must_use]
    pub fn list_profiles(mut self, summaries: impl IntoIterator<Item = Value>) -> Self {
        self.lists.profiles.instead = Some(summaries.into_iter().collect());
        self
    }

    /// Lists an inference profile besides the others; see [`list_profiles`](Self::list_profiles).
    #[must_use]
    pub fn also_list_profile(mut self, summary: Value) -> Self {
        self.lists.profiles.besides.push(summary);
        self
    }

    /// Has come so far with a model, by the model's id without geography. Every model is granted otherwise.
    ///
    /// ```
    /// use clawdia_bedrock_emulator::{Emulator, ModelAccess};
    ///
    /// let builder = Emulator::builder().model_access("amazon.nova-lite-v1:0", ModelAccess::NoAgreement);
    /// ```
    #[must_use]
    pub fn model_access(mut self, model_id: impl Into<String>, access: ModelAccess) -> Self {
        self.access.insert(model_id.into(), access);
        self
    }

    /// Has a guardrail; of an id alone, it lets everything pass. May be called again for more.
    #[must_use]
    pub fn guardrail(mut self, guardrail: impl Into<Guardrail>) -> Self {
        self.guardrails.push(guardrail.into());
        self
    }

    /// Knows an application inference profile: the last part of its ARN, and the id of the model
    /// or system-defined profile behind it.
    #[must_use]
    pub fn application_profile(mut self, id: impl Into<String>, model_id: impl Into<String>) -> Self {
        self.application_profiles.push(ApplicationProfile { id: id.into(), model_id: model_id.into() });
        self
    }

    /// Has a prompt that is invoked by its ARN, in any version: the last part of the ARN, the id of
    /// the model or profile that it is for, and the text of its user message.
    ///
    /// The text has its variables in double braces, and requests fill them in with `promptVariables`.
    ///
    /// ```
    /// use clawdia_bedrock_emulator::Emulator;
    ///
    /// let model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    /// let builder = Emulator::builder().prompt("PROMPT0001", model, "Describe {{city}} in a word.");
    /// // To be invoked as arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT0001:1
    /// ```
    #[must_use]
    pub fn prompt(
        mut self,
        id: impl Into<String>,
        model_id: impl Into<String>,
        template: impl Into<String>,
    ) -> Self {
        self.prompts.push(PromptResource {
            id: id.into(),
            model_id: model_id.into(),
            template: template.into(),
        });
        self
    }

    /// Has a prompt router, default or not: the last part of its ARN, and the ids of its models or
    /// profiles. Requests of up to a thousand bytes go to the first, longer ones to the last.
    #[must_use]
    pub fn prompt_router(
        mut self,
        id: impl Into<String>,
        model_ids: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let model_ids = model_ids.into_iter().map(Into::into).collect();
        self.prompt_routers.push(PromptRouter { id: id.into(), model_ids });
        self
    }

    /// Refuses requests that have this field with a `ValidationException` of this text, although they
    /// keep every rule. It is how models are played that take less than they should.
    ///
    /// The path is dotted, and `*` stands for any item of a list.
    ///
    /// ```
    /// use clawdia_bedrock_emulator::Emulator;
    ///
    /// let builder = Emulator::builder()
    ///     .refuse("toolConfig.tools.*.toolSpec.strict", "tools.0.custom.strict: Extra inputs are not permitted")
    ///     .refuse("inferenceConfig.temperature", "`temperature` is deprecated for this model.");
    /// ```
    #[must_use]
    pub fn refuse(self, path: impl Into<String>, message: impl Into<String>) -> Self {
        self.refuse_with(path, 400, "ValidationException", message)
    }

    /// Refuses requests that have this field with an error of any kind; see [`refuse`](Self::refuse).
    #[must_use]
    pub fn refuse_with(
        mut self,
        path: impl Into<String>,
        status: u16,
        exception: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        self.field_refusals.push(FieldRefusal {
            path: path.into(),
            status,
            exception: exception.into(),
            message: message.into(),
        });
        self
    }

    /// Starts to serve, on tasks of the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let port = self.port;
        let failed = |source| StartError::Listen { port, source };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let mut credentials = self.credentials;
        if credentials.is_empty() && self.bearer_tokens.0.is_empty() {
            credentials.push(Credentials::default());
        }
        let endpoint = Endpoint {
            guard: Guard::new(self.region.clone(), credentials, self.bearer_tokens.0),
            permissions: Permissions::of(self.denied),
            account: Account {
                region: self.region,
                id: self.account,
                application_profiles: self.application_profiles,
                prompts: self.prompts,
                prompt_routers: self.prompt_routers,
                lists: Lists::of(self.lists),
                access: ModelAccesses::of(self.access),
            },
            page_size: self.page_size,
            exchanges: Exchanges {
                issuer: Issuer::new(self.lifetime, self.rotates),
                instance: self.instance.then(|| Instance::new(self.instance_role)),
                container: self.container_role.map(Container::new),
                roles: self.roles,
                identity_tokens: IdentityTokens::new(),
                single_sign_on: SingleSignOn::new(self.sso_roles),
            },
            guardrails: self.guardrails,
            field_refusals: self.field_refusals,
            scripts: Scripts::default(),
            recorder: Recorder::new(),
            connections: Connections::new(),
            seal: Seal::new(),
            ledger: Ledger::default(),
        };
        Ok(Emulator::serve(url, listener, Arc::new(endpoint)))
    }
}

impl fmt::Debug for BearerTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "({} hidden)", self.0.len())
    }
}
