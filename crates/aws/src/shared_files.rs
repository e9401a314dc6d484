//! AWS's shared files: what their profiles say, and whether they have changed since.
//!
//! Separate because it is the only reading of those files. Their grammar and the rules by which profiles are merged are
//! the SDK's own; the variables that name them come from the environment that was handed in.

use std::path::PathBuf;
use std::time::SystemTime;

use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::property::PropertiesKey;
use aws_runtime::env_config::section::{EnvConfigSections, Profile};
use aws_runtime::env_config::source;
use aws_runtime::fs_util::{Os, home_dir};
use aws_types::os_shim_internal::{Env, Fs};
use clawdia_core::Environment;

use crate::failure::{CredentialsFailure, CredentialsFailureKind};
use crate::profile::ProfileReader;

/// The profile that is meant where none is named.
pub(crate) const DEFAULT_PROFILE: &str = "default";

/// The shared files as they were when they were read.
#[derive(Clone, Default)]
pub(crate) struct SharedFiles {
    sections: EnvConfigSections,
    /// Why the files cannot be used, if they cannot be.
    broken: Option<String>,
    /// What they are called, for errors.
    names: String,
}

/// Without the files' content, which holds keys.
impl std::fmt::Debug for SharedFiles {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SharedFiles").field("profiles", &self.profile_names()).finish_non_exhaustive()
    }
}

impl SharedFiles {
    /// Reads both files. Those that do not exist are empty.
    pub(crate) async fn read(environment: &Environment) -> Self {
        let names = paths(environment).map(|path| format!("`{}`", path.display())).join(" and ");
        let env = sdk_environment(environment);
        let loaded = source::load(&env, &Fs::real(), &EnvConfigFiles::default()).await;
        let parsed = match loaded {
            Ok(source) => EnvConfigSections::parse(source).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match parsed {
            Ok(sections) => Self { sections, broken: None, names },
            Err(why) => Self { sections: EnvConfigSections::default(), broken: Some(why), names },
        }
    }

    /// A profile's member, trimmed; blank counts as unset.
    pub(crate) fn member(&self, profile: &str, name: &str) -> Option<&str> {
        self.profile(profile).and_then(|profile| given(profile.get(name)))
    }

    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.sections.get_profile(name)
    }

    /// Whether there is an `sso-session` section of that name.
    pub(crate) fn has_sso_session(&self, session: &str) -> bool {
        self.sections.sso_session(session).is_some()
    }

    /// A member of an `sso-session` section.
    pub(crate) fn sso_session(&self, session: &str, name: &str) -> Option<&str> {
        self.sections.sso_session(session).and_then(|session| given(session.get(name)))
    }

    /// The endpoint that the `services` section of a profile gives a service, else the profile's own. AWS documents the
    /// service's name with underscores, SDKs also take it with hyphens.
    pub(crate) fn endpoint(&self, profile: &str, service: &str) -> Option<&str> {
        if self.member(profile, "ignore_configured_endpoint_urls").is_some_and(is_true) {
            return None;
        }
        let of_service = self.member(profile, "services").and_then(|section| {
            [service.to_owned(), service.replace('_', "-")].into_iter().find_map(|name| {
                let key = PropertiesKey::builder()
                    .section_key("services")
                    .section_name(section)
                    .property_name(name)
                    .sub_property_name("endpoint_url")
                    .build()
                    .ok()?;
                given(self.sections.other_sections().get(&key).map(String::as_str))
            })
        });
        of_service.or_else(|| self.member(profile, "endpoint_url"))
    }

    /// Whether a flag of a profile is set.
    pub(crate) fn flag(&self, profile: &str, name: &str) -> Option<bool> {
        self.member(profile, name).map(is_true)
    }

    /// The names of all profiles, sorted.
    pub(crate) fn profile_names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.sections.profiles().collect();
        names.sort_unstable();
        names
    }

    /// What the files are called, for errors.
    pub(crate) fn names(&self) -> &str {
        &self.names
    }

    pub(crate) fn reader(&self) -> ProfileReader<'_> {
        ProfileReader::new(self)
    }

    /// Fails when the files cannot be parsed.
    pub(crate) fn check(&self) -> Result<(), CredentialsFailure> {
        match &self.broken {
            None => Ok(()),
            Some(why) => Err(CredentialsFailure::invalid(
                format!("the shared files {} cannot be read: {why}", self.names),
                "correct the line it names",
            )),
        }
    }

    /// The failure for a profile that is not there.
    pub(crate) fn unknown_profile(&self, name: &str, named_by: &str) -> CredentialsFailure {
        let there: Vec<_> = self.profile_names().into_iter().map(|name| format!("`{name}`")).collect();
        let there = if there.is_empty() {
            format!("there are no profiles in {}", self.names)
        } else {
            format!("there are {} in {}", there.join(", "), self.names)
        };
        CredentialsFailure::new(
            CredentialsFailureKind::UnknownProfile,
            format!("{named_by} names the profile `{name}`, which does not exist; {there}"),
            format!("correct {named_by}, or make the profile with `aws configure --profile {name}`"),
        )
    }
}

/// A value that says something, trimmed.
fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

/// What AWS's flags mean; anything but this is no.
pub(crate) fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true") || value == "1"
}

/// The environment as the SDK's readers take it. Blank variables are left out, since they count as unset.
fn sdk_environment(environment: &Environment) -> Env {
    let names = environment.iter().map(|(name, _)| name);
    let variables: Vec<_> = names.filter_map(|name| Some((name, environment.get(name)?))).collect();
    Env::from_slice(&variables)
}

/// The home directory that the environment names.
pub(crate) fn home(environment: &Environment) -> Option<PathBuf> {
    home_dir(&sdk_environment(environment), Os::real()).map(PathBuf::from)
}

/// Where the two files are.
pub(crate) fn paths(environment: &Environment) -> [PathBuf; 2] {
    [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")].map(|(variable, name)| {
        match environment.get(variable) {
            Some(path) => expand(environment, path),
            None => home(environment).unwrap_or_else(|| PathBuf::from("~")).join(".aws").join(name),
        }
    })
}

/// A path with `~` replaced.
pub(crate) fn expand(environment: &Environment, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), home(environment)) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// What tells a file from the one that was there before: when it was written, and its length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<Option<(SystemTime, u64)>>);

impl Fingerprint {
    /// Looks at files, which may not exist.
    pub(crate) async fn of(paths: &[PathBuf]) -> Self {
        let mut seen = Vec::with_capacity(paths.len());
        for path in paths {
            let metadata = tokio::fs::metadata(path).await.ok();
            seen.push(metadata.and_then(|metadata| Some((metadata.modified().ok()?, metadata.len()))));
        }
        Self(seen)
    }

    /// This one's files and another's.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}
