//! Temporary access keys: made here, let in by the guard, and remembered by where they came from.
//!
//! Apart from the exchanges, which differ in what they ask for and not in what they give.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::authentication::Guard;
use crate::credentials::Credentials;
use crate::exchange::CredentialSource;
use crate::identifiers;

/// How long before their end machines get new keys, as the instance metadata service does it.
const MARGIN: Duration = Duration::from_mins(5);

/// Makes temporary access keys.
#[derive(Default)]
pub(crate) struct Issuer {
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    /// How long keys live, whatever is asked for.
    lifetime: Option<Duration>,
    /// Whether machines get other keys each time they ask.
    renews_always: bool,
    /// What a machine is given until it is renewed.
    current: HashMap<CredentialSource, Credentials>,
    issued: Vec<(CredentialSource, String)>,
}

impl Issuer {
    pub(crate) fn new(lifetime: Option<Duration>, renews_always: bool) -> Self {
        Self { books: Mutex::new(Books { lifetime, renews_always, ..Books::default() }) }
    }

    /// New keys for a principal.
    pub(crate) fn issue(
        &self,
        guard: &Guard,
        source: CredentialSource,
        principal: &str,
        lifetime: Duration,
    ) -> Credentials {
        let mut books = self.books();
        books.issue(guard, source, principal, lifetime)
    }

    /// The keys that a machine has at the moment, renewed if it is time.
    pub(crate) fn current(
        &self,
        guard: &Guard,
        source: CredentialSource,
        principal: &str,
        lifetime: Duration,
    ) -> Credentials {
        let mut books = self.books();
        let margin = MARGIN.min(books.lifetime.unwrap_or(lifetime) / 2);
        let kept = books.current.get(&source).filter(|kept| {
            let lasts = kept.expires.is_none_or(|end| end > SystemTime::now() + margin);
            lasts && !books.renews_always && kept.principal.as_deref() == Some(principal)
        });
        if let Some(kept) = kept {
            return kept.clone();
        }
        let credentials = books.issue(guard, source, principal, lifetime);
        books.current.insert(source, credentials.clone());
        credentials
    }

    /// Sets how long keys live that are made from now on.
    pub(crate) fn set_lifetime(&self, lifetime: Duration) {
        let mut books = self.books();
        books.lifetime = Some(lifetime);
        books.current.clear();
    }

    /// Gives a machine other keys the next time it asks.
    pub(crate) fn rotate(&self, source: CredentialSource) {
        self.books().current.remove(&source);
    }

    /// Ends the time of all keys that came from somewhere.
    pub(crate) fn expire(&self, guard: &Guard, source: CredentialSource) {
        let mut books = self.books();
        books.current.remove(&source);
        let of_source = books.issued.extract_if(.., |(issued, _)| *issued == source);
        for (_, access_key_id) in of_source {
            guard.expire(&access_key_id);
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn issue(
        &mut self,
        guard: &Guard,
        source: CredentialSource,
        principal: &str,
        lifetime: Duration,
    ) -> Credentials {
        let lifetime = self.lifetime.map_or(lifetime, |most| most.min(lifetime));
        let access_key_id = format!("ASIA{}", identifiers::letters(16).to_ascii_uppercase());
        // Session tokens are as long as this, and begin like this.
        let token = format!("IQoJb3JpZ2luX2Vj{}", identifiers::letters(348));
        let credentials = Credentials::new(access_key_id.as_str(), identifiers::letters(40))
            .with_session_token(token)
            .with_expiration(SystemTime::now() + lifetime)
            .with_principal(principal);
        guard.issue(credentials.clone());
        self.issued.push((source, access_key_id));
        credentials
    }
}
