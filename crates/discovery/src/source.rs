//! The source: when the service is asked, what is kept, and what is said when it cannot be asked.
//!
//! Separate from the pieces it puts together; what is decided here is only their order. As long as a kept list is good,
//! nothing is made that could reach a network: no client, no credentials.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use clawdia_aws::{Aws, AwsError, AwsSettings, Connection, CredentialsFailureKind};
use clawdia_core::{
    Coverage, Discovery, ErrorKind, Freshness, HostContext, ModelId, ModelSource, ProviderError, StepSink,
};
use futures_util::FutureExt;
use tokio::time::Instant;

use crate::catalog::{Catalog, Terms, catalog};
use crate::control_plane::ControlPlane;
use crate::failure::{is_expired_credentials, without_password};
use crate::kept::{Kept, KeptFile, Place};
use crate::listing::{Gap, Listing, ProfileKind};
use crate::lock::Lock;
use crate::settings::DiscoverySettings;
use crate::shelf::{Refreshed, Shelf, Slot};
use crate::{examination, fetch};

/// How long a refresh may take while there is an older list to give instead.
const DEADLINE_BESIDE_KEPT: Duration = Duration::from_secs(8);

/// How long nobody is asked again after a refresh failed, while there is an older list to give instead.
const FAILURE_REMEMBERED: Duration = Duration::from_secs(30);

/// The models of Bedrock that one identity can use in one region.
#[derive(Clone)]
pub(crate) struct BedrockSource {
    settings: Arc<DiscoverySettings>,
    host: HostContext,
    shelf: Arc<Shelf>,
}

impl fmt::Debug for BedrockSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BedrockSource").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A list that is wanted.
#[derive(Debug, Clone)]
struct Want {
    freshness: Freshness,
    /// When it began to be wanted, in milliseconds since the Unix epoch.
    since_ms: u64,
    connection: Connection,
    place: Place,
    /// Where the provider calls, if that is another region.
    called_region: Option<String>,
    slot: Arc<Slot>,
    file: Option<KeptFile>,
    /// How many new lists there were by then.
    count: u64,
}

impl BedrockSource {
    pub(crate) fn new(settings: DiscoverySettings, host: &HostContext) -> Self {
        Self { settings: Arc::new(settings), host: host.clone(), shelf: Shelf::of(host) }
    }

