//! The HTTP headers a host adds to a request.
//!
//! Separate because three places may set them, one may take them back, and some belong to the signature and the transport
//! alone.

use std::collections::BTreeMap;

use clawdia_core::{Diagnostic, ErrorKind, ProviderError};

/// The headers to send, the call's before the model's before the provider's; names are in lower case. Reserved ones are
/// left out, and that is said.
///
/// # Errors
/// Kind invalidRequest for a name or a value that no header can have; the value is not shown.
pub(crate) fn merged(
    provider: &BTreeMap<String, String>,
    model: &BTreeMap<String, String>,
    call: &BTreeMap<String, Option<String>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<(String, String)>, ProviderError> {
    let mut headers = BTreeMap::new();
    for (name, value) in provider.iter().chain(model) {
        headers.insert(name.to_ascii_lowercase(), value.clone());
    }
    for (name, value) in call {
        match value {
            Some(value) => headers.insert(name.to_ascii_lowercase(), value.clone()),
            None => headers.remove(&name.to_ascii_lowercase()),
        };
    }
    let mut sent = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        if is_reserved(&name) {
            let message =
                format!("the header `{name}` belongs to the signature or the transport and was left out");
            diagnostics.push(Diagnostic::new("bedrock_header_dropped", message));
        } else {
            check(&name, &value)?;
            sent.push((name, value));
        }
    }
    Ok(sent)
}

/// Source: RFC 9110, section 5.
fn check(name: &str, value: &str) -> Result<(), ProviderError> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let rule = if name.is_empty() || !name.bytes().all(is_token) {
        "is no name of a header"
    } else if value.chars().any(|character| character.is_control() && character != '\t') {
        "has a value with control characters, which no header can have"
    } else {
        return Ok(());
    };
    Err(ProviderError::new(ErrorKind::InvalidRequest, format!("`headers.{name}` {rule}"))
        .with_attempt("build a request that Bedrock accepts"))
}

fn is_reserved(name: &str) -> bool {
    matches!(name, "authorization" | "host" | "content-length" | "content-type" | "transfer-encoding")
        || name.starts_with("x-amz-")
}
