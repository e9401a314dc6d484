//! AWS Signature Version 4, recomputed from the request as it came over the wire.
//!
//! The verifier is written against the published algorithm and not against a signer, so that a
//! client whose signer is wrong finds out here and not at the real service.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::credentials::Credentials;
use crate::digest;
use crate::refusal::Refusal;

/// The name under which both planes of Bedrock are signed.
const SERVICE: &str = "bedrock";
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

/// Checks a request that claims to be signed.
pub(crate) fn verify(
    parts: &Parts,
    body: &[u8],
    authorization: &str,
    accepted: &[Credentials],
    region: &str,
    now: SystemTime,
) -> Result<(), Refusal> {
    let claim = read_claim(authorization)?;
    let moment = header(&parts.headers, "x-amz-date").or_else(|| header(&parts.headers, "date"));
    let moment = moment.ok_or_else(|| incomplete("existence of either a 'X-Amz-Date' or a 'Date' header"))?;
    let credentials = accepted
        .iter()
        .find(|credentials| credentials.access_key_id == claim.access_key_id)
        .ok_or_else(unknown_token)?;
    check_scope(&claim, region, moment)?;
    check_clock(moment, now)?;
    check_session_token(parts, credentials)?;
    check_signed_headers(parts, &claim)?;
    check_payload_hash(&parts.headers, body)?;

    let canonical = canonical_request(parts, body, claim.signed_headers);
    let to_sign = format!(
        "{ALGORITHM}\n{moment}\n{}\n{}",
        claim.scope,
        digest::hexadecimal(&digest::sha256(canonical.as_bytes()))
    );
    let signature = digest::hexadecimal(&digest::mac(&signing_key(credentials, &claim), to_sign.as_bytes()));
    if !digest::equal(signature.as_bytes(), claim.signature.as_bytes()) {
        return Err(invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS \
             Secret Access Key and signing method. Consult the service documentation for details.",
        ));
    }
    if credentials.expired {
        return Err(Refusal::new(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ));
    }
    Ok(())
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

fn check_scope(claim: &Claim<'_>, region: &str, moment: &str) -> Result<(), Refusal> {
    if claim.region != region {
        return Err(invalid(&format!(
            "Credential should be scoped to a valid region, not '{}'.",
            claim.region
        )));
    }
    if claim.service != SERVICE {
        return Err(invalid(&format!("Credential should be scoped to correct service: '{SERVICE}'.")));
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
    let Some(signed_at) = parse_moment(moment) else {
        return Err(Refusal::new(
            400,
            "IncompleteSignatureException",
            format!(
                "Date must be in ISO-8601 'basic format'. Got '{moment}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ),
        ));
    };
    let (earliest, latest) = (now - SKEW, now + SKEW);
    let written = format_moment(now);
    if signed_at < earliest {
        return Err(invalid(&format!(
            "Signature expired: {moment} is now earlier than {} ({written} - 5 min.)",
            format_moment(earliest)
        )));
    }
    if signed_at > latest {
        return Err(invalid(&format!(
            "Signature not yet current: {moment} is still later than {} ({written} + 5 min.)",
            format_moment(latest)
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

/// Reads `20260131T235959Z`.
fn parse_moment(text: &str) -> Option<SystemTime> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<u64> {
        let digits = text.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(9..11)?, number(11..13)?, number(13..15)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Writes a moment as `20260131T235959Z`.
pub(crate) fn format_moment(moment: SystemTime) -> String {
    let seconds = moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (year, month, day) = date_of(seconds / 86_400);
    let time = seconds % 86_400;
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", time / 3_600, time / 60 % 60, time % 60)
}

// Both directions count days from the first of March, 400 years at a time, so that the leap day
// is the last of a year and needs no case of its own.
fn days_since_epoch(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn date_of(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_written() {
        for seconds in [0, 951_782_399, 951_782_400, 1_709_164_800, 1_798_761_599, 4_107_542_400_u64] {
            let moment = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(parse_moment(&format_moment(moment)), Some(moment));
        }
        assert_eq!(format_moment(UNIX_EPOCH + Duration::from_secs(951_786_123)), "20000229T010203Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in
            ["", "20260131", "20261331T000000Z", "2026é131T00000Z", "20260131T250000Z", "20260131 000000Z"]
        {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn paths_lose_their_dots_and_queries_are_sorted() {
        assert_eq!(normalized("/a/./b/../c//d"), "/a/c/d");
        assert_eq!(normalized("/"), "/");
        assert_eq!(canonical_query("b=2&a=x%20y&a=%2F&c"), "a=%2F&a=x%20y&b=2&c=");
    }
}
