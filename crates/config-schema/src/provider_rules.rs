//! What an entry of `models.providers` must keep to besides its shape.
//!
//! Separate from the types, which are core's: these rules need the linked plugins and the place of each value.

use std::collections::BTreeSet;

use clawdia_core::{
    CostTier, HeaderFlaw, Headers, ModelConfig, Plugins, ProviderConfig, ProviderId, ProviderPlugin, Secret,
};

use crate::address::Address;
use crate::agents::AgentConfig;
use crate::document::Part;
use crate::findings::Findings;
use crate::layers::Layers;
use crate::path::Path;
use crate::problem::Severity;
use crate::secret_config::{SecretConfig, SecretReference};
use crate::{agent_rules, secret, suggestion, unlinked};

/// An entry as it is written.
pub(crate) type Written = ProviderConfig<SecretConfig>;

/// Checks one entry, which stands at `path`; gives the plugin that speaks its protocol. Options are checked together
/// with those of `defaults`, as they are used.
pub(crate) fn check(
    findings: &mut Findings<'_>,
    path: &Path,
    id: &ProviderId,
    provider: &Written,
    plugins: &Plugins,
    defaults: &AgentConfig,
) -> Option<&'static ProviderPlugin> {
    let mut entry = Entry { findings, path, provider };
    entry.id(id);
    let plugin = entry.plugin(id, plugins);
    let mut params = plugin.map(|plugin| {
        entry.auth(plugin);
        entry.params(plugin, defaults)
    });
    entry.base_url(&path.key("baseUrl"), provider.base_url.as_deref(), &Headers::default());
    entry.headers(&path.key("headers"), &provider.headers);
    entry.api_key();
    entry.not_blank("region", provider.region.as_deref());
    entry.not_blank("profile", provider.profile.as_deref());
    entry.not_blank("roleArn", provider.role_arn.as_deref());
    entry.role();
    let mut seen = BTreeSet::new();
    for (index, model) in provider.models.iter().enumerate() {
        let path = entry.findings.element(&path.key("models"), index);
        if !seen.insert(model.id.as_str().trim()) {
            let message = format!("the model `{}` is listed a second time", model.id);
            entry.findings.refuse(&path.key("id"), message, "keep only one of its entries");
        }
        entry.model(&path, model, params.as_mut());
        if let Some(plugin) = plugin {
            entry.capabilities(&path.key("capabilities"), model, plugin);
        }
    }
    plugin
}

/// An entry under examination.
struct Entry<'a, 'b> {
    findings: &'a mut Findings<'b>,
    path: &'a Path,
    provider: &'a Written,
}

impl Entry<'_, '_> {
    /// Refs are `provider/model` and are read with the provider in lower case, so other ids could never be named.
    fn id(&mut self, id: &ProviderId) {
        let text = id.as_str();
        if text.trim().is_empty() {
            let advice = "write one such as `amazon-bedrock`";
            return self.findings.refuse_key(self.path, "a provider needs a name", advice);
        }
        if text.contains('/')
            || text.chars().any(|character| character.is_whitespace() || character.is_control())
        {
            let message = format!("`{}` cannot be the name of a provider", text.escape_debug());
            return self.findings.refuse_key(self.path, message, "use no slashes and no spaces");
        }
        // Of other scripts not every capital has a small letter that all programs agree about.
        if !text.is_ascii() {
            let message = format!("`{text}` cannot be the name of a provider");
            return self.findings.refuse_key(
                self.path,
                message,
                "use the letters `a` to `z`, digits and `-`",
            );
        }
        let lower = text.to_ascii_lowercase();
        if lower != text {
            let message = format!("the provider's name `{text}` is not in lower case");
            self.findings.refuse_key(self.path, message, format!("write `{lower}`"));
        }
    }

