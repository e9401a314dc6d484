//! The address of a provider, as far as a configuration can be wrong about it.
//!
//! Separate because two kinds of entries have one, and because whether an address is safe for a key is a question of its
//! own.

use std::net::{Ipv4Addr, Ipv6Addr};

/// An address that requests can be sent to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// Whether what is sent there can be read on the way.
    pub(crate) is_plain: bool,
    pub(crate) host: &'a str,
    /// Whether a name or a password stands before the host.
    pub(crate) has_user_info: bool,
}

impl<'a> Address<'a> {
    pub(crate) fn parse(url: &'a str) -> Option<Self> {
        if url.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let is_plain = match scheme.to_ascii_lowercase().as_str() {
            "https" => false,
            "http" => true,
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let (user_info, host) = match authority.rsplit_once('@') {
            Some((user_info, host)) => (Some(user_info), host),
            None => (None, authority),
        };
        let (host, port) = match host.strip_prefix('[') {
            Some(rest) => {
                let (address, port) = rest.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                (address, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
            }
            None => match host.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (host, None),
            },
        };
        let is_host = |character: char| !"<>\"`{}|^%:[]".contains(character);
        if host.is_empty() || !(host.contains(':') || host.chars().all(is_host)) {
            return None;
        }
        // An empty port is the usual one.
        let is_number = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let is_port = |port: &str| is_number(port) && port.parse::<u16>().is_ok_and(|port| port > 0);
        if port.is_some_and(|port| !port.is_empty() && !is_port(port)) {
            return None;
        }
        Some(Self { is_plain, host, has_user_info: user_info.is_some_and(|text| !text.is_empty()) })
    }

    /// Whether it is this machine.
    pub(crate) fn is_here(&self) -> bool {
        let host = self.host.trim_end_matches('.').to_ascii_lowercase();
        host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || host.parse::<Ipv6Addr>().is_ok_and(|address| {
                address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, is_plain: bool, host: &str, is_here: bool) {
        let address = Address::parse(url).unwrap();
        assert_eq!((address.is_plain, address.host, address.is_here()), (is_plain, host, is_here));
    }

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        check(
            "https://bedrock-runtime.us-east-1.amazonaws.com",
            false,
            "bedrock-runtime.us-east-1.amazonaws.com",
            false,
        );
        check("HTTP://litellm:4000/v1?x#y", true, "litellm", false);
        check("http://127.8.9.1:80", true, "127.8.9.1", true);
        check("http://LocalHost.:80/", true, "LocalHost.", true);
        check("http://[::1]:80", true, "::1", true);
        check("http://[::ffff:127.0.0.1]", true, "::ffff:127.0.0.1", true);
        check("http://127.0.0.1.example", true, "127.0.0.1.example", false);
        check("http://localhost@evil.example", true, "evil.example", false);
        check("http://evil.example\\@localhost", true, "evil.example", false);
    }

    #[test]
    fn other_texts_are_none() {
        for url in [
            "",
            "host",
            "//host",
            "ftp://host",
            "https://",
            "https:///path",
            "https://a b",
            "https://:80",
            "https://host:http",
            "https://host:0",
            "https://host:70000",
            "https://host:+80",
            "https://[::1",
            "https://[host]",
            "https://a:b:c",
            "https://h%6fst",
        ] {
            assert_eq!(Address::parse(url), None, "{url}");
        }
    }

    #[test]
    fn a_name_before_the_host_is_noticed() {
        assert!(Address::parse("https://me:pw@host").unwrap().has_user_info);
        assert!(!Address::parse("https://host/@").unwrap().has_user_info);
    }
}
