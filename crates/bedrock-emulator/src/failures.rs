//! The failures that the service is known to answer with, as data: name, status, text, and what each means for a caller.
//!
//! Separate from the judge, which words only the refusals it can decide on itself. This table also holds what no
//! request provokes on demand (throttling, lapsed credentials, a model that is retired), so that a client can be shown
//! all of it and asked what it makes of each. Texts drift: one that was seen in several wordings is listed in each.

mod access;
mod availability;
mod caching;
mod conversation;
mod credentials;
mod gateways;
mod media;
mod models;
mod options;
mod sampling;
mod size;
mod thinking;
mod tools;

use std::sync::LazyLock;

use crate::reply::Step;
use crate::rules::Evidence;

/// One failure, as the service sends it.
///
/// ```
/// use clawdia_bedrock_emulator::{Meaning, failures};
///
/// let too_long = failures().iter().filter(|failure| failure.meaning == Meaning::PromptTooLong);
/// assert!(too_long.clone().count() > 10);
/// assert!(too_long.clone().any(|failure| failure.message.contains("prompt is too long")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What it is called here: words with hyphens, no two alike. Where a [rule](crate::rules()) refuses with this
    /// text, it is the rule's.
    pub id: &'static str,
    /// The HTTP status; `None` for what comes only inside a stream.
    pub status: Option<u16>,
    /// The exception's name as HTTP spells it, `ThrottlingException` for example; empty if it has none.
    pub exception: &'static str,
    /// The text for people.
    pub message: &'static str,
    /// What it means for a caller.
    pub meaning: Meaning,
    /// How sure the text is.
    pub evidence: Evidence,
    /// Whether it may also come as an exception after the stream has begun.
    pub may_stream: bool,
    /// How it is wrapped when it comes over HTTP.
    pub wrapping: Wrapping,
}

/// What a failure means for the one who called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Meaning {
    /// Too many requests or tokens for the moment.
    Throttled,
    /// The day's allowance is used up; a moment's wait does not help.
    DailyQuota,
    /// A quota of the account is reached.
    AccountQuota,
    /// The service or the model has no capacity for now.
    Overloaded,
    /// The service broke.
    ServerFault,
    /// The model, or something on the way to it, took too long.
    ModelTimeout,
    /// The model broke.
    ModelFault,
    /// The model wrote a tool call that cannot be read; it does so again when asked again.
    BadToolCall,
    /// The credentials are missing, unknown or wrongly used.
    BadCredentials,
    /// The credentials were good once.
    ExpiredCredentials,
    /// The clocks of the two sides disagree.
    WrongClock,
    /// A policy does not allow the action.
    NotPermitted,
    /// The account may not use the model yet.
    NoModelAccess,
    /// The model is no longer served, to anyone or to this account.
    ModelRetired,
    /// There is no such model here.
    UnknownModel,
    /// There is no such resource or operation.
    UnknownResource,
    /// The model is served only through an inference profile.
    NeedsInferenceProfile,
    /// The vendor does not serve this country or region.
    UnsupportedRegion,
    /// The account's setting for the retention of data does not suit the model.
    DataRetention,
    /// The prompt does not fit the model's context window.
    PromptTooLong,
    /// The request has too many bytes, however few tokens they are.
    BodyTooLarge,
    /// A number in the request is beyond a limit, which the text states.
    LimitExceeded,
    /// The model does not take a field, a kind of block or a feature.
    RefusedField,
    /// Something that the request names (a guardrail, a tier) does not exist or does not fit.
    WrongSetting,
    /// The request breaks a rule of form.
    BrokenRule,
    /// Nothing that is known.
    Unexplained,
}

/// How a failure is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wrapping {
    /// The name in a header, with an address behind it; the text as `message`. Denials by IAM say `Message`.
    Envelope,
    /// The bare name in the header; the text as `Message`, as IAM does.
    BareName,
    /// No header: the name stands in the body as `__type`, behind a namespace.
    NameInBody,
    /// As an envelope, with facts about the queue before the text.
    QueueFacts,
    /// JSON without a name.
    Nameless,
    /// A page for people, from something between client and service.
    Page,
}

