//! What to do next about a failure, in a sentence.
//!
//! Separate from what a failure is, because this is for people: it names the permission, the page, the limit or the
//! variable in question, and never changes the service's own words.

use clawdia_aws::{CredentialSource, IdentityRefusal};

use super::CallSite;
use super::classify::Cause;
use super::denial::{Denial, Reason};
use super::stated_limit::{self, LIMITS, ROOM};
use super::wording::Wording;

/// What to do next about a failure with this text.
pub(super) fn hint(cause: Cause, message: &str, wording: &Wording, site: &CallSite) -> Option<String> {
    let CallSite { model_id, region, credential_source, body_bytes, .. } = site;
    if *credential_source == CredentialSource::Unauthenticated && cause == Cause::NotPermitted {
        return Some(IdentityRefusal::Unknown.hint(credential_source, region));
    }
    let hint = match cause {
        Cause::Throttled => "wait a moment and try again, or ask AWS for a higher quota".to_owned(),
        Cause::DailyQuota => {
            "the quota for the day is used up; wait until tomorrow, use another model, or ask AWS for a higher quota"
                .to_owned()
        }
        Cause::AccountQuota => {
            "the account's quota is used up; use another model, or ask AWS for a higher quota".to_owned()
        }
        Cause::Overloaded => "the service is busy; try again in a moment".to_owned(),
        Cause::ServerFault => "the service failed; try again in a moment".to_owned(),
        Cause::ModelTimeout => "the model took too long; try again in a moment, or ask for less at once".to_owned(),
        Cause::ModelFault => "the model failed; try again in a moment".to_owned(),
        Cause::BadToolCall => {
            "the model wrote a tool call that cannot be read; simplify the names and schemas of the tools, or use another model"
                .to_owned()
        }
        Cause::Identity(refusal) => refusal.hint(credential_source, region),
        Cause::NotPermitted => not_permitted(message, site),
        Cause::NoModelAccess => format!(
            "request access to `{model_id}` in the Bedrock console for {region}, under Model access"
        ),
        Cause::NoMarketplaceSubscription => format!(
            "subscribe to the model once with an identity that is allowed aws-marketplace:ViewSubscriptions and \
             aws-marketplace:Subscribe, in the Bedrock console for {region} under Model access; then wait five minutes"
        ),
        Cause::AgreementPending => {
            "the subscription to the model is being made; try again in a few minutes".to_owned()
        }
        Cause::NoUseCaseForm => format!(
            "fill in Anthropic's use-case form once for the account, in the Bedrock console for {region} under Model \
             access; then wait fifteen minutes"
        ),
        Cause::NoPayment => {
            "add a valid means of payment in the AWS Billing console; then wait a few minutes".to_owned()
        }
        Cause::AccountHeld => {
            "AWS does not let this account use the model, whatever its policies allow; ask AWS Support".to_owned()
        }
        Cause::UnsupportedCountry => {
            "Anthropic does not serve this country; use a model of another vendor".to_owned()
        }
        Cause::DataRetention => {
            "the account's data retention mode does not suit the model; see \
             https://docs.aws.amazon.com/bedrock/latest/userguide/data-retention.html"
                .to_owned()
        }
        Cause::ModelRetired => "the model is retired; configure a newer one".to_owned(),
        Cause::ModelLegacy => {
            "the model is about to be retired and closed to accounts that have not used it lately; configure a newer one"
                .to_owned()
        }
        Cause::UnknownModel => unknown_model(model_id, region),
        Cause::UnknownResource => format!("check the id, and that {region} is the region in which it exists"),
        Cause::NeedsInferenceProfile => match clawdia_bedrock_models::home_profile(model_id, region) {
            Some(profile) => format!("call it through an inference profile, for example `{profile}`"),
            None => "call it through an inference profile".to_owned(),
        },
        Cause::CachingRefused => {
            format!("set `cacheRetention` to `none` for `{model_id}`")
        }
        Cause::ContextOverflow => match stated_limit::advice(ROOM, wording) {
            Some(room) => room,
            None => "shorten the conversation, or use a model with a larger context window".to_owned(),
        },
        Cause::BodyTooLarge => body_too_large(*body_bytes),
        Cause::InvalidRequest => return stated_limit::advice(LIMITS, wording).or_else(|| setting(wording)),
        Cause::Unexplained => return None,
    };
    Some(hint)
}

