//! Whether the service can be reached at all, and what time it is there.
//!
//! Separate from calling it: nothing is signed and nothing is asked for, so that whatever fails is the network's fault and
//! not that of credentials or permissions.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::aws::{Aws, AwsError};
use crate::connection::{Connection, Plane};
use crate::connection_failure::{ConnectionFailure, Way};
use crate::endpoint::shown;
use crate::exchange::{ExchangeLimits, request};

const CONNECT: Duration = Duration::from_secs(5);
/// Until the head of the answer is there, connecting included.
const TOTAL: Duration = Duration::from_secs(8);

/// A service that answered, whatever it said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reached {
    /// The address.
    pub address: String,
    /// The proxy in between.
    pub proxy: Option<String>,
    /// The service's time when it answered, to the second.
    pub time: Option<SystemTime>,
    /// The HTTP status of the answer, which is a refusal where all is well: nothing was asked for.
    pub status: u16,
    /// Whose answer it looks like.
    pub answerer: Answerer,
}

/// Whose an answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answerer {
    /// AWS's own: it has an id, as each of its answers.
    Aws,
    /// Maybe somebody else's: it has no id. A gateway answers as it likes.
    Unknown,
    /// Somebody else's: a web page at AWS's own address, such as a network shows before it lets anybody through.
    Stranger,
}

impl Reached {
    /// What to look at where it does not look like AWS.
    pub fn hint(&self) -> Option<&'static str> {
        match self.answerer {
            Answerer::Aws => None,
            Answerer::Unknown => {
                Some("check that the endpoint is one of Amazon Bedrock or of a gateway to it")
            }
            Answerer::Stranger => Some("sign in to the network, or set HTTPS_PROXY to its proxy"),
        }
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} answers", self.address)?;
        if let Some(proxy) = &self.proxy {
            write!(formatter, " through the proxy {proxy}")?;
        }
        write!(formatter, " with status {}", self.status)?;
        match self.answerer {
            Answerer::Aws => Ok(()),
            Answerer::Unknown => formatter.write_str(", without the id that each answer of AWS has"),
            Answerer::Stranger => formatter.write_str(" and a web page, which AWS does not"),
        }
    }
}

/// Why there was no answer.
///
/// `Display` says what went wrong, [`hint`](Self::hint) what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    address: String,
    way: Way,
    failure: ConnectionFailure,
}

impl Aws {
    /// Tries to reach the service that runs models, for at most eight seconds.
    ///
    /// # Errors
    /// When nothing answered.
    pub async fn reach(&self, connection: &Connection) -> Result<Reached, Unreachable> {
        self.reach_plane(&connection.shared.runtime, connection.way()).await
    }

    /// As [`reach`](Self::reach), of the control plane, which lists models.
    ///
    /// # Errors
    /// When nothing answered.
    pub async fn reach_control_plane(&self, connection: &Connection) -> Result<Reached, Unreachable> {
        self.reach_plane(&connection.shared.control, connection.control_plane_way()).await
    }

    async fn reach_plane(&self, plane: &Plane, way: Way) -> Result<Reached, Unreachable> {
        let url = &plane.address;
        let address = shown(url);
        let fail = |failure| Unreachable { address: address.clone(), way: way.clone(), failure };
        let http =
            self.http().await.map_err(|error: AwsError| fail(ConnectionFailure::other(error.to_string())))?;
        let limits = ExchangeLimits { connect: CONNECT, total: TOTAL };
        let request = request("GET", url, &[])
            .map_err(|error| fail(ConnectionFailure::no_address(error.to_string())))?;
        let answer = http.routed(&limits.connector_settings()).call(request);
        let response = match tokio::time::timeout(TOTAL, answer).await {
            Err(_) => return Err(fail(ConnectionFailure::silence(TOTAL))),
            Ok(Err(error)) => return Err(fail(ConnectionFailure::of(&error))),
            Ok(Ok(response)) => response,
        };
        let time =
            response.headers().get("date").and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        let time = time.and_then(|time| SystemTime::try_from(time).ok());
        let has_id =
            ["x-amzn-requestid", "x-amz-request-id"].iter().any(|id| response.headers().get(id).is_some());
        let kind = response.headers().get("content-type").unwrap_or_default();
        let is_page = kind.trim_start().to_ascii_lowercase().starts_with("text/html");
        let answerer = match (has_id, is_page && plane.endpoint.is_none()) {
            (true, _) => Answerer::Aws,
            (false, true) => Answerer::Stranger,
            (false, false) => Answerer::Unknown,
        };
        Ok(Reached { address, proxy: way.proxy, time, status: response.status().as_u16(), answerer })
    }
}

impl Unreachable {
    /// What to do next.
    pub fn hint(&self) -> String {
        self.failure.hint(&self.way)
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.address)?;
        if let Some(proxy) = &self.way.proxy {
            write!(formatter, " through the proxy {proxy}")?;
        }
        write!(formatter, ": {}", self.failure)
    }
}

impl std::error::Error for Unreachable {}
