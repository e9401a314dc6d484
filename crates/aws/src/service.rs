//! The AWS services that are called here, and who may say where they are.
//!
//! Separate because every client asks in the same order: its own variable, the variable for all, the profile.

use clawdia_core::Environment;

use crate::endpoint::{BaseUrl, InvalidUrl};
use crate::origin::EndpointOrigin;
use crate::shared_files::{SharedFiles, is_true};

/// A service that is called for models or credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    BedrockRuntime,
    /// The control plane.
    Bedrock,
    Sts,
    Sso,
    SsoOidc,
}

impl Service {
    const ALL: [Self; 5] = [Self::BedrockRuntime, Self::Bedrock, Self::Sts, Self::Sso, Self::SsoOidc];

    /// The variable that names its endpoint.
    const fn variable(self) -> &'static str {
        match self {
            Self::BedrockRuntime => "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            Self::Bedrock => "AWS_ENDPOINT_URL_BEDROCK",
            Self::Sts => "AWS_ENDPOINT_URL_STS",
            Self::Sso => "AWS_ENDPOINT_URL_SSO",
            Self::SsoOidc => "AWS_ENDPOINT_URL_SSO_OIDC",
        }
    }

    /// Its name in a `services` section.
    const fn name(self) -> &'static str {
        match self {
            Self::BedrockRuntime => "bedrock_runtime",
            Self::Bedrock => "bedrock",
            Self::Sts => "sts",
            Self::Sso => "sso",
            Self::SsoOidc => "sso_oidc",
        }
    }
}

/// The variable that names the endpoint of all services.
const FOR_ALL: &str = "AWS_ENDPOINT_URL";

/// The endpoints that the environment names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct ServiceEndpoints {
    named: Vec<(Service, String, &'static str)>,
    /// Whether neither variables nor profiles count.
    ignored: bool,
}

impl ServiceEndpoints {
    /// Reads the variables.
    ///
    /// # Errors
    /// When one is no address; the error has its name.
    pub(crate) fn new(environment: &Environment) -> Result<Self, (&'static str, InvalidUrl)> {
        if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(is_true) {
            return Ok(Self { named: Vec::new(), ignored: true });
        }
        let mut named = Vec::new();
        for service in Service::ALL {
            let found = [service.variable(), FOR_ALL]
                .into_iter()
                .find_map(|variable| environment.get(variable).map(|url| (variable, url)));
            if let Some((variable, url)) = found {
                BaseUrl::parse(url).map_err(|error| (variable, error))?;
                named.push((service, url.trim_end_matches('/').to_owned(), variable));
            }
        }
        Ok(Self { named, ignored: false })
    }

    /// The endpoint that is configured for a service, by the environment or by a profile.
    pub(crate) fn find(
        &self,
        service: Service,
        files: &SharedFiles,
        profile: &str,
    ) -> Option<(String, EndpointOrigin)> {
        if self.ignored {
            return None;
        }
        if let Some((_, url, variable)) = self.named.iter().find(|(named, ..)| *named == service) {
            return Some((url.clone(), EndpointOrigin::Variable((*variable).to_owned())));
        }
        let url = files.endpoint(profile, service.name())?;
        Some((url.trim_end_matches('/').to_owned(), EndpointOrigin::Profile(profile.to_owned())))
    }
}