/// Who has to allow what.
fn not_permitted(message: &str, site: &CallSite) -> String {
    let source = &site.credential_source;
    let Some(denial) = Denial::read(message) else {
        return format!(
            "allow the actions bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream on `{}` for the identity of {source}",
            site.model_id
        );
    };
    let action = denial.action;
    let resource = denial.resource.map(|resource| format!(" on {resource}")).unwrap_or_default();
    // A profile is a name for models: whoever may use the one and not the others may use neither.
    let models = match denial.resource {
        Some(resource) if resource.contains("inference-profile/") => {
            ", and on each foundation model behind the profile"
        }
        _ => "",
    };
    match denial.reason {
        Reason::DeniedBy("service control policy") => format!(
            "a service control policy of the organization denies {action}{resource} explicitly, which no permission \
             outweighs; ask its administrators, or use a region and a model that it leaves open"
        ),
        Reason::DeniedBy(policy) => format!(
            "a policy ({policy}) denies {action}{resource} explicitly, which no permission outweighs; have that policy changed"
        ),
        Reason::AllowedByNo("identity-based policy") | Reason::Unstated => {
            format!("allow {action}{resource}{models} for the identity of {source}")
        }
        Reason::AllowedByNo(policy) => format!(
            "have {action}{resource}{models} allowed for the identity of {source} by its {policy} too"
        ),
    }
}

fn unknown_model(model_id: &str, region: &str) -> String {
    let profile = clawdia_bedrock_models::find(model_id)
        .and_then(|_| clawdia_bedrock_models::home_profile(model_id, region))
        .filter(|profile| profile != model_id);
    match profile {
        Some(profile) => format!(
            "check that {region} is a region in which the model exists; there it may be known as `{profile}`"
        ),
        None => format!(
            "check the model id, and that {region} is a region in which it exists; a profile's prefix must fit the region"
        ),
    }
}

fn body_too_large(body_bytes: usize) -> String {
    const MEGABYTE: usize = 1_000_000;
    let size = match body_bytes {
        0..MEGABYTE => String::new(),
        bytes => format!(" ({} MB)", bytes / MEGABYTE),
    };
    format!(
        "the request is too large in bytes{size}, however few tokens it is; send fewer or smaller images and documents"
    )
}

/// What to do about a setting that the service does not know, by words of the refusal.
const SETTINGS: &[(&str, &str)] = &[
    ("guardrail identifier is invalid", "check the guardrail's id, and that it exists in this region"),
    ("reservation not found", "use another service tier, or reserve capacity for the model first"),
    ("service tier provided is invalid", "use another service tier"),
    ("provided service tier is invalid", "use another service tier"),
];

