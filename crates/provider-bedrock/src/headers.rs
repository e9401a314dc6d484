//! The HTTP headers a host adds to a request.
//!
//! Separate because three places may set them, one may take them back, and some belong to the signature and the transport
//! alone.

use std::collections::BTreeMap;

/// The headers to send, the call's before the model's before the provider's; names are in lower case.
pub(crate) fn merged(
    provider: &BTreeMap<String, String>,
    model: &BTreeMap<String, String>,
    call: &BTreeMap<String, Option<String>>,
) -> Vec<(String, String)> {
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
    headers.into_iter().filter(|(name, _)| !is_reserved(name)).collect()
}

fn is_reserved(name: &str) -> bool {
    matches!(name, "authorization" | "host" | "content-length" | "content-type" | "transfer-encoding")
        || name.starts_with("x-amz-")
}
