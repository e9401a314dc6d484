//! As whom and where this provider calls, and whether that works: what a host shows to people.
//!
//! Separate from calling: nothing here is on the way of a request.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clawdia_aws::{Aws, CredentialsFailure, CredentialsFailureKind, FoundCredentials, Identity};
use clawdia_core::{Determined, ErrorKind, HostContext, ProviderError, ProviderStatus, Step};

use crate::provider::BedrockProvider;

/// A signature is good for five minutes in both directions.
const MOST_SKEW: Duration = Duration::from_mins(5);

/// Looks credentials up, and says as whom and where calls go.
pub(crate) async fn status(provider: &BedrockProvider, host: &HostContext) -> ProviderStatus {
    let mut status = ProviderStatus::default();
    let settings = provider.settings();
    let identity = match Aws::of(host).identify(&settings.aws, None).await {
        Ok(identity) => identity,
        Err(error) => {
            status.problem = Some(provider.unusable(&error));
            return status;
        }
    };
    status.region = Some(Determined::new(&identity.region, identity.region_origin.to_string()));
    status.endpoint = Some(Determined::new(&identity.endpoint, identity.endpoint_origin.to_string()));
    let source = identity.source.to_string();
    match identity.credentials {
        Ok(found) => {
            status.expires_at_ms = found.expires.and_then(milliseconds);
            status.credentials = Some(Determined::new(source, found.detail));
        }
        Err(failure) => {
            status.credentials = Some(Determined::new(source, "there are none"));
            let attempt = format!("find AWS credentials for `{}`", settings.id);
            let error = ProviderError::new(kind(&failure), failure.to_string());
            status.problem = Some(error.with_attempt(attempt).with_hint(failure.hint()));
        }
    }
    status
}

fn kind(failure: &CredentialsFailure) -> ErrorKind {
    match failure.kind() {
        CredentialsFailureKind::Unavailable => ErrorKind::Transport,
        _ => ErrorKind::Auth,
    }
}

fn milliseconds(time: SystemTime) -> Option<u64> {
    u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

/// Tries in turn what a call needs before the service decides about it.
pub(crate) async fn examine(provider: &BedrockProvider, host: &HostContext) -> Vec<Step> {
    let aws = Aws::of(host);
    let settings = &provider.settings().aws;
    // Region, endpoint, proxy and certificates are settled together, before anybody looks for credentials.
    let (identity, connection) = match (aws.identify(settings, None).await, aws.connect(settings, None).await)
    {
        (Ok(identity), Ok(connection)) => (identity, connection),
        (Err(error), _) | (_, Err(error)) => {
            let step = Step::not_ok("AWS settings", error.to_string());
            return vec![step.with_remedy("correct what is named"), unreached("AWS settings")];
        }
    };
    let mut steps = vec![
        credentials(&identity),
        Step::ok("region", format!("{} ({})", identity.region, identity.region_origin)),
        Step::ok("endpoint", format!("{} ({})", identity.endpoint, identity.endpoint_origin)),
    ];
    if identity.credentials.is_err() {
        steps.push(unreached("credentials"));
        return steps;
    }
    match aws.reach(&connection).await {
        Ok(reached) => {
            let way = reached.proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
            steps.push(Step::ok("connection", format!("{} answers{way}", reached.address)));
            steps.push(clock(host.now(), reached.time));
        }
        Err(unreachable) => {
            steps.push(Step::not_ok("connection", unreachable.to_string()).with_remedy(unreachable.hint()));
        }
    }
    steps
}

fn unreached(failed: &str) -> Step {
    Step::skipped("connection", format!("`{failed}` comes first"))
}

fn credentials(identity: &Identity) -> Step {
    match &identity.credentials {
        Ok(FoundCredentials { account, .. }) => {
            let account = account.as_ref().map(|account| format!(", account {account}")).unwrap_or_default();
            Step::ok("credentials", format!("{identity}{account}"))
        }
        Err(failure) => {
            Step::not_ok("credentials", format!("{}: {failure}", identity.source)).with_remedy(failure.hint())
        }
    }
}

/// Compares this machine's time with the service's.
fn clock(here: SystemTime, there: Option<SystemTime>) -> Step {
    const NAME: &str = "clock";
    let Some(there) = there else { return Step::skipped(NAME, "the service does not say what time it is") };
    let (skew, direction) = match here.duration_since(there) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    match skew.as_secs() {
        0..=2 => Step::ok(NAME, "as the service's"),
        seconds if skew < MOST_SKEW => Step::ok(NAME, format!("{seconds} s {direction} the service's")),
        seconds => Step::not_ok(NAME, format!("it is {} min {direction} the service's", seconds / 60))
            .with_remedy("set this machine's clock, for example with `timedatectl set-ntp true`"),
    }
}

#[cfg(test)]
mod tests {
    use clawdia_core::Outcome;

    use super::*;

    #[track_caller]
    fn check(ahead: i64, outcome: Outcome, detail: &str) {
        let there = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let here = UNIX_EPOCH + Duration::from_secs(u64::try_from(1_000_000 + ahead).unwrap());
        let step = clock(here, Some(there));
        assert_eq!((step.outcome, step.detail.as_str()), (outcome, detail));
    }

    #[test]
    fn a_clock_may_be_five_minutes_off() {
        check(1, Outcome::Ok, "as the service's");
        check(-30, Outcome::Ok, "30 s behind the service's");
        check(299, Outcome::Ok, "299 s ahead of the service's");
        check(-600, Outcome::NotOk, "it is 10 min behind the service's");
        assert_eq!(clock(UNIX_EPOCH, None).outcome, Outcome::Skipped);
    }
}
