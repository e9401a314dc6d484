//! What a machine has around it that tells programs where their credentials come from: variables and files.
//!
//! Apart from the exchanges, which are asked only after somebody has read these.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::credentials::Credentials;
use crate::emulator::Emulator;
use crate::endpoint::Endpoint;
use crate::exchange::{CredentialSource, POD_PATH, START_URL, TASK_PATH};

/// The name of the login's cache: the SHA-1 of the session's name, `emulated`.
const SSO_CACHE: &str = "b6886d8d615c11b80805b0bea6cd9c449aa8a0b6.json";

type Variables = Vec<(&'static str, String)>;

impl Emulator {
    /// Makes a directory the home of a program whose credentials come from somewhere, and returns the
    /// variables that such a program has, `HOME` among them for a login, whose cache is found in no other way.
    ///
    /// It writes what belongs to the source and nothing else: the shared configuration and credentials
    /// files, the token of a web identity or of a pod, the cache of a login. Called again, it writes
    /// them anew, as they are by then.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use clawdia_bedrock_emulator::{CredentialSource, Emulator};
    ///
    /// let emulator = Emulator::builder().instance_role("clawdia-host").start().await?;
    /// let home = std::env::temp_dir();
    /// let variables = emulator.surroundings(CredentialSource::InstanceRole, &home)?;
    /// assert!(variables.iter().any(|(name, _)| *name == "AWS_EC2_METADATA_SERVICE_ENDPOINT"));
    /// assert!(!variables.iter().any(|(name, _)| *name == "AWS_ACCESS_KEY_ID"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` if the emulator was not built with that source, and otherwise when a file could
    /// not be written.
    pub fn surroundings(&self, source: CredentialSource, home: &Path) -> io::Result<Variables> {
        let endpoint = &self.endpoint;
        let mut variables = vec![("AWS_ENDPOINT_URL", self.url().to_owned())];
        // A machine knows its region, and tells it when asked; everything else has it in a variable.
        if source == CredentialSource::InstanceRole {
            endpoint.exchanges.instance.as_ref().ok_or_else(|| missing("instance_role"))?;
            variables.push(("AWS_EC2_METADATA_SERVICE_ENDPOINT", self.url().to_owned()));
            return Ok(variables);
        }
        // Some SDKs read the one variable and some the other.
        variables.push(("AWS_REGION", endpoint.account.region.clone()));
        variables.push(("AWS_DEFAULT_REGION", endpoint.account.region.clone()));
        variables.push(("AWS_EC2_METADATA_DISABLED", "true".to_owned()));
        let more = match source {
            CredentialSource::AccessKeys => keys(&self.access_key()?),
            CredentialSource::SharedFiles => {
                let file = write(home, ".aws/credentials", &section("[default]", &self.access_key()?))?;
                vec![("AWS_SHARED_CREDENTIALS_FILE", text(&file))]
            }
            CredentialSource::Container => {
                let token = endpoint.container_token()?;
                vec![
                    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}{TASK_PATH}", self.url())),
                    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", token),
                ]
            }
            CredentialSource::PodIdentity => {
                let file = write(home, "pod-identity-token", &endpoint.container_token()?)?;
                vec![
                    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}{POD_PATH}", self.url())),
                    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", text(&file)),
                ]
            }
            CredentialSource::WebIdentity => {
                let role = endpoint.exchanges.roles.first().ok_or_else(|| missing("role"))?;
                let token = endpoint.exchanges.identity_tokens.newest();
                let file = write(home, "web-identity-token", &token)?;
                vec![
                    ("AWS_WEB_IDENTITY_TOKEN_FILE", text(&file)),
                    ("AWS_ROLE_ARN", endpoint.account.role_arn(&role.name)),
                    ("AWS_ROLE_SESSION_NAME", "emulated".to_owned()),
                ]
            }
            CredentialSource::AssumedRole => self.assumed_role(home)?,
            CredentialSource::SingleSignOn => self.single_sign_on(home)?,
            CredentialSource::InstanceRole => Vec::new(),
        };
        variables.extend(more);
        Ok(variables)
    }

    fn assumed_role(&self, home: &Path) -> io::Result<Variables> {
        let endpoint = &self.endpoint;
        let role = endpoint.exchanges.roles.first().ok_or_else(|| missing("role"))?;
        let external_id =
            role.external_id.as_ref().map(|id| format!("external_id = {id}\n")).unwrap_or_default();
        let profile = format!(
            "[profile assumed]\nrole_arn = {}\nsource_profile = base\nrole_session_name = emulated\n{external_id}",
            endpoint.account.role_arn(&role.name)
        );
        let config = write(home, ".aws/config", &profile)?;
        let credentials = write(home, ".aws/credentials", &section("[base]", &self.access_key()?))?;
        Ok(vec![
            ("AWS_CONFIG_FILE", text(&config)),
            ("AWS_SHARED_CREDENTIALS_FILE", text(&credentials)),
            ("AWS_PROFILE", "assumed".to_owned()),
        ])
    }

    fn single_sign_on(&self, home: &Path) -> io::Result<Variables> {
        let endpoint = &self.endpoint;
        let account = &endpoint.account;
        let portal = &endpoint.exchanges.single_sign_on;
        let role = portal.roles.first().ok_or_else(|| missing("sso_role"))?;
        let config = format!(
            "[profile sso]\nsso_session = emulated\nsso_account_id = {}\nsso_role_name = {role}\n\n\
             [sso-session emulated]\nsso_region = {}\nsso_start_url = {START_URL}\n\
             sso_registration_scopes = sso:account:access\n",
            account.id, account.region
        );
        let config = write(home, ".aws/config", &config)?;
        let cache = portal.cache(&account.region);
        write(home, &format!(".aws/sso/cache/{SSO_CACHE}"), &format!("{cache:#}\n"))?;
        Ok(vec![("HOME", text(home)), ("AWS_CONFIG_FILE", text(&config)), ("AWS_PROFILE", "sso".to_owned())])
    }

    // The key that a person would have been given.
    fn access_key(&self) -> io::Result<Credentials> {
        let known = self.endpoint.guard.credentials();
        known.iter().find(|key| !key.expired).or(known.first()).cloned().ok_or_else(|| missing("credentials"))
    }
}

impl Endpoint {
    fn container_token(&self) -> io::Result<String> {
        let container = self.exchanges.container.as_ref().ok_or_else(|| missing("container_role"))?;
        Ok(container.token.clone())
    }
}

fn keys(key: &Credentials) -> Variables {
    let mut variables = vec![
        ("AWS_ACCESS_KEY_ID", key.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", key.secret_access_key.clone()),
    ];
    variables.extend(key.session_token.clone().map(|token| ("AWS_SESSION_TOKEN", token)));
    variables
}

fn section(head: &str, key: &Credentials) -> String {
    let lines =
        keys(key).into_iter().map(|(name, value)| format!("{} = {value}\n", name.to_ascii_lowercase()));
    format!("{head}\n{}", lines.collect::<String>())
}

fn write(home: &Path, name: &str, content: &str) -> io::Result<PathBuf> {
    let path = home.join(name);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(&path, content)?;
    Ok(path)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn missing(method: &str) -> io::Error {
    let message = format!("the emulator has no such credentials; add `EmulatorBuilder::{method}`");
    io::Error::new(io::ErrorKind::NotFound, message)
}
