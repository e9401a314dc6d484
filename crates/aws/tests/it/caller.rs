//! Somebody who asks who they are, with an environment and a home directory of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use clawdia_aws::{Aws, AwsError, AwsSettings, Connection, CredentialsFailure, Detection, Identity};
use clawdia_core::{Environment, HostContext, ProviderConfig};
use tempfile::TempDir;

pub(crate) struct Caller {
    home: TempDir,
    variables: Vec<(String, String)>,
    host: HostContext,
    pub(crate) config: ProviderConfig,
}

impl Caller {
    /// Somebody with nothing but a home directory, on a machine whose metadata service is switched off.
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let variables = vec![
            ("HOME".to_owned(), home.path().to_str().unwrap().to_owned()),
            ("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned()),
        ];
        let host = HostContext::new(Environment::default());
        Self { home, variables, host, config: ProviderConfig::new("amazon-bedrock") }.rebuilt()
    }

    fn rebuilt(mut self) -> Self {
        self.host = HostContext::new(self.variables.iter().cloned().collect());
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.into()));
        self.rebuilt()
    }

    /// On an instance, whose metadata service is there.
    pub(crate) fn on_instance(self, url: &str) -> Self {
        self.with("AWS_EC2_METADATA_DISABLED", "false").with("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
    }

    pub(crate) fn configured(mut self, configure: impl FnOnce(&mut ProviderConfig)) -> Self {
        configure(&mut self.config);
        self
    }

    /// Puts the home directory for `HOME` in the variables that say `value`.
    pub(crate) fn with_home(mut self, value: &str) -> Self {
        let home = self.home.path().to_str().unwrap().to_owned();
        for (_, known) in self.variables.iter_mut().filter(|(_, known)| known == value) {
            *known = known.replacen("HOME", &home, 1);
        }
        self.rebuilt()
    }

    /// Writes a file below the home directory.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.home.path().join(path)
    }

    pub(crate) fn aws(&self) -> Arc<Aws> {
        Aws::of(&self.host)
    }

    pub(crate) fn environment(&self) -> Environment {
        self.host.environment().clone()
    }

    pub(crate) fn settings(&self) -> AwsSettings {
        AwsSettings::resolve(&self.config, self.host.environment()).unwrap()
    }

    pub(crate) async fn connect(&self) -> Result<Connection, AwsError> {
        self.aws().connect(&self.settings(), None).await
    }

    pub(crate) async fn identify(&self) -> Identity {
        self.aws().identify(&self.settings(), None).await.unwrap()
    }

    pub(crate) async fn detect(&self) -> Detection {
        self.aws().detect(&self.settings()).await
    }

    /// The credentials that a request would be signed with.
    pub(crate) async fn credentials(&self) -> Credentials {
        let connection = self.connect().await.unwrap();
        connection.sdk_config().credentials_provider().unwrap().provide_credentials().await.unwrap()
    }

    /// Where a request would end, for want of credentials.
    pub(crate) async fn failure(&self) -> CredentialsFailure {
        let connection = self.connect().await.unwrap();
        let provider = connection.sdk_config().credentials_provider().unwrap();
        let error = provider.provide_credentials().await.unwrap_err();
        assert!(clawdia_aws::is_credentials_failure(&error));
        CredentialsFailure::in_causes(&error).unwrap().clone()
    }
}

/// Checks what a failure says, and what it advises.
#[track_caller]
pub(crate) fn check_failure(failure: &CredentialsFailure, says: &[&str], advises: &str) {
    let text = failure.to_string();
    for part in says {
        assert!(text.contains(part), "{part:?} is not said: {text}");
    }
    assert!(failure.hint().contains(advises), "{advises:?} is not advised: {}", failure.hint());
}
