//! AWS Signature Version 4, recomputed from the request as it came over the wire.
//!
//! The verifier is written against the published algorithm and not against a signer, so that a
//! client whose signer is wrong finds out here and not at the real service.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::credentials::Credentials;
use crate::digest;
use crate::moment;
use crate::refusal::Refusal;

/// The only signing algorithm accepted.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How far a request's clock may be from ours.
const SKEW: Duration = Duration::from_mins(5);

/// Everything but the characters that RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same for a path, whose slashes separate.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The parts of an `Authorization` header.
struct Claim<'a> {
    access_key_id: &'a str,
    /// `date/region/service/aws4_request`, as written.
    scope: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    terminator: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

/// What a signature has to be for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// Any of these will do.
    pub(crate) regions: &'a [&'a str],
    /// The name under which a service is signed, `bedrock` for both of its planes.
    pub(crate) service: &'a str,
}

/// Checks a request that claims to be signed, and returns whose signature it is.
pub(crate) fn verify(
    parts: &Parts,
    body: &[u8],
    authorization: &str,
    find: impl FnOnce(&str) -> Option<Credentials>,
    scope: Scope<'_>,
    now: SystemTime,
) -> Result<Credentials, Refusal> {
    let claim = read_claim(authorization)?;
    let moment = header(&parts.headers, "x-amz-date").or_else(|| header(&parts.headers, "date"));
    let moment = moment.ok_or_else(|| incomplete("existence of either a 'X-Amz-Date' or a 'Date' header"))?;
    let credentials = find(claim.access_key_id).ok_or_else(unknown_token)?;
    check_scope(&claim, scope, moment)?;
    check_clock(moment, now)?;
    check_session_token(parts, &credentials)?;
    check_signed_headers(parts, &claim)?;
    check_payload_hash(&parts.headers, body)?;

    let canonical = canonical_request(parts, body, claim.signed_headers);
    let to_sign = format!(
        "{ALGORITHM}\n{moment}\n{}\n{}",
        claim.scope,
        digest::hexadecimal(&digest::sha256(canonical.as_bytes()))
    );
    let signature = digest::hexadecimal(&digest::mac(&signing_key(&credentials, &claim), to_sign.as_bytes()));
    if !digest::equal(signature.as_bytes(), claim.signature.as_bytes()) {
        return Err(invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS \
             Secret Access Key and signing method. Consult the service documentation for details.",
        ));
    }
    if credentials.has_expired(now) {
        return Err(Refusal::new(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ));
    }
    Ok(credentials)
}

fn read_claim(authorization: &str) -> Result<Claim<'_>, Refusal> {
    let fields = authorization.strip_prefix(ALGORITHM).unwrap_or_default();
    let field = |name: &str| {
        fields
            .split(',')
            .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
            .unwrap_or_default()
    };
    let (credential, signed_headers, signature) =
        (field("Credential"), field("SignedHeaders"), field("Signature"));
    let missing: Vec<&str> =
        [("Credential", credential), ("Signature", signature), ("SignedHeaders", signed_headers)]
            .into_iter()
            .filter_map(|(name, value)| value.is_empty().then_some(name))
            .collect();
    if let Some(first) = missing.first() {
        return Err(incomplete(&format!("'{first}' parameter")));
    }
    // An access key id has no slash, so the scope is what follows the first one.
    let (access_key_id, scope) = credential.split_once('/').unwrap_or((credential, ""));
    let parts: Vec<&str> = scope.split('/').collect();
    let [date, region, service, terminator] = parts[..] else {
        return Err(Refusal::new(
            400,
            "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term, got something else",
        ));
    };
    Ok(Claim { access_key_id, scope, date, region, service, terminator, signed_headers, signature })
}

fn check_scope(claim: &Claim<'_>, scope: Scope<'_>, moment: &str) -> Result<(), Refusal> {
    if !scope.regions.contains(&claim.region) {
        return Err(invalid(&format!(
            "Credential should be scoped to a valid region, not '{}'.",
            claim.region
        )));
    }
    let service = scope.service;
    if claim.service != service {
        return Err(invalid(&format!("Credential should be scoped to correct service: '{service}'.")));
    }
    if claim.terminator != "aws4_request" {
        return Err(invalid(&format!(
            "Credential should be scoped with a valid terminator: 'aws4_request', not '{}'.",
            claim.terminator
        )));
    }
    if !moment.starts_with(claim.date) {
        return Err(invalid(&format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
             '{}' != '{}', from '{moment}'.",
            claim.date,
            moment.get(..8).unwrap_or(moment),
        )));
    }
    Ok(())
}

