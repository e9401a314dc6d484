//! What an entry of `models.providers` must keep to besides its shape.
//!
//! Separate from the types, which are core's: these rules need the linked plugins and the place of each value.

use std::collections::BTreeSet;

use clawdia_core::{
    HeaderFlaw, Headers, ModelConfig, Plugins, ProviderConfig, ProviderId, ProviderPlugin, Secret,
};

use crate::agents::AgentDefaultsConfig;
use crate::document::{Document, Part};
use crate::error::ConfigError;
use crate::layers::Layers;
use crate::path::Path;
use crate::{agent_rules, suggestion};

/// Checks one entry, which stands at `path`; gives the plugin that speaks its protocol. Options are checked together
/// with those of `defaults`, as they are used.
pub(crate) fn check(
    document: &Document,
    path: &Path,
    id: &ProviderId,
    provider: &ProviderConfig,
    plugins: &Plugins,
    defaults: &AgentDefaultsConfig,
) -> Result<&'static ProviderPlugin, ConfigError> {
    let entry = Entry { document, path };
    entry.id(id)?;
    let plugin = entry.plugin(id, provider, plugins)?;
    entry.auth(provider, plugin)?;
    let params = entry.params(provider, plugin, defaults)?;
    entry.base_url(&path.key("baseUrl"), provider.base_url.as_deref())?;
    entry.headers(&path.key("headers"), &provider.headers)?;
    entry.not_blank("apiKey", provider.api_key.as_ref().map(Secret::expose))?;
    entry.not_blank("region", provider.region.as_deref())?;
    entry.not_blank("profile", provider.profile.as_deref())?;
    entry.not_blank("roleArn", provider.role_arn.as_deref())?;
    let mut seen = BTreeSet::new();
    for (index, model) in provider.models.iter().enumerate() {
        let path = path.key("models").index(index);
        if !seen.insert(model.id.as_str().trim()) {
            let message = format!("the model `{}` is listed a second time", model.id);
            return Err(document
                .error(&path.key("id"), Part::Value, message)
                .with_hint(Some("keep only one of its entries".to_owned())));
        }
        entry.model(&path, model, &params)?;
    }
    Ok(plugin)
}

/// An entry under examination.
struct Entry<'a> {
    document: &'a Document,
    path: &'a Path,
}

