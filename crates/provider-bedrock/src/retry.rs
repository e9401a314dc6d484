//! When and how soon to try again.
//!
//! Separate because it is the only retry layer there is (the SDK's is switched off), so its rules are in one place:
//! only before content exists, with full jitter under a cap, never sooner than the service asks, and within a budget of
//! time that all waits of a call share.

use std::time::Duration;

use clawdia_core::{ErrorKind, ProviderError};

use crate::config::RetriesConfig;

/// How often a call is tried again where nothing says.
const RETRIES: u32 = 3;

/// The mean of the first wait is half of this; each further one doubles.
const BASE: Duration = Duration::from_millis(500);

/// No computed wait is longer where nothing says.
const MAX_DELAY: Duration = Duration::from_secs(20);

/// All waits of a call together where nothing says.
const BUDGET: Duration = Duration::from_mins(1);

/// The attempts of one call, and what is left of its budget.
#[derive(Debug, Clone)]
pub(crate) struct Retries {
    most: u32,
    max_delay: Duration,
    left: Duration,
    /// Attempts that failed so far.
    failed: u32,
}

impl Retries {
    pub(crate) fn new(config: &RetriesConfig) -> Self {
        let milliseconds = |ms: Option<u64>, default| ms.map_or(default, Duration::from_millis);
        Self {
            most: config.max_retries.unwrap_or(RETRIES),
            max_delay: milliseconds(config.max_delay_ms, MAX_DELAY),
            left: milliseconds(config.budget_ms, BUDGET),
            failed: 0,
        }
    }

    /// Which attempt failed last, from 1.
    pub(crate) fn attempt(&self) -> u32 {
        self.failed
    }

    /// How long to wait before the next attempt after one that failed with `error`, if there should be one.
    ///
    /// `random` is between 0 and 1.
    pub(crate) fn next_wait(&mut self, error: &ProviderError, random: f64) -> Option<Duration> {
        self.failed += 1;
        if self.failed > self.most_for(error)? {
            return None;
        }
        let asked = error.retry_after().unwrap_or_default();
        let ceiling = BASE.saturating_mul(1 << (self.failed - 1).min(16)).min(self.max_delay);
        let wait = asked.max(ceiling.mul_f64(random.clamp(0.0, 1.0)));
        // A service that asks for more than is left is not waited for: the caller is told instead.
        self.left = self.left.checked_sub(wait)?;
        Some(wait)
    }

    /// How often a failure is worth another try; `None` for never.
    fn most_for(&self, error: &ProviderError) -> Option<u32> {
        match error.kind() {
            _ if !error.is_retryable() => None,
            // A time limit of ours that passed once would pass again; the service's own is worth a try.
            ErrorKind::Timeout if error.code().is_none() && error.status().is_none() => None,
            ErrorKind::Timeout => Some(self.most.min(1)),
            // Deterministic as often as not.
            _ if is_the_models(error) => Some(self.most.min(1)),
            _ => Some(self.most),
        }
    }
}

/// Whether it was the model that failed, rather than the service around it.
fn is_the_models(error: &ProviderError) -> bool {
    const FAILED_DEPENDENCY: u16 = 424;
    matches!(error.code(), Some("ModelErrorException" | "ModelStreamErrorException"))
        || error.status() == Some(FAILED_DEPENDENCY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn defaults() -> Retries {
        Retries::new(&RetriesConfig::default())
    }

    fn throttled() -> ProviderError {
        ProviderError::new(ErrorKind::Throttled, "")
    }

    #[track_caller]
    fn check(retries: &mut Retries, error: &ProviderError, expected: Option<u64>) {
        assert_eq!(retries.next_wait(error, 1.0), expected.map(Duration::from_millis));
    }

    #[test]
    fn waits_double_and_end() {
        let mut retries = defaults();
        for expected in [Some(500), Some(1_000), Some(2_000), None] {
            check(&mut retries, &throttled(), expected);
        }
        assert_eq!(retries.attempt(), 4);
    }

    #[test]
    fn what_the_service_asks_for_is_the_least() {
        check(&mut defaults(), &throttled().with_retry_after(Duration::from_secs(7)), Some(7_000));
        let long = throttled().with_retry_after(Duration::from_mins(10));
        check(&mut defaults(), &long, None);
    }

    #[test]
    fn waits_keep_to_their_cap_and_together_to_the_budget() {
        let config = RetriesConfig { max_retries: Some(10), max_delay_ms: Some(700), budget_ms: Some(2_000) };
        let mut retries = Retries::new(&config);
        for expected in [Some(500), Some(700), Some(700), None] {
            check(&mut retries, &throttled(), expected);
        }
        let none = RetriesConfig { max_retries: Some(0), ..RetriesConfig::default() };
        check(&mut Retries::new(&none), &throttled(), None);
    }

    #[test]
    fn what_the_model_itself_failed_at_is_tried_once_more() {
        for (kind, code) in [
            (ErrorKind::Timeout, "ModelTimeoutException"),
            (ErrorKind::Server, "ModelErrorException"),
            (ErrorKind::Server, "ModelStreamErrorException"),
        ] {
            let error = ProviderError::new(kind, "").with_code(code);
            let mut retries = defaults();
            check(&mut retries, &error, Some(500));
            check(&mut retries, &error, None);
        }
    }

    #[test]
    fn lasting_failures_and_our_own_limits_are_not_tried_again() {
        for kind in [ErrorKind::Quota, ErrorKind::Auth, ErrorKind::InvalidRequest, ErrorKind::Timeout] {
            check(&mut defaults(), &ProviderError::new(kind, ""), None);
        }
    }

    proptest! {
        #[test]
        fn no_wait_is_shorter_than_asked_or_longer_than_allowed(
            asked in 0u64..3_000,
            cap in 0u64..3_000,
            budget in 0u64..9_000,
            draws in prop::collection::vec(0.0f64..=1.0, 1..8),
        ) {
            let config = RetriesConfig { max_retries: Some(6), max_delay_ms: Some(cap), budget_ms: Some(budget) };
            let mut retries = Retries::new(&config);
            let error = throttled().with_retry_after(Duration::from_millis(asked));
            let mut waited = Duration::ZERO;
            for random in draws {
                let Some(wait) = retries.next_wait(&error, random) else { break };
                prop_assert!(wait >= Duration::from_millis(asked));
                prop_assert!(wait <= Duration::from_millis(asked.max(cap)));
                waited += wait;
            }
            prop_assert!(waited <= Duration::from_millis(budget));
            prop_assert!(retries.attempt() <= 8);
        }
    }
}
