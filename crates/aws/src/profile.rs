//! What a profile of the shared files means: keys, a program, SSO, or a role that is assumed with another profile's.
//!
//! Separate from fetching anything: this part reads only the files' text, finds contradictions, and says what stands
//! for an identity that a cache can be keyed by.

use aws_credential_types::Credentials;

use crate::failure::CredentialsFailure;
use crate::hidden::Hidden;
use crate::shared_files::SharedFiles;

/// How to get credentials.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    /// Keys that are written in the profile.
    Keys { profile: String, credentials: Credentials },
    /// A program that prints them.
    Process { profile: String, command: Hidden },
    /// A sign-in of `aws sso login`.
    Sso(SsoPlan),
    /// A role for a token that somebody else keeps in a file.
    WebIdentity(WebIdentityPlan),
    /// The variables of the environment, as a profile's `credential_source`.
    Environment,
    /// The container's metadata.
    Container,
    /// The instance's metadata.
    InstanceMetadata,
    /// A role that is assumed with other credentials.
    Role(RolePlan, Box<Plan>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SsoPlan {
    pub(crate) profile: String,
    /// The name of the `sso-session` section; `None` in the older form without one.
    pub(crate) session: Option<String>,
    pub(crate) start_url: String,
    pub(crate) region: String,
    pub(crate) account_id: String,
    pub(crate) role_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct WebIdentityPlan {
    pub(crate) role_arn: String,
    pub(crate) token_file: String,
    pub(crate) session_name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RolePlan {
    /// Where it is written: a profile, or the provider's `roleArn`.
    pub(crate) place: String,
    pub(crate) role_arn: String,
    pub(crate) external_id: Option<String>,
    pub(crate) session_name: Option<String>,
    pub(crate) duration_seconds: Option<i32>,
}

impl Plan {
    /// What it is, for people.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Keys { profile, .. } => format!("keys of profile `{profile}`"),
            Self::Process { profile, .. } => format!("credential_process of profile `{profile}`"),
            Self::Sso(sso) => {
                let SsoPlan { profile, account_id, role_name, .. } = sso;
                format!("SSO role `{role_name}` in account {account_id} (profile `{profile}`)")
            }
            Self::WebIdentity(web) => format!("web identity for {}", web.role_arn),
            Self::Environment => "access keys of the environment".to_owned(),
            Self::Container => "container metadata".to_owned(),
            Self::InstanceMetadata => "instance metadata".to_owned(),
            Self::Role(role, base) => format!("role {}, assumed with {}", role.role_arn, base.describe()),
        }
    }

    /// Whether it begins with the instance's role.
    pub(crate) fn starts_at_instance(&self) -> bool {
        match self {
            Self::InstanceMetadata => true,
            Self::Role(_, base) => base.starts_at_instance(),
            Self::Keys { .. }
            | Self::Process { .. }
            | Self::Sso(_)
            | Self::WebIdentity(_)
            | Self::Environment
            | Self::Container => false,
        }
    }

    /// Whether it begins with the container's role.
    pub(crate) fn starts_at_container(&self) -> bool {
        match self {
            Self::Container => true,
            Self::Role(_, base) => base.starts_at_container(),
            Self::Keys { .. }
            | Self::Process { .. }
            | Self::Sso(_)
            | Self::WebIdentity(_)
            | Self::Environment
            | Self::InstanceMetadata => false,
        }
    }

    /// What stays the same while keys are renewed, and differs between identities; `container` is what the variables say of
    /// a container's. Which role an instance has, only the instance knows.
    pub(crate) fn stable_identity(&self, container: &str) -> String {
        match self {
            Self::Keys { credentials, .. } => format!("keys {}", credentials.access_key_id()),
            Self::Process { profile, command } => format!("process {profile} {}", command.expose()),
            Self::Sso(sso) => format!("sso {} {} {}", sso.start_url, sso.account_id, sso.role_name),
            Self::WebIdentity(web) => format!("web {}", web.role_arn),
            Self::Environment => "environment".to_owned(),
            Self::Container => container.to_owned(),
            Self::InstanceMetadata => "instance".to_owned(),
            Self::Role(role, base) => format!("role {} {}", role.role_arn, base.stable_identity(container)),
        }
    }
}

/// Reads profiles, following `source_profile`.
#[derive(Debug)]
pub(crate) struct ProfileReader<'f> {
    files: &'f SharedFiles,
}

impl<'f> ProfileReader<'f> {
    pub(crate) fn new(files: &'f SharedFiles) -> Self {
        Self { files }
    }

    /// How to get the credentials of a profile that exists; `None` where it says nothing about credentials.
    ///
    /// # Errors
    /// When what it says is incomplete or contradicts itself.
    pub(crate) fn plan(&self, name: &str) -> Result<Option<Plan>, CredentialsFailure> {
        self.follow(name, &mut Vec::new())
    }