    /// Why nobody may ever be asked.
    pub(crate) fn switched_off(&self) -> Option<&'static str> {
        if self.settings.enabled == Some(false) {
            return Some("`models.bedrockDiscovery.enabled` is false");
        }
        self.settings.has_foreign_key.then_some(
            "the provider's `apiKey` is for its `baseUrl`, which is none of AWS's; AWS is not asked with it",
        )
    }

    pub(crate) fn aws(&self) -> Arc<Aws> {
        Aws::of(&self.host)
    }

    pub(crate) fn settings(&self) -> &DiscoverySettings {
        &self.settings
    }

    /// The error for what stands between the provider and AWS.
    fn unconnected(&self, error: AwsError) -> ProviderError {
        ProviderError::new(ErrorKind::InvalidRequest, error.to_string())
            .with_attempt(format!("connect the provider `{}` to AWS", self.settings.provider))
            .with_source(error)
    }

    /// Where to ask and as whom. Reads shared files, and asks an instance for its region where nobody names one.
    pub(crate) async fn connect(&self, aws: &AwsSettings) -> Result<Connection, ProviderError> {
        let connected = Aws::of(&self.host).connect(aws, None).await;
        connected.map_err(|error| self.unconnected(error))
    }

    /// Why not to ask although it is not switched off: unless the configuration insists, there must be credentials.
    async fn reason_not_to_ask(&self) -> Option<String> {
        if self.settings.enabled.is_some() {
            return None;
        }
        let detection = Aws::of(&self.host).detect(&self.settings.aws).await;
        let failure = detection.failure?;
        // Where they were looked for is a long list, and examining the provider shows it. Credentials that are there and
        // cannot be used are no reason: asking says what is wrong with them.
        (failure.kind() == CredentialsFailureKind::NotFound)
            .then(|| format!("no AWS credentials were found; {}", failure.hint()))
    }

    /// When it must be over what begins now.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.settings.deadline
    }

    pub(crate) fn control_plane(&self, connection: &Connection, deadline: Instant) -> ControlPlane {
        ControlPlane::new(connection, self.settings.connect_timeout, deadline)
    }

    /// The time limit of everything, as an error.
    pub(crate) fn too_late(&self) -> ProviderError {
        self.later_than(self.settings.deadline)
    }

    fn later_than(&self, limit: Duration) -> ProviderError {
        let message = format!("it took longer than {} ms", limit.as_millis());
        ProviderError::new(ErrorKind::Timeout, message)
            .with_attempt(format!("list the models of `{}`", self.settings.provider))
            .with_hint("check the network, a proxy, the region and the endpoint")
    }

    /// How long a refresh may take.
    fn limit(&self, freshness: Freshness, is_kept: bool) -> Duration {
        let deadline = self.settings.deadline;
        // Whoever insists on a new list waits for it.
        if is_kept && freshness == Freshness::Cached { deadline.min(DEADLINE_BESIDE_KEPT) } else { deadline }
    }

    /// Reads a listing by this source's settings.
    pub(crate) fn catalog(&self, listing: &Listing, region: &str) -> Catalog {
        let settings = &self.settings;
        let terms = Terms {
            provider: &settings.provider,
            region,
            filter: &settings.filter,
            preference: settings.preference,
            default_context_window: settings.default_context_window,
            default_max_tokens: settings.default_max_tokens,
            now: self.host.now(),
        };
        catalog(listing, &terms)
    }

    async fn want(&self, freshness: Freshness) -> Result<Want, ProviderError> {
        let connection = self.connect(&self.settings.aws).await?;
        let called_region = match &self.settings.calling {
            Some(calling) => Some(self.connect(calling).await?.region().to_owned()),
            None => None,
        };
        // Who an instance is, it has to be asked. Where no list was ever kept, that would only cost time.
        let is_kept = || {
            let directory = self.host.state_dir().map(KeptFile::directory);
            !self.shelf.is_empty() || directory.is_some_and(|directory| directory.is_dir())
        };
        let identity = match freshness {
            Freshness::Offline if !is_kept() => String::new(),
            _ => connection.identity_key().await,
        };
        let place = Place {
            identity,
            region: connection.region().to_owned(),
            endpoint: connection.control_plane_endpoint().map(without_password),
            filter: self.settings.filter.makers().to_vec(),
        };
        let slot = self.shelf.slot(&place);
        let file = self.host.state_dir().map(|directory| KeptFile::of(directory, &place));
        let (_, count) = slot.kept();
        let called_region = called_region.filter(|region| *region != place.region);
        Ok(Want {
            freshness,
            since_ms: self.host.now_ms(),
            connection,
            place,
            called_region,
            slot,
            file,
            count,
        })
    }

    /// What is kept, whatever its age; the younger of memory and disk.
    fn kept(&self, want: &Want) -> Option<Arc<Kept>> {
        self.settings.refresh_interval?;
        let (in_memory, _) = want.slot.kept();
        if in_memory.as_deref().is_some_and(|kept| self.is_fresh(kept)) {
            return in_memory;
        }
        // Another process may have asked meanwhile.
        let on_disk = want.file.as_ref().and_then(|file| file.read(&want.place)).map(Arc::new);
        match (in_memory, on_disk) {
            (Some(in_memory), Some(on_disk)) if on_disk.listed_at_ms <= in_memory.listed_at_ms => {
                Some(in_memory)
            }
            (in_memory, None) => in_memory,
            (_, Some(on_disk)) => {
                want.slot.recall(Arc::clone(&on_disk));
                Some(on_disk)
            }
        }
    }

    fn is_fresh(&self, kept: &Kept) -> bool {
        self.settings.refresh_interval.is_some_and(|interval| kept.is_fresh(self.host.now_ms(), interval))
    }

    /// Asks the service, within the deadline, unless somebody else did so since the list was wanted.
    async fn refresh(self, want: Want, limit: Duration) -> Result<Refreshed, ProviderError> {
        match tokio::time::timeout(limit, self.refresh_in_turn(want, limit)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.later_than(limit)),
        }
    }

    async fn refresh_in_turn(&self, want: Want, limit: Duration) -> Result<Refreshed, ProviderError> {
        let deadline = Instant::now() + limit;
        let file = want.file.as_ref().filter(|_| self.settings.refresh_interval.is_some());
        let turn = match file {
            Some(file) => take_turn(file, limit / 2).await,
            None => Ok(None),
        };
        if let Some(kept) = self.listed_meanwhile(&want) {
            return Ok(Refreshed { kept, unkept: None });
        }
        let listing = self.list(&want.connection, deadline).await?;
        let kept = Arc::new(Kept { place: want.place.clone(), listed_at_ms: self.host.now_ms(), listing });
        let mut unkept = None;
        if self.settings.refresh_interval.is_some() && self.is_worth_keeping(&kept, &want) {
            want.slot.put(Arc::clone(&kept));
            let written = match (file, &turn) {
                (Some(file), Ok(Some(_))) => file.write(&kept).map_err(|error| (file, error.to_string())),
                (Some(file), Err(error)) => Err((file, error.to_string())),
                // Whoever has the lock all the time writes a list of its own.
                (Some(_), Ok(None)) | (None, _) => Ok(()),
            };
            unkept = written.err().map(|(file, error)| {
                format!("the list of models could not be kept in {}: {error}", file.path().display())
            });
        }
        Ok(Refreshed { kept, unkept })
    }

    /// Whether a list takes the place of what is kept: one with gaps never takes that of a complete one.
    fn is_worth_keeping(&self, kept: &Kept, old: &Want) -> bool {
        kept.listing.is_complete()
            || (kept.listing.is_lasting() && !self.kept(old).is_some_and(|old| old.listing.is_complete()))
    }

    /// A list that somebody else was given after this one began to be wanted.
    fn listed_meanwhile(&self, want: &Want) -> Option<Arc<Kept>> {
        self.settings.refresh_interval?;
        let (in_memory, count) = want.slot.kept();
        if count > want.count {
            return in_memory;
        }
        let kept = Arc::new(want.file.as_ref()?.read(&want.place)?);
        let is_new = kept.listed_at_ms > want.since_ms && kept.listed_at_ms <= self.host.now_ms();
        if is_new || (want.freshness == Freshness::Cached && self.is_fresh(&kept)) {
            want.slot.recall(Arc::clone(&kept));
            return Some(kept);
        }
        None
    }

    async fn list(&self, connection: &Connection, deadline: Instant) -> Result<Listing, ProviderError> {
        let usable = Aws::of(&self.host).check_control_plane(connection).await;
        usable.map_err(|error| self.unconnected(error))?;
        let listed = fetch::listing(&self.control_plane(connection, deadline), deadline).await;
        let is_expired = match &listed {
            Ok(listing) => listing.gaps.iter().any(|gap| gap.is_expired),
            Err(error) => is_expired_credentials(error),
        };
        if !is_expired {
            return listed;
        }
        match Box::pin(Aws::of(&self.host).refresh(&self.settings.aws, None, connection)).await {
            Ok(Some(renewed)) => fetch::listing(&self.control_plane(&renewed, deadline), deadline).await,
            Ok(None) | Err(_) => listed,
        }
    }

    fn shown(&self, want: &Want, kept: &Kept) -> Discovery {
        let Catalog { models, out_of_reach } = self.catalog(&kept.listing, &kept.place.region);
        let mut discovery = Discovery::of(models);
        discovery.listed_at_ms = Some(kept.listed_at_ms);
        discovery.notices = notices(kept, &out_of_reach);
        if discovery.models.is_empty() {
            discovery.notices.push(nothing(kept));
        }
        discovery.coverage = match &want.called_region {
            Some(_) => Coverage::Elsewhere,
            None if kept.listing.is_complete() && kept.place.filter.is_empty() => Coverage::Complete,
            None => Coverage::Partial,
        };
        if let Some(called) = &want.called_region {
            discovery.notices.push(format!(
                "these are the models of {}, and the provider `{}` calls {called}; set `region` of the provider, or drop \
                 it from `models.bedrockDiscovery`",
                kept.place.region, self.settings.provider
            ));
        }
        discovery
    }

    fn stale(&self, want: &Want, kept: &Kept, reason: impl Into<String>) -> Discovery {
        let mut discovery = self.shown(want, kept);
        discovery.stale = Some(reason.into());
        if discovery.coverage == Coverage::Complete {
            discovery.coverage = Coverage::Partial;
        }
        discovery
    }

    fn offline(&self, want: &Want) -> Discovery {
        match self.kept(want) {
            Some(kept) if self.is_fresh(&kept) => self.shown(want, &kept),
            Some(kept) => self.stale(
                want,
                &kept,
                "the service was not asked, and the list is older than `refreshInterval`",
            ),
            None if self.settings.refresh_interval.is_none() => {
                Discovery::skipped("no list is kept, since `models.bedrockDiscovery.refreshInterval` is 0")
            }
            None => Discovery::skipped("the service was not asked, and no list is kept of an earlier time"),
        }
    }
}

