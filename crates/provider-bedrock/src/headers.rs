//! The HTTP headers a host adds to a request.
//!
//! Separate because three places may set them, one may take them back, and some belong to the signature and the transport
//! alone.

use std::collections::BTreeMap;

use clawdia_core::{Diagnostic, ErrorKind, HeaderFlaw, Headers, ProviderError};

/// The headers to send, the call's before the model's before the provider's; names are in lower case. Reserved ones are
/// left out, and that is said.
///
/// # Errors
/// Kind invalidRequest for a name or a value that no header can have; the value is not shown.
pub(crate) fn merged(
    provider: &Headers,
    model: &Headers,
    call: &Headers<Option<String>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Headers, ProviderError> {
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
    let mut sent = Headers::default();
    for (name, value) in headers {
        if is_reserved(&name) {
            let message =
                format!("the header `{name}` belongs to the signature or the transport and was left out");
            diagnostics.push(Diagnostic::new("bedrock_header_dropped", message));
        } else {
            check(&name, &value)?;
            sent.insert(name, value);
        }
    }
    Ok(sent)
}

fn check(name: &str, value: &str) -> Result<(), ProviderError> {
    let Some(flaw) = HeaderFlaw::of(name, value) else { return Ok(()) };
    let rule = match flaw {
        HeaderFlaw::Name => "cannot be the name of a header",
        _ => "holds a line break or another control character",
    };
    Err(ProviderError::new(ErrorKind::InvalidRequest, format!("`headers.{}` {rule}", name.escape_debug()))
        .with_attempt("build a request that Bedrock accepts")
        .with_hint(flaw.hint()))
}

fn is_reserved(name: &str) -> bool {
    matches!(name, "authorization" | "host" | "content-length" | "content-type" | "transfer-encoding")
        || name.starts_with("x-amz-")
}