fn check_clock(moment: &str, now: SystemTime) -> Result<(), Refusal> {
    let Some(signed_at) = moment::parse(moment) else {
        return Err(Refusal::new(
            400,
            "IncompleteSignatureException",
            format!(
                "Date must be in ISO-8601 'basic format'. Got '{moment}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ),
        ));
    };
    let (earliest, latest) = (now - SKEW, now + SKEW);
    let written = moment::basic(now);
    if signed_at < earliest {
        return Err(invalid(&format!(
            "Signature expired: {moment} is now earlier than {} ({written} - 5 min.)",
            moment::basic(earliest)
        )));
    }
    if signed_at > latest {
        return Err(invalid(&format!(
            "Signature not yet current: {moment} is still later than {} ({written} + 5 min.)",
            moment::basic(latest)
        )));
    }
    Ok(())
}

fn check_session_token(parts: &Parts, credentials: &Credentials) -> Result<(), Refusal> {
    let sent = header(&parts.headers, "x-amz-security-token");
    match (&credentials.session_token, sent) {
        (None, None) => Ok(()),
        (Some(expected), Some(sent)) if digest::equal(expected.as_bytes(), sent.as_bytes()) => Ok(()),
        _ => Err(unknown_token()),
    }
}

// Headers that change what a request means must be covered by its signature.
fn check_signed_headers(parts: &Parts, claim: &Claim<'_>) -> Result<(), Refusal> {
    let signed: Vec<&str> = claim.signed_headers.split(';').collect();
    let unsigned = parts
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| *name == "host" || name.starts_with("x-amz-"))
        .find(|name| !signed.contains(name));
    match unsigned {
        None => Ok(()),
        Some("host") => Err(invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.")),
        Some(name) => Err(invalid(&format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."))),
    }
}

fn check_payload_hash(headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    match header(headers, "x-amz-content-sha256") {
        Some(stated) if stated != digest::hexadecimal(&digest::sha256(body)) => Err(invalid(
            "The value passed in as x-amz-content-sha256 does not match the SHA-256 of the body.",
        )),
        _ => Ok(()),
    }
}

fn canonical_request(parts: &Parts, body: &[u8], signed_headers: &str) -> String {
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        parts.method,
        // Every service but S3 encodes the path once more than it stands on the wire.
        utf8_percent_encode(&normalized(parts.uri.path()), RESERVED_IN_PATH),
        canonical_query(parts.uri.query().unwrap_or_default()),
    );
    for name in signed_headers.split(';') {
        let values: Vec<String> = parts
            .headers
            .get_all(name)
            .iter()
            .map(|value| {
                let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect();
        canonical.extend([name, ":", &values.join(","), "\n"]);
    }
    canonical.extend(["\n", signed_headers, "\n", &digest::hexadecimal(&digest::sha256(body))]);
    canonical
}

// A path without empty, `.` and `..` segments.
fn normalized(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let trailing = if path.len() > 1 && path.ends_with('/') { "/" } else { "" };
    format!("/{}{trailing}", segments.join("/"))
}

fn canonical_query(query: &str) -> String {
    let encode = |text: &str| {
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&decoded, RESERVED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn signing_key(credentials: &Credentials, claim: &Claim<'_>) -> [u8; digest::LENGTH] {
    let secret = format!("AWS4{}", credentials.secret_access_key);
    let key = digest::mac(secret.as_bytes(), claim.date.as_bytes());
    let key = digest::mac(&key, claim.region.as_bytes());
    let key = digest::mac(&key, claim.service.as_bytes());
    digest::mac(&key, claim.terminator.as_bytes())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn incomplete(what: &str) -> Refusal {
    Refusal::new(400, "IncompleteSignatureException", format!("Authorization header requires {what}."))
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(403, "InvalidSignatureException", message)
}

fn unknown_token() -> Refusal {
    Refusal::new(403, "UnrecognizedClientException", "The security token included in the request is invalid.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_dots_and_queries_are_sorted() {
        assert_eq!(normalized("/a/./b/../c//d"), "/a/c/d");
        assert_eq!(normalized("/"), "/");
        assert_eq!(canonical_query("b=2&a=x%20y&a=%2F&c"), "a=%2F&a=x%20y&b=2&c=");
    }
}