#[async_trait]
impl ModelSource for BedrockSource {
    async fn discover(&self, freshness: Freshness) -> Result<Discovery, ProviderError> {
        if let Some(reason) = self.switched_off() {
            return Ok(Discovery::skipped(reason));
        }
        let want = self.want(freshness).await?;
        match freshness {
            Freshness::Offline => return Ok(self.offline(&want)),
            Freshness::Cached => {
                if let Some(kept) = self.kept(&want).filter(|kept| self.is_fresh(kept)) {
                    return Ok(self.shown(&want, &kept));
                }
            }
            // Whoever wants a kind of freshness that this crate does not know gets the freshest.
            _ => {}
        }
        if let Some(reason) = self.reason_not_to_ask().await {
            return Ok(match self.kept(&want) {
                Some(kept) => self.stale(&want, &kept, reason),
                None => Discovery::skipped(reason),
            });
        }
        let kept = self.kept(&want);
        if freshness == Freshness::Cached
            && let Some(kept) = &kept
            && let Some(reason) = want.slot.failed_since(self.host.now_ms(), FAILURE_REMEMBERED)
        {
            return Ok(self.stale(&want, kept, reason));
        }
        let limit = self.limit(freshness, kept.is_some());
        let outcome = want.slot.join(|| self.clone().refresh(want.clone(), limit).boxed()).await;
        let refreshed = match outcome {
            Ok(refreshed) => refreshed,
            Err(error) => {
                return match self.kept(&want) {
                    Some(kept) => {
                        want.slot.fail(self.host.now_ms(), error.to_string());
                        Ok(self.stale(&want, &kept, error.to_string()))
                    }
                    None => Err(error),
                };
            }
        };
        let Refreshed { kept, unkept } = refreshed;
        if let Some(gap) = kept.listing.gaps.first()
            && let Some(complete) = self.kept(&want).filter(|kept| kept.listing.is_complete())
        {
            want.slot.fail(self.host.now_ms(), gap.reason.clone());
            return Ok(self.stale(&want, &complete, gap.reason.clone()));
        }
        let mut discovery = self.shown(&want, &kept);
        discovery.notices.extend(unkept);
        Ok(discovery)
    }

