//! What a failure is, by its exception's name, its status and its words.
//!
//! Separate because it is a table and not a procedure: a row for each text that is known. Names count first, then the
//! status, then the words, since words drift; and the words of one family of failures are not looked for in another, so
//! that "too many tokens" never passes for a prompt that is too long, nor a number for a status.

use clawdia_aws::IdentityRefusal;
use clawdia_core::ErrorKind;

use super::wording::Wording;

/// What a failure is: finer than its kind, so that each has a next step of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Cause {
    Throttled,
    DailyQuota,
    AccountQuota,
    Overloaded,
    ServerFault,
    ModelTimeout,
    ModelFault,
    BadToolCall,
    /// The service does not know who asks.
    Identity(IdentityRefusal),
    NotPermitted,
    NoModelAccess,
    NoMarketplaceSubscription,
    AgreementPending,
    NoUseCaseForm,
    NoPayment,
    /// The account may use nothing, whatever its policies say.
    AccountHeld,
    UnsupportedCountry,
    DataRetention,
    ModelRetired,
    ModelLegacy,
    UnknownModel,
    UnknownResource,
    NeedsInferenceProfile,
    CachingRefused,
    ContextOverflow,
    BodyTooLarge,
    InvalidRequest,
    Unexplained,
}

impl Cause {
    pub(super) const fn kind(self) -> ErrorKind {
        match self {
            Self::Throttled => ErrorKind::Throttled,
            Self::DailyQuota | Self::AccountQuota => ErrorKind::Quota,
            Self::Overloaded => ErrorKind::Overloaded,
            Self::ServerFault | Self::ModelFault => ErrorKind::Server,
            Self::ModelTimeout => ErrorKind::Timeout,
            Self::BadToolCall => ErrorKind::BadModelOutput,
            Self::Identity(_) => ErrorKind::Auth,
            Self::NotPermitted => ErrorKind::Permission,
            Self::NoModelAccess
            | Self::NoMarketplaceSubscription
            | Self::AgreementPending
            | Self::NoUseCaseForm
            | Self::NoPayment
            | Self::AccountHeld
            | Self::UnsupportedCountry
            | Self::DataRetention
            | Self::ModelRetired
            | Self::ModelLegacy => ErrorKind::ModelAccess,
            Self::UnknownModel | Self::UnknownResource => ErrorKind::NotFound,
            Self::NeedsInferenceProfile => ErrorKind::NeedsInferenceProfile,
            Self::ContextOverflow => ErrorKind::ContextOverflow,
            Self::CachingRefused | Self::BodyTooLarge | Self::InvalidRequest => ErrorKind::InvalidRequest,
            Self::Unexplained => ErrorKind::Other,
        }
    }
}

/// Bodies larger than this are refused in the words for a prompt that is too long, however few tokens they are.
const LARGEST_BODY: usize = 20_000_000;

/// What a failure is.
pub(super) fn cause(status: Option<u16>, name: Option<&str>, wording: &Wording, body_bytes: usize) -> Cause {
    if let Some(refusal) = IdentityRefusal::read(status, name, wording.text()) {
        return Cause::Identity(refusal);
    }
    let named = name.and_then(|name| FAMILIES.iter().find(|family| family.has_name(name)));
    let by_status = || status.and_then(|status| FAMILIES.iter().find(|family| family.has_status(status)));
    let family = named.or_else(by_status).unwrap_or(&UNNAMED);
    let known = family.texts.iter().copied().flatten().find(|(words, _)| wording.says(words));
    match known.map_or(family.otherwise, |(_, cause)| *cause) {
        Cause::ContextOverflow if body_bytes > LARGEST_BODY && wording.says("input is too long") => {
            Cause::BodyTooLarge
        }
        cause => cause,
    }
}