impl Entry<'_> {
    fn refuse(&self, path: &Path, message: impl Into<String>, hint: impl Into<String>) -> ConfigError {
        self.document.error(path, Part::Value, message).with_hint(Some(hint.into()))
    }

    /// Refs are `provider/model` and are read with the provider in lower case, so other ids could never be named.
    fn id(&self, id: &ProviderId) -> Result<(), ConfigError> {
        let text = id.as_str();
        let refuse = |message: &str, hint: String| {
            Err(self.document.error(self.path, Part::Key, message).with_hint(Some(hint)))
        };
        if text.trim().is_empty() {
            return refuse("a provider needs a name", "write one such as `amazon-bedrock`".to_owned());
        }
        if text.contains('/')
            || text.chars().any(|character| character.is_whitespace() || character.is_control())
        {
            let message = format!("`{}` cannot be the name of a provider", text.escape_debug());
            return refuse(&message, "use no slashes and no spaces".to_owned());
        }
        let lower = text.to_lowercase();
        if lower != text {
            let message = format!("the provider's name `{text}` is not in lower case");
            return refuse(&message, format!("write `{lower}`"));
        }
        Ok(())
    }

    fn plugin(
        &self,
        id: &ProviderId,
        provider: &ProviderConfig,
        plugins: &Plugins,
    ) -> Result<&'static ProviderPlugin, ConfigError> {
        let apis = plugins.providers().map(|plugin| plugin.api).collect::<Vec<_>>();
        let Some(api) = &provider.api else {
            return plugins.owner_of(id.as_str()).map_err(|_| {
                let hint = match apis.as_slice() {
                    [] => {
                        "no linked crate brings a provider; add `use its_crate as _;` to the host".to_owned()
                    }
                    linked => format!("add it, one of {}", suggestion::listed(linked)),
                };
                let message = format!("`api` is missing, and no linked crate owns the provider `{id}`");
                self.document.error(self.path, Part::Key, message).with_hint(Some(hint))
            });
        };
        plugins.provider(api.as_str()).map_err(|_| {
            let message = format!("no linked crate speaks the protocol `{api}`");
            let hint = match suggestion::nearest(api.as_str(), apis.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if apis.is_empty() => "add `use its_crate as _;` to the host".to_owned(),
                None => {
                    let linked = suggestion::listed(&apis);
                    format!("linked are {linked}; for another add `use its_crate as _;` to the host")
                }
            };
            self.refuse(&self.path.key("api"), message, hint)
        })
    }

    fn auth(&self, provider: &ProviderConfig, plugin: &ProviderPlugin) -> Result<(), ConfigError> {
        match &provider.auth {
            Some(auth) if !plugin.auth.contains(&auth.as_str()) => {
                let message = format!("`{}` has no authentication called `{auth}`", plugin.api);
                let hint = suggestion::hint(auth, plugin.auth);
                let path = self.path.key("auth");
                let hint = hint.unwrap_or_else(|| "leave the key out".to_owned());
                Err(self.refuse(&path, message, hint))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Checks options by the plugin's own type. Absent ones too: the type may require some.
    fn params(
        &self,
        provider: &ProviderConfig,
        plugin: &'static ProviderPlugin,
        defaults: &AgentDefaultsConfig,
    ) -> Result<Layers<'_>, ConfigError> {
        let own = Layers::new(self.document, plugin, self.path.key("params"), &provider.params);
        let defaults = defaults.params_for(plugin);
        if defaults.is_empty() {
            own.check()?;
            return Ok(own);
        }
        own.check_what_is_there()?;
        let both = own.then(agent_rules::params_place(), &defaults);
        both.check()?;
        Ok(both)
    }

    fn base_url(&self, path: &Path, url: Option<&str>) -> Result<(), ConfigError> {
        let Some(url) = url else { return Ok(()) };
        let host = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
        let has_host = host.is_some_and(|host| !host.is_empty() && !host.starts_with(['/', ':', '?', '#']));
        if has_host && !url.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Ok(());
        }
        Err(self.refuse(
            path,
            "this is not an address",
            "write one such as `https://bedrock-runtime.us-east-1.amazonaws.com`",
        ))
    }

    fn headers(&self, path: &Path, headers: &Headers) -> Result<(), ConfigError> {
        for (name, value) in headers {
            let path = path.key(name);
            match HeaderFlaw::of(name, value) {
                Some(flaw @ HeaderFlaw::Name) => {
                    let message = format!("`{}` cannot be the name of a header", name.escape_debug());
                    let hint = Some(flaw.hint().to_owned());
                    return Err(self.document.error(&path, Part::Key, message).with_hint(hint));
                }
                Some(flaw) => {
                    let message = "the header's value holds a line break or another control character";
                    return Err(self.refuse(&path, message, flaw.hint()));
                }
                None => {}
            }
        }
        Ok(())
    }

    fn not_blank(&self, key: &str, value: Option<&str>) -> Result<(), ConfigError> {
        match value {
            Some(value) if value.trim().is_empty() => Err(self.refuse(
                &self.path.key(key),
                format!("`{key}` is blank"),
                "leave the key out instead",
            )),
            Some(_) | None => Ok(()),
        }
    }

    fn model(&self, path: &Path, model: &ModelConfig, params: &Layers<'_>) -> Result<(), ConfigError> {
        if model.id.as_str().trim().is_empty() {
            return Err(self.refuse(
                &path.key("id"),
                "the model's id is blank",
                "write the provider's name for it",
            ));
        }
        for (key, limit) in [("contextWindow", model.context_window), ("maxTokens", model.max_tokens)] {
            if limit == Some(0) {
                let message = format!("`{key}` is 0, which would leave no room for any text");
                return Err(self.refuse(
                    &path.key(key),
                    message,
                    "leave the key out if the limit is not known",
                ));
            }
        }
        if model.input.as_ref().is_some_and(Vec::is_empty) {
            return Err(self.refuse(
                &path.key("input"),
                "the model could read nothing",
                "name at least \"text\"",
            ));
        }
        self.prices(&path.key("cost"), model)?;
        self.base_url(&path.key("baseUrl"), model.base_url.as_deref())?;
        self.headers(&path.key("headers"), &model.headers)?;
        if model.params.is_empty() {
            return Ok(());
        }
        params.clone().then(path.key("params"), &model.params).check()
    }

    fn prices(&self, path: &Path, model: &ModelConfig) -> Result<(), ConfigError> {
        let cost = &model.cost;
        let rates = [
            ("input", cost.input),
            ("output", cost.output),
            ("cacheRead", cost.cache_read),
            ("cacheWrite", cost.cache_write),
            ("cacheWrite1h", cost.cache_write_1h),
        ];
        self.rates(path, &rates)?;
        for (index, tier) in cost.tiers.iter().flatten().enumerate() {
            let rates = [
                ("input", Some(tier.input)),
                ("output", Some(tier.output)),
                ("cacheRead", Some(tier.cache_read)),
                ("cacheWrite", Some(tier.cache_write)),
                ("cacheWrite1h", tier.cache_write_1h),
            ];
            self.rates(&path.key("tiers").index(index), &rates)?;
        }
        Ok(())
    }

    fn rates(&self, path: &Path, rates: &[(&str, Option<f64>)]) -> Result<(), ConfigError> {
        match rates.iter().find(|(_, rate)| rate.is_some_and(|rate| rate < 0.0)) {
            Some((key, _)) => Err(self.refuse(
                &path.key(*key),
                "a price cannot be negative",
                "write US dollars per million tokens",
            )),
            None => Ok(()),
        }
    }
}