    fn can_call(&self, model: &ModelId, listed: &Discovery) -> Option<bool> {
        match listed.coverage {
            Coverage::Elsewhere => None,
            _ if listed.offers(model) => Some(true),
            // What an ARN leads to (throughput that was bought, an imported model, another account's profile) is in no list.
            Coverage::Complete if !model.as_str().starts_with("arn:") => Some(false),
            _ => None,
        }
    }

    async fn examine(&self, model: Option<&ModelId>, steps: &mut dyn StepSink) {
        Box::pin(examination::examine(self, model, steps)).await;
    }
}

/// Waits until no other process asks for the same list.
async fn take_turn(file: &KeptFile, patience: Duration) -> std::io::Result<Option<Lock>> {
    file.make_directory()?;
    Lock::take(file.path(), patience).await
}

/// What is missing from a list, and why.
fn notices(kept: &Kept, out_of_reach: &[String]) -> Vec<String> {
    let gaps = &kept.listing.gaps;
    let Some(gap) = gaps.iter().find(|gap| gap.kind == ProfileKind::System) else {
        return gaps
            .iter()
            .map(|gap| format!("application inference profiles are not listed: {}{}", gap.reason, again(gap)))
            .collect();
    };
    let left_out = match out_of_reach {
        [] => String::new(),
        [id] => format!(" (`{id}` is left out)"),
        [id, others @ ..] => format!(" (`{id}` and {} more are left out)", others.len()),
    };
    vec![format!(
        "only models that can be called on demand are listed{left_out}, since there are no inference profiles: {}{}",
        gap.reason,
        again(gap)
    )]
}

/// What to do once a permission was given: the list without it is shown for a while.
fn again(gap: &Gap) -> &'static str {
    if gap.is_denied { "; afterwards, list with `--refresh`" } else { "" }
}

/// Why a list has nothing in it although it could be had.
fn nothing(kept: &Kept) -> String {
    let region = &kept.place.region;
    let count = kept.listing.models.len();
    if count == 0 && kept.listing.profiles.is_empty() {
        return format!("Amazon Bedrock has no models in {region}");
    }
    let of = match kept.place.filter.as_slice() {
        [] => String::new(),
        makers => format!(" of {}", makers.join(", ")),
    };
    format!(
        "none of the {count} models that Amazon Bedrock has in {region} is one{of} that streams text and can be called here"
    )
}
