//! Where a model takes cache points. Separate because each family has rules of its own, and a point in the wrong
//! place is a refused request.

/// What holds for the cache points of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheRules {
    /// Where points may stand.
    pub places: &'static [CachePlace],
    /// Whether a point may stand right behind a document that is no PDF.
    pub after_plain_documents: bool,
    /// Whether a point may ask for an hour (`ttl` = `1h`). Without it no `ttl` may be sent at all.
    pub one_hour: bool,
    /// Whether to send points only on request, since the family's gain from them is not certain.
    pub opt_in: bool,
    /// The shortest prefix, in tokens, that is saved. A shorter one is silently not cached.
    pub min_tokens: Option<u64>,
    /// The most tokens that are saved.
    pub max_tokens: Option<u64>,
}

impl CacheRules {
    /// The most points of a request; one more is refused.
    pub const MAX_POINTS: usize = 4;

    /// Whether points may stand in a place.
    ///
    /// ```
    /// use clawdia_bedrock_models::{Behaviour, CachePlace};
    ///
    /// let cache = Behaviour::of("amazon.nova-lite-v1:0").cache.ok_or("no caching")?;
    /// assert!(cache.allows(CachePlace::System));
    /// assert!(!cache.allows(CachePlace::Tools));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn allows(&self, place: CachePlace) -> bool {
        self.places.contains(&place)
    }
}

/// A part of a request that may hold cache points, in the order in which the service reads the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CachePlace {
    /// `toolConfig.tools`
    Tools,
    /// `system`
    System,
    /// The content of a message.
    Messages,
}
