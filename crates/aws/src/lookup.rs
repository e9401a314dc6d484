//! Credentials looked up when they are needed, once for all who ask, and remembered while they are good.
//!
//! Separate from the SDK's own cache, which forgets failures and does not notice when a file has changed: a machine
//! without AWS is asked again and again, and a rotated key is picked up only by a restart.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use clawdia_core::Environment;
use tokio::time::Instant;

use crate::chain::{Prospect, Search, watched};
use crate::failure::{Attempt, CredentialsFailure, CredentialsFailureKind};
use crate::http_clients::HttpClients;
use crate::settings::{AwsSettings, CredentialSettings};
use crate::shared_files::{Fingerprint, SharedFiles};
use crate::source::instance::InstanceMetadata;
use crate::source::{Found, Surroundings};

/// Credentials are renewed this long before their end, or for the last quarter of short lives.
const AHEAD: Duration = Duration::from_mins(5);

/// How long it is remembered that there are none.
const FAILURE_REMEMBERED: Duration = Duration::from_secs(30);

/// How long it is remembered that somebody did not answer: only for those who ask at once.
const SILENCE_REMEMBERED: Duration = Duration::from_secs(1);

/// How credentials that were found are kept while new ones cannot be had.
const KEPT: Duration = Duration::from_secs(30);

/// The credentials of one identity.
#[derive(Debug)]
pub(crate) struct Lookup {
    settings: AwsSettings,
    environment: Environment,
    http: HttpClients,
    instance: Arc<InstanceMetadata>,
    remembered: Mutex<Option<Remembered>>,
    /// Held by whoever looks up, so that others wait for the same answer.
    flight: tokio::sync::Mutex<()>,
}

/// The outcome of the last search, and how long it holds.
#[derive(Debug, Clone)]
struct Remembered {
    outcome: Result<Found, CredentialsFailure>,
    attempts: Vec<Attempt>,
    /// Credentials are good until then; `None` means for as long as the files stay as they are.
    fresh_until: Option<SystemTime>,
    /// A failure is not looked into again until then.
    failed_until: Instant,
    files: Vec<PathBuf>,
    fingerprint: Fingerprint,
}

/// How good what is remembered is.
enum State {
    Fresh,
    /// Could be renewed, and still works.
    Renewable,
    Stale,
}

impl Remembered {
    async fn state(&self) -> State {
        let is_recent = match &self.outcome {
            Ok(_) => self.fresh_until.is_none_or(|until| SystemTime::now() < until),
            Err(_) => Instant::now() < self.failed_until,
        };
        let is_unchanged = self.files.is_empty() || Fingerprint::of(&self.files).await == self.fingerprint;
        match &self.outcome {
            _ if is_recent && is_unchanged => State::Fresh,
            Ok(found) if is_unchanged && is_valid(found) => State::Renewable,
            Ok(_) | Err(_) => State::Stale,
        }
    }
}

fn is_valid(found: &Found) -> bool {
    found.credentials.expiry().is_none_or(|expiry| SystemTime::now() < expiry)
}

impl Lookup {
    pub(crate) fn new(
        settings: AwsSettings,
        environment: Environment,
        http: HttpClients,
        instance: Arc<InstanceMetadata>,
    ) -> Self {
        let flight = tokio::sync::Mutex::default();
        Self { settings, environment, http, instance, remembered: Mutex::default(), flight }
    }

    /// The credentials: those that are remembered, or new ones.
    pub(crate) async fn get(&self) -> Result<Found, CredentialsFailure> {
        let mut kept = None;
        if let Some(remembered) = self.remembered() {
            match remembered.state().await {
                State::Fresh => return remembered.outcome,
                State::Renewable => kept = remembered.outcome.ok(),
                State::Stale => {}
            }
        }
        let _flight = match (self.flight.try_lock(), &kept) {
            (Ok(flight), _) => flight,
            // Somebody renews them already, and those that are there still work.
            (Err(_), Some(found)) => return Ok(found.clone()),
            (Err(_), None) => self.flight.lock().await,
        };
        // Somebody may have found them since.
        if let Some(remembered) = self.remembered()
            && matches!(remembered.state().await, State::Fresh)
        {
            return remembered.outcome;
        }
        let mut found = Box::pin(self.search()).await;
        if let (Err(_), Some(kept)) = (&found.outcome, kept)
            && is_valid(&kept)
        {
            found.fresh_until = Some(SystemTime::now() + KEPT);
            found.outcome = Ok(kept);
        }
        *self.remembered.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
        found.outcome
    }