    fn follow(&self, name: &str, visited: &mut Vec<String>) -> Result<Option<Plan>, CredentialsFailure> {
        if self.files.profile(name).is_none() {
            return Ok(None);
        }
        if visited.iter().any(|seen| seen == name) {
            let round = visited.join("` → `");
            return Err(invalid(
                name,
                format!("its `source_profile` leads in a circle: `{round}` → `{name}`"),
            ));
        }
        visited.push(name.to_owned());
        let member = |key: &str| self.files.member(name, key);

        let Some(role_arn) = member("role_arn") else {
            return self.base(name);
        };
        let session_name = member("role_session_name").map(str::to_owned);
        if let Some(token_file) = member("web_identity_token_file") {
            return Ok(Some(Plan::WebIdentity(WebIdentityPlan {
                role_arn: role_arn.to_owned(),
                token_file: token_file.to_owned(),
                session_name,
            })));
        }
        if member("mfa_serial").is_some() {
            return Err(CredentialsFailure::invalid(
                format!(
                    "the profile `{name}` assumes its role with a code of `mfa_serial`, which cannot be asked for here"
                ),
                format!(
                    "get a session with `aws configure export-credentials --profile {name} --format env` and set its variables"
                ),
            ));
        }
        let role = RolePlan {
            place: format!("profile `{name}`"),
            role_arn: role_arn.to_owned(),
            external_id: member("external_id").map(str::to_owned),
            session_name,
            duration_seconds: member("duration_seconds").map(|text| duration(name, text)).transpose()?,
        };
        let base = match (member("source_profile"), member("credential_source")) {
            (Some(_), Some(_)) => {
                return Err(invalid(name, "it has both `source_profile` and `credential_source`"));
            }
            // A profile that is its own source assumes the role with its own keys.
            (Some(source), None) if source == name => self.base(name)?,
            (Some(source), None) if self.files.profile(source).is_none() => {
                let named_by = format!("`source_profile` of the profile `{name}`");
                return Err(self.files.unknown_profile(source, &named_by));
            }
            (Some(source), None) => self.follow(source, visited)?,
            (None, Some(source)) => Some(match source {
                "Environment" => Plan::Environment,
                "Ec2InstanceMetadata" => Plan::InstanceMetadata,
                "EcsContainer" => Plan::Container,
                other => {
                    let known = "Environment, Ec2InstanceMetadata or EcsContainer";
                    return Err(invalid(
                        name,
                        format!("its `credential_source` is `{other}` and none of {known}"),
                    ));
                }
            }),
            (None, None) => {
                return Err(invalid(
                    name,
                    "it has a `role_arn` and says with whose credentials to assume it neither by `source_profile` nor by \
                     `credential_source`",
                ));
            }
        };
        let source = member("source_profile").unwrap_or(name);
        let base =
            base.ok_or_else(|| invalid(name, format!("its `source_profile` `{source}` has no credentials")))?;
        Ok(Some(Plan::Role(role, Box::new(base))))
    }

    /// What a profile says besides roles, in the order of the AWS CLI.
    fn base(&self, name: &str) -> Result<Option<Plan>, CredentialsFailure> {
        let member = |key: &str| self.files.member(name, key);
        if let Some(sso) = self.sso(name)? {
            return Ok(Some(Plan::Sso(sso)));
        }
        match (member("aws_access_key_id"), member("aws_secret_access_key")) {
            (Some(id), Some(secret)) => {
                let mut builder = Credentials::builder()
                    .access_key_id(id)
                    .secret_access_key(secret)
                    .provider_name("clawdia");
                builder.set_session_token(member("aws_session_token").map(str::to_owned));
                return Ok(Some(Plan::Keys { profile: name.to_owned(), credentials: builder.build() }));
            }
            (Some(_), None) => {
                return Err(invalid(name, "it has `aws_access_key_id` without `aws_secret_access_key`"));
            }
            (None, Some(_)) => {
                return Err(invalid(name, "it has `aws_secret_access_key` without `aws_access_key_id`"));
            }
            (None, None) => {}
        }
        if let Some(command) = member("credential_process") {
            return Ok(Some(Plan::Process { profile: name.to_owned(), command: Hidden::new(command) }));
        }
        if member("login_session").is_some() {
            return Err(CredentialsFailure::invalid(
                format!("the profile `{name}` signs in with `aws login`, which is not supported here"),
                format!(
                    "let the AWS CLI hand over its credentials: set `credential_process` of another profile to `aws configure \
                     export-credentials --profile {name} --format process`"
                ),
            ));
        }
        Ok(None)
    }

    fn sso(&self, name: &str) -> Result<Option<SsoPlan>, CredentialsFailure> {
        let member = |key: &str| self.files.member(name, key);
        let session = member("sso_session");
        if session.is_none() && member("sso_start_url").is_none() {
            return Ok(None);
        }
        // A session without account and role gives tokens for other services, and no credentials.
        if session.is_some() && member("sso_account_id").is_none() && member("sso_role_name").is_none() {
            return Ok(None);
        }
        if let Some(session) = session
            && !self.files.has_sso_session(session)
        {
            let missing = format!(
                "its `sso_session` is `{session}`, and there is no section `[sso-session {session}]`"
            );
            return Err(invalid(name, missing));
        }
        let of_session = |key: &str| match session {
            None => member(key),
            Some(session) => self.files.sso_session(session, key),
        };
        let required = |key: &str, value: Option<&str>| {
            value
                .map(str::to_owned)
                .ok_or_else(|| invalid(name, format!("its sign-in through SSO lacks `{key}`")))
        };
        Ok(Some(SsoPlan {
            profile: name.to_owned(),
            session: session.map(str::to_owned),
            start_url: required("sso_start_url", of_session("sso_start_url"))?,
            region: required("sso_region", of_session("sso_region"))?,
            account_id: required("sso_account_id", member("sso_account_id"))?,
            role_name: required("sso_role_name", member("sso_role_name"))?,
        }))
    }
}

fn duration(profile: &str, text: &str) -> Result<i32, CredentialsFailure> {
    match text.parse() {
        Ok(seconds) if (900..=43_200).contains(&seconds) => Ok(seconds),
        _ => Err(invalid(
            profile,
            format!("its `duration_seconds` is `{text}`, and must be from 900 to 43200"),
        )),
    }
}

fn invalid(profile: &str, why: impl std::fmt::Display) -> CredentialsFailure {
    CredentialsFailure::invalid(
        format!("the profile `{profile}` cannot be used: {why}"),
        format!("correct it with `aws configure --profile {profile}` or in ~/.aws/config"),
    )
}