fn setting(wording: &Wording) -> Option<String> {
    let (_, advice) = SETTINGS.iter().find(|(words, _)| wording.says(words))?;
    Some((*advice).to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::ServiceFailure;
    use super::*;

    fn site() -> CallSite {
        CallSite {
            model_id: "anthropic.claude-sonnet-4-5-20250929-v1:0".to_owned(),
            region: "eu-west-1".to_owned(),
            credential_source: CredentialSource::DefaultChain,
            endpoint: None,
            way: clawdia_aws::Way::default(),
            body_bytes: 0,
        }
    }

    fn hint_at(site: &CallSite, name: &str, message: &str) -> Option<String> {
        let failure =
            ServiceFailure { name: Some(name.to_owned()), message: message.to_owned(), ..Default::default() };
        failure.into_error(site).hint().map(str::to_owned)
    }

    #[track_caller]
    fn check(name: &str, message: &str, expected: &str) {
        assert_eq!(hint_at(&site(), name, message).as_deref(), Some(expected));
    }

    #[test]
    fn a_denied_action_is_named_with_its_resource() {
        let denied = |rest: &str| {
            format!(
                "User: u is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:{rest}"
            )
        };
        check(
            "AccessDeniedException",
            &denied(
                "::foundation-model/m because no identity-based policy allows the bedrock:InvokeModel action",
            ),
            "allow bedrock:InvokeModel on arn:aws:bedrock:::foundation-model/m for the identity of default AWS SDK chain",
        );
        check(
            "AccessDeniedException",
            &denied(":1:inference-profile/eu.m"),
            "allow bedrock:InvokeModel on arn:aws:bedrock::1:inference-profile/eu.m, and on each foundation model behind \
             the profile for the identity of default AWS SDK chain",
        );
        check(
            "AccessDeniedException",
            &denied(
                "::foundation-model/m because no permissions boundary allows the bedrock:InvokeModel action",
            ),
            "have bedrock:InvokeModel on arn:aws:bedrock:::foundation-model/m allowed for the identity of default AWS \
             SDK chain by its permissions boundary too",
        );
        check(
            "AccessDeniedException",
            &denied(
                "::foundation-model/m with an explicit deny in a service control policy: arn:aws:organizations::9:p",
            ),
            "a service control policy of the organization denies bedrock:InvokeModel on \
             arn:aws:bedrock:::foundation-model/m explicitly, which no permission outweighs; ask its administrators, or \
             use a region and a model that it leaves open",
        );
        check(
            "AccessDeniedException",
            &denied("::foundation-model/m with an explicit deny in an identity-based policy"),
            "a policy (identity-based policy) denies bedrock:InvokeModel on arn:aws:bedrock:::foundation-model/m \
             explicitly, which no permission outweighs; have that policy changed",
        );
    }

    #[test]
    fn whoever_sent_no_credentials_is_told_so() {
        let site = CallSite { credential_source: CredentialSource::Unauthenticated, ..site() };
        let message = "The security token included in the request is invalid.";
        let hint = hint_at(&site, "UnrecognizedClientException", message);
        assert!(hint.as_ref().is_some_and(|hint| hint.contains("AWS_BEDROCK_SKIP_AUTH")), "{hint:?}");
    }

    #[test]
    fn pages_of_the_console_are_named_with_the_region() {
        for (message, step) in [
            ("You don\u{2019}t have access to the model with the specified model ID.", "under Model access"),
            (
                "Model access is denied due to … the required AWS Marketplace actions",
                "aws-marketplace:Subscribe",
            ),
            ("Model use case details have not been submitted for this account.", "use-case form"),
        ] {
            let hint = hint_at(&site(), "AccessDeniedException", message).unwrap();
            assert!(hint.contains(step) && hint.contains("Bedrock console for eu-west-1"), "{hint}");
        }
    }

    #[test]
    fn a_clock_that_is_wrong_is_said_to_be() {
        let late = "Signature expired: 20260101T120000Z is now earlier than 20260101T121000Z (20260101T121500Z - 5 min.)";
        assert!(hint_at(&site(), "InvalidSignatureException", late).unwrap().contains("clock"));
    }

    #[test]
    fn an_id_that_fits_the_region_is_proposed() {
        let typographic = "Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput isn\u{2019}t supported.";
        for message in [typographic, "The provided model identifier is invalid."] {
            let hint = hint_at(&site(), "ValidationException", message).unwrap();
            assert!(hint.contains("`eu.anthropic.claude-sonnet-4-5-20250929-v1:0`"), "{hint}");
        }
    }

    #[test]
    fn the_page_about_data_retention_is_pointed_to() {
        let hint = hint_at(
            &site(),
            "ValidationException",
            "data retention mode 'default' is not available for this model",
        );
        assert!(
            hint.unwrap()
                .contains("https://docs.aws.amazon.com/bedrock/latest/userguide/data-retention.html")
        );
    }

    #[test]
    fn a_body_that_is_too_large_is_said_to_be_with_its_size() {
        let site = CallSite { body_bytes: 27_700_000, ..site() };
        let hint = hint_at(&site, "ValidationException", "Input is too long for requested model.").unwrap();
        assert!(hint.contains("too large in bytes (27 MB)"), "{hint}");
    }

    #[test]
    fn nothing_is_advised_where_the_service_says_it_all() {
        assert_eq!(hint_at(&site(), "ValidationException", "There is nothing available to cache."), None);
        assert_eq!(hint_at(&site(), "SomethingNewException", "because"), None);
    }
}
