//! Region and endpoint as AWS's shared files give them.
//!
//! Separate because it is the only file reading here, done once per profile and only when configuration and environment
//! are silent. Reading and profile rules are the SDK's own.

use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::section::EnvConfigSections;
use aws_runtime::env_config::source;
use aws_types::os_shim_internal::{Env, Fs};
use clawdia_core::Environment;

/// What a profile says about where to go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ProfileSettings {
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
}

impl ProfileSettings {
    /// Reads the selected profile. Files that do not exist or cannot be parsed say nothing here; the credential chain
    /// reports them when it needs them.
    pub(crate) async fn read(environment: &Environment, profile: Option<&str>) -> Self {
        let variables = environment.iter().collect::<Vec<_>>();
        let files = EnvConfigFiles::default();
        let Ok(mut source) = source::load(&Env::from_slice(&variables), &Fs::real(), &files).await else {
            return Self::default();
        };
        if let Some(profile) = profile {
            source.profile = profile.to_owned().into();
        }
        let Ok(sections) = EnvConfigSections::parse(source) else { return Self::default() };
        let given = |name: &str| {
            sections.get(name).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
        };
        Self { region: given("region"), endpoint: service_endpoint(&sections) }
    }
}

/// The endpoint of the `services` section that the profile names. AWS documents the service's name with an underscore,
/// the SDKs also take it with a hyphen.
fn service_endpoint(sections: &EnvConfigSections) -> Option<String> {
    let general = sections.get("endpoint_url").map(str::trim).filter(|url| !url.is_empty());
    let nowhere = Env::from_slice(&[]);
    ["bedrock_runtime", "bedrock-runtime"]
        .into_iter()
        .filter_map(|service| {
            let value = EnvConfigValue::new().profile("endpoint_url").service_id(service);
            // Falls back to the general endpoint by itself, which must not hide the other spelling.
            value.load(&nowhere, Some(sections)).map(|(url, _)| url.trim().to_owned())
        })
        .find(|url| !url.is_empty() && Some(url.as_str()) != general)
        .or_else(|| general.map(str::to_owned))
}