/// Every failure that is known.
///
/// ```
/// use clawdia_bedrock_emulator::{Meaning, Reply, failures};
///
/// let expired = failures().iter().find(|failure| failure.meaning == Meaning::ExpiredCredentials).unwrap();
/// let reply = Reply::failure(expired); // for `Emulator::enqueue`
/// # let _ = reply;
/// ```
pub fn failures() -> &'static [Failure] {
    static ALL: LazyLock<Vec<Failure>> = LazyLock::new(|| {
        [
            availability::FAILURES,
            credentials::FAILURES,
            access::FAILURES,
            models::FAILURES,
            size::FAILURES,
            conversation::FAILURES,
            tools::FAILURES,
            media::FAILURES,
            caching::FAILURES,
            thinking::FAILURES,
            sampling::FAILURES,
            options::FAILURES,
            gateways::FAILURES,
        ]
        .concat()
    });
    &ALL
}

impl Failure {
    /// The frame by which it comes inside a stream, where exceptions are spelled with a small letter first.
    pub fn exception_frame(&self) -> Step {
        let mut letters = self.exception.chars();
        let name: String =
            letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect();
        Step::exception(name, self.message)
    }

    /// An answer with this status and name.
    const fn http(
        status: u16,
        exception: &'static str,
        id: &'static str,
        meaning: Meaning,
        evidence: Evidence,
        message: &'static str,
    ) -> Self {
        Self {
            id,
            status: Some(status),
            exception,
            message,
            meaning,
            evidence,
            may_stream: false,
            wrapping: Wrapping::Envelope,
        }
    }

    /// A refusal by the front end or by the translation of the conversation, before a model hears of it.
    const fn refusal(id: &'static str, meaning: Meaning, evidence: Evidence, message: &'static str) -> Self {
        Self::http(400, "ValidationException", id, meaning, evidence, message)
    }

    /// A refusal by the vendor's validator, which some models report only after the stream has begun.
    const fn by_the_model(
        id: &'static str,
        meaning: Meaning,
        evidence: Evidence,
        message: &'static str,
    ) -> Self {
        Self::refusal(id, meaning, evidence, message).or_in_stream()
    }

    /// The same, which may also come inside a stream.
    const fn or_in_stream(mut self) -> Self {
        self.may_stream = true;
        self
    }

    /// The same, which comes inside streams only.
    const fn in_stream_only(mut self) -> Self {
        self.status = None;
        self.may_stream = true;
        self
    }

    /// The same, wrapped otherwise.
    const fn wrapped(mut self, wrapping: Wrapping) -> Self {
        self.wrapping = wrapping;
        self
    }
}

/// The vendor's words behind the prefix that the service puts before them.
macro_rules! the_model_says {
    ($words:literal) => {
        concat!("The model returned the following errors: ", $words)
    };
}
use the_model_says;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique() {
        let ids: BTreeSet<_> = failures().iter().map(|failure| failure.id).collect();
        assert_eq!(ids.len(), failures().len());
    }

    #[test]
    fn every_meaning_is_played() {
        let played: BTreeSet<_> = failures().iter().map(|failure| failure.meaning).collect();
        let last = *played.last().unwrap();
        assert_eq!((last, played.len()), (Meaning::Unexplained, Meaning::Unexplained as usize + 1));
    }

    #[test]
    fn streams_carry_only_what_the_api_model_lists() {
        let listed = [
            "InternalServerException",
            "ModelStreamErrorException",
            "ServiceUnavailableException",
            "ThrottlingException",
            "ValidationException",
        ];
        for failure in failures().iter().filter(|failure| failure.may_stream) {
            let known = failure.meaning != Meaning::Unexplained;
            assert_eq!(listed.contains(&failure.exception), known, "{}", failure.id);
        }
    }

    #[test]
    fn texts_that_a_rule_speaks_too_bear_its_name() {
        // Both are lists of what the service refuses; a name that means two things in them would mislead.
        let rules: BTreeSet<_> = crate::rules().iter().map(|rule| rule.id).collect();
        let shared = failures().iter().filter(|failure| rules.contains(failure.id));
        let refusals =
            [Meaning::BrokenRule, Meaning::RefusedField, Meaning::LimitExceeded, Meaning::WrongSetting];
        for failure in shared {
            assert!(refusals.contains(&failure.meaning), "{}", failure.id);
        }
    }

    #[test]
    fn what_has_no_name_is_wrapped_without_one() {
        for failure in failures() {
            let wrapped_without = matches!(failure.wrapping, Wrapping::Nameless | Wrapping::Page);
            assert_eq!(failure.exception.is_empty(), wrapped_without, "{}", failure.id);
        }
    }
}
