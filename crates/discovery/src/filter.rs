//! Whose models are wanted.
//!
//! Separate because its normal form is part of what a kept list is found by: two ways to write the same filter are one.

use crate::listing::{FoundationModel, InferenceProfile};

/// Makers of models, in small letters, sorted, each once. Empty for everyone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct MakerFilter(Vec<String>);

impl MakerFilter {
    /// The filter that somebody wrote down.
    pub(crate) fn of(makers: &[String]) -> Self {
        let mut makers = makers
            .iter()
            .map(|maker| maker.trim().to_lowercase())
            .filter(|maker| !maker.is_empty())
            .collect::<Vec<_>>();
        makers.sort_unstable();
        makers.dedup();
        Self(makers)
    }

    /// The makers, sorted.
    pub(crate) fn makers(&self) -> &[String] {
        &self.0
    }

    /// Whether a model is wanted, by the service's name of its maker or the first part of its id.
    pub(crate) fn admits(&self, model: &FoundationModel) -> bool {
        self.is_open()
            || model.provider.as_deref().is_some_and(|maker| self.names(maker))
            || self.admits_id(&model.id)
    }

    /// Whether a profile is wanted, by any model behind it; by its own id where it names none.
    pub(crate) fn admits_profile(&self, profile: &InferenceProfile, base_id: Option<&str>) -> bool {
        self.is_open()
            || profile.models.iter().any(|id| self.admits_id(id))
            || (profile.models.is_empty() && base_id.is_some_and(|id| self.admits_id(id)))
    }

    fn is_open(&self) -> bool {
        self.0.is_empty()
    }

    fn admits_id(&self, id: &str) -> bool {
        self.names(id.split('.').next().unwrap_or_default())
    }

    fn names(&self, maker: &str) -> bool {
        self.0.binary_search(&maker.trim().to_lowercase()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_write_a_filter_are_one() {
        let filter = |makers: &[&str]| {
            MakerFilter::of(&makers.iter().map(|maker| (*maker).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(filter(&[" Anthropic ", "anthropic", ""]), filter(&["anthropic"]));
        assert_eq!(filter(&["b", "a"]), filter(&["A", "B"]));
        assert_eq!(filter(&[" "]), filter(&[]));
    }
}