/// Failures that share their names, and a status for those that come without one.
struct Family {
    /// Without `Exception` at the end, which some bear over HTTP and not in documents, and the other way round.
    names: &'static [&'static str],
    statuses: &'static [u16],
    /// Words that tell more, the first that are found; all of them in small letters with plain apostrophes.
    texts: &'static [&'static [(&'static str, Cause)]],
    otherwise: Cause,
}

impl Family {
    fn has_name(&self, name: &str) -> bool {
        let name = name.strip_suffix("Exception").unwrap_or(name);
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn has_status(&self, status: u16) -> bool {
        self.statuses.contains(&status)
            // The rest of the five hundreds are some server's fault, whatever their number.
            || (self.otherwise == Cause::ServerFault && (500..600).contains(&status))
    }
}

/// The first that has the name, else the first that has the status.
const FAMILIES: &[Family] = &[
    Family {
        names: &["Throttling", "Throttled", "TooManyRequests", "RequestLimitExceeded", "RequestThrottled"],
        statuses: &[429],
        texts: &[ALLOWANCES],
        otherwise: Cause::Throttled,
    },
    Family {
        names: &["ServiceQuotaExceeded", "LimitExceeded"],
        statuses: &[],
        texts: &[],
        otherwise: Cause::AccountQuota,
    },
    Family {
        names: &["ServiceUnavailable", "ModelNotReady"],
        statuses: &[503, 529],
        texts: &[],
        otherwise: Cause::Overloaded,
    },
    Family {
        names: &["ModelTimeout", "RequestTimeout"],
        statuses: &[408, 504, 522, 524],
        texts: &[],
        otherwise: Cause::ModelTimeout,
    },
    Family {
        names: &["ModelError", "ModelStreamError"],
        statuses: &[424],
        texts: &[&[("invalid sequence as part of tooluse", Cause::BadToolCall)]],
        otherwise: Cause::ModelFault,
    },
    Family {
        names: &["InternalServer", "InternalServerError", "InternalFailure", "InternalError"],
        statuses: &[500],
        texts: &[],
        otherwise: Cause::ServerFault,
    },
    Family { names: &["BadCScore"], statuses: &[], texts: &[], otherwise: Cause::AccountHeld },
    Family {
        names: &["MPAgreementBeingCreated"],
        statuses: &[],
        texts: &[],
        otherwise: Cause::AgreementPending,
    },
    Family { names: &["FTUFormNotFilled"], statuses: &[], texts: &[], otherwise: Cause::NoUseCaseForm },
    Family {
        names: &["AccessDenied", "Forbidden"],
        statuses: &[403],
        texts: &[DENIALS, ACCOUNT],
        otherwise: Cause::NotPermitted,
    },
    Family { names: &[], statuses: &[402], texts: &[], otherwise: Cause::NoPayment },
    Family {
        names: &["ResourceNotFound", "UnknownOperation", "NotFound"],
        statuses: &[404],
        texts: &[LIFECYCLE, ACCOUNT],
        otherwise: Cause::UnknownResource,
    },
    Family {
        names: &["RequestEntityTooLarge", "RequestTooLarge"],
        statuses: &[413],
        texts: &[],
        otherwise: Cause::BodyTooLarge,
    },
    Family {
        names: &["Validation", "Serialization"],
        statuses: &[400, 422],
        texts: &[SHAPE, OVERFLOW, MODELS, ACCOUNT],
        otherwise: Cause::InvalidRequest,
    },
];

/// What has neither a name nor a status that is known: exceptions in a stream that are newer than this table.
const UNNAMED: Family = Family {
    names: &[],
    statuses: &[],
    texts: &[
        ALLOWANCES,
        &[
            ("too many requests", Cause::Throttled),
            ("too many tokens, please wait", Cause::Throttled),
            ("too many connections", Cause::Overloaded),
            ("unable to process your request", Cause::Overloaded),
        ],
        SHAPE,
        OVERFLOW,
    ],
    otherwise: Cause::Unexplained,
};

type Texts = &'static [(&'static str, Cause)];

/// Allowances that no moment's wait restores.
const ALLOWANCES: Texts =
    &[("per day", Cause::DailyQuota), ("daily", Cause::DailyQuota), ("per month", Cause::DailyQuota)];

const DENIALS: Texts = &[
    // IAM's own words name the action; among them may be one of Marketplace's.
    ("not authorized to perform: ", Cause::NotPermitted),
    ("prompt caching", Cause::CachingRefused),
    ("marketplace", Cause::NoMarketplaceSubscription),
    ("marked by provider as legacy", Cause::ModelLegacy),
];

const LIFECYCLE: Texts =
    &[("end of its life", Cause::ModelRetired), ("marked by provider as legacy", Cause::ModelLegacy)];

/// The state of an account, which is told under several names.
const ACCOUNT: Texts = &[
    ("invalid_payment_instrument", Cause::NoPayment),
    ("use case details", Cause::NoUseCaseForm),
    ("not filled out the request form", Cause::NoUseCaseForm),
    ("don't have access to the model", Cause::NoModelAccess),
    ("model access is denied", Cause::NoModelAccess),
    ("is not available for this account", Cause::NoModelAccess),
    ("account is not authorized to invoke", Cause::AccountHeld),
    ("operation not allowed", Cause::AccountHeld),
    ("unsupported countries", Cause::UnsupportedCountry),
    ("data retention mode", Cause::DataRetention),
];

/// Refusals that quote the request: what is in the quotes is the caller's and says nothing.
const SHAPE: Texts = &[
    ("validation error detected: ", Cause::InvalidRequest),
    ("validation errors detected: ", Cause::InvalidRequest),
    ("malformed input request: #/toolconfig", Cause::InvalidRequest),
];

