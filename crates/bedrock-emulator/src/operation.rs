//! Routing: which operation a method and a path mean.
//!
//! The id in a path is percent-encoded and may itself contain encoded slashes (ARNs do), so the
//! path is taken apart by what stands around the id, and only the id is decoded.

use std::fmt;

use http::Method;
use percent_encoding::percent_decode_str;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `POST /model/{id}/converse`
    Converse,
    /// `POST /model/{id}/converse-stream`
    ConverseStream,
    /// `POST /model/{id}/count-tokens`
    CountTokens,
    /// `GET /foundation-models`
    ListFoundationModels,
    /// `GET /foundation-models/{id}`
    GetFoundationModel,
    /// `GET /foundation-model-availability/{id}`
    GetFoundationModelAvailability,
    /// `GET /inference-profiles`
    ListInferenceProfiles,
    /// `GET /inference-profiles/{id}`
    GetInferenceProfile,
    /// Anything else.
    Unknown,
}

impl Operation {
    /// The operation behind a method and a raw path, with the decoded id it is about.
    pub(crate) fn of(method: &Method, path: &str) -> (Self, Option<String>) {
        let (operation, id) = match *method {
            Method::POST => Self::of_invocation(path),
            Method::GET => Self::of_query(path),
            _ => (Self::Unknown, None),
        };
        match id {
            None => (operation, None),
            Some(id) => match percent_decode_str(id).decode_utf8() {
                Ok(id) if !id.is_empty() => (operation, Some(id.into_owned())),
                _ => (Self::Unknown, None),
            },
        }
    }

    fn of_invocation(path: &str) -> (Self, Option<&str>) {
        let Some((id, action)) = path.strip_prefix("/model/").and_then(|rest| rest.rsplit_once('/')) else {
            return (Self::Unknown, None);
        };
        match action {
            "converse" => (Self::Converse, Some(id)),
            "converse-stream" => (Self::ConverseStream, Some(id)),
            "count-tokens" => (Self::CountTokens, Some(id)),
            _ => (Self::Unknown, None),
        }
    }

    fn of_query(path: &str) -> (Self, Option<&str>) {
        if let Some(id) = path.strip_prefix("/foundation-models/") {
            (Self::GetFoundationModel, Some(id))
        } else if let Some(id) = path.strip_prefix("/foundation-model-availability/") {
            (Self::GetFoundationModelAvailability, Some(id))
        } else if let Some(id) = path.strip_prefix("/inference-profiles/") {
            (Self::GetInferenceProfile, Some(id))
        } else {
            match path {
                "/foundation-models" => (Self::ListFoundationModels, None),
                "/inference-profiles" => (Self::ListInferenceProfiles, None),
                _ => (Self::Unknown, None),
            }
        }
    }

    /// Whether it asks a model to speak, so that scripted replies apply to it.
    pub fn is_invocation(self) -> bool {
        matches!(self, Self::Converse | Self::ConverseStream)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &Method, path: &str, operation: Operation, id: Option<&str>) {
        assert_eq!(Operation::of(method, path), (operation, id.map(str::to_owned)));
    }

    #[test]
    fn ids_survive_their_encoding() {
        let id = "anthropic.claude-v1:0";
        check(&Method::POST, "/model/anthropic.claude-v1%3A0/converse", Operation::Converse, Some(id));
        check(
            &Method::POST,
            "/model/anthropic.claude-v1:0/converse-stream",
            Operation::ConverseStream,
            Some(id),
        );
        let arn = "arn:aws:bedrock:us-east-1:1:inference-profile/us.x";
        let encoded = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.x/converse";
        check(&Method::POST, encoded, Operation::Converse, Some(arn));
        check(&Method::POST, &format!("/model/{arn}/converse"), Operation::Converse, Some(arn));
        check(
            &Method::GET,
            "/inference-profiles/us.x%2Fconverse",
            Operation::GetInferenceProfile,
            Some("us.x/converse"),
        );
    }

    #[test]
    fn other_paths_and_methods_are_unknown() {
        for path in [
            "/",
            "",
            "/model",
            "/model//converse",
            "/model/x/invoke",
            "/model/%ff/converse",
            "/models/x/converse",
        ] {
            check(&Method::POST, path, Operation::Unknown, None);
        }
        check(&Method::GET, "/model/x/converse", Operation::Unknown, None);
        check(&Method::POST, "/foundation-models", Operation::Unknown, None);
    }
}
