//! What a host lends its plugins: environment, state directory, clock, and room for what plugins share.
//!
//! Separate so that plugins reach for nothing by themselves: a test hands in another environment, and two hosts in
//! one process do not see each other.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Environment variables, as a value. `Debug` shows names only.
///
/// ```
/// use clawdia_core::Environment;
/// let environment: Environment = [("AWS_REGION", "eu-west-1"), ("AWS_PROFILE", " ")].into_iter().collect();
/// assert_eq!(environment.get("AWS_REGION"), Some("eu-west-1"));
/// assert_eq!(environment.get("AWS_PROFILE"), None, "a blank value counts as unset");
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    variables: Arc<BTreeMap<String, String>>,
}

impl Environment {
    /// The variables of this process. Those that are not Unicode are left out, where [`std::env::vars`] would panic.
    pub fn of_process() -> Self {
        let unicode =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        std::env::vars_os().filter_map(unicode).collect()
    }

    /// The trimmed value of a variable; blank counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// All variables as they are, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables: Arc::new(variables) }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.variables.keys()).finish()
    }
}

/// Tells the time.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// What a host lends its plugins. Cheap to clone; clones share everything.
///
/// ```
/// use clawdia_core::{Environment, HostContext};
/// let host = HostContext::new(Environment::default());
/// let first = host.slot::<String>(|| "made once".into());
/// let second = host.slot::<String>(|| unreachable!());
/// assert!(std::sync::Arc::ptr_eq(&first, &second));
/// ```
#[derive(Debug, Clone)]
pub struct HostContext {
    environment: Environment,
    state_dir: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    slots: Slots,
}

impl HostContext {
    /// A context with an environment, the system's clock and no state directory.
    pub fn new(environment: Environment) -> Self {
        Self { environment, state_dir: None, clock: Arc::new(SystemClock), slots: Slots::default() }
    }

    /// Sets where plugins may keep caches.
    #[must_use]
    pub fn with_state_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(directory.into());
        self
    }

    /// Sets another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The environment variables.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Where plugins may keep caches; `None` means nowhere.
    pub fn state_dir(&self) -> Option<&Path> {
        self.state_dir.as_deref()
    }

    /// The time now.
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The time now, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> u64 {
        let since_epoch = self.now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
    }

    /// The host's one value of type `T`, made on first use: where plugins keep what they share.
    pub fn slot<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        self.slots.get_or_make(make)
    }
}

/// One value per type.
#[derive(Clone, Default)]
struct Slots {
    cells: Arc<Mutex<HashMap<TypeId, Cell>>>,
}

type Cell = Arc<OnceLock<Arc<dyn Any + Send + Sync>>>;

impl Slots {
    fn get_or_make<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        // The lock is released before `make` runs, which may itself ask for the slot of another type.
        let cell = {
            // Nothing that could leave the map half changed runs under the lock.
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(TypeId::of::<T>()).or_default())
        };
        let value = cell.get_or_init(|| Arc::new(make()));
        Arc::clone(value).downcast().unwrap_or_else(|_| unreachable!("the map is keyed by the value's type"))
    }
}

impl fmt::Debug for Slots {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Slots")
    }
}