    /// Where the last search looked.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.remembered().map(|remembered| remembered.attempts).unwrap_or_default()
    }

    /// Where credentials will come from, as far as files and variables say.
    pub(crate) fn prospect(&self, files: &SharedFiles) -> Result<Prospect, CredentialsFailure> {
        let mut search = Search {
            settings: &self.settings,
            surroundings: self.surroundings(files),
            instance: &self.instance,
            attempts: Vec::new(),
        };
        search.prospect().map_err(|failure| {
            let attempts = search.attempts;
            failure.with_attempts(attempts)
        })
    }

    /// The region of the instance this program runs on.
    pub(crate) async fn instance_region(&self, files: &SharedFiles) -> Option<String> {
        self.instance.region(&self.surroundings(files)).await
    }

    /// The name of the role of the instance this program runs on.
    pub(crate) async fn instance_role(&self) -> Option<String> {
        let files = SharedFiles::read(&self.environment).await;
        self.instance.role(&self.surroundings(&files)).await
    }

    async fn search(&self) -> Remembered {
        let profile = self.settings.profile(&self.environment);
        // Looked at before the files are read: what is written in between is found by the next who asks.
        let shared = crate::shared_files::paths(&self.environment);
        let before = Fingerprint::of(&shared).await;
        let files = SharedFiles::read(&self.environment).await;
        let mut paths = watched(&self.environment, &files, profile);
        let mut fingerprint = before.and(Fingerprint::of(&paths[shared.len()..]).await);
        if matches!(self.settings.credentials, CredentialSettings::Keys { .. }) {
            // They are not from files, whatever these say.
            (paths, fingerprint) = (Vec::new(), Fingerprint::default());
        }
        let mut search = Search {
            settings: &self.settings,
            surroundings: self.surroundings(&files),
            instance: &self.instance,
            attempts: Vec::new(),
        };
        let outcome = Box::pin(search.run()).await;
        let attempts = search.attempts;
        let remembered_for = match &outcome {
            Err(failure) if failure.kind() == CredentialsFailureKind::Unavailable => SILENCE_REMEMBERED,
            Ok(_) | Err(_) => FAILURE_REMEMBERED,
        };
        Remembered {
            fresh_until: outcome.as_ref().ok().and_then(|found| fresh_until(found.credentials.expiry()?)),
            failed_until: Instant::now() + remembered_for,
            outcome,
            attempts,
            files: paths,
            fingerprint,
        }
    }

    fn surroundings<'a>(&'a self, files: &'a SharedFiles) -> Surroundings<'a> {
        let profile = self.settings.profile(&self.environment);
        let of_environment = self.settings.environment_region.as_ref().map(|(_, region)| region.as_str());
        Surroundings {
            environment: &self.environment,
            files,
            profile,
            http: &self.http,
            endpoints: &self.settings.endpoints,
            region: self
                .settings
                .configured_region
                .as_deref()
                .or(of_environment)
                .or_else(|| files.member(profile, "region")),
        }
    }

    fn remembered(&self) -> Option<Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// When credentials that end then should be renewed.
fn fresh_until(expiry: SystemTime) -> Option<SystemTime> {
    let lifetime = expiry.duration_since(SystemTime::now()).unwrap_or_default();
    expiry.checked_sub(AHEAD.min(lifetime / 4))
}

/// A lookup as the SDK takes it.
#[derive(Debug, Clone)]
pub(crate) struct SharedLookup(pub(crate) Arc<Lookup>);

impl ProvideCredentials for SharedLookup {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            match self.0.get().await {
                Ok(found) => Ok(found.credentials),
                Err(failure) => Err(CredentialsError::provider_error(failure)),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use clawdia_core::ProviderConfig;

    use super::*;
    use crate::source::FoundIn;
    use crate::trust::Trust;

    /// A lookup that can find nothing, and remembers credentials that should be renewed by now.
    fn lookup(ends_in: Duration) -> Lookup {
        let environment: Environment = [("AWS_EC2_METADATA_DISABLED", "true")].into_iter().collect();
        let settings = AwsSettings::resolve(&ProviderConfig::new("x"), &environment).unwrap();
        let http = HttpClients::new(&environment, Trust::System);
        let lookup = Lookup::new(settings, environment, http, Arc::default());
        let ends = Some(SystemTime::now() + ends_in);
        let found = Found {
            credentials: Credentials::new("AKIA", "x", None, ends, "test"),
            place: FoundIn::Container,
            detail: String::new(),
            on_instance: false,
        };
        *lookup.remembered.lock().unwrap() = Some(Remembered {
            outcome: Ok(found),
            attempts: Vec::new(),
            fresh_until: Some(SystemTime::now()),
            failed_until: Instant::now(),
            files: Vec::new(),
            fingerprint: Fingerprint::default(),
        });
        lookup
    }

    #[tokio::test]
    async fn credentials_are_kept_while_new_ones_cannot_be_had() {
        let lookup = lookup(Duration::from_mins(1));
        assert_eq!(lookup.get().await.unwrap().credentials.access_key_id(), "AKIA");
        assert!(!lookup.attempts().is_empty(), "new ones were looked for");
        assert!(matches!(lookup.remembered().unwrap().state().await, State::Fresh));
    }

    #[tokio::test]
    async fn nobody_waits_for_a_renewal_that_somebody_else_makes() {
        let lookup = lookup(Duration::from_mins(1));
        let _flight = lookup.flight.lock().await;
        assert_eq!(lookup.get().await.unwrap().credentials.access_key_id(), "AKIA");
    }

    #[tokio::test]
    async fn credentials_past_their_end_are_not_kept() {
        let failure = lookup(Duration::ZERO).get().await.unwrap_err();
        assert_eq!(failure.kind(), CredentialsFailureKind::NotFound);
    }

    #[test]
    fn credentials_are_renewed_five_minutes_or_a_quarter_of_their_life_ahead() {
        let ahead = |minutes| {
            let expiry = SystemTime::now() + Duration::from_mins(minutes);
            let ahead = expiry.duration_since(fresh_until(expiry).unwrap()).unwrap();
            ahead.as_secs().div_ceil(60)
        };
        assert_eq!((ahead(60), ahead(8)), (5, 2));
    }
}
