//! Failures of permission: what a policy, the account's state or the vendor does not allow.
//!
//! Separate from credentials, which are good here, and from models, which exist: someone has to grant something.

use super::Evidence::{Documented, Observed};
use super::Meaning::{DataRetention, NoModelAccess, NotPermitted, UnsupportedRegion};
use super::{Evidence, Failure, Meaning, Wrapping, the_model_says};

pub(super) const FAILURES: &[Failure] = &[
    // Policies.
    denied(
        "denied-by-absence",
        NotPermitted,
        Observed,
        "User: arn:aws:sts::111122223333:assumed-role/app/session is not authorized to perform: \
         bedrock:InvokeModelWithResponseStream on resource: \
         arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0 because no \
         identity-based policy allows the bedrock:InvokeModelWithResponseStream action",
    ),
    denied(
        "denied-on-profile",
        NotPermitted,
        Observed,
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: bedrock:InvokeModel on resource: \
         arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0 \
         because no identity-based policy allows the bedrock:InvokeModel action",
    ),
    denied(
        "denied-by-identity-policy",
        NotPermitted,
        Observed,
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: bedrock:InvokeModel on resource: \
         arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0 with an explicit deny in an \
         identity-based policy",
    ),
    // A global profile shows no region in the name of the model.
    denied(
        "denied-by-organization",
        NotPermitted,
        Observed,
        "User: arn:aws:sts::111122223333:assumed-role/app/session is not authorized to perform: \
         bedrock:InvokeModelWithResponseStream on resource: \
         arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0 with an explicit deny in a \
         service control policy: arn:aws:organizations::999999999999:policy/o-example/service_control_policy/p-example",
    ),
    denied(
        "denied-by-boundary",
        NotPermitted,
        Documented,
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: bedrock:InvokeModel on resource: \
         arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0 because no permissions boundary allows \
         the bedrock:InvokeModel action",
    ),
    denied(
        "denied-api-keys",
        NotPermitted,
        Observed,
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: bedrock:CallWithBearerToken on \
         resource: arn:aws:bedrock:us-east-1:111122223333:* because no identity-based policy allows the \
         bedrock:CallWithBearerToken action",
    ),
    denied(
        "denied-subscription",
        NotPermitted,
        Documented,
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: aws-marketplace:Subscribe on \
         resource: * because no identity-based policy allows the aws-marketplace:Subscribe action",
    ),
    denied(
        "denied-without-a-reason",
        NotPermitted,
        Documented,
        "User is not authorized to access this resource",
    ),
    // Access to models.
    denied(
        "no-model-access",
        NoModelAccess,
        Observed,
        "You don't have access to the model with the specified model ID.",
    ),
    denied(
        "no-model-access-typographic",
        NoModelAccess,
        Observed,
        "You don\u{2019}t have access to the model with the specified model ID.",
    ),
    denied(
        "no-marketplace-subscription",
        NoModelAccess,
        Observed,
        "Model access is denied due to IAM user or service role is not authorized to perform the required AWS \
         Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this \
         model. Refer to the Amazon Bedrock documentation for further details. Your AWS Marketplace subscription for \
         this model cannot be completed at this time. If you recently fixed this issue, try again after 5 minutes.",
    ),
    denied(
        "no-payment",
        NoModelAccess,
        Observed,
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.",
    ),
    denied(
        "not-for-this-account",
        NoModelAccess,
        Observed,
        "anthropic.claude-opus-5 is not available for this account.",
    ),
    denied(
        "account-not-authorized",
        NoModelAccess,
        Observed,
        "Your account is not authorized to invoke this API operation.",
    ),
    Failure::refusal(
        "account-not-authorized-validation",
        NoModelAccess,
        Observed,
        "Your account is not authorized to invoke this API operation.",
    ),
    Failure::refusal("operation-not-allowed", NoModelAccess, Observed, "Operation not allowed"),
    Failure::http(
        404,
        "ResourceNotFoundException",
        "no-use-case",
        NoModelAccess,
        Observed,
        "Model use case details have not been submitted for this account. Fill out the Anthropic use case details \
         form before using the model. If you have already filled out the form, try again in 15 minutes.",
    ),
    Failure::http(
        404,
        "ResourceNotFoundException",
        "no-request-form",
        NoModelAccess,
        Observed,
        "You have not filled out the request form. Fill out the form before requesting access to the model.",
    ),
    Failure::http(
        403,
        "FTUFormNotFilled",
        "no-use-case-by-name",
        NoModelAccess,
        Documented,
        "The use case details form for first-time users has not been submitted.",
    ),
    Failure::http(
        403,
        "BadCScoreException",
        "account-held-back",
        NoModelAccess,
        Documented,
        "The account is not eligible for this operation.",
    ),
    Failure::http(
        403,
        "MPAgreementBeingCreated",
        "agreement-being-created",
        NoModelAccess,
        Documented,
        "The AWS Marketplace agreement for this model is being created. Try again later.",
    ),
    Failure::refusal(
        "country-not-supported",
        UnsupportedRegion,
        Observed,
        "Access to Anthropic models is not allowed from unsupported countries, regions, or territories. Please refer \
         to https://www.anthropic.com/supported-countries for more information on the countries and regions Anthropic \
         currently supports.",
    ),
    Failure::refusal(
        "data-retention",
        DataRetention,
        Observed,
        "data retention mode 'default' is not available for this model",
    ),
    Failure::by_the_model(
        "data-retention-by-the-model",
        DataRetention,
        Observed,
        the_model_says!("data retention mode 'default' is not available for this model"),
    ),
];

const fn denied(id: &'static str, meaning: Meaning, evidence: Evidence, message: &'static str) -> Failure {
    let failure = Failure::http(403, "AccessDeniedException", id, meaning, evidence, message);
    match meaning {
        NotPermitted => failure.wrapped(Wrapping::BareName),
        _ => failure,
    }
}
