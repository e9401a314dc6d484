//! The order in which credentials are looked for, and what ends the search.
//!
//! Separate from the sources and from what is remembered: one pass over the places, from the environment and files as
//! they are now. A place that is not there passes the question on; one that is there and fails ends the search, since
//! another identity than the one somebody set up would be a surprise.

use std::path::PathBuf;

use aws_credential_types::Credentials;
use clawdia_core::Environment;

use crate::failure::{Attempt, CredentialsFailure};
use crate::profile::{Plan, RolePlan, WebIdentityPlan};
use crate::settings::{AwsSettings, CredentialSettings};
use crate::shared_files::{DEFAULT_PROFILE, SharedFiles, expand};
use crate::source::instance::InstanceMetadata;
use crate::source::{Found, FoundIn, Surroundings, container, process, role, sso, sso_token};

const BEARER: &str = "AWS_BEARER_TOKEN_BEDROCK";
const ACCESS_KEYS: &str = "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY";
const PROFILE: &str = "AWS_PROFILE";
const CONFIGURED_PROFILE: &str = "profile";
const SHARED_FILES: &str = "shared files";
const WEB_IDENTITY: &str = "web identity";
const CONTAINER: &str = "container";
const INSTANCE: &str = "instance metadata";
const ROLE: &str = "roleArn";

const NOT_SET: &str = "not set";

/// One search for credentials.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    pub(crate) settings: &'a AwsSettings,
    pub(crate) surroundings: Surroundings<'a>,
    pub(crate) instance: &'a InstanceMetadata,
    pub(crate) attempts: Vec<Attempt>,
}

/// What files and variables say of where credentials will come from, before anybody is asked for them.
#[derive(Debug, Clone)]
pub(crate) enum Prospect {
    /// They say where.
    Planned(Plan),
    /// They say nothing, so that only the instance is left.
    Instance,
}

