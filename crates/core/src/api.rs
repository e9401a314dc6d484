//! The wire protocol a provider speaks.
//!
//! Separate from the provider's id, since one protocol can serve many configured providers: a second account,
//! another region, a proxy with a name of its own.

use crate::string_newtype::string_newtype;

string_newtype! {
    /// A wire protocol, the `api` of a provider's configuration. An open set: a plugin brings its own.
    ///
    /// ```
    /// use clawdia_core::Api;
    /// assert_eq!(Api::BEDROCK_CONVERSE_STREAM.as_str(), "bedrock-converse-stream");
    /// ```
    Api
}

impl Api {
    /// Amazon Bedrock's ConverseStream operation.
    pub const BEDROCK_CONVERSE_STREAM: Self = Self::from_static("bedrock-converse-stream");
}
