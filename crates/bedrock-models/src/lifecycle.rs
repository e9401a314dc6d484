//! How long a model is served, and how it can be called. Separate from the row's plain fields, since both are
//! conclusions from several of them.

use crate::{Date, ModelFacts};

/// Where a model stands between its launch and its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lifecycle {
    /// No end is announced.
    Active,
    /// The end is announced. The service may already refuse accounts that have not used the model lately.
    Legacy {
        /// The day on which the service stops answering.
        until: Date,
    },
    /// The service answers no more.
    EndOfLife,
}

/// A way in which a model can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InferenceType {
    /// By its own id.
    OnDemand,
    /// By the id of an inference profile.
    InferenceProfile,
}

impl InferenceType {
    /// The service's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "ON_DEMAND",
            Self::InferenceProfile => "INFERENCE_PROFILE",
        }
    }
}

impl ModelFacts {
    /// Where the model stands on a day, as far as the table knows. The service's own listing knows better.
    ///
    /// ```
    /// use clawdia_bedrock_models::{Date, Lifecycle, find};
    ///
    /// let facts = find("anthropic.claude-opus-4-1-20250805-v1:0").ok_or("unknown model")?.facts;
    /// let last_day = Date::new(2027, 1, 8).ok_or("no day")?;
    /// let before = Date::new(2026, 12, 31).ok_or("no day")?;
    /// assert_eq!(facts.lifecycle_on(before), Lifecycle::Legacy { until: last_day });
    /// assert_eq!(facts.lifecycle_on(last_day), Lifecycle::EndOfLife);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn lifecycle_on(&self, day: Date) -> Lifecycle {
        if self.end_of_life {
            return Lifecycle::EndOfLife;
        }
        match self.deprecation_date.and_then(|date| date.parse().ok()) {
            None => Lifecycle::Active,
            Some(until) if day < until => Lifecycle::Legacy { until },
            Some(_) => Lifecycle::EndOfLife,
        }
    }

    /// How the model behind this row can be called. A profile is called as a profile; for a foundation model,
    /// profiles are named where the table knows any.
    ///
    /// ```
    /// use clawdia_bedrock_models::{InferenceType, find};
    ///
    /// let types = |id| find(id).map(|found| found.facts.inference_types());
    /// assert_eq!(types("deepseek.v3-v1:0"), Some([InferenceType::OnDemand].as_slice()));
    /// assert_eq!(types("deepseek.r1-v1:0"), Some([InferenceType::InferenceProfile].as_slice()));
    /// ```
    pub fn inference_types(&self) -> &'static [InferenceType] {
        if self.geography.is_some() || self.served_only_through_profile() {
            &[InferenceType::InferenceProfile]
        } else if crate::lookup::has_profiles(self.base_id) {
            &[InferenceType::OnDemand, InferenceType::InferenceProfile]
        } else {
            &[InferenceType::OnDemand]
        }
    }
}
