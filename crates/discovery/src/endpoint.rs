//! The address of the service that lists models, which is another than the one that answers prompts.
//!
//! Separate because of that difference: what names the address for prompts must not send a listing there.

use clawdia_aws::{BaseUrl, Connection};
use clawdia_core::{Environment, ProviderConfig};

/// What configuration and environment say about the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// Listings go here.
    Custom(String),
    /// Nobody says, so the profile may.
    Unsaid,
}

impl Endpoint {
    /// The first that is set: `AWS_ENDPOINT_URL_BEDROCK`, which is about listings alone; a custom `baseUrl` of the provider,
    /// a gateway that may well do both; `AWS_ENDPOINT_URL`.
    pub(crate) fn resolve(provider: &ProviderConfig, environment: &Environment) -> Self {
        let ignored = environment
            .get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let variable = |name| environment.get(name).filter(|_| !ignored).map(str::to_owned);
        let base_url = || match BaseUrl::parse(provider.base_url.as_deref()?) {
            Ok(BaseUrl::Custom(url)) if !answers_prompts_only(&url) => Some(url),
            Ok(_) | Err(_) => None,
        };
        variable("AWS_ENDPOINT_URL_BEDROCK")
            .or_else(base_url)
            .or_else(|| variable("AWS_ENDPOINT_URL"))
            .map_or(Self::Unsaid, |url| Self::Custom(url.trim_end_matches('/').to_owned()))
    }

    /// The address to ask over a connection; `None` for AWS's own in its region.
    pub(crate) fn of(&self, connection: &Connection, environment: &Environment) -> Option<String> {
        match self {
            Self::Custom(url) => Some(url.clone()),
            // What is left is the profile's.
            Self::Unsaid if environment.get("AWS_ENDPOINT_URL_BEDROCK_RUNTIME").is_some() => None,
            Self::Unsaid => connection.endpoint().filter(|url| !answers_prompts_only(url)).map(str::to_owned),
        }
    }
}

/// Whether an address is one of AWS's that know no listing: a private or dual-stack endpoint of `bedrock-runtime`.
fn answers_prompts_only(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    host.split('.').any(|label| label == "bedrock-runtime" || label == "bedrock-runtime-fips")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base_url: Option<&str>, variables: &[(&str, &str)], expected: Option<&str>) {
        let mut provider = ProviderConfig::new("amazon-bedrock");
        provider.base_url = base_url.map(str::to_owned);
        let environment = variables.iter().copied().collect();
        let expected = expected.map_or(Endpoint::Unsaid, |url| Endpoint::Custom(url.to_owned()));
        assert_eq!(Endpoint::resolve(&provider, &environment), expected);
    }

    #[test]
    fn what_is_about_listings_goes_before_what_is_about_both() {
        let general = ("AWS_ENDPOINT_URL", "http://general:1/");
        let own = ("AWS_ENDPOINT_URL_BEDROCK", "http://own:1");
        check(Some("http://gateway:1"), &[general, own], Some("http://own:1"));
        check(Some("http://gateway:1"), &[general], Some("http://gateway:1"));
        check(None, &[general], Some("http://general:1"));
        check(None, &[general, ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")], None);
    }

    #[test]
    fn what_answers_prompts_only_is_not_asked_for_listings() {
        check(Some("https://vpce-1-a.bedrock-runtime.us-east-1.vpce.amazonaws.com"), &[], None);
        check(Some("https://bedrock-runtime.us-east-1.api.aws"), &[], None);
        check(Some("https://bedrock-runtime.us-east-1.amazonaws.com"), &[], None);
        check(None, &[("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://runtime:1")], None);
    }
}
