//! When and how soon to try again.
//!
//! Separate because it is the only retry layer there is (the SDK's is switched off), so its rules are in one place:
//! only before content exists, with full jitter under a cap, never sooner than the service asks.

use std::time::Duration;

use clawdia_core::{ErrorKind, ProviderError};

/// How often a call is attempted in all.
const ATTEMPTS: u32 = 4;

/// The mean of the first wait is half of this; each further one doubles.
const BASE: Duration = Duration::from_millis(500);

/// No computed wait is longer.
const CAP: Duration = Duration::from_secs(20);

/// A service that asks for a longer wait is not waited for: the caller is told instead.
const LONGEST_ASKED: Duration = Duration::from_mins(1);

/// How long to wait before attempt number `attempt` + 1, if there should be one.
///
/// `attempt` counts from 1; `random` is between 0 and 1.
pub(crate) fn wait_before_retry(error: &ProviderError, attempt: u32, random: f64) -> Option<Duration> {
    let most = match error.kind() {
        _ if !error.is_retryable() => return None,
        // A time limit of ours that passed once would pass again; the service's own `ModelTimeoutException` is worth a try.
        ErrorKind::Timeout if error.code().is_none() => return None,
        ErrorKind::Timeout => 2,
        // Deterministic as often as not.
        _ if matches!(error.code(), Some("ModelErrorException" | "ModelStreamErrorException")) => 2,
        _ => ATTEMPTS,
    };
    if attempt >= most {
        return None;
    }
    let asked = error.retry_after().unwrap_or_default();
    if asked > LONGEST_ASKED {
        return None;
    }
    let ceiling = BASE.saturating_mul(1 << (attempt - 1).min(16)).min(CAP);
    Some(asked.max(ceiling.mul_f64(random.clamp(0.0, 1.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: &ProviderError, attempt: u32, expected: Option<u64>) {
        assert_eq!(wait_before_retry(error, attempt, 1.0), expected.map(Duration::from_millis));
    }

    #[test]
    fn waits_double_and_end() {
        let throttled = ProviderError::new(ErrorKind::Throttled, "");
        check(&throttled, 1, Some(500));
        check(&throttled, 2, Some(1_000));
        check(&throttled, 3, Some(2_000));
        check(&throttled, 4, None);
    }

    #[test]
    fn what_the_service_asks_for_is_the_least() {
        let throttled = ProviderError::new(ErrorKind::Throttled, "");
        check(&throttled.clone().with_retry_after(Duration::from_secs(7)), 1, Some(7_000));
        check(&throttled.with_retry_after(Duration::from_mins(10)), 1, None);
    }

    #[test]
    fn lasting_failures_and_our_own_limits_are_not_tried_again() {
        for kind in [ErrorKind::Quota, ErrorKind::Auth, ErrorKind::InvalidRequest, ErrorKind::Timeout] {
            check(&ProviderError::new(kind, ""), 1, None);
        }
    }
}