/// Texts by which models say that a prompt does not fit, over all families.
const OVERFLOW: Texts = &[
    // Claude up to Sonnet 4.5, DeepSeek R1, and the service for whichever model.
    ("input is too long", Cause::ContextOverflow),
    // Claude since Haiku 4.5; with the wish for a long answer.
    ("prompt is too long", Cause::ContextOverflow),
    ("exceed context limit", Cause::ContextOverflow),
    ("too many total text bytes", Cause::ContextOverflow),
    // Cohere, Titan.
    ("too many input tokens", Cause::ContextOverflow),
    ("prompt: length: 1..", Cause::ContextOverflow),
    ("expected maxlength:", Cause::ContextOverflow),
    // Nova.
    ("input tokens exceeded", Cause::ContextOverflow),
    // Llama, Mistral, gpt-oss, Qwen, DeepSeek V3.
    ("maximum context length", Cause::ContextOverflow),
    ("longer than the model's context length", Cause::ContextOverflow),
    // GPT.
    ("context_length_exceeded", Cause::ContextOverflow),
    ("exceeds the context window", Cause::ContextOverflow),
    ("input tokens exceed the configured limit", Cause::ContextOverflow),
    // Kimi.
    ("exceed model maximum", Cause::ContextOverflow),
];

const MODELS: Texts = &[
    ("on-demand throughput", Cause::NeedsInferenceProfile),
    ("model identifier is invalid", Cause::UnknownModel),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(
        status: impl Into<Option<u16>>,
        name: impl Into<Option<&'static str>>,
        text: &str,
        expected: Cause,
    ) {
        assert_eq!(cause(status.into(), name.into(), &Wording::of(text), 0), expected, "{text}");
    }

    #[test]
    fn the_name_counts_before_the_status_and_the_status_before_the_words() {
        check(400, "ThrottlingException", "Input is too long", Cause::Throttled);
        check(500, "ValidationException", "no", Cause::InvalidRequest);
        check(429, None, "prompt is too long", Cause::Throttled);
        check(None, "NewException", "Too many requests", Cause::Throttled);
        check(None, None, "because", Cause::Unexplained);
    }

    #[test]
    fn words_in_the_callers_own_values_say_nothing() {
        let quoted =
            "1 validation error detected: Value 'prompt is too long' at 'x' failed to satisfy constraint";
        check(400, "ValidationException", quoted, Cause::InvalidRequest);
        check(400, "ValidationException", "500 503 too many requests", Cause::InvalidRequest);
    }

    #[test]
    fn every_status_of_an_error_has_a_cause() {
        for status in (500..600).chain([400, 401, 402, 403, 404, 408, 413, 422, 424, 429]) {
            assert_ne!(cause(Some(status), None, &Wording::of(""), 0), Cause::Unexplained, "{status}");
        }
        check(501, None, "", Cause::ServerFault);
        check(504, None, "", Cause::ModelTimeout);
        check(418, None, "", Cause::Unexplained);
    }

    #[test]
    fn names_are_known_with_and_without_their_ending() {
        check(400, "IncompleteSignature", "", Cause::Identity(IdentityRefusal::BadSignature));
        check(400, "IncompleteSignatureException", "", Cause::Identity(IdentityRefusal::BadSignature));
        check(403, "BadCScoreException", "", Cause::AccountHeld);
        check(400, "Throttling", "Rate exceeded", Cause::Throttled);
    }

    #[test]
    fn a_large_body_is_not_a_long_prompt() {
        let too_long = Wording::of("Input is too long for requested model.");
        let of = |bytes| cause(Some(400), Some("ValidationException"), &too_long, bytes);
        assert_eq!(of(27_700_000), Cause::BodyTooLarge);
        assert_eq!(of(LARGEST_BODY), Cause::ContextOverflow);
        // Tokens that were counted are no matter of bytes.
        let counted = Wording::of("prompt is too long: 227255 tokens > 200000 maximum");
        assert_eq!(
            cause(Some(400), Some("ValidationException"), &counted, 27_700_000),
            Cause::ContextOverflow
        );
    }

    #[test]
    fn tables_are_written_as_they_are_compared() {
        let families = FAMILIES.iter().chain([&UNNAMED]);
        for (words, _) in families.flat_map(|family| family.texts.iter().copied().flatten()) {
            assert_eq!(*words, words.to_lowercase(), "{words}");
        }
        for name in FAMILIES.iter().flat_map(|family| family.names) {
            assert!(!name.ends_with("Exception"), "{name}");
            let families = FAMILIES.iter().filter(|family| family.has_name(name));
            assert_eq!(families.count(), 1, "{name}");
        }
    }
}
