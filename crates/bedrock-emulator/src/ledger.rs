//! What the service has cached of earlier prompts, and what that does to the bill.
//!
//! A cache point saves everything before it. A later request reads the longest saved prefix that
//! it shares, byte for byte, with one of its own points or up to twenty blocks before one; that
//! is how a point that moves on with the conversation still finds what its predecessor saved.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::digest;
use crate::request::Request;

/// How many blocks before a cache point are looked at for something saved.
const LOOKBACK: usize = 20;
/// The shortest prefix that is saved where the facts know none.
const SHORTEST_PREFIX: u64 = 1_024;
/// How long a prefix is kept after its last use, unless the point says otherwise.
const SHORT_LIFETIME: Duration = Duration::from_mins(5);
/// How long a prefix is kept at most.
const LONG_LIFETIME: Duration = Duration::from_hours(1);
/// How many prefixes are kept; above that the expired ones are swept out.
const SWEPT_ABOVE: usize = 10_000;

type Key = [u8; digest::LENGTH];

/// The saved prefixes of one emulator.
#[derive(Default)]
pub(crate) struct Ledger {
    saved: Mutex<HashMap<Key, Instant>>,
}

/// How a prompt is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bill {
    /// Tokens neither read from the cache nor written to it.
    pub(crate) input: u64,
    pub(crate) read: u64,
    pub(crate) written_short: u64,
    pub(crate) written_long: u64,
}

/// A place between two blocks.
struct Boundary {
    key: Key,
    tokens: u64,
}

struct Point {
    /// How many boundaries stand before it.
    boundaries: usize,
    long: bool,
}

impl Ledger {
    /// Bills a prompt and saves what its cache points ask for.
    pub(crate) fn bill(&self, request: &Request<'_>, now: Instant) -> Bill {
        let (boundaries, points) = read(request);
        let total = boundaries.last().map_or(0, |boundary| boundary.tokens).max(1);
        if points.is_empty() || !request.model.caches() {
            return Bill { input: total, ..Bill::default() };
        }
        let shortest = request.model.facts.prompt_cache_min_tokens.unwrap_or(SHORTEST_PREFIX);
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        if saved.len() > SWEPT_ABOVE {
            saved.retain(|_, expires| *expires > now);
        }
        let hit = points.iter().rev().find_map(|point| {
            let looked_at = point.boundaries.saturating_sub(LOOKBACK)..point.boundaries;
            looked_at
                .rev()
                .find(|index| saved.get(&boundaries[*index].key).is_some_and(|expires| *expires > now))
        });
        let mut bill = Bill { read: hit.map_or(0, |index| boundaries[index].tokens), ..Bill::default() };
        let mut billed = bill.read;
        for point in &points {
            let boundary = &boundaries[point.boundaries - 1];
            // A prefix that is too short is silently not saved.
            if boundary.tokens < shortest {
                continue;
            }
            let written = boundary.tokens.saturating_sub(billed);
            if point.long {
                bill.written_long += written;
            } else {
                bill.written_short += written;
            }
            billed = billed.max(boundary.tokens);
            let lifetime = if point.long { LONG_LIFETIME } else { SHORT_LIFETIME };
            saved.insert(boundary.key, now + lifetime);
        }
        if let Some(index) = hit {
            // Reading keeps a prefix alive.
            let expires = saved.entry(boundaries[index].key).or_insert(now);
            *expires = (*expires).max(now + SHORT_LIFETIME);
        }
        bill.input = total - billed;
        bill
    }
}

impl Bill {
    /// The usage of a reply with so many tokens of output.
    pub(crate) fn usage(&self, output: u64, caches: bool) -> Value {
        let written = self.written_short + self.written_long;
        let mut usage = json!({
            "inputTokens": self.input,
            "outputTokens": output,
            "totalTokens": self.input + self.read + written + output,
        });
        if caches {
            usage["cacheReadInputTokens"] = self.read.into();
            usage["cacheWriteInputTokens"] = written.into();
            if written > 0 {
                let details = [("1h", self.written_long), ("5m", self.written_short)];
                usage["cacheDetails"] = details
                    .iter()
                    .filter(|(_, tokens)| *tokens > 0)
                    .map(|(ttl, tokens)| json!({ "ttl": ttl, "inputTokens": tokens }))
                    .collect();
            }
        }
        usage
    }
}

// A boundary after every block, and the points between them. A point with nothing before it is
// refused by a rule, and left out here for requests that nobody judged.
fn read(request: &Request<'_>) -> (Vec<Boundary>, Vec<Point>) {
    let mut key = digest::sha256(request.model.base_id.as_bytes());
    let mut tokens = 0;
    let (mut boundaries, mut points) = (Vec::new(), Vec::new());
    for segment in request.segments() {
        if let Some(point) = segment.cache_point() {
            if !boundaries.is_empty() {
                points.push(Point { boundaries: boundaries.len(), long: point["ttl"] == "1h" });
            }
            continue;
        }
        tokens += segment.tokens();
        let bytes = segment.value.to_string();
        key = digest::sha256(&[&key, segment.role.as_bytes(), b"\n", bytes.as_bytes()].concat());
        boundaries.push(Boundary { key, tokens });
    }
    (boundaries, points)
}