impl Search<'_> {
    /// Looks for credentials. The attempts are kept also when it fails.
    pub(crate) async fn run(&mut self) -> Result<Found, CredentialsFailure> {
        let found = Box::pin(self.base()).await;
        let found = match (found, &self.settings.role_arn) {
            (Ok(base), Some(role_arn)) if base.place != FoundIn::Nowhere => {
                let plan = RolePlan {
                    place: "`roleArn`".to_owned(),
                    role_arn: role_arn.clone(),
                    external_id: None,
                    session_name: self
                        .surroundings
                        .environment
                        .get("AWS_ROLE_SESSION_NAME")
                        .map(str::to_owned),
                    duration_seconds: None,
                };
                let assumed = Box::pin(role::assume(&self.surroundings, &plan, base)).await;
                self.noted(ROLE, assumed)
            }
            (found, _) => found,
        };
        found.map_err(|failure| {
            let attempts = self.attempts.clone();
            failure.with_attempts(attempts)
        })
    }

    /// The credentials without a role that the provider's configuration may ask for.
    async fn base(&mut self) -> Result<Found, CredentialsFailure> {
        match self.prospect()? {
            Prospect::Planned(plan) => {
                let label = self.label(&plan);
                let found = Box::pin(self.follow(&plan)).await;
                self.noted(label, found)
            }
            Prospect::Instance => match Box::pin(self.instance.credentials(&self.surroundings)).await {
                Ok(Ok(found)) => self.noted(INSTANCE, Ok(found)),
                Ok(Err(why)) => {
                    self.attempts.push(Attempt::absent(INSTANCE, why));
                    Err(CredentialsFailure::not_found(self.attempts.clone())
                        .leading_with(half_a_pair(self.surroundings.environment)))
                }
                Err(failure) => self.noted(INSTANCE, Err(failure)),
            },
        }
    }

    /// Where credentials will come from, as far as files and variables say.
    ///
    /// # Errors
    /// When what they say cannot be used.
    pub(crate) fn prospect(&mut self) -> Result<Prospect, CredentialsFailure> {
        let environment = self.surroundings.environment;
        let from_profile = match &self.settings.credentials {
            CredentialSettings::Keys { .. } => return Ok(Prospect::Planned(Plan::Environment)),
            // Has no keys to look for; whoever asks is told so before.
            CredentialSettings::Bearer { .. } | CredentialSettings::Unauthenticated => None,
            CredentialSettings::ConfiguredProfile(name) => {
                self.profile(CONFIGURED_PROFILE, "`profile`", name)?
            }
            CredentialSettings::Chain { profile } => {
                self.attempts.push(Attempt::absent(BEARER, NOT_SET));
                self.attempts.push(Attempt::absent(ACCESS_KEYS, missing_keys(environment)));
                if let Some(name) = profile {
                    self.profile(PROFILE, PROFILE, name)?
                } else {
                    self.attempts.push(Attempt::absent(PROFILE, NOT_SET));
                    self.profile(SHARED_FILES, SHARED_FILES, DEFAULT_PROFILE)?
                }
            }
        };
        if let Some(plan) = from_profile {
            return Ok(Prospect::Planned(plan));
        }
        match web_identity(environment) {
            Ok(Some(plan)) => return Ok(Prospect::Planned(Plan::WebIdentity(plan))),
            Ok(None) => {
                self.attempts.push(Attempt::absent(WEB_IDENTITY, "AWS_WEB_IDENTITY_TOKEN_FILE is not set"));
            }
            Err(failure) => return self.noted(WEB_IDENTITY, Err(failure)),
        }
        if container::address(environment).is_some() {
            return Ok(Prospect::Planned(Plan::Container));
        }
        self.attempts.push(Attempt::absent(CONTAINER, container::NOT_SET));
        Ok(Prospect::Instance)
    }

    /// What a profile says; `None` where it says nothing about credentials.
    fn profile(
        &mut self,
        label: &'static str,
        named_by: &str,
        name: &str,
    ) -> Result<Option<Plan>, CredentialsFailure> {
        let files = self.surroundings.files;
        let planned = files.check().and_then(|()| {
            let is_there = files.profile(name).is_some();
            // `AWS_PROFILE=default` is how people say that there are credentials at all, for example an instance's role.
            if is_there || (name == DEFAULT_PROFILE && label != CONFIGURED_PROFILE) {
                files.reader().plan(name)
            } else {
                Err(files.unknown_profile(name, named_by))
            }
        });
        match planned {
            Ok(Some(plan)) => Ok(Some(plan)),
            Ok(None) => {
                let names = files.names();
                let why = match files.profile(name) {
                    Some(_) => format!("the profile `{name}` has no credentials"),
                    None => format!("no profile `{name}` in {names}"),
                };
                self.attempts.push(Attempt::absent(label, why));
                Ok(None)
            }
            Err(failure) => self.noted(label, Err(failure)),
        }
    }

    /// Does what a plan says.
    async fn follow(&self, plan: &Plan) -> Result<Found, CredentialsFailure> {
        let surroundings = &self.surroundings;
        match plan {
            Plan::Keys { profile, credentials } => Ok(Found {
                credentials: credentials.clone(),
                place: FoundIn::SharedFiles,
                detail: format!("keys of profile `{profile}`"),
                on_instance: false,
            }),
            Plan::Process { profile, command } => {
                Box::pin(process::credentials(surroundings, profile, command.expose())).await
            }
            Plan::Sso(plan) => Box::pin(sso::credentials(surroundings, plan)).await,
            Plan::WebIdentity(plan) => {
                let place = match surroundings.environment.get("AWS_WEB_IDENTITY_TOKEN_FILE") {
                    Some(path) if path == plan.token_file => "AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(),
                    _ => format!("profile `{}`", surroundings.profile),
                };
                Box::pin(role::web_identity(surroundings, plan, &place)).await
            }
            Plan::Environment => environment_keys(surroundings.environment),
            Plan::Container => demanded(Box::pin(container::credentials(surroundings)).await?),
            Plan::InstanceMetadata => demanded(Box::pin(self.instance.credentials(surroundings)).await?),
            Plan::Role(plan, base) => {
                let base = Box::pin(self.follow(base)).await?;
                Box::pin(role::assume(surroundings, plan, base)).await
            }
        }
    }

    /// What the place of a plan is called in attempts.
    fn label(&self, plan: &Plan) -> &'static str {
        match (&self.settings.credentials, plan) {
            (CredentialSettings::Keys { .. }, _) => ACCESS_KEYS,
            (_, Plan::WebIdentity(plan)) if self.is_of_environment(plan) => WEB_IDENTITY,
            (_, Plan::Container) => CONTAINER,
            (CredentialSettings::ConfiguredProfile(_), _) => CONFIGURED_PROFILE,
            (CredentialSettings::Chain { profile: Some(_) }, _) => PROFILE,
            _ => SHARED_FILES,
        }
    }

    fn is_of_environment(&self, plan: &WebIdentityPlan) -> bool {
        self.surroundings.environment.get("AWS_WEB_IDENTITY_TOKEN_FILE") == Some(plan.token_file.as_str())
    }

    fn noted<T>(
        &mut self,
        label: &'static str,
        outcome: Result<T, CredentialsFailure>,
    ) -> Result<T, CredentialsFailure> {
        self.attempts.push(match &outcome {
            Ok(_) => Attempt::found(label),
            Err(failure) => Attempt::failed(label, failure.to_string()),
        });
        outcome
    }
}

