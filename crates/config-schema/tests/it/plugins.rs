//! The plugins the tests link: records that check configuration and connect to nothing.

use std::sync::Arc;

use clawdia_config_schema::{Config, ConfigError};
use clawdia_core::{
    ErrorKind, HostContext, Plugins, Provider, ProviderConfig, ProviderError, ProviderPlugin, Section,
    SectionPlugin,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of the test protocol.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Params {
    service_tier: Option<Tier>,
    auth_token: Option<u8>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Tier {
    Flex,
    Priority,
}

/// A section of its own.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Weather {
    pub(crate) city: String,
    #[serde(default)]
    pub(crate) days: Vec<u8>,
}

impl Section for Weather {
    const POINTER: &'static str = "/models/weather";
}

/// A section outside `models`.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Tides {
    pub(crate) harbour: String,
}

impl Section for Tides {
    const POINTER: &'static str = "/plugins/tides";
}

fn connect(_: &ProviderConfig, _: &HostContext) -> Result<Arc<dyn Provider>, ProviderError> {
    Err(ProviderError::new(ErrorKind::Other, "these tests connect to nothing"))
}

static BEDROCK: ProviderPlugin = ProviderPlugin::new("bedrock-converse-stream", "test-bedrock", connect)
    .with_default_id("amazon-bedrock")
    .with_auth(&["aws-sdk", "bearer-token"])
    .with_params::<Params>();
static ACME: ProviderPlugin = ProviderPlugin::new("acme-chat", "test-acme", connect);
static WEATHER: SectionPlugin = SectionPlugin::of::<Weather>("test-weather");
static TIDES: SectionPlugin = SectionPlugin::of::<Tides>("test-tides");

/// The plugins of a host with two protocols and two sections.
pub(crate) fn linked() -> Plugins {
    Plugins::new([&BEDROCK, &ACME], [], [&WEATHER, &TIDES]).unwrap()
}

#[track_caller]
pub(crate) fn parse(text: &str) -> Config {
    match Config::parse(text, &linked()) {
        Ok(config) => config,
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
pub(crate) fn refused(text: &str) -> ConfigError {
    Config::parse(text, &linked()).expect_err("the configuration should be refused")
}
