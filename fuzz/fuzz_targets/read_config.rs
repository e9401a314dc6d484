//! Any text is a configuration or refused with words, and a text that can be edited comes back as it was.

#![no_main]

use clawdia_config_schema::Config;
use clawdia_config_schema::edit::{ConfigPath, EditableDocument};
use clawdia_core::{Environment, Plugins};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let plugins = Plugins::new([], [], []).expect("no plugins do not contradict each other");
    if let Err(error) = Config::parse(text, &plugins) {
        assert!(!error.message().is_empty() && !error.to_string().is_empty());
    }
    if let Ok(document) = EditableDocument::parse(text) {
        assert_eq!(document.to_text(), text);
    }
    for name in ["CLAWDIA__MODELS__PROVIDERS", "CLAWDIA__AGENTS__DEFAULTS__MODEL", "CLAWDIA__MODELS__MODE"] {
        let environment = [(name, text)].into_iter().collect::<Environment>();
        let _ = Config::of_environment(&plugins, &environment);
    }
    match text.parse::<ConfigPath>() {
        Ok(path) => assert_eq!(path.to_string().parse(), Ok(path)),
        Err(error) => assert!(error.position() <= text.chars().count() + 1),
    }
});