/// The files that credentials depend on: when one changes, they are looked up anew.
pub(crate) fn watched(environment: &Environment, files: &SharedFiles, profile: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = crate::shared_files::paths(environment).into();
    match files.reader().plan(profile) {
        Ok(Some(plan)) => watch(environment, &plan, &mut paths),
        // Then the variables of a web identity or of a container may lead on.
        Ok(None) => {
            let web_identity = environment.get("AWS_WEB_IDENTITY_TOKEN_FILE");
            paths.extend(web_identity.map(|path| expand(environment, path)));
            paths.extend(environment.get(container::TOKEN_FILE).map(PathBuf::from));
        }
        Err(_) => {}
    }
    paths
}

fn watch(environment: &Environment, plan: &Plan, paths: &mut Vec<PathBuf>) {
    match plan {
        Plan::Sso(sso) => paths.extend(sso_token::path(environment, sso)),
        Plan::Role(_, base) => watch(environment, base, paths),
        Plan::WebIdentity(web) => paths.push(expand(environment, &web.token_file)),
        Plan::Container => paths.extend(environment.get(container::TOKEN_FILE).map(PathBuf::from)),
        Plan::Keys { .. } | Plan::Process { .. } | Plan::Environment | Plan::InstanceMetadata => {}
    }
}

/// The pair of access keys that variables hold.
fn environment_keys(environment: &Environment) -> Result<Found, CredentialsFailure> {
    let (Some(id), Some(secret)) =
        (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY"))
    else {
        return Err(CredentialsFailure::invalid(
            format!("the access keys of the environment are incomplete: {}", missing_keys(environment)),
            "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ));
    };
    let session_token = environment.get("AWS_SESSION_TOKEN").map(str::to_owned);
    let credentials = Credentials::new(id, secret, session_token, None, "clawdia");
    let detail = "access keys of the environment".to_owned();
    Ok(Found { credentials, place: FoundIn::Environment, detail, on_instance: false })
}

/// What mends half a key pair, which is a slip more often than it is meant.
fn half_a_pair(environment: &Environment) -> Option<&'static str> {
    let (id, secret) = (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY"));
    match (id, secret) {
        (Some(_), None) => Some("AWS_SECRET_ACCESS_KEY is missing, set it beside AWS_ACCESS_KEY_ID"),
        (None, Some(_)) => Some("AWS_ACCESS_KEY_ID is missing, set it beside AWS_SECRET_ACCESS_KEY"),
        (None, None) | (Some(_), Some(_)) => None,
    }
}

/// What is missing of the pair.
fn missing_keys(environment: &Environment) -> &'static str {
    match (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")) {
        (Some(_), None) => "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is missing",
        (None, Some(_)) => "AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is missing",
        (None, None) | (Some(_), Some(_)) => NOT_SET,
    }
}

/// The role for a token, as the variables of EKS name both.
fn web_identity(environment: &Environment) -> Result<Option<WebIdentityPlan>, CredentialsFailure> {
    let Some(token_file) = environment.get("AWS_WEB_IDENTITY_TOKEN_FILE") else { return Ok(None) };
    let Some(role_arn) = environment.get("AWS_ROLE_ARN") else {
        return Err(CredentialsFailure::invalid(
            "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN",
            "set AWS_ROLE_ARN to the role that the token is for",
        ));
    };
    Ok(Some(WebIdentityPlan {
        role_arn: role_arn.to_owned(),
        token_file: token_file.to_owned(),
        session_name: environment.get("AWS_ROLE_SESSION_NAME").map(str::to_owned),
    }))
}

/// A source that a profile names has to be there.
fn demanded(found: Result<Found, String>) -> Result<Found, CredentialsFailure> {
    found.map_err(|why| {
        CredentialsFailure::invalid(
            format!("the credentials that were asked for are not there: {why}"),
            "check `credential_source` of the profile",
        )
    })
}
