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
use crate::connection::Connection;
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
        let url = &connection.shared.runtime.address;
        let address = shown(url);
        let way = connection.way();
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
        Ok(Reached { address, proxy: way.proxy, time })
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
