//! What a configured `baseUrl` means.
//!
//! Separate because the same member has two meanings: AWS's own address only suggests a region, so that a catalog's
//! default never overrides the user's; any other address is where requests go.

use std::fmt;

/// A configured address of the service.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum BaseUrl {
    /// One of AWS's own, such as `https://bedrock-runtime.eu-west-1.amazonaws.com`; it suggests a region.
    Standard {
        /// The region in its name.
        region: String,
        /// Whether it is the address of the modules that are certified by FIPS.
        fips: bool,
    },
    /// Anything else: a VPC endpoint, a gateway, a server on this machine.
    Custom(String),
}

impl BaseUrl {
    /// Tells AWS's own addresses from others.
    ///
    /// # Errors
    /// When the text is no `http` or `https` address with a host.
    pub fn parse(url: &str) -> Result<Self, InvalidUrl> {
        let url = url.trim();
        let (scheme, rest) = url.split_once("://").ok_or_else(|| InvalidUrl { url: shown(url) })?;
        let known_scheme = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        if !known_scheme || host.is_empty() || host.starts_with(':') || url.chars().any(char::is_whitespace) {
            return Err(InvalidUrl { url: shown(url) });
        }
        Ok(match standard_region(&host) {
            Some((region, fips)) => Self::Standard { region: region.to_owned(), fips },
            None => Self::Custom(url.trim_end_matches('/').to_owned()),
        })
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard { region, fips: false } => write!(formatter, "Standard({region})"),
            Self::Standard { region, fips: true } => write!(formatter, "Standard({region}, FIPS)"),
            Self::Custom(url) => write!(formatter, "Custom({})", shown(url)),
        }
    }
}

/// An address without what may be secret in it: user name and password, and everything after its path.
pub(crate) fn shown(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let rest = rest.split(['?', '#']).next().unwrap_or_default();
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => url.to_owned(),
    }
}

/// The region in the name of one of AWS's own hosts, and whether it is one of FIPS.
fn standard_region(host: &str) -> Option<(&str, bool)> {
    let (rest, fips) = match host.strip_prefix("bedrock-runtime-fips.") {
        Some(rest) => (rest, true),
        None => (host.strip_prefix("bedrock-runtime.")?, false),
    };
    let region = rest.strip_suffix(".amazonaws.com.cn").or_else(|| rest.strip_suffix(".amazonaws.com"))?;
    let is_region = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (!region.is_empty() && is_region).then_some((region, fips))
}

/// An address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` is no address of a service; write it as `https://host` or `http://host:port`")]
pub struct InvalidUrl {
    url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_standard(url: &str, region: &str, fips: bool) {
        assert_eq!(BaseUrl::parse(url), Ok(BaseUrl::Standard { region: region.to_owned(), fips }));
    }

    #[track_caller]
    fn check_custom(url: &str, expected: &str) {
        assert_eq!(BaseUrl::parse(url), Ok(BaseUrl::Custom(expected.to_owned())));
    }

    #[track_caller]
    fn check_refused(url: &str) {
        assert!(BaseUrl::parse(url).unwrap_err().to_string().contains(url));
    }

    #[test]
    fn addresses_of_aws_suggest_a_region() {
        check_standard("https://bedrock-runtime.us-east-1.amazonaws.com", "us-east-1", false);
        check_standard("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/", "us-gov-west-1", true);
        check_standard("HTTPS://Bedrock-Runtime.cn-north-1.amazonaws.com.cn", "cn-north-1", false);
    }

    #[test]
    fn other_addresses_are_custom() {
        check_custom("http://127.0.0.1:8080/", "http://127.0.0.1:8080");
        check_custom("https://gateway.example/bedrock", "https://gateway.example/bedrock");
        let vpc = "https://vpce-1-a.bedrock-runtime.us-east-1.vpce.amazonaws.com";
        check_custom(vpc, vpc);
        let dual_stack = "https://bedrock-runtime.us-east-1.api.aws";
        check_custom(dual_stack, dual_stack);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        check_refused("bedrock-runtime.us-east-1.amazonaws.com");
        check_refused("ftp://host");
        check_refused("https://");
        check_refused("http://:80");
        check_refused("http://a b");
    }

    #[test]
    fn passwords_in_addresses_are_not_shown() {
        let url = BaseUrl::parse("https://user:secret@gateway.example/x").unwrap();
        assert_eq!(format!("{url:?}"), "Custom(https://gateway.example/x)");
        assert_eq!(shown("https://gateway.example/x?key=secret#secret"), "https://gateway.example/x");
    }
}
