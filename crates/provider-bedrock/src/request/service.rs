//! How a request is to be served: in which tier, and how fast.
//!
//! Separate because neither changes the prompt, and both are dropped rather than refused where the model has no choice of
//! them. Source: `ServiceTier` and `PerformanceConfiguration` in the API reference.

use clawdia_core::Diagnostic;
use serde::Serialize;

use crate::config::{BedrockConfig, Latency, PerformanceConfig};
use crate::learned::Lesson;
use crate::request::Target;
use crate::request::model_traits::ModelTraits;

/// The tiers there are.
const TIERS: &[&str] = &["default", "flex", "priority", "reserved"];

/// The `serviceTier` of a request.
#[derive(Debug, Serialize)]
pub(super) struct ServiceTier {
    #[serde(rename = "type")]
    kind: &'static str,
}

/// The tier that is configured, if there is such a one.
pub(crate) fn known_tier(params: &BedrockConfig) -> Option<&'static str> {
    let wanted = params.service_tier.as_deref()?.trim();
    TIERS.iter().copied().find(|tier| tier.eq_ignore_ascii_case(wanted))
}

/// The tier to ask for; what is asked of the configuration in any case and with any blanks around it.
pub(super) fn tier(
    target: &Target<'_>,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ServiceTier> {
    let wanted = target.params.service_tier.as_deref()?.trim().to_ascii_lowercase();
    let mut dropped = |reason: String| {
        diagnostics.push(
            Diagnostic::new("bedrock_service_tier_dropped", reason).with("serviceTier", wanted.as_str()),
        );
        None
    };
    let Some(kind) = known_tier(target.params) else {
        return dropped(format!("there is no service tier `{wanted}`; there are {}", TIERS.join(", ")));
    };
    if kind != "default" && traits.capabilities().service_tiers == Some(false) {
        return dropped(format!("`{}` is served in the default tier only", target.model.id));
    }
    if target.knows(|| Lesson::NoTier(kind)) {
        return dropped(format!("`{}` is not served in the tier `{kind}`", target.model.id));
    }
    Some(ServiceTier { kind })
}

/// The latency to ask for.
pub(super) fn performance(
    target: &Target<'_>,
    traits: &ModelTraits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<PerformanceConfig> {
    let wanted = target.params.performance_config?;
    if wanted.latency == Latency::Optimized && traits.capabilities().optimized_latency == Some(false) {
        let message = format!("`{}` is not served optimised for latency", target.model.id);
        diagnostics.push(Diagnostic::new("bedrock_latency_dropped", message));
        return None;
    }
    Some(wanted)
}
