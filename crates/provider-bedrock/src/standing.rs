//! As whom and where this provider calls, and whether that works: what a host shows to people.
//!
//! Separate from calling: nothing here is on the way of a request.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clawdia_aws::{
    Answerer, Aws, CredentialsFailure, CredentialsFailureKind, FoundCredentials, Identity, RegionOrigin,
};
use clawdia_core::{Determined, ErrorKind, HostContext, ProviderError, ProviderStatus, Step, StepSink};

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
    status.region = Some(Determined::new(&identity.region, told(&identity.region_origin)));
    status.endpoint = Some(Determined::new(&identity.endpoint, identity.endpoint_origin.to_string()));
    let source = identity.source.to_string();
    match identity.credentials {
        Ok(found) => {
            status.expires_at_ms = found.expires.and_then(milliseconds);
            status.credentials = Some(Determined::new(source, found.detail));
        }
        Err(failure) => {
            let attempt = format!("find AWS credentials for `{}`", settings.id);
            let message = format!("{source}: {}", in_lines(&failure));
            let error = ProviderError::new(kind(&failure), message);
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

/// The names of the steps that take a connection.
const CONNECTION: &str = "connection";
const CLOCK: &str = "clock";

/// Tries in turn what a call needs before the service decides about it.
pub(crate) async fn examine(provider: &BedrockProvider, host: &HostContext, steps: &mut dyn StepSink) {
    const SETTINGS: &str = "AWS settings";
    let aws = Aws::of(host);
    let settings = &provider.settings().aws;
    // Region, endpoint, proxy and certificates are settled together, before anybody looks for credentials.
    steps.trying(SETTINGS);
    let connection = match aws.connect(settings, None).await {
        Ok(connection) => connection,
        Err(error) => {
            let detail = crate::transport::with_causes(&error);
            steps.done(Step::not_ok(SETTINGS, detail).with_remedy("correct what is named"));
            for name in ["credentials", "region", "endpoint", CONNECTION, CLOCK] {
                steps.done(comes_first(name, SETTINGS));
            }
            return;
        }
    };
    steps.trying("credentials");
    let identity = match aws.identify(settings, None).await {
        Ok(identity) => identity,
        Err(error) => {
            steps.done(Step::not_ok("credentials", error.to_string()).with_remedy("correct what is named"));
            return;
        }
    };
    steps.done(credentials(&identity));
    let found = |value: &str, origin: &str| format!("{value} ({origin})");
    steps.done(Step::ok("region", found(&identity.region, &told(&identity.region_origin))));
    steps.done(Step::ok("endpoint", found(&identity.endpoint, &identity.endpoint_origin.to_string())));
    if identity.credentials.is_err() {
        steps.done(comes_first(CONNECTION, "credentials"));
        steps.done(comes_first(CLOCK, "credentials"));
        return;
    }
    steps.trying(CONNECTION);
    match aws.reach(&connection).await {
        Ok(reached) => {
            let step = match reached.answerer {
                Answerer::Stranger => Step::not_ok(CONNECTION, reached.to_string()),
                _ => Step::ok(CONNECTION, reached.to_string()),
            };
            steps.done(match reached.hint() {
                Some(hint) => step.with_remedy(hint),
                None => step,
            });
            steps.done(clock(host.now(), reached.time));
        }
        Err(unreachable) => {
            let step = Step::not_ok(CONNECTION, unreachable.to_string());
            steps.done(step.with_remedy(unreachable.hint()));
            steps.done(comes_first(CLOCK, CONNECTION));
        }
    }
}

fn comes_first(name: &str, failed: &str) -> Step {
    Step::skipped(name, format!("`{failed}` comes first"))
}

fn credentials(identity: &Identity) -> Step {
    match &identity.credentials {
        Ok(FoundCredentials { account, .. }) => {
            let account = account.as_ref().map(|account| format!(", account {account}")).unwrap_or_default();
            Step::ok("credentials", format!("{identity}{account}"))
        }
        Err(failure) => Step::not_ok("credentials", format!("{}: {}", identity.source, in_lines(failure)))
            .with_remedy(failure.hint()),
    }
}

/// A failure, with the places that were asked in lines of their own.
fn in_lines(failure: &CredentialsFailure) -> String {
    if failure.kind() != CredentialsFailureKind::NotFound || failure.attempts().is_empty() {
        return failure.to_string();
    }
    let tried = failure.attempts().iter().map(|attempt| format!("\n- {attempt}"));
    format!("there are none; tried, in this order:{}", tried.collect::<String>())
}

/// Who says which region is called.
fn told(origin: &RegionOrigin) -> String {
    match origin {
        RegionOrigin::Option => "`region` of the provider".to_owned(),
        other => other.to_string(),
    }
}

/// Compares this machine's time with the service's.
fn clock(here: SystemTime, there: Option<SystemTime>) -> Step {
    const NAME: &str = CLOCK;
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