    fn plugin(&mut self, id: &ProviderId, plugins: &Plugins) -> Option<&'static ProviderPlugin> {
        let apis = plugins.providers().map(|plugin| plugin.api).collect::<Vec<_>>();
        let place = self.path.key("api");
        let Some(api) = &self.provider.api else {
            if let Ok(plugin) = plugins.owner_of(id.as_str()) {
                return Some(plugin);
            }
            if !self.findings.is_flawed(&place) {
                let owned = plugins.providers().filter_map(|plugin| plugin.default_id);
                let near =
                    suggestion::nearest(id.as_str(), owned).map(|near| format!("did you mean `{near}`?"));
                let advice = unlinked::advice_for_provider(id.as_str()).or(near);
                let advice = advice.unwrap_or_else(|| match apis.as_slice() {
                    [] => {
                        "no linked crate brings a provider; add `use its_crate as _;` to the host".to_owned()
                    }
                    linked => format!("add it, one of {}", suggestion::listed(linked)),
                });
                let message = format!("`api` is missing, and no linked crate owns the provider `{id}`");
                self.findings.refuse_key(self.path, message, advice);
            }
            return None;
        };
        if let Ok(plugin) = plugins.provider(api.as_str()) {
            return Some(plugin);
        }
        let message = format!("no linked crate speaks the protocol `{api}`");
        let advice = unlinked::advice_for_protocol(api.as_str());
        let advice =
            advice.unwrap_or_else(|| match suggestion::nearest(api.as_str(), apis.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if apis.is_empty() => "add `use its_crate as _;` to the host".to_owned(),
                None => {
                    let linked = suggestion::listed(&apis);
                    format!("linked are {linked}; for another add `use its_crate as _;` to the host")
                }
            });
        self.findings.refuse(&place, message, advice);
        None
    }

    fn auth(&mut self, plugin: &ProviderPlugin) {
        if let Some(auth) = &self.provider.auth
            && !plugin.auth.contains(&auth.as_str())
        {
            let message = format!("`{}` has no authentication called `{auth}`", plugin.api);
            let advice = suggestion::hint(auth, plugin.auth);
            let advice = advice.unwrap_or_else(|| "leave the key out".to_owned());
            self.findings.refuse(&self.path.key("auth"), message, advice);
        }
    }

    /// Checks options by the plugin's own type. Absent ones too: the type may require some.
    fn params(&mut self, plugin: &'static ProviderPlugin, defaults: &AgentConfig) -> Layers {
        let mut own = Layers::new(plugin, self.path.key("params"), &self.provider.params);
        let defaults = defaults.params_for(plugin);
        if defaults.is_empty() {
            own.check(self.findings);
            return own;
        }
        own.check_what_is_there(self.findings);
        let mut both = own.then(agent_rules::params_place(&agent_rules::defaults_place()), &defaults);
        both.check(self.findings);
        both
    }

    /// Checks an address, to which the provider's credentials and `headers` would be sent.
    fn base_url(&mut self, path: &Path, url: Option<&str>, headers: &Headers) {
        let Some(url) = url else { return };
        let Some(address) = Address::parse(url) else {
            let advice = "write one such as `https://bedrock-runtime.us-east-1.amazonaws.com`";
            return self.findings.refuse(path, "this is not an address", advice);
        };
        if !address.is_plain || address.is_here() {
            return;
        }
        let is_key = |(name, _): (&String, &String)| !secret::is_harmless_header(name);
        let carries_a_key = address.has_user_info
            || self.provider.api_key.is_some()
            || self.provider.headers.iter().any(is_key)
            || headers.iter().any(is_key);
        if carries_a_key {
            let message =
                "the provider's key would be sent to another machine where anybody on the way can read it";
            return self.findings.refuse(path, message, "write `https://`");
        }
        // What signs a request (AWS) is not sent, but a session token is, and so is every word of a conversation.
        let message = "what is sent to this machine can be read on the way, temporary credentials included";
        let advice = "write `https://` if it understands that";
        let problem = self.findings.document.problem(path, Part::Value, message, advice);
        self.findings.push(path, problem.with_severity(Severity::Warning));
    }

    fn headers(&mut self, path: &Path, headers: &Headers) {
        for (name, value) in headers {
            let path = path.key(name);
            match HeaderFlaw::of(name, value) {
                Some(flaw @ HeaderFlaw::Name) => {
                    let message = format!("`{}` cannot be the name of a header", name.escape_debug());
                    self.findings.refuse_key(&path, message, flaw.hint());
                }
                Some(flaw) => {
                    let message = "the header's value holds a line break or another control character";
                    self.findings.refuse(&path, message, flaw.hint());
                }
                None => {}
            }
        }
    }

    fn api_key(&mut self) {
        let path = self.path.key("apiKey");
        let mut refuse =
            |path: &Path, message: &str, advice: &str| self.findings.refuse(path, message, advice);
        match &self.provider.api_key {
            Some(SecretConfig::Text(text)) => self.not_blank("apiKey", Some(Secret::expose(text))),
            Some(SecretConfig::Reference(SecretReference::Env { name })) if name.trim().is_empty() => {
                refuse(
                    &path.key("name"),
                    "the variable has no name",
                    "write the name of an environment variable",
                );
            }
            Some(SecretConfig::Reference(SecretReference::File { path: file })) if file.trim().is_empty() => {
                refuse(&path.key("path"), "the file has no name", "write the path of a file");
            }
            Some(SecretConfig::Reference(SecretReference::Exec { command, timeout_seconds })) => {
                if command.first().is_none_or(|program| program.trim().is_empty()) {
                    let advice =
                        "write the program and its arguments, such as [\"pass\", \"show\", \"acme\"]";
                    refuse(&path.key("command"), "the command is empty", advice);
                }
                if *timeout_seconds == 0 {
                    let message = "a command that may take no time can never succeed";
                    refuse(&path.key("timeoutSeconds"), message, "write at least 1, or leave the key out");
                }
                let written =
                    self.findings.document.value_at(&path.key("command")).and_then(|value| value.as_str());
                if written.is_some_and(|text| text.contains(['|', '&', ';', '<', '>', '$', '`', '"', '\''])) {
                    let message = "no shell reads this command, so its quotes and marks mean nothing";
                    let advice = "write a list: the program and each argument, or [\"sh\", \"-c\", \"…\"]";
                    self.findings.warn(&path.key("command"), message, advice);
                }
            }
            Some(SecretConfig::Reference(_)) | None => {}
        }
    }

    fn not_blank(&mut self, key: &str, value: Option<&str>) {
        if value.is_some_and(|value| value.trim().is_empty()) {
            let message = format!("`{key}` is blank");
            self.findings.refuse(&self.path.key(key), message, "leave the key out instead");
        }
    }

    fn role(&mut self) {
        if let Some(role) = self.provider.role_arn.as_deref().map(str::trim)
            && !is_role(role)
        {
            let advice = "write one such as `arn:aws:iam::111122223333:role/clawdia`";
            self.findings.refuse(&self.path.key("roleArn"), "this is not the ARN of a role", advice);
        }
    }

    fn capabilities(&mut self, path: &Path, model: &ModelConfig, plugin: &ProviderPlugin) {
        let known = plugin.capabilities.iter().map(|capability| capability.name).collect::<Vec<_>>();
        let is_unknown = |name: &&String| !known.is_empty() && !known.contains(&name.as_str());
        for name in model.capabilities.keys().filter(is_unknown) {
            let message = format!("models of `{}` have no capability `{}`", plugin.api, name.escape_debug());
            let near = suggestion::nearest(name, known.iter().copied());
            let advice = near.map_or_else(
                || "remove it; `docs/configuration.md` lists those that there are".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            self.findings.refuse_key(&path.key(name), message, advice);
        }
    }

    fn model(&mut self, path: &Path, model: &ModelConfig, params: Option<&mut Layers>) {
        if model.id.as_str().trim().is_empty() {
            let advice = "write the provider's name for it";
            self.findings.refuse(&path.key("id"), "the model's id is blank", advice);
        }
        if model.canonical_model_id.as_ref().is_some_and(|id| id.as_str().trim().is_empty()) {
            let path = path.key("canonicalModelId");
            self.findings.refuse(&path, "the model's id is blank", "leave the key out instead");
        }
        for (key, limit) in [("contextWindow", model.context_window), ("maxTokens", model.max_tokens)] {
            if limit == Some(0) {
                let message = format!("`{key}` is 0, which would leave no room for any text");
                self.findings.refuse(&path.key(key), message, "leave the key out if the limit is not known");
            }
        }
        if model.input.as_ref().is_some_and(Vec::is_empty) {
            let advice = "name at least \"text\"";
            self.findings.refuse(&path.key("input"), "the model could read nothing", advice);
        }
        self.prices(&path.key("cost"), model);
        self.base_url(&path.key("baseUrl"), model.base_url.as_deref(), &model.headers);
        self.headers(&path.key("headers"), &model.headers);
        if let Some(params) = params
            && !model.params.is_empty()
        {
            params.clone().then(path.key("params"), &model.params).check(self.findings);
        }
    }

    fn prices(&mut self, path: &Path, model: &ModelConfig) {
        let cost = &model.cost;
        let rates = [
            ("input", cost.input),
            ("output", cost.output),
            ("cacheRead", cost.cache_read),
            ("cacheWrite", cost.cache_write),
            ("cacheWrite1h", cost.cache_write_1h),
        ];
        self.rates(path, &rates);
        for (index, tier) in cost.tiers.iter().flatten().enumerate() {
            let path = self.findings.element(&path.key("tiers"), index);
            let CostTier { input, output, cache_read, cache_write, cache_write_1h, .. } = tier;
            let rates = [
                ("input", Some(*input)),
                ("output", Some(*output)),
                ("cacheRead", Some(*cache_read)),
                ("cacheWrite", Some(*cache_write)),
                ("cacheWrite1h", *cache_write_1h),
            ];
            self.rates(&path, &rates);
        }
        for (name, tier) in cost.service_tiers.iter().flatten() {
            let rates = [
                ("input", tier.input),
                ("output", tier.output),
                ("cacheRead", tier.cache_read),
                ("cacheWrite", tier.cache_write),
            ];
            self.rates(&path.key("serviceTiers").key(name), &rates);
        }
    }

    fn rates(&mut self, path: &Path, rates: &[(&str, Option<f64>)]) {
        for (key, _) in rates.iter().filter(|(_, rate)| rate.is_some_and(|rate| rate < 0.0)) {
            let advice = "write US dollars per million tokens";
            self.findings.refuse(&path.key(*key), "a price cannot be negative", advice);
        }
    }
}

/// Whether a text is the ARN of an IAM role.
fn is_role(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let [arn, partition, service, region, account, resource] =
        [next(), next(), next(), next(), next(), next()];
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    arn == "arn"
        && !partition.is_empty()
        && partition.bytes().all(is_word)
        && (service, region) == ("iam", "")
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && resource
            .strip_prefix("role/")
            .is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()))
}
